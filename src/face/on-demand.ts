import { TerminatedError, WorkerLoadError } from "./errors.js";

/** The promise of a registration: whoever looks at it starts the pool. A subclass, so that `await` calls its `then`. */
export class OnDemand<T> extends Promise<T> {
  wake?: () => void;

  static override get [Symbol.species]() {
    return Promise;
  }

  override then<A = T, B = never>(
    done?: ((value: T) => A | PromiseLike<A>) | null, failed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.wake?.();
    return super.then(done, failed);
  }
}

/** A registration's promise that starts the pool when it is looked at. Every call of the pool reports that no worker
 *  could be started, or that the pool was ended; a registration that nobody looks at need not report it too, as an
 *  unhandled rejection. */
export function onDemand<T>(work: Promise<T>, wake: () => void): Promise<T> {
  const promise = new OnDemand<T>((resolve, reject) => {
    work.then(resolve, (error: unknown) => {
      reject(error);
      if (error instanceof WorkerLoadError || error instanceof TerminatedError) Promise.prototype.then.call(promise, undefined, () => {});
    });
  });
  promise.wake = wake;
  return promise;
}
