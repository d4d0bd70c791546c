import { resolveObjectURL } from "node:buffer";
import { Worker as Thread } from "node:worker_threads";
import { encodeError } from "../../worker/runtime/failure.js";
import { Down, MAGIC, STARTED_CELL, Up } from "../../worker/runtime/protocol.js";
import { absolute } from "../face/options.js";
import { pathOf } from "./files.js";
import { advice, place } from "./places.js";
import { isPrinted, print } from "./printed.js";

/** An error event as far as the face looks at one. */
interface Failure {
  message: string;
  error: unknown;
  preventDefault(): void;
}

/** What a thread runs first. */
const FILE = "centaurus.node.worker.mjs";

/** The web's `Worker` over a thread, as far as the face uses it. Its thread runs `scope.ts`. */
export class Worker {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onmessageerror: (() => void) | null = null;
  onerror: ((event: Failure) => void) | null = null;
  readonly #thread: Thread;
  /** The path of what the thread runs first. */
  readonly #file: string;
  #cells: Int32Array | null = null;
  #spoke = false;
  #ended = false;
  /** Why the thread is about to end. */
  #error: unknown;

  constructor(url: string, { name, thread }: { name: string; thread?: string | URL }) {
    // Object URLs are known only to the thread that made them.
    const script = url.startsWith("blob:") ? resolveObjectURL(url) : url;
    const file = thread ? absolute(thread) : place(FILE, () => new URL("./centaurus.node.worker.mjs", import.meta.url));
    this.#file = pathOf(file) ?? file;
    this.#thread = new Thread(this.#file, {
      name,
      workerData: { script, name },
      // The flags of the process hold for its threads, but this one is not for files. (Said in full they are checked, and
      // test runners have some that threads refuse.)
      ...(process.execArgv.some((flag) => flag.startsWith("--input-type")) && { execArgv: [] }),
    });
    this.#thread
      .on("message", (data: unknown) => this.#heard(data))
      .on("messageerror", () => this.onmessageerror?.())
      .on("error", (error: unknown) => this.#failed(error))
      .on("exit", (code) => this.#exited(code))
      .unref();
  }

  postMessage(message: unknown[], transfer?: readonly Transferable[]): void {
    if (message[1] === Down.Hello) this.#cells = (message[2] as { cells: Int32Array | null }).cells;
    this.#thread.postMessage(message, transfer as never);
  }

  terminate(): void {
    this.#ended = true;
    void this.#thread.terminate();
  }

  #heard(data: unknown): void {
    if (isPrinted(data)) return print(data);
    this.#spoke = true;
    this.onmessage?.({ data });
  }

  /** What nothing in the thread could catch ends it. */
  #failed(error: unknown): void {
    this.#error = error;
  }

  /** What the release of a lock tells a page, the thread's end tells us. A worker that was running when it came is
   *  reported by what would have been its last words. */
  #exited(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    const error = this.#error ?? new Error(`its thread ended by itself, with code ${code}: process.exit(), or out of memory`);
    if (!this.#spoke) {
      const message = (error instanceof Error ? error.message : String(error)) + advice(this.#file);
      this.onerror?.({ message, error: new Error(message, { cause: error }), preventDefault: () => {} });
      return;
    }
    const running = this.#cells ? Atomics.load(this.#cells, STARTED_CELL) - 1 : -1;
    this.onmessage?.({ data: [MAGIC, Up.Crashed, running, encodeError(error)] });
  }
}
