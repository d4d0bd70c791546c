import { TerminatedError, WorkerLoadError } from "./errors.js";

/** The promise of a registration: whoever looks at it starts the pool. A subclass, so that `await` calls its `then`. */
export class OnDemand<T> extends Promise<T> {
  wake?: () => void;

  override then<A = T, B = never>(...then: Parameters<typeof Promise.prototype.then<A, B>>): Promise<A | B> {
    this.wake?.();
    return super.then(...(then as [never, never]));
  }
}

/** A registration's promise that starts the pool when it is looked at. Every call of the pool reports that no worker
 *  could be started, or that the pool was ended; a registration that nobody looks at need not report it too, as an
 *  unhandled rejection. */
export function onDemand<T>(work: Promise<T>, wake: () => void): Promise<T> {
  const promise = new OnDemand<T>((resolve, reject) => {
    work.then(resolve, (error: unknown) => {
      if (error instanceof WorkerLoadError || error instanceof TerminatedError) {
        promise.wake = undefined;
        promise.catch(() => {});
      }
      reject(error);
    });
  });
  promise.wake = wake;
  return promise;
}
