import * as glue from "centaurus-proxy-glue";
import type { CallOptions } from "../centaurus.js";
import { CallStream } from "./call-stream.js";
import { TerminatedError, UnknownFunctionError } from "./errors.js";
import { Gate, type Waiting } from "./gate.js";
import { type Listener, PageHost } from "./host.js";
import { loadModule } from "./load.js";
import { nearest } from "./nearest.js";
import { duration, type Settings, whole } from "./options.js";

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
  readonly host: PageHost;
  readonly entries = new Map<string, Entry>();
  /** Set once the pool takes no more. */
  ended: Error | undefined;
  #whenClosed: (() => void) | undefined;

  constructor(readonly settings: Settings, listener: Listener) {
    this.host = new PageHost(settings, {
      event: (kind, detail) => listener.event(kind, detail),
      state: (state) => {
        if (state === null) this.#whenClosed?.();
        else listener.state(state);
      },
    });
    this.gate = new Gate(() => this.#begin());
  }

  get pool(): glue.Pool | undefined {
    return this.gate.open ? this.host.pool : undefined;
  }

  async #begin(): Promise<void> {
    alive.add(this);
    this.host.prespawn();
    const module = await loadModule(this.settings.proxy());
    glue.initSync({ module });
    if (this.ended) return;
    const { min, max, broadcast, idleTimeout, queueLimit, killGrace } = this.settings;
    const seed = (Math.random() * 2 ** 32) >>> 0;
    const never = killGrace < 0 ? Number.MAX_SAFE_INTEGER / 1000 : killGrace;
    this.host.pool = new glue.Pool(this.host as never, min, max, broadcast, idleTimeout, queueLimit, never, seed);
  }

  /** Does something with the proxy as soon as it is there, in order. */
  enter(run: (pool: glue.Pool) => void, reject: (error: unknown) => void): Waiting {
    const waiting = { run: () => run(this.host.pool as glue.Pool), reject };
    if (this.ended) reject(this.ended);
    else this.gate.pass(waiting);
    return waiting;
  }

  /** Calls a function. */
  call(target: Target, args: unknown[], options: CallOptions | undefined, gate?: Gate): Promise<unknown> {
    const context = new Error(target.name);
    if (!options && !gate && "id" in target && this.pool && !this.ended) {
      const { pool } = this;
      return new Promise((resolve, reject) => void pool.call(target.id, args, resolve, reject, context));
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
        if (call >= 0) this.pool?.credit(call, count);
      },
      leave: () => leave(),
    });
  }

  /** Calls a function once on every worker. */
  broadcast(name: string, args: unknown[]): Promise<unknown[]> {
    const context = new Error(name);
    return new Promise((resolve, reject) => {
      this.enter((pool) => {
        const entry = this.entries.get(name);
        if (!entry) return reject(this.unknown(name));
        const results: Promise<unknown>[] = [];
        const refused = pool.broadcast(entry.id, args, context, () => {
          let pair: unknown[] = [];
          results.push(new Promise((...both) => (pair = both)));
          return pair;
        });
        if (refused === undefined) Promise.all(results).then(resolve, reject);
        else reject(this.host.failure(refused, context, args, undefined));
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
    this.pool?.terminate();
    this.#end();
  }

  /** Ends after everything that is pending has. */
  async close(): Promise<void> {
    if (this.ended && !this.#whenClosed) return;
    // What waits for the proxy was called before and still counts.
    if (!this.pool && this.gate.waiting > 0) {
      await new Promise<void>((resolve) => this.gate.pass({ run: resolve, reject: () => resolve() }));
    }
    this.ended ??= new TerminatedError("The pool was ended by close()");
    const { pool } = this;
    if (pool) {
      await new Promise<void>((resolve) => {
        this.#whenClosed = resolve;
        pool.close();
      });
    }
    this.#end();
  }

  #end(): void {
    this.#whenClosed?.();
    this.gate.end(this.ended);
    this.host.dispose();
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
      if (call >= 0) return this.pool?.abort(call, reason);
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
        const pool = this.host.pool as glue.Pool;
        const source = "source" in target ? target.source : undefined;
        const id = "id" in target ? target.id : 0;
        call = pool.call_with(
          id, source, args, done, failed, context, rank, key, wait, again, signal !== undefined, onItem !== undefined,
          transfer && transfer.length > 0 ? transfer : undefined, onItem ?? onProgress,
        );
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
