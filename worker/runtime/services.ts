import * as glue from "centaurus-worker-glue";
import type { Registered } from "./functions.js";
import { help, type Work } from "./helpers.js";
import { type Bytes, type Input, withBytes } from "./input.js";
import { decode, decoded, encode, encoded, type Lookup, settings } from "./msgpack/index.js";
import { pack, unpack } from "./pack.js";
import { moveMade, type Task } from "./task.js";
import { deflate } from "./zlib/blocks.js";
import { flow } from "./zlib/flow.js";
import { compress, decompress } from "./zlib/whole.js";

export type Service = (this: Task, ...args: never[]) => unknown;

/**
 * The built-in services over an instance of the worker's wasm. A result is bytes that the service made itself, so they
 * are moved to the page, never copied. `lookup` gives the pool's functions, for those that name one.
 */
export function services({ module }: { module: WebAssembly.Module | BufferSource }, lookup: Lookup): Record<string, Registered["run"]> {
  if (!("pack" in glue.initSync({ module }))) throw new TypeError("The WebAssembly is another program");
  const offered: Record<string, Service> = {
    async "zlib.compress"(data: Input, options: object, helpers: number) {
      return moveMade(await compress(this, data, options, helpers));
    },
    async "zlib.decompress"(data: Input, options: object) {
      return moveMade(await decompress(this, data, options));
    },
    "zlib.stream"(port: MessagePort, options: object, direction: "compress" | "decompress", helpers: number) {
      return flow(this, port, options, direction, helpers);
    },
    "zlib.help"(port: MessagePort, first: Work[]) {
      return help(this, port, first, { deflate });
    },
    "msgpack.encode"(value: unknown, options: object) {
      return moveMade(encode(value, settings("msgpack.encode", options, lookup)));
    },
    "msgpack.decode"(data: Bytes, options: object) {
      return withBytes(data, (bytes) => decode(bytes, settings("msgpack.decode", options, lookup)));
    },
    "msgpack.stream"(port: MessagePort, options: object, direction: "encode" | "decode") {
      return (direction === "encode" ? encoded : decoded)(this, port, settings(`msgpack.${direction}Stream`, options, lookup));
    },
    pack(value: unknown, options: object) {
      return moveMade(pack(value, options, lookup));
    },
    unpack(data: Bytes, options: object) {
      return withBytes(data, (bytes) => unpack(bytes, options, lookup));
    },
  };
  return offered as unknown as Record<string, Registered["run"]>;
}

