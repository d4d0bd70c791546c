import { ABORT_CELLS, ABORT_RING, Down, MAGIC } from "../../worker/runtime/protocol.js";
import { WorkerLoadError } from "./errors.js";
import { Handle } from "./handle.js";
import { broken, diagnosed } from "./load.js";
import { base, type Settings } from "./options.js";
import { queueMicrotask, setTimeout } from "./platform.js";

/** Who is told what workers say. */
export interface Owner {
  message(handle: Handle, data: unknown): void;
  /** The worker could not be started. */
  loadFailed(handle: { id: number }, error: unknown): void;
  /** The worker is gone, or said something that nobody can read. */
  gone(handle: Handle, error: unknown): void;
}

/** A worker's last words and the news of its end come by different ways; the words get so many ms to overtake. */
const LAST_WORDS = 50;

/** Ends the workers of a pool that nobody has any more. */
const collected = new FinalizationRegistry<Set<Handle>>((live) => live.forEach(end));

/** Starts the engine's workers and watches over them. The engine holds a worker that lives, with all that hears of it:
 *  what hears of one holds the pool weakly. */
export class Workers {
  owner: Owner | undefined;
  #early: Handle | undefined;
  #bootstrap: string | undefined;
  readonly #live = new Set<Handle>();
  readonly #self = new WeakRef(this);

  /** `uncaught` is told of what code in a worker threw where no call could catch it. */
  constructor(readonly settings: Settings, readonly uncaught: (handle: Handle, error: unknown) => void) {
    collected.register(this, this.#live);
  }

  /** Starts the first worker while the proxy itself is still loading. */
  prespawn(): void {
    try {
      this.#early ??= this.#start(0);
    } catch {
      // The proxy will meet the same refusal, and knows how to report it.
    }
  }

  /** A worker for a slot. Throws where the engine refuses one. */
  give(id: number, slot: number): Handle {
    const handle = this.#early ?? this.#start(slot);
    this.#early = undefined;
    handle.id = id;
    handle.slot = slot;
    const early = handle.early.splice(0);
    if (early.length > 0) queueMicrotask(() => early.forEach((data) => this.owner?.message(handle, data)));
    return handle;
  }

  /** Ends a worker and forgets it. */
  end(handle: Handle): void {
    this.#live.delete(handle);
    end(handle);
  }

  /** The worker holds this lock: when the browser gives it to us, the worker is gone, from whatever cause. */
  watchLock(handle: Handle, lock: string): void {
    if (handle.id < 0) return;
    handle.unlock = new AbortController();
    const self = this.#self;
    navigator.locks
      .request(lock, { signal: handle.unlock.signal }, () => self.deref()?.silent(handle))
      .catch(() => {
        // The wait was called off.
      });
  }

  /** The worker is gone without a word, unless its last words are still on their way. */
  silent(handle: Handle): void {
    setTimeout(() => {
      const why = "it ended without a word: memory, or killed";
      if (handle.id >= 0) this.owner?.gone(handle, new Error(why));
    }, LAST_WORDS);
  }

  /** The pool has ended. */
  dispose(): void {
    if (this.#early) this.end(this.#early);
    this.#early = undefined;
    if (this.#bootstrap) URL.revokeObjectURL(this.#bootstrap);
    this.#bootstrap = undefined;
  }

  #start(slot: number): Handle {
    const { worker: place, own, name, thread } = this.settings;
    const file = own ? "" : place();
    const worker = own
      ? made(own)
      : new Worker(typeof file === "string" ? this.#script(file) : (file as URL), { name: `${name}-${slot}`, thread } as WorkerOptions);
    // WebKit can be isolated and have no shared memory all the same.
    const shared = globalThis.crossOriginIsolated && typeof SharedArrayBuffer === "function";
    const cells = shared ? new Int32Array(new SharedArrayBuffer(4 * (ABORT_CELLS + ABORT_RING))) : null;
    const handle = new Handle(worker, cells);
    const self = this.#self;
    this.#live.add(handle);
    const greet = () => worker.postMessage([MAGIC, Down.Hello, { cells, base: base() }]);
    handle.waits = !!own;
    if (!own) greet();
    worker.onmessage = ({ data }: MessageEvent) => {
      if (own && !handle.loaded) {
        // Words of the program's own, before it called expose().
        if (data?.[0] !== MAGIC) return;
        greet();
      }
      handle.loaded = true;
      if (handle.id < 0) handle.early.push(data);
      else self.deref()?.owner?.message(handle, data);
    };
    worker.onmessageerror = () => {
      if (handle.id >= 0) self.deref()?.owner?.gone(handle, new Error("its message is unreadable"));
    };
    worker.onerror = (event: ErrorEvent) => {
      // One that runs tells of its errors by itself.
      if (handle.loaded) return;
      event.preventDefault();
      void self.deref()?.failed(handle, event);
    };
    return handle;
  }

  async failed(handle: Handle, event: ErrorEvent): Promise<void> {
    const why = await this.diagnosed(event.error ?? event.message);
    if (handle.id >= 0) this.owner?.loadFailed(handle, why);
    else if (this.#early === handle) this.#early = undefined;
  }

  /** Why a worker did not start, given what the engine said. */
  async diagnosed(said: unknown): Promise<Error> {
    const { worker, own, extras } = this.settings;
    if (own) return new Error(`its script: ${String(said || "is each of its imports there?")}`);
    return said instanceof WorkerLoadError ? said : diagnosed(String(worker()), said || "it did not start", extras, true);
  }

  /** A worker's script must be of the page's origin. One of another origin is brought in by a line of ours: classic
   *  scripts may be of any origin. */
  #script(url: string): string {
    // The address of a sandboxed page has an origin that the page does not have, and the other way round with `about:srcdoc`.
    if (new URL(url).origin === globalThis.origin || /^(blob|data):/.test(url)) return url;
    this.#bootstrap ??= URL.createObjectURL(
      new Blob([`importScripts(${JSON.stringify(url)})`], { type: "text/javascript" }),
    );
    return this.#bootstrap;
  }
}

/** A worker of the page's own making. */
function made(make: () => Worker): Worker {
  try {
    const worker = make();
    if (!worker || !("onmessage" in worker)) throw new TypeError(`it returned ${worker}, not a Web Worker`);
    return worker;
  } catch (error) {
    throw broken("What the option 'worker' makes", error);
  }
}

function end(handle: Handle): void {
  const { worker } = handle;
  worker.terminate();
  worker.onmessage = worker.onmessageerror = null;
  // What it threw last may come after its end, and is not to count as an error of the page's.
  worker.onerror = (event) => event.preventDefault();
  handle.unlock?.abort();
  handle.id = -1;
}
