import type { CallOptions } from "../centaurus.js";
import { Attempt, type Plan, untilKnown } from "./attempt.js";
import { CallStream } from "./call-stream.js";
import { failure, UnknownFunctionError, WorkerLoadError } from "./errors.js";
import { Gate, type Passage } from "./gate.js";
import { instantiate } from "./instance.js";
import { diagnosed, extra, loadModule } from "./load.js";
import type { nearest } from "./nearest.js";
import type { Settings } from "./options.js";
import { type Listener, type Owning, Proxy } from "./proxy.js";
import { isMutable, snapshot } from "./snapshot.js";
import { Workers } from "./workers.js";

/** A function that can be called: its number is known once its registration has gone to the proxy. */
export interface Entry {
  readonly name: string;
  id: number;
}

/** What a call runs: a registered function, source text, or a name of which nobody knows yet what it stands for. */
export type Target = Entry | { readonly name: string; readonly source?: string };

/** Pools of which a promise is pending. Nothing else holds on to a pool whose page keeps only a promise of it, and a call
 *  under way must not be collected with it. */
const alive = new Set<Core>();
/** The document of this script is gone. */
let gone = false;

// What waits for a removed frame's or a closed window's pool is elsewhere, and no promise of theirs settles afterwards.
// In WebKit a store whose page is ended so, amid a transaction, stays blocked for every other page.
if (((globalThis.parent as unknown) !== globalThis || globalThis.opener) && globalThis.navigator?.vendor?.[0] !== "A") {
  globalThis.addEventListener?.("pagehide", ({ persisted }) => {
    if (persisted) return;
    gone = true;
    for (const core of alive) core.terminate();
  });
}

/** The way from a method of the class to the proxy: waits for the proxy to load, makes promises, watches signals. */
export class Core {
  readonly entries = new Map<string, Entry>();
  /** Modules under way whose exports are not known yet: a name that is unknown now may be one of theirs. */
  readonly unnamed = new Set<Promise<unknown>>();
  readonly workers: Workers;
  /** Asks workers of the page's own which functions they expose, unless they have been asked. */
  discover: (() => void) | undefined;
  /** Why they could not be asked. */
  undiscovered: unknown;
  #nearest: typeof nearest | undefined;
  #ended = false;
  /** Calls that wait for something to be loaded. */
  waiting = 0;
  /** Those, and whatever else has not reached the proxy yet. */
  #early = 0;
  #over = false;
  #pending = 0;
  #closing: Promise<void> | undefined;
  #whenClosed: (() => void) | undefined;
  #module: Promise<WebAssembly.Module> | undefined;
  #proxy: Proxy | undefined;
  readonly #gate: Gate;
  readonly #listener: Owning;

  constructor(readonly settings: Settings, readonly listener: Listener & { ended(error: Error): void }) {
    this.workers = new Workers(settings, ({ id, slot }, error) => {
      if (listener.event("workererror", { worker: id, slot, error })) globalThis.reportError(error);
    });
    this.#listener = {
      event: (kind, detail) => listener.event(kind, detail),
      state: (state) => (state === null ? this.#end() : listener.state(state)),
      hold: (count) => this.#hold(count),
    };
    this.#gate = new Gate(() => this.#begin());
    // Under way before it is needed; who needs it is told if it fails.
    this.#load().catch(() => {});
  }

  /** It takes no more calls. */
  get ended(): boolean {
    return this.#ended || gone;
  }

  /** The proxy, once it is loaded and everything that was asked before has been passed on to it. */
  get proxy(): Proxy | undefined {
    return this.#gate.open ? this.#proxy : undefined;
  }

  #load(): Promise<WebAssembly.Module> {
    return (this.#module ??= loadModule(this.settings.proxy, this.settings.extras).catch((error: unknown) => {
      this.#module = undefined;
      throw error;
    }));
  }

  async #begin(): Promise<void> {
    this.workers.prespawn();
    try {
      const wasm = instantiate(await this.#load());
      if (this.#over) return;
      this.#proxy = new Proxy(wasm, this.settings, this.workers, this.#listener);
      this.workers.owner = this.#proxy;
    } catch (error) {
      this.workers.dispose();
      throw error instanceof WorkerLoadError ? error : await diagnosed("The proxy's WebAssembly", error, this.settings.extras);
    }
  }

  /** Starts the pool. */
  wake(): void {
    this.#gate.start();
  }

  /** Does something with the proxy as soon as it is there, in order. What is to be kept does not start the pool, and is
   *  done even if the proxy comes only at a later attempt, though it has been rejected by then. Gives how to leave. */
  enter(run: (proxy: Proxy) => void, reject: (error: unknown) => void, keep = false): () => void {
    return this.#wait(this.#gate, 0, () => run(this.#proxy as Proxy), reject, keep);
  }

  /** Brings up the workers that the pool keeps at least; held until it is known whether they have come. */
  warm(reject: (error: unknown) => void, settled: Promise<unknown>): void {
    this.#hold(1);
    const release = () => this.#hold(-1);
    settled.then(release, release);
    this.enter((proxy) => proxy.warm(), reject);
  }

  /** What is registered under a name, or may be. */
  find(name: string): Target {
    const known = this.entries.get(name);
    if (!known) this.discover?.();
    return known ?? { name };
  }

  /** Calls a function. */
  call(target: Target, args: unknown[], options: CallOptions | undefined, gate?: Passage): Promise<unknown> {
    const context = new Error(target.name);
    const { proxy } = this;
    if (!options && !gate && "id" in target && proxy && !this.ended) {
      return new Promise((resolve, reject) => void proxy.call({ target: target.id, args, resolve, reject, context }));
    }
    return new Promise((resolve, reject) => void this.#try(target, { args, options, context }, resolve, reject, gate));
  }

  /** Calls a function whose result is taken value by value. `shared` arguments may change before the call starts. */
  stream<T>(target: Target, args: unknown[], options: CallOptions | undefined, gate?: Passage, shared = false): CallStream<T> {
    const plan: Plan = { args, options, context: new Error(target.name), transfer: options?.transfer };
    // Until its stack is read, V8 has an error hold the functions on the stack, and by them what reads the stream.
    Reflect.get(plan.context, "stack");
    let attempt: Attempt | undefined;
    let refused: { error: unknown } | undefined;
    try {
      if (shared && isMutable(plan)) snapshot(plan);
    } catch (error) {
      refused = { error };
    }
    return new CallStream<T>({
      start: (onItem, onEnd, onError) => {
        if (refused) return onError(refused.error);
        attempt = this.#try(target, { ...plan, onItem }, onEnd, onError, gate);
      },
      credit: (count) => attempt?.credit(count),
      leave: () => attempt?.abort(new DOMException("The reader left the stream", "AbortError")),
    });
  }

  /** Calls a function once on every worker. */
  broadcast(target: Target, args: unknown[], options: CallOptions | undefined): Promise<unknown[]> {
    const context = new Error(target.name);
    return new Promise((resolve, reject) => void this.#try(target, { args, options, context, everywhere: true }, resolve, reject));
  }

  /** Ends everything now. */
  terminate(): void {
    this.#ended = true;
    this.#proxy?.terminate();
    this.#end();
  }

  /** Ends after everything that is pending has. */
  close(): Promise<void> {
    return (this.#closing ??= new Promise((resolve) => {
      this.#whenClosed = resolve;
      this.#ended = true;
      if (this.#over) resolve();
      // A registration that is awaited in this turn has its `then` called, which starts the pool, in a microtask.
      else queueMicrotask(() => this.#closeOnceQuiet());
    }));
  }

  /** What has not reached the proxy yet was asked before `close()` and still counts, save registrations that no call
   *  has needed. */
  #closeOnceQuiet(): void {
    if (!this.#whenClosed || this.#over || (this.#gate.asleep ? this.waiting : this.#early) > 0) return;
    if (this.#proxy) this.#proxy.close();
    else this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    const error = failure("TerminatedError");
    this.#gate.end(error);
    this.listener.ended(error);
    this.workers.dispose();
    this.#whenClosed?.();
  }

  #hold(count: number): void {
    this.#pending += count;
    if (this.#pending > 0) alive.add(this);
    else alive.delete(this);
  }

  /** Waits before a gate; the pool does not close meanwhile. Gives how to leave. */
  #wait(gate: Passage, calls: number, run: () => void, reject: (error: unknown) => void, keep?: boolean): () => void {
    let here = true;
    this.waiting += calls;
    this.#early += 1;
    this.#hold(1);
    const through = () => {
      if (!here) return;
      here = false;
      this.waiting -= calls;
      this.#early -= 1;
      this.#closeOnceQuiet();
      this.#hold(-1);
    };
    const waiting = {
      run: () => {
        run();
        through();
      },
      reject: (error: unknown) => {
        reject(error);
        through();
      },
      keep,
    };
    gate.pass(waiting);
    return () => {
      gate.leave(waiting);
      through();
    };
  }

  /** Makes a call with everything that it may come with. */
  #try(
    target: Target,
    plan: Plan,
    resolve: (value: never) => void,
    reject: (error: unknown) => void,
    gate: Passage = this.#gate,
  ): Attempt | undefined {
    let attempt: Attempt | undefined;
    try {
      if (this.ended) throw failure("TerminatedError", plan.context, plan.args);
      const made = (attempt = new Attempt(plan, resolve, reject));
      made.wait((refused) => this.#approach(target, made, gate, refused));
    } catch (error) {
      if (attempt) attempt.fail(error);
      else reject(error);
    }
    return attempt;
  }

  /** Has a call pass everything that is before it. Gives how to leave. */
  #approach(target: Target, attempt: Attempt, gate: Passage, refused: (error: unknown) => void): () => void {
    const { name } = target;
    const code = () => ("id" in target ? target.id : (target.source ?? this.entries.get(name)?.id));
    if (!this.proxy && this.waiting >= this.settings.queueLimit + this.settings.max) {
      const { context, args } = attempt.plan;
      throw failure("QueueFullError", context, args);
    }
    const unknown = () => code() === undefined;
    if (unknown()) {
      if (this.unnamed.size > 0) this.wake();
      // It is refused, so nothing of it is cloned or moved.
      else attempt.plan.fixed = true;
      const prepare = async () => (this.#nearest ??= await extra("nearest", this.settings.extras).catch(() => undefined));
      gate = untilKnown(() => !unknown(), this.unnamed, prepare);
    }
    const send = (proxy: Proxy) => attempt.send(proxy, code() as number | string);
    const enter = () => {
      if (this.#over) refused(failure("TerminatedError"));
      else if (unknown()) refused(this.#unknown(name));
      else this.enter(send, refused);
    };
    return this.#wait(gate, 1, gate === this.#gate ? () => send(this.#proxy as Proxy) : enter, refused);
  }

  /** The error of a name that is not known. It is without the nearest names where their script cannot be loaded. */
  #unknown(name: string): unknown {
    return this.undiscovered ?? new UnknownFunctionError(name, this.#nearest?.(name, this.entries.keys()) ?? []);
  }
}
