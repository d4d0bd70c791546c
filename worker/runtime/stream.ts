import { STREAM_WINDOW, Up } from "./protocol.js";
import type { Outbox } from "./outbox.js";
import { snapshot } from "./snapshot.js";
import { move, movedWith } from "./task.js";
import { BREATH, breathe } from "./breath.js";

/** Anything whose values can be taken one by one. */
export type Source = AsyncIterator<unknown> | Iterator<unknown>;

/** The iterator of a generator, an iterable or a ReadableStream; nothing for a plain value (a string is a value). */
export function sourceOf(result: unknown): Source | undefined {
  if (typeof result !== "object" || result === null) return undefined;
  const able = result as { [Symbol.asyncIterator]?: () => Source; [Symbol.iterator]?: () => Source; getReader?: unknown };
  const asynchronous = able[Symbol.asyncIterator];
  if (typeof asynchronous === "function") return asynchronous.call(able);
  const synchronous = able[Symbol.iterator];
  if (typeof synchronous === "function") return synchronous.call(able);
  // WebKit's ReadableStream is not iterable.
  if (typeof ReadableStream === "function" && result instanceof ReadableStream) return readerOf(result);
  return undefined;
}

/** Whether a plain call should collect this result: generators only, since an array or a Map is a value. */
export function isGenerator(result: unknown): boolean {
  const tag = Object.prototype.toString.call(result);
  return tag === "[object Generator]" || tag === "[object AsyncGenerator]";
}

async function* readerOf(stream: ReadableStream<unknown>): AsyncGenerator<unknown> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    void reader.cancel();
  }
}

/** All of a generator's values, for a call that did not ask for a stream. */
export async function collect(source: Source): Promise<unknown> {
  const values: unknown[] = [];
  const moved: Transferable[] = [];
  for (;;) {
    const { done, value } = await source.next();
    if (done) return moved.length > 0 ? move(values, moved) : values;
    const one = await value;
    const [kept, list] = snapshot(one, movedWith(one));
    values.push(kept);
    moved.push(...list);
  }
}

/** A promise of the result, whatever kind of thenable the function gave; of a generator, of all its values. */
export async function whole(result: PromiseLike<unknown>): Promise<unknown> {
  const value = await result;
  return isGenerator(value) ? collect(value as Source) : value;
}

/** A stream under way: sends values while it has credit. */
export class StreamRun {
  #credit = STREAM_WINDOW;
  #left = false;
  #wake: (() => void) | undefined;

  constructor(readonly call: number, readonly outbox: Outbox) {}

  credit(count: number): void {
    this.#credit += count;
    this.#wake?.();
  }

  /** The reader left. */
  leave(): void {
    this.#left = true;
    this.#wake?.();
  }

  async pump(source: Source): Promise<void> {
    let since = performance.now();
    for (;;) {
      if (this.#credit === 0 && !this.#left) {
        this.outbox.flush();
        await new Promise<void>((wake) => (this.#wake = wake));
        since = performance.now();
      }
      if (this.#left) {
        await source.return?.();
        return;
      }
      const next = source.next();
      const { done, value: given } = isPromise(next) ? await next : next;
      if (done) return;
      // A plain generator may give promises.
      const value = isPromise(given) ? await given : given;
      if (this.#left) continue;
      this.#credit -= 1;
      const now = performance.now();
      this.outbox.addValue(now, movedWith(value), Up.Item, this.call, value);
      this.outbox.flushIfDue(now);
      this.outbox.flushFirst();
      if (now - since > BREATH) {
        await breathe();
        since = performance.now();
      }
    }
  }
}

/** Whether a value has to be awaited. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
