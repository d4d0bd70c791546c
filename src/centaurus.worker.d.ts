/**
 * `centaurus/worker`: for a worker of the program's own, which its bundler compiles.
 *
 * ```ts
 * // jobs.ts
 * import { expose, type Task } from "centaurus/worker";
 * export function sum(this: Task, numbers: number[]) { … }
 * expose({ sum });
 * ```
 */
import type { Task } from "./centaurus.js";

export type { Task };

/**
 * Makes the functions methods of the pool whose worker this is: plain functions, whose return value, promise or generator is
 * the result. What of the object is no function is left out, so that a module's namespace will do. May be called several
 * times before the script has come to its end. Where there is no worker, as in a test that imports the module, it does
 * nothing. Returns the object.
 */
export function expose<F extends object>(functions: F): F;
