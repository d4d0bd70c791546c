/** Items that are looked at between two looks at the clock: well under a millisecond. */
const BATCH = 100;
/** A page that is never idle has its turn taken after so many ms all the same. */
const PATIENCE = 1_000;
/** A turn where the engine does not tell how long it is idle (WebKit), in ms: half a frame. */
const TURN = 8;

/** What tells how long a turn may take, as `IdleDeadline` does. */
interface Deadline {
  timeRemaining(): number;
}

/** Looks at items in idle time, in bounded batches. Sources are walked as far as a turn allows, and on in the next. */
export class IdleQueue<T> {
  readonly #sources: Iterator<T>[] = [];
  readonly #look: (item: T) => void;
  #cancel: (() => void) | undefined;
  #empty: (() => void)[] = [];

  constructor(look: (item: T) => void) {
    this.#look = look;
  }

  add(source: Iterable<T>): void {
    this.#sources.push(source[Symbol.iterator]());
    this.#cancel ??= whenIdle((deadline) => this.#turn(deadline));
  }

  /** Resolves when there is nothing left to look at. */
  drained(): Promise<void> {
    return this.#sources.length === 0 ? Promise.resolve() : new Promise((empty) => this.#empty.push(empty));
  }

  clear(): void {
    this.#sources.length = 0;
    this.#cancel?.();
    this.#end();
  }

  #turn(deadline: Deadline): void {
    do {
      for (let count = 0; count < BATCH && this.#sources[0]; ) {
        const { done, value } = this.#sources[0].next();
        if (done) this.#sources.shift();
        else {
          count += 1;
          try {
            this.#look(value);
          } catch (error) {
            // One that goes wrong, such as a filter's, is no reason to look at no others.
            reportError(error);
          }
        }
      }
    } while (this.#sources.length > 0 && deadline.timeRemaining() > 0);
    if (this.#sources.length > 0) this.#cancel = whenIdle((next) => this.#turn(next));
    else this.#end();
  }

  #end(): void {
    this.#cancel = undefined;
    for (const empty of this.#empty.splice(0)) empty();
  }
}

function whenIdle(turn: (deadline: Deadline) => void): () => void {
  if (typeof requestIdleCallback === "function") {
    const handle = requestIdleCallback(turn, { timeout: PATIENCE });
    return () => cancelIdleCallback(handle);
  }
  const handle = setTimeout(() => {
    const end = performance.now() + TURN;
    turn({ timeRemaining: () => end - performance.now() });
  });
  return () => clearTimeout(handle);
}
