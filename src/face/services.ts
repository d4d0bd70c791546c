import type { Bytes, CallOptions, CentaurusStorage, Msgpack, ProtobufSchema, SchemaOptions, StorageOptions, Zlib } from "../centaurus.js";
import { brand } from "./brand.js";
import type { CallStream } from "./call-stream.js";
import { byCopy } from "./copied.js";
import type { Core, Entry } from "./core.js";
import { exact } from "./exact.js";
import { descriptors } from "./descriptors.js";
import { extra } from "./load.js";
import { ServiceFile } from "./service-file.js";
import { storage, STORAGE } from "./storage.js";
import { transform } from "./zlib-stream.js";

const NAMES = [
  "zlib.compress", "zlib.decompress", "zlib.stream", "zlib.help", "msgpack.encode", "msgpack.decode", "msgpack.stream", "pack", "unpack",
] as const;
const DIGESTS = ["digest", "digest.help"] as const;
/** Bytes from which other workers may help: with a digest one was measured to be done sooner at 4 and 8 MiB, and what is
 *  less than this to compress is done in 10 ms. */
const LARGE = { digest: 32 << 20, zlib: 768 << 10 };
type Name = (typeof NAMES | typeof DIGESTS)[number];

/** The files of services of a pool. */
export class ServiceFiles {
  readonly services: ServiceFile<Name>;
  readonly digest: ServiceFile<Name>;
  readonly protobuf: ServiceFile<"protobuf.compile">;
  readonly storage: ServiceFile<string>;
  readonly socket: ServiceFile<"socket.open">;

  constructor(core: Core) {
    this.services = new ServiceFile<Name>(core, "services", NAMES);
    this.digest = new ServiceFile<Name>(core, "digest", DIGESTS);
    this.protobuf = new ServiceFile(core, "protobuf", ["protobuf.compile"]);
    this.storage = new ServiceFile(core, "storage", STORAGE, [this.services, this.digest]);
    this.socket = new ServiceFile(core, "socket", ["socket.open"]);
  }

  /** The file that a service is in. */
  of(name: Name): ServiceFile<Name> {
    return this.digest.entries.has(name) ? this.digest : this.services;
  }

  end(error: unknown): void {
    for (const file of [this.services, this.digest, this.protobuf, this.storage, this.socket]) file.end(error);
  }
}

/** The built-in services, as one view of the pool calls them. */
export class Services {
  readonly #files: ServiceFiles;
  readonly #view: CallOptions | undefined;

  constructor(files: ServiceFiles, view?: CallOptions) {
    this.#files = files;
    this.#view = view;
  }

  /** The same services, called with these options. */
  with(view: CallOptions): Services {
    return new Services(this.#files, view);
  }

  readonly msgpack: Msgpack = {
    encode: (value, options) => this.call("msgpack.encode", value, options),
    decode: (bytes, options) => this.onBytes("msgpack.decode", bytes, options),
    // Any value may come, among them the one that means the end.
    encodeStream: (options) => transform((port) => this.#ported("msgpack.stream", port, options, "encode"), (value) => [value]),
    decodeStream: (options) => transform((port) => this.#ported("msgpack.stream", port, options, "decode"), exact),
  };

  readonly zlib: Zlib = {
    compress: (data, options) => this.#together("zlib.compress", "zlib.help", LARGE.zlib, data, options),
    decompress: (data, options) => this.onBytes("zlib.decompress", data, options),
    compressStream: (options) => {
      const [helped, end] = this.#helped("zlib.help", this.#split(options)[1]);
      return this.#stream("compress", { ...options, ...helped }, end);
    },
    decompressStream: (options) => this.#stream("decompress", options),
  };

  call<R>(name: Name, input: unknown, options: object | undefined): Promise<R> {
    const [own, call] = this.#split(options);
    return this.#send(name, [input, own], call);
  }

  /** Digests, of much data with the help of other workers. */
  digest<R>(data: Bytes | ReadableStream, options: CallOptions): Promise<R> {
    return this.#together("digest", "digest.help", LARGE.digest, data, options);
  }

  /** A service that takes bytes, `large` inputs with the help of other workers. */
  async #together<R>(name: Name, help: Name, large: number, data: Bytes | ReadableStream, options: CallOptions | undefined): Promise<R> {
    if (!(((data as Blob)?.size ?? (data as ArrayBuffer)?.byteLength) >= large)) return this.onBytes(name, data, options);
    const [own, call] = this.#split(options);
    const [helped, end] = this.#helped(help, call);
    return this.#send<R>(name, given(data, call, own, this.#helpers), helped).finally(end);
  }

  get #extras() {
    return this.#files.services.core.settings.extras;
  }

  /** How many other workers there can be. */
  get #helpers(): number {
    return this.#files.services.core.settings.max - 1;
  }

  /** Options of a call that may ask for other workers to help it, and how those are let go. It asks by the way of
   *  progress, with the arguments of the helper's call and what they move. */
  #helped(name: Name, options: CallOptions | undefined): [CallOptions, () => void] {
    const ending = new AbortController();
    const help = (args: unknown[], transfer: Transferable[]) => {
      const { signal } = ending;
      // After whatever else has the priority of the call, and of no interest to anybody if it fails.
      this.#send(name, args, { signal, transfer, priority: (options?.priority ?? 0) - 1 }).catch(() => {});
    };
    const onProgress = (said: unknown) => (Array.isArray(said) ? help(said[0], said[1]) : options?.onProgress?.(said));
    return [{ ...options, onProgress }, () => ending.abort()];
  }

  /** A service that takes bytes. */
  async onBytes<R>(name: Name, data: Bytes | ReadableStream, options: CallOptions | undefined): Promise<R> {
    if (brand(data) === "ReadableStream") {
      const reader = (data as ReadableStream).getReader();
      return (await extra("feed", this.#extras))(reader, (port) => this.#ported(name, port, options), exact);
    }
    const [own, call] = this.#split(options);
    return this.#send(name, given(data, call, own), call);
  }

  /** A call that reads its input from a port, which it can do only once. */
  #ported<R>(name: Name, port: MessagePort, options: object | undefined, ...more: unknown[]): CallStream<R> {
    const [own, call] = this.#split(options);
    const { core, entries, gate } = this.#files.of(name);
    return core.stream(entries.get(name) as Entry, [port, own, ...more], { ...call, retry: 0, transfer: [port] }, gate);
  }

  async protobuf(source: string, options: (SchemaOptions & CallOptions) | undefined): Promise<ProtobufSchema> {
    const split = (given: object | undefined) => this.#split(given);
    return (await extra("schema", this.#extras))(this.#files.protobuf, split, source, options, descriptors, exact);
  }

  storage(name: string, options: StorageOptions | undefined): CentaurusStorage {
    return storage(this.#files.storage, (given) => this.#split(given), name, options);
  }

  #send<R>(name: Name, args: unknown[], options: CallOptions | undefined): Promise<R> {
    const { core, entries, gate } = this.#files.of(name);
    return core.call(entries.get(name) as Entry, args, options, gate) as Promise<R>;
  }

  /** A service's own options and those of its call. */
  #split(options: object | undefined): [own: object | undefined, call: CallOptions | undefined] {
    if (!options && !this.#view) return [undefined, undefined];
    const { signal, timeout, transfer, priority, key, retry, onProgress, ...own } = { ...this.#view, ...options } as CallOptions;
    return [own, { signal, timeout, transfer, priority, key, retry, onProgress } as CallOptions];
  }

  #stream(direction: "compress" | "decompress", options: object | undefined, end?: () => void): TransformStream<BufferSource, Uint8Array<ArrayBuffer>> {
    return transform((port) => this.#ported("zlib.stream", port, options, direction, this.#helpers), exact, end);
  }
}

/** The arguments of a call that takes bytes. */
function given(data: unknown, call: CallOptions | undefined, ...more: unknown[]): unknown[] {
  const args = [data, ...more];
  if (!byCopy(args, call?.transfer)) args[0] = exact(data, call?.transfer);
  return args;
}
