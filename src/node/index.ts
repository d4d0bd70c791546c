// The entry for Node.js, Deno and Bun: the class of the web over worker_threads. It is built with the names of
// globals.ts in the place of those that these runtimes lack.
import "./context.js";
import "./awake.js";
import "./foreign-blobs.js";
import "./offered.js";
import type { CentaurusOptions } from "../centaurus.js";
import { Centaurus as Face } from "../face/centaurus.js";
import { hasSimd } from "../face/simd.js";
import { place } from "./places.js";

export * from "../face/index.js";

// Written out in full, each on its own: bundlers find and emit the files by these very expressions.
const places = {
  worker: () => place("centaurus.worker.js", () => new URL("./centaurus.worker.js", import.meta.url)),
  proxy: () => place("centaurus.wasm", () => new URL("./centaurus.wasm", import.meta.url)),
  services: () =>
    hasSimd()
      ? place("centaurus.worker.simd.wasm", () => new URL("./centaurus.worker.simd.wasm", import.meta.url))
      : place("centaurus.worker.wasm", () => new URL("./centaurus.worker.wasm", import.meta.url)),
  digest: () =>
    hasSimd()
      ? place("centaurus.digest.simd.wasm", () => new URL("./centaurus.digest.simd.wasm", import.meta.url))
      : place("centaurus.digest.wasm", () => new URL("./centaurus.digest.wasm", import.meta.url)),
  protobuf: () => place("centaurus.protobuf.wasm", () => new URL("./centaurus.protobuf.wasm", import.meta.url)),
  conversation: () => place("centaurus.socket.js", () => new URL("./centaurus.socket.js", import.meta.url)),
  extras: () => place("centaurus.extras.js", () => new URL("./centaurus.extras.js", import.meta.url)),
  socket: () => place("centaurus.socket.wasm", () => new URL("./centaurus.socket.wasm", import.meta.url)),
  storage: () => place("centaurus.storage.wasm", () => new URL("./centaurus.storage.wasm", import.meta.url)),
};

/** A pool of threads whose files lie beside this module, or where `place` finds them. */
export class Centaurus extends Face {
  constructor(worker?: string | URL | CentaurusOptions, options?: CentaurusOptions) {
    super(places, worker, options);
  }
}

export default Centaurus;
