// What the face takes from the globals of a page and a server's runtime does not have, or has otherwise. The build puts
// these in their place (esbuild's `inject`), in our bundle alone: importing it changes no global. Tests replace globals
// (jsdom, happy-dom, fake timers), most before they import anything; so what can come from a module does.
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import * as streams from "node:stream/web";
import { setImmediate, setTimeout as timeout } from "node:timers";
import { pathToFileURL } from "node:url";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import { pathOf, typeOf } from "./files.js";
import { advice } from "./places.js";

export { performance } from "node:perf_hooks";
export { clearTimeout } from "node:timers";
export { TextEncoder } from "node:util";
export { CloseEvent, ErrorEvent } from "./events.js";
export { Worker } from "./worker.js";
export { MessageChannel };

const native = globalThis.fetch;

/** Files too, which the runtimes' own refuse or may refuse. */
export const fetch = (input: string | URL, init?: RequestInit): Promise<unknown> => {
  const path = pathOf(input);
  return path === undefined ? native(input, init) : read(path);
};

/** A file, as far as the face looks at a response. */
async function read(path: string): Promise<object> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new Error((cause as Error).message + advice(path), { cause });
  }
  return { ok: true, headers: new Map([["content-type", typeOf(path)]]), arrayBuffer: async () => bytes };
}

/** The runtimes' own takes no response but one of their own class. */
const compileStreaming = async (response: Response): Promise<WebAssembly.Module> =>
  WebAssembly.compile(await response.arrayBuffer());

const settled = Promise.resolve();
export const queueMicrotask = (run: () => void): void => void settled.then(run);

// Jest's jsdom lacks these.
export const ReadableStream = globalThis.ReadableStream ?? streams.ReadableStream;
export const TransformStream = globalThis.TransformStream ?? streams.TransformStream;
export const WritableStream = globalThis.WritableStream ?? streams.WritableStream;
export const structuredClone =
  globalThis.structuredClone ??
  ((value: unknown): unknown => {
    const { port1, port2 } = new MessageChannel();
    try {
      port1.postMessage(value);
      return receiveMessageOnPort(port2)?.message;
    } finally {
      port1.close();
    }
  });

/** As a file's is. */
const origin = "null";

/** Addresses are seen from the working directory. */
const location = {
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
  const timer = timeout(run, ms);
  timer.unref();
  return timer;
};

/** As for what a listener of an `EventTarget` throws: it is uncaught, not lost. */
export const reportError = (error: unknown): void =>
  void setImmediate(() => {
    throw error;
  });

/** Nor does jsdom's decide what an address is seen from. */
const document = undefined;

/** What nothing in a thread caught ends neither the thread nor the process. */
const print = (error: unknown): void => console.error("Uncaught", error);

export {
  compileStreaming as "WebAssembly.compileStreaming",
  document as "globalThis.document",
  isolated as "globalThis.crossOriginIsolated",
  location,
  location as "globalThis.location",
  origin as "globalThis.origin",
  print as "globalThis.reportError",
};
