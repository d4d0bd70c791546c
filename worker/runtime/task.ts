import { ABORT_CELLS, ABORT_RING, Flag } from "./protocol.js";

/** What goes with a value to the caller by being moved instead of cloned. */
const moves = new WeakMap<object, readonly Transferable[]>();

/** Values that the runtime made for a message: nobody else holds them. */
const made = new WeakSet<object>();

/** Gives the value, which the objects of the list go with when it is sent. */
export function move<T>(value: T, list: Iterable<Transferable>): T {
  const moved = [...list];
  if (typeof value === "object" && value !== null) moves.set(value, moved);
  return value;
}

/** Bytes that the runtime made, to be moved when they are sent. */
export function moveMade(bytes: Uint8Array): Uint8Array {
  made.add(bytes);
  return move(bytes, [bytes.buffer as ArrayBuffer]);
}

/** Whether nobody can change the value before it is sent. */
export const isMade = (value: unknown): boolean => made.has(value as object);

/** Whether something is to be moved with a value: then it is sent as the one that it is. */
export const isMoved = (value: unknown): boolean => moves.has(value as object);

/** What is moved with a value that is sent now. */
export function movedWith(value: unknown): readonly Transferable[] | undefined {
  const list = moves.get(value as object);
  if (list) moves.delete(value as object);
  return list;
}

/** What a task needs of the worker it runs in. */
export interface Host {
  /** The `Int32Array` shared with the page where that is allowed. */
  readonly cells: Int32Array | undefined;
  report(call: number, value: unknown, moved?: readonly Transferable[]): void;
}

/** `this` of a running function. */
export class Task {
  readonly #host: Host;
  readonly #call: number;
  readonly #listened: boolean;
  #controller: AbortController | undefined;
  /** The call has ended: what the function still does is heard by nobody. */
  #ended = false;

  constructor(host: Host, call: number, flags: number) {
    this.#host = host;
    this.#call = call;
    this.#listened = (flags & Flag.Progress) !== 0;
  }

  /** Fires when the caller aborts or the call's time is up. */
  get signal(): AbortSignal {
    this.#controller ??= this.#watch(new AbortController());
    return this.#controller.signal;
  }

  /** Tells the caller how far the task is. */
  progress(value: unknown): void {
    if (this.#listened && !this.#ended) this.#host.report(this.#call, value, movedWith(value));
  }

  /** Returns `value` with the transferables of `list` moved, not cloned. */
  transfer<T>(value: T, list: readonly Transferable[]): T {
    return move(value, list);
  }

  /** Sends the page something of the runtime's own by the way of progress; not for tasks. */
  static ask(task: Task, value: unknown, moved: readonly Transferable[]): void {
    if (task.#listened && !task.#ended) task.#host.report(task.#call, value, moved);
  }

  /** The call has ended, and its number may become another's; not for tasks. */
  static end(task: Task | undefined): void {
    if (task) task.#ended = true;
  }

  /** The worker's own hand on the task; not for tasks. */
  static abort(task: Task, reason: unknown): void {
    task.#controller ??= task.#watch(new AbortController());
    task.#controller.abort(reason);
  }

  /** Lets `signal.aborted` turn true inside a loop that never yields, where no message can arrive: the page writes
   *  the call into shared memory, and reading `aborted` looks there. */
  #watch(controller: AbortController): AbortController {
    const cells = this.#host.cells;
    if (!cells) return controller;
    const cell = ABORT_CELLS + (this.#call % ABORT_RING);
    const mark = this.#call + 1;
    let seen = false;
    const look = (): boolean => {
      if (!seen && !this.#ended && !nativeAborted(controller.signal) && Atomics.load(cells, cell) === mark) {
        // Deno's abort() itself asks `aborted` first.
        seen = true;
        controller.abort();
      }
      return nativeAborted(controller.signal);
    };
    Object.defineProperties(controller.signal, {
      aborted: { get: look, configurable: true },
      throwIfAborted: {
        value: () => {
          if (look()) throw controller.signal.reason;
        },
        configurable: true,
      },
    });
    return controller;
  }
}

const abortedGetter = Object.getOwnPropertyDescriptor(AbortSignal.prototype, "aborted")?.get;

function nativeAborted(signal: AbortSignal): boolean {
  return abortedGetter?.call(signal) as boolean;
}
