/**
 * Types of the classic script: it sets `globalThis.Centaurus`, whose static properties are the error classes.
 *
 * `import "centaurus/global"` runs it, for pages whose bundler is to put the class there.
 */
import type * as centaurus from "./centaurus.js";

declare global {
  /** A pool of workers, its files beside the script. */
  var Centaurus: typeof centaurus.Centaurus & {
    readonly WorkerLoadError: typeof centaurus.WorkerLoadError;
    readonly WorkerCrashError: typeof centaurus.WorkerCrashError;
    readonly UnknownFunctionError: typeof centaurus.UnknownFunctionError;
    readonly QueueFullError: typeof centaurus.QueueFullError;
    readonly TerminatedError: typeof centaurus.TerminatedError;
  };
}
