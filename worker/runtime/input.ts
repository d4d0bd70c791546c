import { BREATH, breathe } from "./breath.js";
import { Inbox } from "./inbox.js";
import type { Task } from "./task.js";

/** Bytes as the page sends them. */
export type Bytes = ArrayBuffer | ArrayBufferView | Blob;

/** What the page sends for a ReadableStream: a port that answers every message by the next chunk, and by `null` at the
 *  end. */
export type Input = Bytes | MessagePort;

/** Bytes that are worked on between two looks at the signal, or read of a Blob at a time. */
export const PIECE = 1 << 20;

/** Milliseconds between two reports of progress: more often than that nobody can see. */
const NEWS = 50;

/** Chunks of a stream that are under way at a time, so that the next one is there when its turn comes. */
const AHEAD = 6;

/** Views and buffers at once; a Blob is read here, where that blocks nobody. */
export function bytesOf(data: Bytes): Uint8Array | Promise<Uint8Array> {
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof Blob) return data.arrayBuffer().then((buffer) => new Uint8Array(buffer));
  if (Object.prototype.toString.call(data) === "[object ArrayBuffer]" || Object.prototype.toString.call(data) === "[object SharedArrayBuffer]") {
    return new Uint8Array(data as ArrayBuffer);
  }
  throw new TypeError("The data must be an ArrayBuffer, a view of one, or a Blob");
}

/** What comes of the bytes, at once where they are there: what nobody has to wait for travels with its neighbours. */
export function withBytes<T>(data: Bytes, use: (bytes: Uint8Array) => T): T | Promise<T> {
  const bytes = bytesOf(data);
  return bytes instanceof Promise ? bytes.then(use) : use(bytes);
}

/** How many bytes come; nobody knows of a stream. */
export function lengthOf(data: Input): number | undefined {
  if (data instanceof MessagePort) return undefined;
  return data instanceof Blob ? data.size : data.byteLength;
}

/** The bytes piece by piece, never many of them in memory. Tells the caller how many have been worked on, and throws the
 *  reason as soon as the task's signal fires. Of a Blob `part` bytes are read at a time. */
export async function* piecesOf(data: Input, task: Task, part = PIECE): AsyncGenerator<Uint8Array, void> {
  const { signal } = task;
  const progress = new Progress(task, lengthOf(data));
  const pieces = data instanceof MessagePort ? fromPort(data, signal) : data instanceof Blob ? fromBlob(data, part) : fromMemory(data);
  for await (const piece of pieces) {
    signal.throwIfAborted();
    yield piece;
    progress.add(piece.length);
  }
  progress.end();
}

/** Tells the caller how many bytes have been worked on, and of how many where that is known. */
export class Progress {
  #loaded = 0;
  #told = performance.now();
  /** What was told last: nothing is told twice. */
  #last = -1;

  constructor(readonly task: Task, readonly total: number | undefined) {}

  add(bytes: number): void {
    this.#loaded += bytes;
    if (performance.now() - this.#told <= NEWS) return;
    this.#told = performance.now();
    this.#tell();
  }

  end(): void {
    if (this.#last !== this.#loaded) this.#tell();
  }

  #tell(): void {
    this.#last = this.#loaded;
    progress(this.task, this.#loaded, this.total);
  }
}

/** Tells the caller how far it is. */
export function progress(task: Task, loaded: number, total: number | undefined): void {
  task.progress(total === undefined ? { loaded } : { loaded, total });
}

async function* fromMemory(data: ArrayBuffer | ArrayBufferView): AsyncGenerator<Uint8Array, void> {
  const bytes = bytesOf(data) as Uint8Array;
  let since = performance.now();
  for (let at = 0; at < bytes.length; at += PIECE) {
    if (performance.now() - since > BREATH) {
      await breathe();
      since = performance.now();
    }
    yield bytes.subarray(at, at + PIECE);
  }
}

/** Reads one part ahead. */
async function* fromBlob(blob: Blob, part: number): AsyncGenerator<Uint8Array, void> {
  const read = (at: number) => {
    const reading = blob.slice(at, at + part).arrayBuffer();
    // Nobody may be left to ask for it; who does is told.
    reading.catch(() => {});
    return reading;
  };
  let next = read(0);
  for (let at = part; ; at += part) {
    const piece = new Uint8Array(await next);
    if (at < blob.size) next = read(at);
    yield piece;
    if (at >= blob.size) return;
  }
}

async function* fromPort(port: MessagePort, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunksOf<Bytes>(port, signal)) yield await bytesOf(chunk);
}

/** What comes through a port, asked for some ahead. */
export async function* chunksOf<T>(port: MessagePort, signal: AbortSignal): AsyncGenerator<T, void> {
  const inbox = new Inbox<T | null>(port, signal, (chunk) => chunk);
  try {
    for (let i = 0; i < AHEAD; i += 1) port.postMessage(0);
    for (;;) {
      const chunk = await inbox.next();
      signal.throwIfAborted();
      if (!chunk) return;
      port.postMessage(0);
      yield chunk;
    }
  } finally {
    port.close();
  }
}
