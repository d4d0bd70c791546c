import { encodeError } from "./failure.js";
import type { Executor } from "./executor.js";
import type { Outbox } from "./outbox.js";
import { Up } from "./protocol.js";

/** Where the lock's name is, for what shares this worker's life: a thread of it that fails while this worker waits for it
 *  tells the page by taking the lock (`src/web/worker/script.js`). */
const LOCK = Symbol.for("centaurus.lock");

/**
 * Sees to it that the page learns of this worker's end. The platform says nothing when a worker closes itself or is
 * killed, so: `close` says goodbye first; a wasm trap is reported as one; and a Web Lock, which the browser releases
 * when the worker is gone for whatever cause, is held for life.
 */
export class Death {
  readonly #scope: DedicatedWorkerGlobalScope;
  readonly #close: () => void;
  #executor: Executor | undefined;
  /** The event by which the worker's own listeners are asked. */
  #asking: Event | undefined;

  constructor(readonly outbox: Outbox, scope: DedicatedWorkerGlobalScope) {
    this.#scope = scope;
    this.#close = scope.close.bind(scope);
  }

  watch(executor: Executor): void {
    this.#executor = executor;
    Object.defineProperty(this.#scope, "close", {
      configurable: true,
      writable: true,
      value: () => {
        this.announce(executor.current, new Error("The function called self.close()"));
        this.#close();
      },
    });
    this.#scope.addEventListener("error", (event) => this.#unhandled(event, event.error ?? new Error(event.message)));
    this.#scope.addEventListener("unhandledrejection", (event) => this.#unhandled(event, event.reason));
  }

  /** Holds a lock whose release tells the page that this worker is gone. Resolves when the page has been told its name,
   *  or when there can be none (an insecure or opaque origin, a blocked storage) and the other signs have to do. */
  hold(): Promise<void> {
    const locks = (this.#scope.navigator as { locks?: LockManager }).locks;
    if (!locks) return Promise.resolve();
    const name = `centaurus ${performance.timeOrigin} ${Math.random()}`;
    Object.defineProperty(this.#scope, LOCK, { value: name });
    return new Promise((resolve) => {
      locks
        .request(name, () => {
          this.outbox.add(performance.now(), undefined, Up.Locked, name);
          this.outbox.flush();
          resolve();
          return new Promise<never>(() => {});
        })
        .catch(() => resolve());
    });
  }

  /** Last words: what was running and why it ended. */
  announce(call: number, error: Error): void {
    this.#executor?.stop();
    this.outbox.add(performance.now(), undefined, Up.Crashed, call, encodeError(error));
    this.outbox.close();
  }

  /** The page is told in a message, which keeps the class and the stack that an error event between the two loses. */
  #unhandled(event: Event, error: unknown): void {
    if (event === this.#asking) return;
    event.preventDefault();
    // A trap in a callback or in a wasm-bindgen future reaches no call; it poisons the instance all the same.
    if (error instanceof WebAssembly.RuntimeError) return this.announce(this.#executor?.current ?? -1, error);
    // This listener is the first, and those of the program may prevent the report: they get an event of their own.
    event.stopImmediatePropagation();
    this.#asking = new (event.constructor as typeof Event)(event.type, event);
    if (!this.#scope.dispatchEvent(this.#asking)) return;
    this.outbox.add(performance.now(), undefined, Up.Uncaught, encodeError(error));
    this.outbox.flush();
  }
}
