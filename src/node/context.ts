import { AsyncResource } from "node:async_hooks";
import type { CallOptions } from "../centaurus.js";
import { Core } from "../face/core.js";

type Method = (this: unknown, target: unknown, args: unknown, options: CallOptions | undefined, ...rest: unknown[]) => unknown;

// A progress callback runs in the context of its call (AsyncLocalStorage), as what follows an `await` does.
for (const name of ["call", "stream", "broadcast"] as const) {
  const inner = Core.prototype[name] as Method;
  const outer: Method = function (target, args, options, ...rest) {
    const onProgress = options?.onProgress;
    const bound = typeof onProgress === "function" ? { ...options, onProgress: AsyncResource.bind(onProgress) } : options;
    return inner.call(this, target, args, bound, ...rest);
  };
  Object.defineProperty(Core.prototype, name, { value: outer, configurable: true, writable: true });
}
