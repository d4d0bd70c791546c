import { readFileSync } from "node:fs";
import { constants, runInThisContext } from "node:vm";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";

/** Has dynamic imports of a script find modules as those of the program do; Node.js since 20.12. */
const importModuleDynamically = constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER as never;

/** Runs a classic script: what it declares at its top is global. */
export function run(source: string, url: string): void {
  runInThisContext(source, { filename: url, importModuleDynamically });
}

/** Runs the worker's own script, which declares nothing. Imported, where it is a file: that is no code generation from
 *  strings, which a process may forbid. What it imports, and what the functions do that it makes, needs none of the above,
 *  of which Node.js warns that it may change. */
export async function importHere(url: string): Promise<void> {
  await import(url);
}

/** The same for what is no file: evaluated here, for the same reason. */
export function runHere(source: string, url: string): void {
  (0, eval)(`${source}\n//# sourceURL=${url}`);
}

/** The text of a script, awaited: a classic script loads others in the middle of its run. Throws a `NetworkError`. */
export function textOf(url: string): string {
  try {
    return url.startsWith("file:") ? readFileSync(new URL(url), "utf8") : fetched(url);
  } catch (error) {
    throw new DOMException(error instanceof Error ? error.message : String(error), "NetworkError");
  }
}

/** Fetches in another thread, since this one has to stand still meanwhile. */
const FETCH = `
const { workerData: { url, port, done } } = require("node:worker_threads");
const answer = (message) => {
  port.postMessage(message);
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
};
fetch(url).then(async (response) => {
  if (!response.ok) throw new Error("it answered HTTP " + response.status);
  answer({ text: await response.text() });
}).catch((error) => answer({ error: String(error.cause?.message || error.message || error) }));
`;
/** Milliseconds before a server that says nothing is given up. */
const PATIENCE = 60_000;

function fetched(url: string): string {
  const { port1, port2: port } = new MessageChannel();
  const done = new Int32Array(new SharedArrayBuffer(4));
  const helper = new Worker(FETCH, { eval: true, workerData: { url, port, done }, transferList: [port] });
  try {
    Atomics.wait(done, 0, 0, PATIENCE);
    const answer = receiveMessageOnPort(port1)?.message as { text: string } | { error: string } | undefined;
    if (!answer) throw new Error(`no answer within ${PATIENCE / 1000} s`);
    if ("error" in answer) throw new Error(answer.error);
    return answer.text;
  } finally {
    port1.close();
    void helper.terminate();
  }
}
