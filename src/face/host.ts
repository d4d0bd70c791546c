import { decode, failure } from "./errors.js";
import { diagnose } from "./load.js";
import type { Settings } from "./options.js";
import type { Pool } from "centaurus-proxy-glue";
import { ABORT_CELLS, ABORT_RING } from "../../worker/runtime/protocol.js";

/** A worker as the page holds it. */
interface Held {
  worker: Worker;
  slot: number;
  /** The proxy's number; nothing for a worker that was started before the proxy was there. */
  id: number | undefined;
  /** Messages that came before the proxy could take them. */
  early: unknown[];
  cells: Int32Array | null;
  lock: string | null;
  /** Ends the wait for the lock. */
  unlock: AbortController | undefined;
  loaded: boolean;
}

/** What listeners of the pool are told. */
export interface Listener {
  event(kind: string, detail: object): void;
  state(state: unknown): void;
}

let locks = 0;

/** The platform as the proxy asks for it: starts workers, watches over them, keeps its timer, makes its errors. */
export class PageHost {
  pool: Pool | undefined;
  readonly #held = new Map<number, Held>();
  #waiting: Held | undefined;
  #bootstrap: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly settings: Settings, readonly listener: Listener) {}

  /** Starts the first worker while the proxy itself is still loading. */
  prespawn(): void {
    try {
      this.#waiting ??= this.#start(0);
    } catch {
      // The proxy will meet the same refusal, and knows how to report it.
    }
  }

  /** The pool ended before it began. */
  dispose(): void {
    this.#waiting?.worker.terminate();
    this.#waiting = undefined;
    clearTimeout(this.#timer);
    if (this.#bootstrap) URL.revokeObjectURL(this.#bootstrap);
    this.#bootstrap = undefined;
  }

  spawn(id: number, slot: number): Worker {
    const held = this.#waiting ?? this.#start(slot);
    this.#waiting = undefined;
    held.id = id;
    held.slot = slot;
    this.#held.set(id, held);
    if (held.early.length > 0) {
      const early = held.early.splice(0);
      queueMicrotask(() => early.forEach((data) => this.pool?.message(id, data)));
    }
    return held.worker;
  }

  hello(id: number): object {
    const held = this.#held.get(id);
    return { lock: held?.lock ?? null, cells: held?.cells ?? null };
  }

  cells(id: number): Int32Array | undefined {
    return this.#held.get(id)?.cells ?? undefined;
  }

  locked(id: number): void {
    const held = this.#held.get(id);
    if (!held?.lock) return;
    held.unlock = new AbortController();
    navigator.locks
      .request(held.lock, { signal: held.unlock.signal }, () => {
        if (this.#held.has(id)) this.pool?.gone(id, new Error("it ended without a word: out of memory, closed, or killed from outside"));
      })
      .catch(() => {
        // The wait was called off.
      });
  }

  forget(id: number): void {
    const held = this.#held.get(id);
    if (!held) return;
    this.#held.delete(id);
    held.unlock?.abort();
    held.worker.onmessage = held.worker.onerror = held.worker.onmessageerror = null;
  }

  soon(): void {
    queueMicrotask(() => this.pool?.tick());
  }

  wake(delay: number): void {
    clearTimeout(this.#timer);
    // The longest that a timer of the platform can wait (HTML: a signed 32-bit number); waking early does no harm.
    this.#timer = setTimeout(() => this.pool?.tick(), Math.min(Math.ceil(delay), 2 ** 31 - 1));
  }

  failure(kind: string, context: unknown, args: unknown, cause: unknown): Error {
    return failure(kind, context, args, cause);
  }

  decode(thrown: unknown, context: unknown): unknown {
    return decode(thrown, context);
  }

  event(kind: string, worker: number, slot: number, detail: unknown): void {
    this.listener.event(kind, { worker, slot, ...(kind === "workerstop" ? { reason: decode(detail, undefined) } : {}) });
  }

  state(state: unknown): void {
    this.listener.state(state);
  }

  #start(slot: number): Held {
    const { worker: url, name } = this.settings;
    const worker = new Worker(this.#script(url), { name: `${name}-${slot}` });
    const held: Held = {
      slot,
      worker,
      id: undefined,
      early: [],
      cells: globalThis.crossOriginIsolated ? new Int32Array(new SharedArrayBuffer(4 * (ABORT_CELLS + ABORT_RING))) : null,
      lock: "locks" in navigator ? `centaurus-${performance.timeOrigin}-${Math.random()}-${(locks += 1)}` : null,
      unlock: undefined,
      loaded: false,
    };
    worker.onmessage = ({ data }: MessageEvent) => {
      held.loaded = true;
      if (held.id === undefined) held.early.push(data);
      else this.pool?.message(held.id, data);
    };
    worker.onmessageerror = () => {
      if (held.id !== undefined) this.pool?.gone(held.id, new Error("it said something that this page cannot deserialize"));
    };
    worker.onerror = (event: ErrorEvent) => {
      event.preventDefault();
      void this.#failed(held, event);
    };
    return held;
  }

  /** A worker's error event means two things: it could not start, or code in it threw where no call could catch it. */
  async #failed(held: Held, event: ErrorEvent): Promise<void> {
    if (held.loaded) {
      const error: unknown = event.error ?? new Error(event.message || "an error without a message");
      const { id } = held;
      if (id !== undefined) this.listener.event("workererror", { worker: id, slot: held.slot, error });
      return;
    }
    const why = await diagnose(this.settings.worker, event.message ?? "");
    if (held.id !== undefined) this.pool?.load_failed(held.id, why);
    else if (this.#waiting === held) this.#waiting = undefined;
  }

  /** A worker's script must be of the page's origin. One of another origin is brought in by a line of ours, which the
   *  other origin has to allow by nothing (classic scripts may be of any origin). */
  #script(url: string): string {
    if (new URL(url).origin === location.origin || /^(blob|data):/.test(url)) return url;
    this.#bootstrap ??= URL.createObjectURL(
      new Blob([`importScripts(${JSON.stringify(url)})`], { type: "text/javascript" }),
    );
    return this.#bootstrap;
  }
}
