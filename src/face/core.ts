import * as glue from "centaurus-proxy-glue";
import type { CallOptions } from "../centaurus.js";
import { CallStream } from "./call-stream.js";
import { TerminatedError, UnknownFunctionError } from "./errors.js";
import { Gate, type Waiting } from "./gate.js";
import { loadModule } from "./load.js";
import { nearest } from "./nearest.js";
import { duration, type Settings, whole } from "./options.js";
import { type Listener, Proxy, type Task } from "./proxy.js";
import { Workers } from "./workers.js";

/** A function that can be called: its number is known once its registration has gone to the proxy. */
export interface Entry {
  readonly name: string;
  id: number;
}

/** What a call runs: a registered function, or source text. */
export type Target = Entry | { readonly name: string; readonly source: string };

/** Priorities beyond this say nothing that this does not. */
const PRIORITY = 2 ** 31 - 1;
/** A call that killed so many workers will kill the next one. */
const RETRIES = 1_000;

/** Pools that have begun. Nothing else holds on to a pool whose page keeps only a promise of it, and a call under way
 *  must not be collected with it. */
const alive = new Set<Core>();

/** The way from a method of the class to the proxy: waits for the proxy to load, makes promises, watches signals. */
export class Core {
  readonly gate: Gate;
  readonly entries = new Map<string, Entry>();
  readonly workers: Workers;
  /** Set once the pool takes no more. */
  ended: Error | undefined;
  #proxy: Proxy | undefined;
  readonly #listener: Listener;
  #whenClosed: (() => void) | undefined;

  constructor(readonly settings: Settings, listener: Listener) {
    this.workers = new Workers(settings, ({ id, slot }, error) => listener.event("workererror", { worker: id, slot, error }));
    this.#listener = {
      event: (kind, detail) => listener.event(kind, detail),
      state: (state) => {
        if (state === null) this.#whenClosed?.();
        else listener.state(state);
      },
    };
    this.gate = new Gate(() => this.#begin());
  }

  /** The proxy, once it is loaded and everything that was asked before has been passed on to it. */
  get proxy(): Proxy | undefined {
    return this.gate.open ? this.#proxy : undefined;
  }

  async #begin(): Promise<void> {
    alive.add(this);
    this.workers.prespawn();
    const module = await loadModule(this.settings.proxy());
    const { memory } = glue.initSync({ module });
    if (this.ended) return;
    this.#proxy = new Proxy(memory, this.settings, this.workers, this.#listener);
    this.workers.owner = this.#proxy;
  }

  /** Does something with the proxy as soon as it is there, in order. */
  enter(run: (proxy: Proxy) => void, reject: (error: unknown) => void): Waiting {
    const waiting = { run: () => run(this.#proxy as Proxy), reject };
    if (this.ended) reject(this.ended);
    else this.gate.pass(waiting);
    return waiting;
  }

  /** Calls a function. */
  call(target: Target, args: unknown[], options: CallOptions | undefined, gate?: Gate): Promise<unknown> {
    const context = new Error(target.name);
    const { proxy } = this;
    if (!options && !gate && "id" in target && proxy && !this.ended) {
      return new Promise((resolve, reject) => void proxy.call({ target: target.id, args, resolve, reject, context }));
    }
    return new Promise((resolve, reject) => this.#send(target, args, options, context, resolve, reject, undefined, gate));
  }

  /** Calls a function whose result is taken value by value. */
  stream<T>(target: Target, args: unknown[], options: CallOptions | undefined): CallStream<T> {
    const context = new Error(target.name);
    let call = -1;
    let leave = () => {};
    return new CallStream<T>({
      start: (onItem, onEnd, onError) => {
        leave = this.#send(target, args, options, context, onEnd, onError, onItem, undefined, (id) => (call = id));
      },
      credit: (count) => {
        if (call >= 0) this.proxy?.credit(call, count);
      },
      leave: () => leave(),
    });
  }

  /** Calls a function once on every worker. */
  broadcast(name: string, args: unknown[]): Promise<unknown[]> {
    const context = new Error(name);
    return new Promise((resolve, reject) => {
      this.enter((proxy) => {
        const entry = this.entries.get(name);
        if (entry) proxy.broadcast(entry.id, args, context).then(resolve, reject);
        else reject(this.unknown(name));
      }, reject);
    });
  }

  /** The error for a name that nothing is registered under. */
  unknown(name: string): Error {
    return new UnknownFunctionError(name, nearest(name, this.entries.keys()));
  }

  /** Ends everything now. */
  terminate(): void {
    this.ended ??= new TerminatedError("The pool was ended by terminate()");
    this.proxy?.terminate();
    this.#end();
  }

  /** Ends after everything that is pending has. */
  async close(): Promise<void> {
    if (this.ended && !this.#whenClosed) return;
    // What waits for the proxy was called before and still counts.
    if (!this.proxy && this.gate.waiting > 0) {
      await new Promise<void>((resolve) => this.gate.pass({ run: resolve, reject: () => resolve() }));
    }
    this.ended ??= new TerminatedError("The pool was ended by close()");
    const { proxy } = this;
    if (proxy) {
      await new Promise<void>((resolve) => {
        this.#whenClosed = resolve;
        proxy.close();
      });
    }
    this.#end();
  }

  #end(): void {
    this.#whenClosed?.();
    this.gate.end(this.ended);
    this.workers.dispose();
    alive.delete(this);
  }

  /** Sends a call with everything that it may come with. Returns how to abandon it. */
  #send(
    target: Target,
    args: unknown[],
    options: CallOptions | undefined,
    context: Error,
    resolve: (value: never) => void,
    reject: (error: unknown) => void,
    onItem?: (value: unknown) => void,
    gate?: Gate,
    started?: (call: number) => void,
  ): () => void {
    const { signal, timeout, transfer, priority, key, retry, onProgress } = options ?? {};
    let call = -1;
    let settled = false;
    let waiting: Waiting | undefined;
    const abort = (reason: unknown) => {
      if (settled) return;
      if (call >= 0) return this.proxy?.abort(call, reason);
      if (waiting) (gate ?? this.gate).leave(waiting);
      failed(reason);
    };
    const onAbort = () => abort(signal?.reason);
    const settle = () => {
      settled = true;
      signal?.removeEventListener("abort", onAbort);
    };
    const done = (value: never) => {
      settle();
      resolve(value);
    };
    const failed = (error: unknown) => {
      settle();
      reject(error);
    };
    try {
      if (signal?.aborted) throw signal.reason;
      const wait = duration("timeout", timeout, -1);
      const rank = whole("priority", priority, 0, -PRIORITY, PRIORITY);
      const again = whole("retry", retry, 0, 0, RETRIES);
      if (key !== undefined && typeof key !== "string") throw new TypeError("key must be a string");
      if (transfer && !Array.isArray(transfer)) throw new TypeError("transfer must be an array");
      const run = () => {
        if (settled) return;
        const task: Task = {
          target: "source" in target ? target.source : target.id,
          args,
          transfer: transfer && transfer.length > 0 ? transfer : undefined,
          resolve: done,
          reject: failed,
          listener: onItem ?? onProgress,
          stream: onItem !== undefined,
          context,
        };
        const request = { priority: rank, key, timeout: wait, retry: again, cancellable: signal !== undefined };
        call = (this.#proxy as Proxy).call(task, request);
        started?.(call);
      };
      signal?.addEventListener("abort", onAbort);
      if (gate) {
        waiting = { run: () => this.enter(run, failed), reject: failed };
        gate.pass(waiting);
      } else {
        waiting = this.enter(run, failed);
      }
    } catch (error) {
      failed(error);
    }
    return () => abort(new DOMException("The reader left the stream", "AbortError"));
  }
}
