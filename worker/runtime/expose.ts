// `centaurus/worker`: what a worker of the program's own imports, whichever bundler made it.
import { exposed } from "./exposed.js";
import type { Registered } from "./functions.js";
import { start } from "./main.js";

type Functions = Record<string, unknown>;

/** A bundle may hold this module twice; a worker has one runtime, the one that began. */
const RUNTIME = Symbol.for("centaurus.expose");
const scope = globalThis as { [RUNTIME]?: (functions: Functions) => void; DedicatedWorkerGlobalScope?: new () => object };

/** Offers the functions to the page's pool. Elsewhere than in a worker, such as in a test that imports the module, it
 *  does nothing. */
export function expose<F extends object>(functions: F): F {
  const offered = Object.entries(functions).filter(([, run]) => typeof run === "function");
  if (offered.length === 0) throw new TypeError("expose() takes an object with functions, such as expose({ resize, sum })");
  const { DedicatedWorkerGlobalScope: Worker } = scope;
  if (Worker && globalThis instanceof Worker) (scope[RUNTIME] ??= begin())(Object.fromEntries(offered));
  return functions;
}

/** Starts the runtime. Nothing is said to the page before, and the page says nothing before it has heard from here: the
 *  worker's script may take its time. */
function begin() {
  start();
  return (functions: Functions) => void Object.assign(exposed, functions as Record<string, Registered["run"]>);
}
