import type { Bytes, CallOptions, Msgpack, Zlib } from "../centaurus.js";
import { Kind } from "../../worker/runtime/protocol.js";
import type { Core, Entry } from "./core.js";
import { TerminatedError, WorkerLoadError } from "./errors.js";
import { Gate } from "./gate.js";
import { broken, bytesOf, loadModule } from "./load.js";
import { transform } from "./zlib-stream.js";

const NAMES = [
  "zlib.compress", "zlib.decompress", "zlib.stream", "msgpack.encode", "msgpack.decode", "pack", "unpack",
] as const;
type Name = (typeof NAMES)[number];

/** The WebAssembly of the built-in services: fetched and compiled once, when the first of them is first used, and given
 *  to every worker as a module. */
export class ServiceFile {
  readonly entries = new Map<Name, Entry>(NAMES.map((name) => [name, { name, id: -1 }]));
  readonly #gate = new Gate(() => this.#begin());

  constructor(readonly core: Core) {}

  /** What a call of a service has to pass; nothing once the services are there. */
  get gate(): Gate | undefined {
    return this.#gate.open ? undefined : this.#gate;
  }

  /** Nothing that waits for the services will run. */
  end(error: unknown): void {
    this.#gate.end(error);
  }

  async #begin(): Promise<void> {
    const source = this.core.settings.services();
    const module = await loadModule(source);
    try {
      await this.#register(module).catch(async (error: unknown) => {
        const bytes = error instanceof TerminatedError || error instanceof WorkerLoadError ? undefined : await bytesOf(source);
        // Not every engine clones every module; of its bytes the worker makes it itself.
        if (!bytes) throw error;
        return this.#register(bytes);
      });
    } catch (error) {
      throw error instanceof TerminatedError ? error : broken("The services' WebAssembly", error);
    }
  }

  #register(module: WebAssembly.Module | BufferSource): Promise<void> {
    return new Promise((resolve, reject) => {
      this.core.enter((proxy) => {
        const payload = (first: number) => ({
          module,
          names: NAMES.map((name, i) => {
            (this.entries.get(name) as Entry).id = first + i;
            return [name, first + i];
          }),
        });
        proxy.register(Kind.Services, payload, NAMES.length, resolve as () => void, reject);
      }, reject);
    });
  }
}

/** The built-in services, as one view of the pool calls them. */
export class Services {
  readonly #file: ServiceFile;
  readonly #view: CallOptions | undefined;

  constructor(file: ServiceFile, view?: CallOptions) {
    this.#file = file;
    this.#view = view;
  }

  /** The same services, called with these options. */
  with(view: CallOptions): Services {
    return new Services(this.#file, view);
  }

  readonly msgpack: Msgpack = {
    encode: (value, options) => this.call("msgpack.encode", value, options),
    decode: (bytes, options) => this.onBytes("msgpack.decode", bytes, options),
  };

  readonly zlib: Zlib = {
    compress: (data, options) => this.onBytes("zlib.compress", data, options),
    decompress: (data, options) => this.onBytes("zlib.decompress", data, options),
    compressStream: (options) => this.#stream("compress", options),
    decompressStream: (options) => this.#stream("decompress", options),
  };

  call<R>(name: Name, input: unknown, options: object | undefined): Promise<R> {
    const [own, call] = this.#split(options);
    return this.#send(name, [input, own], call);
  }

  /** A service that takes bytes. */
  async onBytes<R>(name: Name, data: Bytes, options: CallOptions | undefined): Promise<R> {
    return this.call(name, exact(data, options?.transfer), options);
  }

  #send<R>(name: Name, args: unknown[], options: CallOptions | undefined): Promise<R> {
    const { core, entries, gate } = this.#file;
    return core.call(entries.get(name) as Entry, args, options, gate) as Promise<R>;
  }

  /** A service's own options and those of its call. */
  #split(options: object | undefined): [own: object | undefined, call: CallOptions | undefined] {
    if (!options && !this.#view) return [undefined, undefined];
    const { signal, timeout, transfer, priority, key, retry, onProgress, ...own } = { ...this.#view, ...options } as CallOptions;
    return [own, { signal, timeout, transfer, priority, key, retry, onProgress } as CallOptions];
  }

  #stream(direction: "compress" | "decompress", options: object | undefined): TransformStream<BufferSource, Uint8Array<ArrayBuffer>> {
    const [own, call] = this.#split(options);
    const { core, entries, gate } = this.#file;
    return transform(
      (port) => core.stream(entries.get("zlib.stream") as Entry, [direction, own, port], { ...call, transfer: [port] }, gate),
      (chunk) => exact(chunk),
    );
  }
}

/** Bytes such that cloning them clones no more than them: cloning a view clones all that its buffer holds. */
function exact<T>(data: T, transfer?: readonly unknown[]): T | Uint8Array {
  if (ArrayBuffer.isView(data)) {
    if (data.byteLength === data.buffer.byteLength || transfer?.includes(data.buffer)) return data;
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  }
  const tag = Object.prototype.toString.call(data);
  if (tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]" || data instanceof Blob) return data;
  throw new TypeError(`The data must be an ArrayBuffer, a view of one, or a Blob, not ${tag.slice(8, -1)}`);
}
