import type { Registered } from "./functions.js";
import type { Task } from "./task.js";

/** Most calls that run beside each other. Each may have a chunk of a large content in memory (1 MiB, and again what it is
 *  compressed to), and a hundred small ones make a transaction worth its while. */
const MOST = 128;

interface Running {
  call: number;
  task: Task;
  /** What had been shared out to each call when it began. */
  from: number;
  ended: Promise<void>;
}

/** Calls of one function that run beside each other, and end in the order in which they began. */
export class Beside {
  #entry: Registered | undefined;
  readonly #running: Running[] = [];
  /** The time that one call would have been given, had it run all along beside however many there were. */
  #shared = 0;
  #since = 0;

  /** What a call must wait for: all of those that run, unless it is of the same function; the first if they are too many. */
  before(entry: Registered | undefined): Promise<void> | undefined {
    if (entry === this.#entry && this.#running.length < MOST) return undefined;
    return (entry === this.#entry ? this.#running[0] : this.#running.at(-1))?.ended;
  }

  /** The last that has begun; -1 if none runs. */
  get last(): number {
    return this.#running.at(-1)?.call ?? -1;
  }

  task(call: number): Task | undefined {
    return this.#running.find((running) => running.call === call)?.task;
  }

  /** Begins a call. `end` is told its share of the time: as long as several run, each has held the worker up for a part
   *  of it only, and the page is to know what another will cost. */
  add(
    entry: Registered,
    call: number,
    task: Task,
    run: () => Promise<unknown>,
    end: (value: unknown, threw: boolean, share: number) => void,
  ): void {
    this.#share();
    this.#entry = entry;
    const before = this.#running.at(-1)?.ended;
    const running = { call, task, from: this.#shared } as Running;
    this.#running.push(running);
    const over = async (value: unknown, threw: boolean) => {
      await before;
      this.#share();
      this.#running.shift();
      end(value, threw, this.#shared - running.from);
    };
    running.ended = run().then((value) => over(value, false), (error: unknown) => over(error, true));
  }

  #share(): void {
    const now = performance.now();
    if (this.#running.length > 0) this.#shared += (now - this.#since) / this.#running.length;
    this.#since = now;
  }
}
