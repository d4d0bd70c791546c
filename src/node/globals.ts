// What the face takes from the globals of a page and a server's runtime does not have, or has otherwise. The build puts
// these in their place (esbuild's `inject`), in our bundle alone: importing it changes no global.
import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";
import { fetchFile } from "./files.js";

export { CloseEvent, ErrorEvent } from "./events.js";
export { Worker } from "./worker.js";

/** Files too, which the runtimes' own refuse or may refuse. */
export const fetch: typeof globalThis.fetch = (input, init) =>
  fetchFile(input as string | URL) ?? globalThis.fetch(input, init);

/** Addresses are seen from the working directory. */
const location = {
  // As a file's is.
  origin: "null",
  get href() {
    return pathToFileURL(`${process.cwd()}/`).href;
  },
};

/** Whatever shares a process shares memory. */
const isolated = true;

/** Processors that this process may use. The end of a worker is known from the worker itself (worker.ts), so that its
 *  lock, where there are locks, need not be waited for. */
export const navigator = {
  hardwareConcurrency: availableParallelism(),
  locks: { request: () => new Promise<never>(() => {}) },
};

/** What waits for a timer waits for a promise of ours, and that keeps the process alive (awake.ts). */
export const setTimeout = (run: () => void, ms?: number): NodeJS.Timeout => {
  const timer = globalThis.setTimeout(run, ms);
  timer.unref();
  return timer;
};

/** As for what a listener of an `EventTarget` throws: it is uncaught, not lost. */
export const reportError = (error: unknown): void =>
  process.nextTick(() => {
    throw error;
  });

export { location, location as "globalThis.location", isolated as "globalThis.crossOriginIsolated" };
