import * as glue from "centaurus-worker-glue";
import type { Registered } from "./functions.js";
import type { Task } from "./task.js";

type Service = (this: Task, ...args: never[]) => unknown;
type Bytes = ArrayBuffer | ArrayBufferView | Blob;

/** Deflate or inflate of streams under way, by the number that the page gave them. */
const sessions = new Map<number, { push(bytes: Uint8Array): Uint8Array; finish(): Uint8Array; free(): void }>();

/**
 * The built-in services over an instance of the worker's wasm. A result is bytes that the service made itself, so they
 * are moved to the page, never copied.
 */
export function services(module: WebAssembly.Module | BufferSource): Record<string, Registered["run"]> {
  if (!("pack" in glue.initSync({ module }))) throw new TypeError("The WebAssembly is another program");
  const offered: Record<string, Service> = {
    async "zlib.compress"(data: Bytes, options: object) {
      return moved(this, glue.zlibCompress(await bytesOf(data), options));
    },
    async "zlib.decompress"(data: Bytes, options: object) {
      return moved(this, glue.zlibDecompress(await bytesOf(data), options));
    },
    "zlib.open"(session: number, direction: "compress" | "decompress", options: object) {
      sessions.set(session, direction === "compress" ? new glue.ZlibCompressor(options) : new glue.ZlibDecompressor(options));
    },
    async "zlib.push"(session: number, data: Bytes) {
      const bytes = await bytesOf(data);
      return moved(this, sessionOf(session).push(bytes));
    },
    "zlib.finish"(session: number) {
      const last = sessionOf(session).finish();
      closeSession(session);
      return moved(this, last);
    },
    "zlib.close": closeSession,
    "msgpack.encode"(value: unknown, options: object) {
      return moved(this, glue.msgpackEncode(value, options));
    },
    async "msgpack.decode"(data: Bytes, options: object) {
      return glue.msgpackDecode(await bytesOf(data), options);
    },
    pack(value: unknown, options: object) {
      return moved(this, glue.pack(value, options));
    },
    async unpack(data: Bytes, options: object) {
      return glue.unpack(await bytesOf(data), options);
    },
  };
  return offered as unknown as Record<string, Registered["run"]>;
}

function moved(task: Task, bytes: Uint8Array): unknown {
  return task.transfer(bytes, [bytes.buffer as ArrayBuffer]);
}

/** Views and buffers at once; a Blob is read here, where that blocks nobody. */
function bytesOf(data: Bytes): Uint8Array | Promise<Uint8Array> {
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof Blob) return data.arrayBuffer().then((buffer) => new Uint8Array(buffer));
  if (Object.prototype.toString.call(data) === "[object ArrayBuffer]" || Object.prototype.toString.call(data) === "[object SharedArrayBuffer]") {
    return new Uint8Array(data as ArrayBuffer);
  }
  throw new TypeError("The data must be an ArrayBuffer, a view of one, or a Blob");
}

function sessionOf(session: number) {
  const open = sessions.get(session);
  if (!open) throw new Error("The worker that held this stream's state has been replaced; begin the stream anew");
  return open;
}

function closeSession(session: number): void {
  sessions.get(session)?.free();
  sessions.delete(session);
}
