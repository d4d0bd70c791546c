import { Beside } from "./beside.js";
import { BREATH, breathe } from "./breath.js";
import { type CarriedError, encodeError } from "./failure.js";
import { Form, type Functions, OneOffs, type Registered } from "./functions.js";
import type { Outbox } from "./outbox.js";
import { Down, Flag, STARTED_CELL, Up } from "./protocol.js";
import { restore } from "./rebuild.js";
import { collect, isGenerator, isPromise, sourceOf, type Source, StreamRun, whole } from "./stream.js";
import { type Host, isMoved, move, movedWith, Task } from "./task.js";

/** Items of a message that wait for their turn. */
interface Waiting {
  message: unknown[];
  at: number;
}

/** Elements that follow each tag that waits for its turn. */
const FIELDS: Record<number, number> = {
  [Down.Hello]: 1, [Down.Register]: 3, [Down.Call]: 4, [Down.Run]: 4, [Down.Abort]: 2, [Down.Credit]: 2, [Down.Errors]: 1,
};

/** Takes the place of a tag whose call was aborted before its turn. */
const DROPPED = 0;

/**
 * Runs calls strictly one after another, in the order they came; streams run beside them once started, and calls of some
 * services beside each other. Aborts and credit are obeyed the moment they arrive. Deciding what to send here, and when to give up on it, is the proxy's.
 */
export class Executor implements Host {
  cells: Int32Array | undefined;
  /** The call whose turn it is, or -1. */
  current = -1;
  readonly #queue: Waiting[] = [];
  readonly #streams = new Map<number, { run: StreamRun; task: Task }>();
  readonly #beside = new Beside();
  readonly #oneOffs = new OneOffs();
  readonly #context: object;
  #task: Task | undefined;
  #busy = false;
  #stopped = false;
  #since = 0;
  /** The time when something last began or ended: reading the clock is a good part of a small call. */
  #now = 0;
  #reported = 0;

  constructor(
    readonly outbox: Outbox,
    readonly functions: Functions,
    readonly register: (registration: number, kind: number, payload: unknown, context: object) => Promise<unknown> | unknown,
    readonly trapped: (call: number, error: Error) => void,
  ) {
    this.#context = currentTask(() => this.#task);
    outbox.onLost = (call) => {
      const stream = this.#streams.get(call);
      this.#streams.delete(call);
      stream?.run.leave();
    };
  }

  /** Nothing is run before this has come; what arrives waits. */
  await(signal: Promise<void>): void {
    this.#busy = true;
    void signal.then(() => this.#drain());
  }

  /** A message from the proxy. */
  receive(message: unknown[]): void {
    let waits = false;
    for (let at = 1; at < message.length; ) {
      const tag = message[at] as Down;
      if (tag === Down.Abort) this.#abort(message[at + 1] as number, message[at + 2], message);
      else if (tag === Down.Credit) this.#streams.get(message[at + 1] as number)?.run.credit(message[at + 2] as number);
      else waits = true;
      at += 1 + (FIELDS[tag] ?? 0);
    }
    if (!waits) return;
    this.#queue.push({ message, at: 1 });
    if (!this.#busy) this.#drain();
  }

  /** No call is started any more: the worker is about to die. */
  stop(): void {
    this.#stopped = true;
  }

  report(call: number, value: unknown, moved?: readonly Transferable[]): void {
    const now = performance.now();
    this.outbox.addValue(now, moved, Up.Progress, call, value);
    // The code that reports usually goes on without a pause, so waiting for its end would make progress arrive with
    // the result; reports in quick succession share a message.
    if (moved || now - this.#reported >= BREATH) {
      this.#reported = now;
      this.outbox.flush();
    } else {
      this.outbox.flushSoon();
    }
  }

  /** Works the queue off; comes back by itself where something has to be awaited. */
  #drain(): void {
    this.#busy = true;
    this.#since = this.#now = performance.now();
    while (!this.#stopped) {
      const waiting = this.#queue[0];
      if (!waiting) break;
      const { message, at } = waiting;
      const tag = message[at] as Down;
      const entry = tag === Down.Call ? this.functions.get(message[at + 2] as number) : undefined;
      const first = this.#beside.before(entry);
      if (first) {
        this.outbox.flush();
        void first.then(() => this.#drain());
        return;
      }
      const end = at + 1 + (FIELDS[tag] ?? FIELDS[Down.Call] as number);
      waiting.at = end;
      if (end >= message.length) this.#queue.shift();
      const later = this.#item(tag, message, at);
      if (later) {
        this.outbox.flush();
        void later.then(() => this.#drain());
        return;
      }
      if (this.#queue.length > 0 && this.#now - this.#since > BREATH) {
        this.outbox.flush();
        void breathe().then(() => this.#drain());
        return;
      }
    }
    this.#busy = false;
    this.outbox.flush();
  }

  #item(tag: Down, message: unknown[], at: number): Promise<void> | undefined {
    switch (tag) {
      case Down.Call:
        return this.#call(
          message[at + 1] as number,
          this.functions.get(message[at + 2] as number),
          message[at + 3] as number,
          message[at + 4] as unknown[],
        );
      case Down.Run: {
        const call = message[at + 1] as number;
        try {
          const entry = this.#oneOffs.get(message[at + 2] as string, this.#context);
          return this.#call(call, entry, message[at + 3] as number, message[at + 4] as unknown[]);
        } catch (error) {
          this.#fail(call, performance.now(), error);
          return undefined;
        }
      }
      case Down.Register:
        return this.#register(message[at + 1] as number, message[at + 2] as number, message[at + 3]);
      case Down.Errors:
        restore(message[at + 1] as CarriedError[], message.slice(at + 2));
        return undefined;
      default:
        return undefined;
    }
  }

  #register(registration: number, kind: number, payload: unknown): Promise<void> | undefined {
    const failed = (error: unknown) => {
      this.outbox.add((this.#now = performance.now()), undefined, Up.RegisterFailed, registration, encodeError(error));
      this.outbox.flush();
    };
    const succeeded = (found: unknown) =>
      this.outbox.add((this.#now = performance.now()), undefined, Up.Registered, registration, found);
    try {
      const found = this.register(registration, kind, payload, this.#context);
      if (isPromise(found)) return found.then(succeeded, failed) as Promise<void>;
      succeeded(found);
    } catch (error) {
      failed(error);
    }
    return undefined;
  }

  #call(call: number, entry: Registered | undefined, flags: number, args: unknown[]): Promise<void> | undefined {
    const start = this.#now;
    if (flags & (Flag.Marked | Flag.Stream)) {
      this.outbox.add(start, undefined, Up.Started, call);
      this.outbox.flush();
    }
    if (this.cells) Atomics.store(this.cells, STARTED_CELL, call + 1);
    const task = new Task(this, call, flags);
    if (entry?.beside && !(flags & Flag.Stream)) {
      this.#alongside(call, task, entry, flags, args);
      return undefined;
    }
    if (flags & Flag.Stream) {
      void this.#stream(call, task, entry, args, start);
      this.#now = performance.now();
      return undefined;
    }
    this.current = call;
    this.#task = task;
    try {
      let result = invoke(entry, task, args);
      if (isGenerator(result)) result = collect(result as Source);
      if (isPromise(result)) {
        const returned = whole(result).then((value) => this.#end(call, flags, start, value, false));
        return returned.catch((error: unknown) => this.#end(call, flags, start, error, true));
      }
      this.#end(call, flags, start, result, false);
    } catch (error) {
      this.#end(call, flags, start, error, true);
    }
    return undefined;
  }

  /** Runs a call beside those of its service that came before it. They end in the order in which they came, so that what
   *  the page may think of calls in a worker's hands holds: those before the last that has begun have begun. */
  #alongside(call: number, task: Task, entry: Registered, flags: number, args: unknown[]): void {
    this.current = call;
    const run = async () => invoke(entry, task, args);
    this.#beside.add(entry, call, task, run, (value, threw, share) => {
      const { last } = this.#beside;
      Task.end(task);
      // A trap ends all of them, and the last may have begun.
      if (threw && isTrap(value)) return this.#stopped ? undefined : this.trapped(this.current, value);
      const now = performance.now();
      this.#end(call, flags, now - share, value, threw, now);
      this.current = last;
      // Whoever is through in the same turn comes along.
      if (last < 0) this.outbox.flush();
      else this.outbox.flushSoon();
    });
    this.#now = performance.now();
  }

  #end(call: number, flags: number, start: number, value: unknown, threw: boolean, now = performance.now()): void {
    this.current = -1;
    Task.end(this.#task);
    this.#task = undefined;
    if (this.#stopped) return;
    this.#now = now;
    const moved = threw ? undefined : movedWith(value);
    if (threw) {
      if (isTrap(value)) return this.trapped(call, value);
      this.#fail(call, start, value);
    } else if (moved) {
      this.outbox.addValue(now, moved, Up.Done, call, now - start, value);
    } else {
      this.outbox.done(now, call, now - start, value);
    }
    if (flags & Flag.Marked) this.outbox.flush();
    else this.outbox.flushIfDue(now);
  }

  #fail(call: number, start: number, error: unknown): void {
    const now = performance.now();
    const encoded = encodeError(error);
    this.outbox.add(now, undefined, Up.Failed, call, now - start, encoded);
    // What was thrown may be an object that its thrower goes on with.
    if ("value" in encoded) this.outbox.flush();
  }

  async #stream(call: number, task: Task, entry: Registered | undefined, args: unknown[], start: number): Promise<void> {
    const run = new StreamRun(call, this.outbox);
    const stream = { run, task };
    // Once a value could not be sent the page knows the call as failed, and its number may be another's.
    const over = () => this.#stopped || this.#streams.get(call) !== stream;
    this.#streams.set(call, stream);
    try {
      const result = await this.#begin(task, entry, args);
      await run.pump((isMoved(result) ? undefined : sourceOf(result)) ?? [result][Symbol.iterator]());
      Task.end(task);
      if (over()) return;
      const now = performance.now();
      this.outbox.add(now, undefined, Up.Done, call, now - start, undefined);
    } catch (error) {
      Task.end(task);
      if (over()) return;
      if (isTrap(error)) return this.trapped(call, error);
      this.#fail(call, start, error);
    }
    this.#streams.delete(call);
    this.outbox.flushSoon();
  }

  /** An arrow function's `this` stands for the stream's task while it runs; its generator has one of its own. */
  #begin(task: Task, entry: Registered | undefined, args: unknown[]): unknown {
    this.#task = task;
    try {
      return invoke(entry, task, args);
    } finally {
      this.#task = undefined;
    }
  }

  #abort(call: number, reason: unknown, message: unknown[]): void {
    const stream = this.#streams.get(call);
    if (stream) {
      Task.abort(stream.task, reason);
      stream.run.leave();
    } else {
      const task = this.#beside.task(call) ?? (call === this.current ? this.#task : undefined);
      if (task) Task.abort(task, reason);
      else this.#drop(call, message);
    }
  }

  /** The call has not started; it never will. Its number may already be another call's, so nothing is remembered. */
  #drop(call: number, arriving: unknown[]): void {
    for (const { message, at } of [...this.#queue, { message: arriving, at: 1 }]) {
      for (let i = at; i < message.length; ) {
        const tag = message[i] as Down;
        if ((tag === Down.Call || tag === Down.Run) && message[i + 1] === call) {
          message[i] = DROPPED;
          const dropped = new DOMException("The call was aborted before it started", "AbortError");
          this.#fail(call, performance.now(), dropped);
          this.outbox.flushSoon();
          return;
        }
        i += 1 + (FIELDS[tag] ?? FIELDS[Down.Call] as number);
      }
    }
  }
}

function invoke(entry: Registered | undefined, task: Task, args: unknown[]): unknown {
  if (!entry) throw new ReferenceError("The function was not registered in this worker");
  if (entry.form === Form.Plain) return entry.run.apply(task, args);
  let settled = false;
  let result: unknown;
  let thrown: unknown;
  let failed = false;
  let wake: (() => void) | undefined;
  const settle = (value: unknown, asError: boolean) => {
    if (settled) return;
    settled = true;
    failed = asError;
    if (asError) thrown = value;
    else result = value;
    wake?.();
  };
  try {
    const returned = entry.run.call(task, (value: unknown) => settle(value, false), (error: unknown) => settle(error, true), ...args);
    // An async function in the original form may fail before it calls either.
    if (!settled && isPromise(returned)) returned.then(undefined, (error: unknown) => settle(error, true));
  } catch (error) {
    // As in a promise's executor: what is thrown after the result is of no interest, save that a trap is.
    if (!settled || isTrap(error)) throw error;
  }
  if (settled) {
    if (failed) throw thrown;
    return result;
  }
  return new Promise<unknown>((resolve, reject) => {
    wake = () => (failed ? reject(thrown) : resolve(result));
  });
}

/** A wasm instance that trapped is left in the middle of whatever it was doing and must not be used again. */
function isTrap(error: unknown): error is Error {
  try {
    return error instanceof WebAssembly.RuntimeError;
  } catch {
    // A proxy that throws; or there is no WebAssembly.
    return false;
  }
}

/** `this` for arrow functions, which cannot be given one per call: it stands for the call whose turn it is. */
function currentTask(task: () => Task | undefined): object {
  return Object.freeze({
    get signal() {
      return task()?.signal;
    },
    progress: (value: unknown) => task()?.progress(value),
    transfer: move,
  });
}
