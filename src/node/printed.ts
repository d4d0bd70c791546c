import type { MessagePort } from "node:worker_threads";

/** Marks the message that carries what a thread printed. */
const MARK = "centaurus: printed";

type Printed = [mark: string, stream: "stdout" | "stderr", chunk: string | Uint8Array, encoding: string];

interface Chunk {
  chunk: string | Uint8Array;
  encoding: string;
}

/**
 * Has what a thread prints travel with its answers, so that the lines of a task are printed before its promise settles.
 * Node.js itself sends a thread's next lines only when the main thread has asked for them, and a program that ends with
 * the answer never asks.
 */
export function sendPrinted(page: MessagePort): void {
  // Threads of the other runtimes print without the main thread.
  if (process.versions.bun || "Deno" in globalThis) return;
  for (const stream of ["stdout", "stderr"] as const) {
    const writev = (chunks: Chunk[], done: () => void): void => {
      for (const { chunk, encoding } of chunks) {
        // A copy: the message would carry the whole buffer that a view lies in.
        page.postMessage([MARK, stream, typeof chunk === "string" ? chunk : new Uint8Array(chunk), encoding]);
      }
      done();
    };
    Object.defineProperty(process[stream], "_writev", { value: writev, configurable: true, writable: true });
  }
}

export function isPrinted(message: unknown): message is Printed {
  return Array.isArray(message) && message[0] === MARK;
}

export function print([, stream, chunk, encoding]: Printed): void {
  if (typeof chunk === "string") process[stream].write(chunk, encoding as BufferEncoding);
  else process[stream].write(chunk);
}
