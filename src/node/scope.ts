// What runs in a thread first: gives it the globals of a dedicated worker (HTML, section 10), then runs the worker's
// script, which needs no more to take it for one.
import { availableParallelism } from "node:os";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { ErrorEvent } from "./events.js";
import { fetchFile } from "./files.js";
import { sendPrinted } from "./printed.js";
import { importHere, run, runHere, textOf } from "./scripts.js";

const { script, name } = workerData as { script: string | Blob; name: string };
const page = parentPort as MessagePort;
const address = typeof script === "string" ? script : "blob:centaurus";
const target = new EventTarget();
const native = globalThis.fetch;

class Unhandled extends Event {
  readonly reason: unknown;
  readonly promise: unknown;

  constructor(type: string, { reason, promise }: { reason?: unknown; promise?: unknown }) {
    super(type, { cancelable: true });
    this.reason = reason;
    this.promise = promise;
  }
}

/** What code threw where nothing could catch it. It ends a thread, but no worker of the web; the runtime tells the page. */
function report(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  target.dispatchEvent(new ErrorEvent("error", { error, message, cancelable: true }));
}

function importScripts(...urls: (string | URL)[]): void {
  for (const url of urls) {
    const { href } = new URL(url, address);
    run(textOf(href), href);
  }
}

function reject(reason: unknown, promise: unknown): void {
  target.dispatchEvent(new Unhandled("unhandledrejection", { reason, promise }));
}

sendPrinted(page);
// Before the globals are changed: Deno makes these listeners of the global's own events.
process.on("uncaughtException", report).on("unhandledRejection", reject);

const members: Record<string, unknown> = {
  self: globalThis,
  name,
  location: new URL(address),
  postMessage: (message: unknown, transfer?: never) => page.postMessage(message, transfer),
  close: () => process.exit(0),
  importScripts,
  reportError: report,
  fetch: (input: never, init: never) => fetchFile(input) ?? native(input, init),
  addEventListener: target.addEventListener.bind(target),
  removeEventListener: target.removeEventListener.bind(target),
  dispatchEvent: target.dispatchEvent.bind(target),
};
for (const [key, value] of Object.entries(members)) {
  Object.defineProperty(globalThis, key, { value, configurable: true, writable: true, enumerable: true });
}
// Node.js has one since 21, and what it has says nothing of the network, which a page takes for a lack of it.
const navigator = globalThis.navigator ?? { hardwareConcurrency: availableParallelism() };
if (!("onLine" in navigator)) Object.defineProperty(navigator, "onLine", { value: true, configurable: true });
Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true, writable: true, enumerable: true });
for (const type of ["message", "messageerror", "error", "unhandledrejection"]) attribute(type);

/** An event handler attribute, such as `onmessage`. */
function attribute(type: string): void {
  let handler: unknown = null;
  target.addEventListener(type, (event) => {
    if (typeof handler === "function") handler.call(globalThis, event);
  });
  Object.defineProperty(globalThis, `on${type}`, {
    configurable: true,
    enumerable: true,
    get: () => handler,
    set: (value: unknown) => (handler = value),
  });
}

try {
  if (address.startsWith("file:")) await importHere(address);
  else runHere(typeof script === "string" ? textOf(script) : await script.text(), address);
} catch (error) {
  // A worker that never was one: its thread may die of it.
  process.off("uncaughtException", report).off("unhandledRejection", reject);
  throw error;
}
page.on("message", (data: unknown) => void target.dispatchEvent(new MessageEvent("message", { data })));
page.on("messageerror", (data: unknown) => void target.dispatchEvent(new MessageEvent("messageerror", { data })));
