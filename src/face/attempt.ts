import type { CallOptions } from "../centaurus.js";
import { failure, forCall, transfers } from "./errors.js";
import type { Passage } from "./gate.js";
import { duration, whole } from "./options.js";
import { clearTimeout, clock, setTimeout } from "./platform.js";
import type { Proxy } from "./proxy.js";
import { isMutable, type Sent, snapshot } from "./snapshot.js";
import { watch } from "./signals.js";
import type { Request, Task } from "./task.js";

/** What a call runs: a function's number or source text; nothing while its name is not known. */
export type Code = number | string | undefined;

/** How a call is to be made. */
export interface Plan extends Sent {
  options: CallOptions | undefined;
  /** Takes the values of a stream. */
  onItem?: ((value: unknown) => void) | undefined;
  /** It is made once on every worker, and gives all results. */
  everywhere?: boolean;
}

/** Priorities beyond this say nothing that this does not. */
const PRIORITY = 2 ** 31 - 1;
/** A call that killed so many workers will kill the next one. */
const RETRIES = 1_000;
/** The longest that a timer of the platform can wait, in ms (HTML: a signed 32-bit number). */
const LONGEST_TIMER = 2 ** 31 - 1;

/** A call from when it is asked for until it settles: what it waits for, its signal, its timeout. */
export class Attempt {
  readonly #options: CallOptions;
  readonly #request: Omit<Request, "timeout">;
  readonly #deadline: number;
  /** Its numbers at the proxy while they are its own; several for a broadcast. */
  readonly #calls = new Set<number>();
  readonly #unwatch: (() => void) | undefined;
  #proxy: Proxy | undefined;
  #leave = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #settled = false;

  /** Throws what the call is to be rejected with if it cannot be made at all. */
  constructor(readonly plan: Plan, readonly resolve: (value: never) => void, readonly reject: (error: unknown) => void) {
    const options = plan.options ?? {};
    const { signal, timeout, transfer, priority, key, retry, onProgress } = options;
    if (signal && typeof signal.addEventListener !== "function") throw new TypeError("signal must be an AbortSignal");
    if (signal?.aborted) throw signal.reason;
    const wait = duration("timeout", timeout, -1);
    if (key !== undefined && typeof key !== "string") throw new TypeError("key must be a string");
    if (transfer && !Array.isArray(transfer)) throw new TypeError("transfer must be an array");
    if (onProgress && typeof onProgress !== "function") throw new TypeError("onProgress must be a function");
    if (!plan.fixed) plan.transfer = transfer?.length ? transfer : undefined;
    if (plan.transfer && plan.everywhere) throw new TypeError("a broadcast cannot transfer");
    if (plan.transfer) transfers.set(plan.context, plan.transfer);
    this.#options = options;
    this.#deadline = wait < 0 ? Infinity : clock() + wait;
    this.#request = {
      priority: whole("priority", priority, 0, -PRIORITY, PRIORITY),
      key,
      retry: whole("retry", retry, 0, 0, RETRIES),
      cancellable: signal ? 1 : 0,
    };
    this.#unwatch = signal && watch(signal, () => this.abort(signal.reason));
  }

  /** Waits until it can be sent. `wait` gives how to leave. */
  wait(wait: (refused: (error: unknown) => void) => () => void): void {
    this.#leave = wait((error) => this.fail(forCall(error, this.plan.context)));
    if (this.#proxy || this.#settled) return;
    const { context, args } = this.plan;
    if (isMutable(this.plan)) {
      try {
        snapshot(this.plan);
      } catch (error) {
        this.#leave();
        throw error;
      }
    }
    const left = this.#left();
    if (left < 0 || left > LONGEST_TIMER) return;
    this.#timer = setTimeout(() => this.abort(failure("TimeoutError", context, args)), left);
  }

  /** Sends it. */
  send(proxy: Proxy, code: number | string): void {
    clearTimeout(this.#timer);
    if (this.#settled) return;
    this.#proxy = proxy;
    const request = { ...this.#request, timeout: this.#left() };
    if (this.plan.everywhere) return this.#broadcast(proxy, code as number, request);
    const call = proxy.call(this.#task(code, (value) => this.#done(value), (error) => this.fail(error)), request);
    if (call >= 0 && !this.#settled) this.#calls.add(call);
  }

  /** The caller's signal fired, its time is up, or the reader of its stream left. */
  abort(reason: unknown): void {
    if (this.#settled) return;
    for (const call of this.#calls) this.#proxy?.abort(call, reason);
    if (this.#proxy) return;
    this.#leave();
    this.fail(reason);
  }

  /** The reader of a stream has taken so many values. */
  credit(count: number): void {
    for (const call of this.#calls) this.#proxy?.credit(call, count);
  }

  fail(error: unknown): void {
    this.#settle();
    this.reject(error);
  }

  #done(value: unknown): void {
    this.#settle();
    this.resolve(value as never);
  }

  #settle(): void {
    this.#settled = true;
    this.#calls.clear();
    clearTimeout(this.#timer);
    this.#unwatch?.();
  }

  /** Milliseconds to its deadline, -1 without one. */
  #left(): number {
    return this.#deadline === Infinity ? -1 : Math.max(0, this.#deadline - clock());
  }

  #task(target: number | string, resolve: (value: never) => void, reject: (error: unknown) => void): Task {
    const { args, transfer, errors, fixed, context, onItem } = this.plan;
    return { target, args, transfer, errors, fixed, resolve, reject, onItem, onProgress: this.#options.onProgress, context };
  }

  #broadcast(proxy: Proxy, target: number, request: Request): void {
    const results: Promise<unknown>[] = [];
    try {
      if (isMutable(this.plan)) snapshot(this.plan);
    } catch (error) {
      return this.fail(error);
    }
    proxy.broadcast(target, request, (call) => {
      let task!: Task;
      results.push(
        new Promise((resolve, reject) => {
          // Its number may be another call's from then on.
          const ending = (settle: (how: unknown) => void) => (how: unknown) => {
            this.#calls.delete(call);
            settle(how);
          };
          task = this.#task(target, ending(resolve), ending(reject));
        }),
      );
      if (call >= 0) this.#calls.add(call);
      return task;
    });
    Promise.all(results).then((values) => this.#done(values), (error: unknown) => this.fail(error));
  }
}

/** A gate for calls of a name that nobody knows, while modules are loading of whose exports it may be one. Before it
 *  lets one pass that still is not known, it waits for what the error takes. */
export function untilKnown(known: () => boolean, modules: Set<Promise<unknown>>, prepare: () => Promise<unknown>): Passage {
  return {
    pass: async (waiting) => {
      while (!known() && modules.size > 0) await Promise.allSettled(modules);
      if (!known()) await prepare();
      waiting.run();
    },
    leave: () => {},
  };
}
