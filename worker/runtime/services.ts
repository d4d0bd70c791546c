import * as glue from "centaurus-worker-glue";
import type { Registered } from "./functions.js";
import { digest } from "./digest.js";
import { help } from "./digest-tree.js";
import { bytesOf, type Bytes } from "./input.js";
import { decode, encode, type Lookup, settings } from "./msgpack/index.js";
import { pack, unpack } from "./pack.js";
import type { Task } from "./task.js";

type Service = (this: Task, ...args: never[]) => unknown;

/**
 * The built-in services over an instance of the worker's wasm. A result is bytes that the service made itself, so they
 * are moved to the page, never copied. `lookup` gives the pool's functions, for those that name one.
 */
export function services({ module }: { module: WebAssembly.Module | BufferSource }, lookup: Lookup): Record<string, Registered["run"]> {
  if (!("pack" in glue.initSync({ module }))) throw new TypeError("The WebAssembly is another program");
  const offered: Record<string, Service> = {
    async "zlib.compress"(data: Bytes, options: object) {
      return moved(this, glue.zlibCompress(await bytesOf(data), options));
    },
    async "zlib.decompress"(data: Bytes, options: object) {
      return moved(this, glue.zlibDecompress(await bytesOf(data), options));
    },
    /** Gives an empty output once it is set up, then one for each chunk that comes through the port, `null` being the
     *  end. Lives for as long as somebody reads. */
    async *"zlib.stream"(port: MessagePort, options: object, direction: "compress" | "decompress") {
      const codec = direction === "compress" ? new glue.ZlibCompressor(options) : new glue.ZlibDecompressor(options);
      const { signal } = this;
      const chunks: (Bytes | null)[] = [];
      let wake = () => {};
      port.onmessage = ({ data }) => {
        chunks.push(data as Bytes | null);
        wake();
      };
      signal.onabort = () => wake();
      try {
        yield undefined;
        while (!signal.aborted) {
          const chunk = chunks.shift();
          if (chunk === undefined) await new Promise<void>((resolve) => (wake = resolve));
          else if (chunk === null) return void (yield moved(this, codec.finish()));
          else yield moved(this, codec.push(await bytesOf(chunk)));
        }
      } finally {
        codec.free();
        port.close();
      }
    },
    "msgpack.encode"(value: unknown, options: object) {
      return moved(this, encode(value, settings("msgpack.encode", options, lookup)));
    },
    async "msgpack.decode"(data: Bytes, options: object) {
      return decode(await bytesOf(data), settings("msgpack.decode", options, lookup));
    },
    pack(value: unknown, options: object) {
      return moved(this, pack(value, options, lookup));
    },
    async unpack(data: Bytes, options: object) {
      return unpack(await bytesOf(data), options, lookup);
    },
    digest,
    "digest.help"(port: MessagePort) {
      return help(this, port);
    },
  };
  return offered as unknown as Record<string, Registered["run"]>;
}

function moved(task: Task, bytes: Uint8Array): unknown {
  return task.transfer(bytes, [bytes.buffer as ArrayBuffer]);
}
