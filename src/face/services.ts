import type { Bytes, CallOptions, Msgpack, Zlib } from "../centaurus.js";
import { Kind } from "../../worker/runtime/protocol.js";
import type { Core, Entry } from "./core.js";
import { Gate } from "./gate.js";
import { loadModule } from "./load.js";

const NAMES = [
  "zlib.compress", "zlib.decompress", "zlib.open", "zlib.push", "zlib.finish", "zlib.close", "msgpack.encode",
  "msgpack.decode", "pack", "unpack",
] as const;
type Name = (typeof NAMES)[number];

let sessions = 0;

/** The built-in services. Their WebAssembly is fetched and compiled once, when the first of them is first used, and
 *  the module is given to every worker. */
export class Services {
  readonly #core: Core;
  readonly #gate: Gate;
  readonly #entries = new Map<Name, Entry>(NAMES.map((name) => [name, { name, id: -1 }]));

  constructor(core: Core) {
    this.#core = core;
    this.#gate = new Gate(() => this.#begin());
  }

  /** Nothing that waits for the services will run. */
  end(error: unknown): void {
    this.#gate.end(error);
  }

  msgpack: Msgpack = {
    encode: (value, options) => this.call("msgpack.encode", value, options),
    decode: (bytes, options) => this.#onBytes("msgpack.decode", bytes, options),
  };

  zlib: Zlib = {
    compress: (data, options) => this.#onBytes("zlib.compress", data, options),
    decompress: (data, options) => this.#onBytes("zlib.decompress", data, options),
    compressStream: (options) => this.#stream("compress", options),
    decompressStream: (options) => this.#stream("decompress", options),
  };

  call<R>(name: Name, input: unknown, options: object | undefined): Promise<R> {
    const [own, call] = split(options);
    return this.#send(name, [input, own], call);
  }

  #send<R>(name: Name, args: unknown[], options: CallOptions | undefined): Promise<R> {
    const entry = this.#entries.get(name) as Entry;
    return this.#core.call(entry, args, options, this.#gate.open ? undefined : this.#gate) as Promise<R>;
  }

  /** A service that takes bytes. */
  #onBytes<R>(name: Name, data: Bytes, options: object | undefined): Promise<R> {
    try {
      return this.call(name, exact(data), options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async unpack(bytes: Bytes, options: object | undefined): Promise<unknown> {
    return this.#onBytes("unpack", bytes, options);
  }

  /** A transform whose state lives in one worker: its chunks carry one key. A chunk is taken only when the one before
   *  has come out, which is the back-pressure. */
  #stream(direction: "compress" | "decompress", options: object | undefined): TransformStream<BufferSource, Uint8Array<ArrayBuffer>> {
    const [own, given] = split(options);
    const session = (sessions += 1);
    const call: CallOptions = { ...given, key: given?.key ?? `centaurus stream ${session}` };
    const send = <R>(name: Name, ...rest: unknown[]): Promise<R> => this.#send(name, [session, ...rest], call);
    const close = () => void send("zlib.close").catch(() => {});
    type Controller = TransformStreamDefaultController<Uint8Array<ArrayBuffer>>;
    const pass = async (controller: Controller, output: Promise<Uint8Array<ArrayBuffer>>) => {
      try {
        const bytes = await output;
        if (bytes.byteLength > 0) controller.enqueue(bytes);
      } catch (error) {
        close();
        throw error;
      }
    };
    const transformer: Transformer<BufferSource, Uint8Array<ArrayBuffer>> & { cancel: () => void } = {
      start: () => send<undefined>("zlib.open", direction, own),
      transform: (chunk, controller) => pass(controller, send("zlib.push", exact(chunk))),
      flush: (controller) => pass(controller, send("zlib.finish")),
      cancel: close,
    };
    return new TransformStream(transformer);
  }

  async #begin(): Promise<void> {
    const module = await loadModule(this.#core.settings.services());
    await this.#register(await cloneable(module));
  }

  #register(module: WebAssembly.Module | BufferSource): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#core.enter((proxy) => {
        const payload = (first: number) => ({
          module,
          names: NAMES.map((name, i) => {
            (this.#entries.get(name) as Entry).id = first + i;
            return [name, first + i];
          }),
        });
        proxy.register(Kind.Services, payload, NAMES.length, resolve as () => void, reject);
      }, reject);
    });
  }
}

/** The module, or, where the engine will not clone one to a worker, what it was made of. */
async function cloneable(module: WebAssembly.Module): Promise<WebAssembly.Module> {
  structuredClone(module);
  return module;
}

/** Bytes such that cloning them clones no more than them: cloning a view clones all that its buffer holds. */
function exact<T>(data: T): T | Uint8Array {
  if (ArrayBuffer.isView(data)) {
    if (data.byteLength === data.buffer.byteLength) return data;
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  }
  const tag = Object.prototype.toString.call(data);
  if (tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]" || data instanceof Blob) return data;
  throw new TypeError(`The data must be an ArrayBuffer, a view of one, or a Blob, not ${tag.slice(8, -1)}`);
}

/** A service's own options and those of its call. */
function split(options: object | undefined): [own: object | undefined, call: CallOptions | undefined] {
  if (!options) return [undefined, undefined];
  const { signal, timeout, transfer, priority, key, retry, onProgress, ...own } = options as CallOptions & object;
  const call = { signal, timeout, transfer, priority, key, retry, onProgress } as CallOptions;
  return [own, Object.values(call).some((value) => value !== undefined) ? call : undefined];
}
