import type { CentaurusOptions } from "../centaurus.js";
import { Centaurus as Face } from "./centaurus.js";
import { kinds } from "../../worker/runtime/rebuild.js";
import { UnknownFunctionError } from "./errors.js";
import { hasSimd } from "./simd.js";

// Known only while the script itself runs.
const script = typeof document === "object" ? (document.currentScript as HTMLScriptElement | null)?.src : undefined;
const beside = (file: string) => () => new URL(file, script || (typeof document === "object" ? document.baseURI : undefined));

const places = {
  worker: beside("centaurus.worker.js"),
  proxy: beside("centaurus.wasm"),
  services: () => beside(hasSimd() ? "centaurus.worker.simd.wasm" : "centaurus.worker.wasm")(),
  digest: () => beside(hasSimd() ? "centaurus.digest.simd.wasm" : "centaurus.digest.wasm")(),
  protobuf: beside("centaurus.protobuf.wasm"),
  conversation: beside("centaurus.socket.js"),
  extras: beside("centaurus.extras.js"),
  socket: beside("centaurus.socket.wasm"),
  storage: beside("centaurus.storage.wasm"),
};

/** A pool of workers whose files lie beside this script. The error classes are its static properties. */
class Centaurus extends Face {
  static {
    Object.assign(this, Object.fromEntries(kinds), { UnknownFunctionError });
  }

  constructor(worker?: string | URL | CentaurusOptions, options?: CentaurusOptions) {
    super(places, worker, options);
  }
}

(globalThis as { Centaurus?: unknown }).Centaurus = Centaurus;
