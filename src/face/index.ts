import type { CentaurusOptions } from "../centaurus.js";
import { Centaurus as Face } from "./centaurus.js";
import { hasSimd } from "./simd.js";

export {
  ChecksumError, ConflictError, CorruptError, DictionaryError, HistoryError, LimitError, MessageDroppedError, MessageExpiredError,
  MissingFieldError, NotFoundError, OutboxFullError, OutOfMemoryError, ProtoSyntaxError, QueueFullError, SocketClosedError,
  StorageCorruptError, StorageError, StorageFullError, TerminatedError, TrailingDataError, TruncatedError, UnknownFunctionError,
  UnknownTypeError, UnsupportedValueError, WorkerCrashError, WorkerLoadError,
} from "./errors.js";
export { CentaurusSocket } from "./socket.js";

// Written out in full, each on its own: bundlers find and emit the files by these very expressions.
const places = {
  worker: () => new URL("./centaurus.worker.js", import.meta.url),
  proxy: () => new URL("./centaurus.wasm", import.meta.url),
  services: () =>
    hasSimd() ? new URL("./centaurus.worker.simd.wasm", import.meta.url) : new URL("./centaurus.worker.wasm", import.meta.url),
  digest: () =>
    hasSimd() ? new URL("./centaurus.digest.simd.wasm", import.meta.url) : new URL("./centaurus.digest.wasm", import.meta.url),
  protobuf: () => new URL("./centaurus.protobuf.wasm", import.meta.url),
  conversation: () => new URL("./centaurus.socket.js", import.meta.url),
  extras: () => new URL("./centaurus.extras.js", import.meta.url),
  socket: () => new URL("./centaurus.socket.wasm", import.meta.url),
  storage: () => new URL("./centaurus.storage.wasm", import.meta.url),
};

/** A pool of workers whose files lie beside this module. */
export class Centaurus extends Face {
  constructor(worker?: string | URL | CentaurusOptions, options?: CentaurusOptions) {
    super(places, worker, options);
  }
}

export default Centaurus;
