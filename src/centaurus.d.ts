/**
 * Centaurus takes work off a page's main thread: it hands calls to a pool of Web Workers and gives back promises.
 *
 * @packageDocumentation
 */

// Names of the web's that a program may not have, one for Node.js or for no platform in particular, and what compilers
// since 5.4 say differently: a program need not bring anything along for this package.

/** The instances of global classes, as far as there are such. */
type Global<Name extends string> = Name extends unknown
  ? typeof globalThis extends Record<Name, { prototype: infer Instance }>
    ? Instance
    : never
  : never;
// Where there is no such type, each is `any`.
// @ts-ignore
type AbortSignal = globalThis.AbortSignal;
// @ts-ignore
type Blob = globalThis.Blob;
// @ts-ignore
type CustomEvent<T = any> = globalThis.CustomEvent<T>;
// @ts-ignore
type Event = globalThis.Event;
// @ts-ignore
type EventTarget = globalThis.EventTarget;
// @ts-ignore
type MessageEvent<T = any> = globalThis.MessageEvent<T>;
// @ts-ignore
type ReadableStream<R = any> = globalThis.ReadableStream<R>;
// @ts-ignore
type TransformStream<I = any, O = any> = globalThis.TransformStream<I, O>;
// @ts-ignore
type URL = globalThis.URL;
/** A view of memory that is not shared. */
interface View extends ArrayBufferView {
  readonly buffer: ArrayBuffer;
}
type BufferSource = View | ArrayBuffer;
/** `Uint8Array<ArrayBuffer>`, where the class has that parameter. */
type Octets = ReturnType<Uint8Array["slice"]>;
/** Values that come one by one. Until 5.6 the platform's type does not say what it returns. */
interface Values<T> extends AsyncIterableIterator<T> {
  next(): Promise<IteratorResult<T, undefined>>;
  return?(value?: any): Promise<IteratorResult<T, undefined>>;
  throw?(error?: any): Promise<IteratorResult<T, undefined>>;
  [Symbol.asyncIterator](): Values<T>;
}
/** A method under a symbol, where the program knows that symbol. */
type Method<Name extends string, R> = typeof Symbol extends Readonly<Record<Name, infer S extends symbol>> ? { [K in S]: () => R } : {};
type Disposable = Method<"dispose", void>;
type AsyncDisposable = Method<"asyncDispose", Promise<void>>;
type WebAssemblyModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } } ? Module : never;
/** What can be moved (HTML, section 2.7.2). */
type Transferable = ArrayBuffer | Global<
  | "MessagePort" | "ReadableStream" | "WritableStream" | "TransformStream" | "OffscreenCanvas" | "ImageBitmap" | "VideoFrame"
  | "AudioData" | "RTCDataChannel" | "MediaSourceHandle" | "MIDIAccess" | "WebTransportReceiveStream" | "WebTransportSendStream"
>;
/** What a policy of Trusted Types makes of an address. */
interface TrustedScriptURL {
  toJSON(): string;
  toString(): string;
}
type BinaryType = "blob" | "arraybuffer";
type Or<Known, Else> = [Known] extends [never] ? Else : Known;
type ErrorEvent = Or<Global<"ErrorEvent">, Event & { readonly error: any; readonly message: string }>;
type CloseEvent = Or<Global<"CloseEvent">, Event & { readonly code: number; readonly reason: string; readonly wasClean: boolean }>;
type Listener = ((event: Event) => void) | { handleEvent(event: Event): void };
interface ListenerOptions {
  capture?: boolean;
  once?: boolean;
  passive?: boolean;
  signal?: AbortSignal;
}

/** Where a file of WebAssembly comes from: its address, its bytes, or the module compiled already. */
export type WasmSource = string | URL | BufferSource | WebAssemblyModule;

/** How one message is sent. */
export interface SocketSendOptions {
  /** Milliseconds after which it is dropped if it has not been transmitted. Default: `outbox.ttl`. */
  ttl?: number;
  /** Takes the message back if it has not been transmitted: the promise rejects with `signal.reason`. Default: none. */
  signal?: AbortSignal;
}

/**
 * How messages and values are made of each other, in the worker. `raw`: as the platform's WebSocket. `json`: text. `msgpack`
 * and `pack`: bytes, by the defaults of those services. `{ type, schema }`: messages of that type of a .proto file, which is
 * given as text or as what {@link Centaurus.protobuf} made of it. With all but `raw`, values are sent, and must not be
 * changed before their promise settles.
 */
export type SocketCodec = "raw" | "json" | "msgpack" | "pack" | { type: string; schema: string | ProtobufSchema };

/** How a socket behaves. Durations are in milliseconds, `Infinity` is never. */
export interface SocketOptions {
  /** Names of subprotocols, or a function that gives them anew for each attempt. Default: none. */
  protocols?: string | readonly string[] | (() => string | readonly string[] | Promise<string | readonly string[]>);
  /** Ends the socket at once: what has not been sent rejects with `signal.reason`. Default: none. */
  signal?: AbortSignal;
  /** Default: `"raw"`. */
  codec?: SocketCodec;
  /**
   * The pause before an attempt: `min`, and a random part of a limit that begins with `initial` and doubles with each attempt
   * that fails, up to `max` (full jitter). A close reason with `retry-after=<seconds>` in it adds so much.
   */
  backoff?: {
    /** Milliseconds. Default: 100. */
    min?: number;
    /** Milliseconds. Default: 1 000. */
    initial?: number;
    /** Milliseconds. Default: 30 000. */
    max?: number;
    /** A line that has been open for so many milliseconds starts the count anew. Default: 5 000. */
    stableAfter?: number;
    /** Attempts in a row that may fail before the socket closes. Default: `Infinity`. */
    maxAttempts?: number;
  };
  /**
   * How a line is found dead that still looks open: after `interval` of silence the server is asked for a sign of life, and
   * after `timeout` more the line is given up. Whatever arrives is a sign. A page cannot send a WebSocket's own pings, so
   * without `acknowledged` it is `message`, encoded by the codec, that is sent; without one, nothing, and only a server that
   * speaks by itself is heard. Default: `false`; with `acknowledged` `true`, whose frames ask.
   */
  heartbeat?: boolean | {
    /** Milliseconds. Default: 20 000. */
    interval?: number;
    /** Milliseconds. Default: 10 000. */
    timeout?: number;
    /** What is sent to ask. Default: none. */
    message?: unknown;
  };
  /** What waits for the line and, with `acknowledged`, for the server's word. */
  outbox?: {
    /** Bytes. Default: 16 MiB. */
    maxBytes?: number;
    /** What happens beyond: the message is refused with an `OutboxFullError`; the oldest make room, or it is dropped, with a
     *  `MessageDroppedError`; or it waits outside. Default: `"reject"`. */
    overflow?: "reject" | "drop-oldest" | "drop-newest" | "wait";
    /** What was not transmitted within so many milliseconds is dropped, with a `MessageExpiredError`. Default: `Infinity`. */
    ttl?: number;
  };
  /**
   * Acknowledged delivery, by the subprotocol `centaurus.link.1`, which the server has to speak: each message arrives once and
   * in order, both ways, however often the line breaks. Default: `false`.
   */
  acknowledged?: boolean | {
    /** Messages that the server may send ahead of the reader. Default: 1 024. */
    window?: number;
    /** A message that was taken is acknowledged after so many milliseconds at the latest. Default: 20. */
    delay?: number;
  };
  /** Close codes after which the socket does not come back. Default: 1000, 1002, 1003, 1007–1010, 4400, 4401, 4403, 4404. */
  permanent?: readonly number[];
  /** An attempt that takes more milliseconds has failed. Default: 10 000. */
  connectTimeout?: number;
  /** Milliseconds that `close()` waits for what is still to be sent, and then for the server's answer. Default: 5 000. */
  closeTimeout?: number;
  /**
   * Tabs of one origin that ask for the same address, protocols and pool's name share one line; all get its messages. The tab
   * that holds it hands it over when it closes. Default: `false`.
   */
  shared?: boolean;
}

/** What {@link CentaurusSocket.stats} gives. */
export interface SocketStats {
  /** Messages and bytes that were given to a line. */
  sent: { messages: number; bytes: number };
  received: { messages: number; bytes: number };
  /** Lines that have been open. */
  lines: number;
  /** Attempts since the last good line. */
  attempts: number;
  /** Bytes that wait: for the line, and with `acknowledged` for the server's word. */
  queued: number;
  /** Bytes that the line itself holds back. */
  buffered: number;
  /** Messages that wait in the worker for a slow reader. */
  held: number;
  /** Milliseconds that the last question for a sign of life took; only with `acknowledged`. */
  roundTrip?: number;
}

/** The detail of `reconnecting`. */
export interface Reconnecting {
  /** The attempt to come, counted from the last good line. */
  attempt: number;
  /** Milliseconds until then; `Infinity` while the machine is offline. */
  delay: number;
  /** Why the line is gone: 1006 if it broke. */
  code: number;
  reason: string;
}

export interface CentaurusSocketEventMap {
  /** A line is open: the first or a later one. `resumed`: the session goes on, so nothing was lost. */
  open: CustomEvent<{ resumed: boolean }>;
  message: MessageEvent;
  /** A message that the codec cannot read, a function of the options that failed, or why the socket closes unasked. */
  error: ErrorEvent;
  /** It is over for good. */
  close: CloseEvent;
  /** The line is gone, and another is tried after a pause. */
  reconnecting: CustomEvent<Reconnecting>;
}

/**
 * A WebSocket that lives in a worker and comes back, made by {@link Centaurus.socket}. It can stand where the platform's
 * does; what differs: before it is open, `send` queues instead of throwing, and `close` comes only when it is over for good.
 * While a line is looked for, `readyState` is `CONNECTING`.
 */
export declare class CentaurusSocket implements AsyncIterable<any> {
  private constructor();
  static readonly CONNECTING: 0;
  static readonly OPEN: 1;
  static readonly CLOSING: 2;
  static readonly CLOSED: 3;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  readonly readyState: number;
  readonly url: string;
  readonly protocol: string;
  readonly extensions: string;
  /** Bytes that were given to `send` and are neither transmitted nor, with `acknowledged`, acknowledged. With a codec only the
   *  worker knows: see `stats().queued`. */
  readonly bufferedAmount: number;
  /** What messages of bytes become, with the raw codec. */
  binaryType: BinaryType;
  onopen: ((this: CentaurusSocket, event: CentaurusSocketEventMap["open"]) => unknown) | null;
  onmessage: ((this: CentaurusSocket, event: MessageEvent) => unknown) | null;
  onerror: ((this: CentaurusSocket, event: ErrorEvent) => unknown) | null;
  onclose: ((this: CentaurusSocket, event: CloseEvent) => unknown) | null;
  onreconnecting: ((this: CentaurusSocket, event: CentaurusSocketEventMap["reconnecting"]) => unknown) | null;
  /**
   * Sends. The promise resolves when the message was handed to the line or, with `acknowledged`, when the server has it, and
   * rejects with an `OutboxFullError`, `MessageDroppedError`, `MessageExpiredError` or `SocketClosedError`, by `name`. Nobody
   * has to look at it.
   */
  send(value: any, options?: SocketSendOptions): Promise<void>;
  /** Closes, after what waits has been sent if the line is open. */
  close(code?: number, reason?: string): void;
  /** Gives the line up and tries another at once. */
  reconnect(): void;
  stats(): Promise<SocketStats>;
  /** The messages that come from when the first is asked for. A reader that is slow is waited for; the iterator ends with
   *  the socket, and throws if that fails. */
  [Symbol.asyncIterator](): Values<any>;
  addEventListener<K extends keyof CentaurusSocketEventMap>(
    type: K,
    listener: (this: CentaurusSocket, event: CentaurusSocketEventMap[K]) => unknown,
    options?: boolean | ListenerOptions,
  ): void;
  addEventListener(type: string, listener: Listener | null, options?: boolean | ListenerOptions): void;
}

export interface CentaurusSocket extends EventTarget {}

/** A worker as the web's platform makes it. */
export interface OwnWorker {
  onmessage: any;
  postMessage(message: any, transfer?: any): void;
  terminate(): unknown;
}

/** How a pool is set up. */
export interface CentaurusOptions {
  /**
   * Address of `centaurus.worker.js` (a `TrustedScriptURL` goes to the `Worker` as it is), or a function that makes a worker whose
   * script calls `expose` of `centaurus/worker`: it is called for each worker. Default: beside the script that this class came from.
   */
  worker?: string | URL | TrustedScriptURL | (() => OwnWorker);
  /** The proxy's WebAssembly, or an object that names the files: the proxy's, the workers', those of Protocol Buffers, sockets and storage. Default: beside the script. */
  wasm?: WasmSource | { proxy?: WasmSource; worker?: WasmSource; digest?: WasmSource; protobuf?: WasmSource; socket?: WasmSource; storage?: WasmSource };
  /** Scripts that a page loads when it needs them: `centaurus.socket.js` with the first socket, `centaurus.extras.js` for schemas,
   *  streams given as input, and errors that say more. Default: beside the script. */
  scripts?: { socket?: string | URL; extras?: string | URL };
  /**
   * How many workers. A number is the most there will be; they start when there is work for them.
   * `min` workers are kept even when idle. Default: `{ min: 1, max: navigator.hardwareConcurrency }`.
   */
  size?: number | { min?: number; max?: number };
  /** Milliseconds after which an idle worker above `min` is stopped; `Infinity` for never. Default: 30 000. */
  idleTimeout?: number;
  /** Calls that may wait for a worker; one more is refused with `QueueFullError`. Default: 1 000 000. */
  queueLimit?: number;
  /** Milliseconds that an aborted or timed-out task has to end before its worker is replaced. Default: 1 000. */
  killGrace?: number;
  /** Name of the workers in the developer tools. Default: `"centaurus"`. */
  name?: string;
  /** In Node.js, Deno and Bun: address of `centaurus.node.worker.mjs`, which a thread runs first. Default: beside the script, or where `centaurus` is installed. */
  thread?: string | URL;
}

/** How one call is made. */
export interface CallOptions {
  /** Ends the call when it fires: the promise rejects with `signal.reason` at once. Default: none. */
  signal?: AbortSignal;
  /** Milliseconds from now, waiting included, after which the call rejects with a `TimeoutError`. Default: none. */
  timeout?: number;
  /** Objects among the arguments that are moved to the worker instead of cloned. Default: none. */
  transfer?: Transferable[];
  /** Calls of a larger number go first. Default: 0. A call that has waited for long goes even so. */
  priority?: number;
  /** Calls of one key run on one worker, one after another, in the order they were made. Default: none, any worker. */
  key?: string;
  /** How often the call may run again after its worker died. Only for what may run twice. Default: 0. */
  retry?: number;
  /** Called with each value that the task passes to `this.progress(value)`. Default: nobody is told. */
  onProgress?: (progress: unknown) => void;
}

/** `this` inside a registered function. Arrow functions reach it too. */
export interface Task {
  /** Fires when the caller aborts or the call's time is up. On a cross-origin isolated page `aborted` turns true even inside a loop that never yields. */
  readonly signal: AbortSignal;
  /** Sends a value to the caller's `onProgress`. */
  progress(value: unknown): void;
  /** Returns `value`: given as the result, a generator's value or progress, the objects in `list` are moved with it instead
   *  of cloned. Inside of another value it is cloned. */
  transfer<T>(value: T, list: Transferable[]): T;
}

/** A function in the original form: it ends by calling `resolve` or `reject`. */
export type CallbackFunction = (
  this: Task,
  resolve: (value?: any) => void,
  reject: (reason?: any) => void,
  ...params: any[]
) => unknown;

/** A function in the plain form: its return value, promise or generator is the result. */
export type PlainFunction = (this: Task, ...params: any[]) => unknown;

/** An object of functions: one whose names are as they come, from which literals take their types, or an interface's or an
 *  instance of a class, all of whose members have to be functions. Not a function itself, nor a list. */
type Functions<G, Form> = Record<string, Form> | (object & { [Symbol.hasInstance]?: never } & { [K in keyof G]: K extends string ? Form : never });

/** The methods that a set of functions in the original form becomes. */
export type Calls<F> = {
  [K in keyof F]: F[K] extends (resolve: (value: infer R) => any, reject: any, ...params: infer P) => any
    ? (...params: P) => Promise<R extends undefined ? any : R>
    : never;
};

/** What a plain function's caller gets: a generator's values come as an array. */
export type Result<R> = Awaited<R> extends AsyncGenerator<infer T, any, any> | Generator<infer T, any, any> ? Awaited<T>[] : Awaited<R>;

/** The methods that a set of plain functions becomes. */
export type PlainCalls<F> = {
  [K in keyof F as F[K] extends (...params: any[]) => any ? K : never]: F[K] extends (...params: infer P) => infer R
    ? (...params: P) => Promise<Result<R>>
    : never;
};

/** What a stream of a function gives that returns this: the values of what can be taken value by value, else the one. */
export type Item<R> = Awaited<R> extends string
  ? Awaited<R>
  : Awaited<R> extends AsyncIterable<infer T> | Iterable<infer T>
    ? Awaited<T>
    : [Global<"ReadableStream">] extends [never]
      ? Awaited<R>
      : Awaited<R> extends ReadableStream<infer T>
        ? Awaited<T>
        : Awaited<R>;

/** What the streams of functions in the original form give, by their names. */
export type Items<F> = {
  [K in keyof F]: F[K] extends (resolve: (value: infer R) => any, ...rest: any[]) => any ? Item<R extends undefined ? any : R> : never;
};

/** What the streams of plain functions give, by their names. */
export type PlainItems<F> = {
  [K in keyof F as F[K] extends (...params: any[]) => any ? K : never]: F[K] extends (...params: any[]) => infer R ? Item<R> : never;
};

/** Functions of which nothing is known but that they are there. */
export type AnyFunctions = Record<string, (...params: any[]) => any>;

/** The distribution of a duration, in milliseconds. */
export interface Percentiles {
  count: number;
  mean: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** One worker in {@link Stats}. */
export interface WorkerStats {
  id: number;
  slot: number;
  state: "starting" | "idle" | "running" | "stopping";
  /** Calls that it has ended. */
  calls: number;
  /** Calls that it holds now. */
  running: number;
  /** Milliseconds since it was started. */
  uptime: number;
}

/** A snapshot of the pool. */
export interface Stats {
  name: string;
  size: { min: number; max: number };
  /** Calls that wait for a worker. */
  queued: number;
  /** Calls that a worker holds. */
  running: number;
  workers: WorkerStats[];
  calls: {
    submitted: number;
    returned: number;
    threw: number;
    aborted: number;
    timedOut: number;
    crashed: number;
    loadFailed: number;
    retried: number;
    moved: number;
  };
  /** Time that calls waited before they were sent. */
  queue: Percentiles;
  /** Time that functions ran, as their workers measured it. */
  run: Percentiles;
  /** What a call took beyond waiting and running: messages, cloning, the page's own delays. */
  transfer: Percentiles;
  /** Workers started so far. */
  spawned: number;
  /** Workers that died. */
  crashes: number;
  /** The same of the sockets' worker, once there has been a socket. */
  sockets?: Omit<Stats, "name" | "size" | "sockets">;
}

/**
 * MessagePack options. What MessagePack cannot say is an `UnsupportedValueError` or a `LimitError` with the `path` to it;
 * bad bytes are a `TruncatedError`, `CorruptError` or `TrailingDataError` with the `offset`. Without `structured`,
 * `undefined` and the holes of arrays become nil, lone surrogates U+FFFD, wrapper objects what is in them, and every
 * ArrayBuffer and view becomes bytes, which decode to a `Uint8Array`.
 */
export interface MsgpackOptions {
  /** Bytes of input that are accepted. Default: 512 MiB. */
  maxInput?: number;
  /** Levels of nesting that are accepted, at most 4096. Default: 1024. */
  maxDepth?: number;
  /** Bytes that the decoded value, or the encoded message, may take: contents, and 32 for each value. Default: 1 GiB. */
  maxAllocation?: number;
  /** How 64-bit integers decode: to numbers where that is exact, else to bigint; or all to bigint. Default: `"number-or-bigint"`. */
  int64?: "number-or-bigint" | "bigint";
  /** How maps with string keys decode. Maps with other keys are always `Map`s. Default: `"object"`. */
  maps?: "object" | "map";
  /**
   * Keeps what structured clone holds and MessagePack has no type for: `undefined`, holes, `Map`, `Set`, `RegExp`, errors,
   * any bigint, wrapper objects, typed arrays and their shared buffers, lone surrogates, cycles and shared references.
   * It is written by extension type 67, which both sides have to ask for; plain data stays plain MessagePack, byte for byte.
   * A view takes its whole buffer along, as in structured clone. Not kept: named properties of arrays, resizable and shared
   * memory as such, and the platform's own objects, such as Blob. Default: `false`; for pack and unpack `true`.
   */
  structured?: boolean;
  /**
   * Extension types. A number: an object `{ type, data }` with it is written as an extension, whose content is `data`; all
   * decode to that shape. With names of plain functions, registered by `define` or `registerModule`: `encode` gives the
   * content, a `Uint8Array`, for the `data`, and `decode` the value for the content. They run in the worker. Default: none.
   */
  extensions?: (number | { type: number; encode?: string; decode?: string })[];
}

/** Limits on what comes out of a (de)compressor; one that is met is a `LimitError`. */
export interface OutputLimits {
  /** Bytes of output that are accepted. Default: 1 GiB, for a stream 64 GiB. */
  maxOutput?: number;
  /** Output bytes for one input byte that are accepted, once the output is over 64 KiB. Default: 500, once it is over 256 MiB. */
  maxRatio?: number;
}

/** Deflate options. */
export interface ZlibOptions {
  /** Default: `"zlib"`. */
  format?: "zlib" | "gzip" | "deflate-raw";
  /** 0 (stored) to 9 (smallest). Default: 6. */
  level?: number;
  /** A preset dictionary; both sides need the same one. Not with gzip. Default: none. */
  dictionary?: BufferSource;
  /** Bytes of output that are accepted. Default: 1 GiB, for a stream 64 GiB. */
  maxOutput?: number;
}

/**
 * Inflate options. Several gzip members give their contents one behind the other. Bad input is a `TruncatedError`,
 * `CorruptError`, `ChecksumError`, `TrailingDataError` or `DictionaryError`, with the `offset` where there is one.
 */
export interface UnzlibOptions extends OutputLimits {
  /** Default: `"zlib"`. */
  format?: "zlib" | "gzip" | "deflate-raw";
  /** A preset dictionary; both sides need the same one. Default: none. */
  dictionary?: BufferSource;
}

/** Options of {@link Centaurus.pack}. */
export type PackOptions = MsgpackOptions & Pick<ZlibOptions, "level" | "dictionary" | "maxOutput">;

/** Options of {@link Centaurus.unpack}. */
export type UnpackOptions = MsgpackOptions & OutputLimits & Pick<ZlibOptions, "dictionary">;

/** Bytes that a service takes: nothing of them is moved unless `transfer` says so. */
export type Bytes = ArrayBuffer | ArrayBufferView | Blob;

/** Names of digests, in letters of either case. */
export type DigestAlgorithm = "sha-1" | "sha-224" | "sha-256" | "sha-384" | "sha-512" | "blake3" | "crc32" | "adler32";

/** Options of {@link Centaurus.digest}. */
export interface DigestOptions {
  /** Makes a message authentication code of the digest: HMAC of the SHAs, of any length; keyed BLAKE3, of 32 bytes. The
   *  check sums take none. (`key` is the affinity of the call, as everywhere.) Default: none. */
  secret?: BufferSource;
  /** Bytes that BLAKE3 puts out, up to 1 MiB. Default: 32. The others have a length of their own. */
  length?: number;
}

/** How far a digest is, for `onProgress`. A stream has no `total`. */
export interface DigestProgress {
  /** Bytes. */
  loaded: number;
  /** Bytes. */
  total?: number;
}

/** MessagePack in a worker. */
export interface Msgpack {
  /** The value as MessagePack. Everything that structured clone and MessagePack both carry is kept; with `structured` the rest too. */
  encode(value: unknown, options?: MsgpackOptions & CallOptions): Promise<Octets>;
  /** The value of one MessagePack message. */
  decode(bytes: Bytes, options?: MsgpackOptions & CallOptions): Promise<unknown>;
  /** Each value that is written to it as a message, one behind the other. */
  encodeStream(options?: MsgpackOptions & CallOptions): TransformStream<unknown, Octets>;
  /** The values of messages that stand one behind the other, cut into chunks anywhere. Limits and offsets are those of each message. */
  decodeStream(options?: MsgpackOptions & CallOptions): TransformStream<BufferSource, unknown>;
}

/** What `onProgress` of the zlib services is given for inputs that take a while. */
export interface ZlibProgress {
  /** Bytes of the input that are done. */
  loaded: number;
  /** All of them; not there for streams. */
  total?: number;
}

/**
 * The zlib family in a worker. A Blob is read slice by slice, a stream as it comes. Large inputs are compressed by all
 * workers that have nothing better to do, into one stream that every inflater reads; its bytes can then differ from
 * those that one worker makes.
 */
export interface Zlib {
  compress(data: Bytes | ReadableStream<BufferSource>, options?: ZlibOptions & CallOptions): Promise<Octets>;
  decompress(data: Bytes | ReadableStream<BufferSource>, options?: UnzlibOptions & CallOptions): Promise<Octets>;
  /** Compresses what is written to it, chunk by chunk. */
  compressStream(options?: ZlibOptions & CallOptions): TransformStream<BufferSource, Octets>;
  /** Decompresses what is written to it, chunk by chunk. */
  decompressStream(options?: UnzlibOptions & CallOptions): TransformStream<BufferSource, Octets>;
}

/** What a schema is made of beside its text. */
export interface SchemaOptions {
  /** Gives the text of a file that is imported, or nothing if there is none. `google/protobuf/*.proto` need no resolver. Default: none. */
  resolve?: (path: string) => string | undefined | null | Promise<string | undefined | null>;
  /** What errors, and files that import it, call the file. Default: `"schema.proto"`. */
  name?: string;
}

/** Limits of Protocol Buffers; one that is met is a `LimitError`. */
export interface ProtobufLimits {
  /** Bytes of input that are accepted. Default: 512 MiB. */
  maxInput?: number;
  /** Messages inside each other that are accepted, at most 1000. Default: 100. */
  maxDepth?: number;
  /** Bytes that the result may take. Default: 1 GiB. */
  maxAllocation?: number;
}

export interface ProtobufEncodeOptions extends ProtobufLimits {
  /** Passes over keys that name no field, instead of refusing the value. Default: false. */
  ignoreUnknown?: boolean;
  /** Required fields (proto2) may be missing. Default: false. */
  partial?: boolean;
}

export interface ProtobufDecodeOptions extends ProtobufLimits {
  /** How 64-bit integers decode: to numbers where that is exact, else to bigint; all to bigint; all to decimal text. Default: `"number-or-bigint"`. */
  int64?: "number-or-bigint" | "bigint" | "string";
  /** How enums decode. A number that has no name stays a number. Default: `"name"`. */
  enums?: "name" | "number";
  /**
   * Which absent fields are filled in: those whose absence means the default (proto3's plain fields, lists and maps), also
   * those with presence of their own, or none. Messages and members of a oneof never are. Default: `"implicit"`.
   */
  defaults?: "implicit" | "all" | "none";
  /** Names of the fields: `fooBar`, or as in the .proto. Encoding takes both. Default: `"camel"`. */
  names?: "camel" | "proto";
  /** How map fields decode whose keys are no strings: to objects, or to `Map`s with typed keys. Default: `"object"`. */
  maps?: "object" | "map";
  /** Keeps fields that the schema does not have, as bytes under `$unknown`; encoding writes them again. Default: false. */
  keepUnknown?: boolean;
  /** Required fields (proto2) may be missing. Default: false. */
  partial?: boolean;
}

/** Options of the JSON mapping; `defaults` is `"none"` there unless told otherwise. */
export type ProtobufJSONOptions = ProtobufLimits & Pick<ProtobufDecodeOptions, "enums" | "defaults" | "names">;

/**
 * The types of a .proto file, in every worker. Messages are plain objects with their fields' names in lowerCamelCase:
 * `bytes` are `Uint8Array`s, enums their names, maps objects, lists arrays, extensions `"[full.name]"`; of a oneof only
 * the member that is set is there. Encoding takes a `Date` for a `google.protobuf.Timestamp`, numbers for enums, bigints and
 * decimal text for 64-bit integers, a `Map` for a map; `null` and `undefined` mean absent.
 *
 * A value that does not fit is an `UnsupportedValueError` or `MissingFieldError` with its `path`, bad bytes are a
 * `TruncatedError` or `CorruptError` with the `offset`, an unknown type is an `UnknownTypeError`.
 */
export interface ProtobufSchema {
  /** Full names of the message types, those of imports included. */
  readonly types: readonly string[];
  encode(type: string, value: object, options?: ProtobufEncodeOptions & CallOptions): Promise<Octets>;
  decode<T = any>(type: string, bytes: Bytes, options?: ProtobufDecodeOptions & CallOptions): Promise<T>;
  /** The message's JSON mapping, as a value for `JSON.stringify`. */
  toJSON(type: string, bytes: Bytes, options?: ProtobufJSONOptions & CallOptions): Promise<any>;
  /** The message that a value from `JSON.parse` is the JSON mapping of. */
  fromJSON(type: string, json: unknown, options?: ProtobufLimits & { ignoreUnknown?: boolean } & CallOptions): Promise<Octets>;
}

/** How a store is used. It is a matter of who uses it, not of the store: other pages may use it otherwise. */
export interface StorageOptions {
  /** Bytes that all contents together may take, before compression. What was used longest ago gives way. Default: no limit but the browser's. */
  quota?: number;
  /** The digest of contents. Each chunk of a large content is checked by BLAKE3 in any case. Default: `"blake3"`. */
  digest?: "blake3" | "sha-256";
  /** Compresses contents where that pays. Default: `true`. */
  compress?: boolean | "auto";
  /** Milliseconds of the wall clock that an entry lives, unless its `put` says otherwise. Default: for ever. */
  ttl?: number;
}

/** A change to a store. */
export interface StorageChange {
  /** Its number; `changes({ since: seq })` goes on after it. */
  seq: number;
  key: string;
  /** The entry's revision, which is `seq`. */
  rev: number;
  /** Whether the entry was deleted, gave way to others, or had lived its time. */
  deleted: boolean;
}

/** How a value is put. */
export interface PutOptions extends CallOptions {
  /** Whatever belongs to the value; `stat` and `list` give it. Default: none. */
  meta?: unknown;
  /** The revision that must be there; 0 or `null` for none. Else the put is a `ConflictError` and changes nothing. Default: any. */
  expect?: number | null;
  /** Milliseconds that the entry lives. Default: the store's. */
  ttl?: number;
  /** The entry never gives way to others. Default: false. */
  pin?: boolean;
  /** MIME type of a stream, or of a Blob in the place of its own. Default: none. */
  type?: string;
}

/** What is known of an entry. */
export interface StorageStat {
  key: string;
  /** Number of the change that wrote it: larger than that of any earlier change in the store. */
  rev: number;
  /** Bytes of the content: those of bytes and files, of other values about what they take as MessagePack. */
  size: number;
  /** Bytes that it takes after compression. */
  stored: number;
  /** Of the content, as `"blake3:…"` in hexadecimal digits; none of a value that holds a Blob, a CryptoKey or another object of the platform's. */
  digest?: string;
  kind: "value" | "bytes" | "blob" | "clone";
  /** MIME type of a Blob, class of a buffer or view. */
  type: string;
  /** A File's. */
  name?: string;
  /** When it was put, and when first, in ms since 1970. */
  modified: number;
  created: number;
  /** When its time is over. */
  expires?: number;
  pinned: boolean;
  meta?: unknown;
}

export interface StorageListOptions extends CallOptions {
  /** Only keys that begin so. Default: all. */
  prefix?: string;
  /** By key (its UTF-16 units), by revision, by size, by last use (pinned ones first). Default: `"key"`. */
  order?: "key" | "time" | "size" | "used";
  /** Default: `"ascending"`. */
  direction?: "ascending" | "descending";
  /** Default: all. */
  limit?: number;
  /** The key after which the list goes on; the last of the list before. Default: from the first. */
  after?: string;
}

export interface StorageUsage {
  /** Of all contents, before and after compression. */
  bytes: number;
  stored: number;
  entries: number;
  /** Number of the last change. */
  seq: number;
  /** The one that was asked for. */
  quota?: number;
  /** What the browser grants this site, and how much of it is used by everything. */
  disk?: { usage?: number; quota?: number };
  /** Whether the browser promised not to clear it of its own accord. */
  persisted?: boolean;
}

/**
 * Files and values, kept by workers. Any number of pages can use one store at once.
 *
 * A put is there whole or not at all. What is read is what was put, or the call is a `StorageCorruptError`. A full quota
 * or disk is a `StorageFullError`.
 */
export interface CentaurusStorage {
  readonly name: string;
  /** Puts whatever structured clone holds, a Blob or File, bytes, or a stream of bytes, which is read as fast as it can be written. */
  put(key: string, value: unknown, options?: PutOptions): Promise<StorageStat>;
  /** The value as it was put, of a stream a Blob; nothing if there is none. `rev`: the revision that it must have. */
  get<T = any>(key: string, options?: { rev?: number } & CallOptions): Promise<T | undefined>;
  /** The bytes of the content, from `start` to before `end`. Of a value they are its MessagePack. */
  getStream(key: string, options?: { start?: number; end?: number } & CallOptions): ReadableStream<Octets>;
  has(key: string, options?: CallOptions): Promise<boolean>;
  stat(key: string, options?: CallOptions): Promise<StorageStat | undefined>;
  /** The entry, if there is one, whose content has this digest. */
  byDigest(digest: string, options?: CallOptions): Promise<StorageStat | undefined>;
  /** Keeps an entry from giving way to others, or no longer does. `NotFoundError` if there is none. */
  pin(key: string, options?: CallOptions): Promise<StorageStat>;
  unpin(key: string, options?: CallOptions): Promise<StorageStat>;
  /** Counts as a use, and begins a time to live, if one is given, now. `NotFoundError` if there is none. */
  touch(key: string, options?: { ttl?: number } & CallOptions): Promise<StorageStat>;
  /** Whether there was something to delete. */
  delete(key: string, options?: { expect?: number | null } & CallOptions): Promise<boolean>;
  list(options?: StorageListOptions): Promise<StorageStat[]>;
  /** Deletes everything. */
  clear(options?: CallOptions): Promise<void>;
  usage(options?: CallOptions): Promise<StorageUsage>;
  /**
   * The changes after number `since` (0: all that is there), in order, whichever page made them; of changes to one key only
   * the last needs to be told. With `live` it waits for more, until the reader leaves or `signal` fires. A `since` of which
   * not all deletions after it are known any more is a `HistoryError`: of the last 10,000 they are. Default: since 0, live.
   */
  changes(options?: { since?: number | "now"; live?: boolean } & CallOptions): Values<StorageChange>;
  /** Deletes everything, and the store itself, of which WebKit keeps an empty database. Whoever uses it then begins a new one. */
  destroy(options?: CallOptions): Promise<void>;
  /** Asks the browser not to clear this site's data of its own accord. Whether it promised. */
  persist(): Promise<boolean>;
}

/** What happens to the pool, as `CustomEvent`s. */
export interface CentaurusEventMap {
  /** A worker was started. */
  workerstart: CustomEvent<{ worker: number; slot: number }>;
  /** A worker was stopped, or is gone; `reason` is the error where it was not asked for. */
  workerstop: CustomEvent<{ worker: number; slot: number; reason: unknown }>;
  /** Code in a worker threw where no call could catch it, or nobody handled a rejection. Reported as the page's own
   *  errors are (`window.onerror`, the console; in Node.js the console alone) unless `preventDefault()` is called. */
  workererror: CustomEvent<{ worker: number; slot: number; error: unknown }>;
  /** A likely mistake, such as a function that uses a name its worker lacks. Printed to the console unless `preventDefault()` is called. */
  warning: CustomEvent<{ message: string; function?: string; names?: string[] }>;
}

/** A worker could not be started: its file or its WebAssembly is missing, blocked, of the wrong type or broken. */
export class WorkerLoadError extends Error {
  name: "WorkerLoadError";
}
/** The worker died while it held the call: a trap, memory, `self.close()`, or killed from outside. */
export class WorkerCrashError extends Error {
  name: "WorkerCrashError";
}
/** No function of that name is registered. */
export class UnknownFunctionError extends Error {
  name: "UnknownFunctionError";
  /** Registered names like it, best first. */
  nearest: string[];
}
/** More calls wait than `queueLimit` allows. */
export class QueueFullError extends Error {
  name: "QueueFullError";
}
/** `terminate()` or `close()` was called. */
export class TerminatedError extends Error {
  name: "TerminatedError";
}

// Of the services. They come from workers, and with what they are about.

/** A limit of a decoder, or of an encoder's output, was met. */
export class LimitError extends Error {
  name: "LimitError";
  /** The option that raises it. */
  limit: string;
  max: number;
  /** Where: a byte of the input, or a place in the value. */
  offset?: number;
  path?: string;
}
/** The input ends before the value does. */
export class TruncatedError extends Error {
  name: "TruncatedError";
  format: string;
  offset: number;
}
/** The input is not of the format that it is read as. */
export class CorruptError extends Error {
  name: "CorruptError";
  format: string;
  offset: number;
}
/** The data was decoded, and its check sum says that it is not what was encoded. */
export class ChecksumError extends Error {
  name: "ChecksumError";
  format: string;
  check: string;
  offset: number;
  stored: number;
  computed: number;
}
/** The value is complete, and bytes follow it. */
export class TrailingDataError extends Error {
  name: "TrailingDataError";
  format: string;
  offset: number;
  length: number;
}
/** A preset dictionary is missing, the wrong one, or of no use. */
export class DictionaryError extends Error {
  name: "DictionaryError";
  dictionaryId?: number;
  givenId?: number;
}
/** MessagePack, or the schema, has no type for the value. */
export class UnsupportedValueError extends Error {
  name: "UnsupportedValueError";
  path?: string;
}
/** A required field (proto2) is not there. */
export class MissingFieldError extends Error {
  name: "MissingFieldError";
  field: string;
  offset?: number;
  path?: string;
}
/** The schema has no message type of that name. */
export class UnknownTypeError extends Error {
  name: "UnknownTypeError";
  type: string;
}
/** A .proto file cannot be compiled. */
export class ProtoSyntaxError extends Error {
  name: "ProtoSyntaxError";
  file: string;
  line: number;
  column: number;
}
/** No memory is left for the result. */
export class OutOfMemoryError extends Error {
  name: "OutOfMemoryError";
  needed: number;
}
/** The browser's own storage failed; its error is the `cause`. */
export class StorageError extends Error {
  name: "StorageError";
  store: string;
  key?: string;
}
/** The quota, or the disk, has no room. */
export class StorageFullError extends Error {
  name: "StorageFullError";
  store: string;
  key: string;
}
/** The content is not what was put. */
export class StorageCorruptError extends Error {
  name: "StorageCorruptError";
  store: string;
  key: string;
}
/** The entry is at another revision than was expected, or was replaced while it was read. */
export class ConflictError extends Error {
  name: "ConflictError";
  store: string;
  key: string;
  rev?: number;
  expect?: number;
}
/** The store has no such entry. */
export class NotFoundError extends Error {
  name: "NotFoundError";
  store: string;
  key: string;
}
/** The store no longer knows every deletion since that change. */
export class HistoryError extends Error {
  name: "HistoryError";
  store: string;
  since: number;
  horizon: number;
}
/** The socket is over for good. */
export class SocketClosedError extends Error {
  name: "SocketClosedError";
}
/** More waits than `outbox.maxBytes`. */
export class OutboxFullError extends Error {
  name: "OutboxFullError";
}
/** The outbox was full, and its policy let the message go. */
export class MessageDroppedError extends Error {
  name: "MessageDroppedError";
}
/** The message was not sent within its time to live. */
export class MessageExpiredError extends Error {
  name: "MessageExpiredError";
}

/** What every pool does, whatever it has been given to run: its life and its services. */
interface Common extends EventTarget, Disposable, AsyncDisposable {
  /** Loads classic scripts of any origin into every worker, in order. */
  loadScripts(...urls: (string | URL)[]): Promise<void>;
  /** Runs a function once in every worker, before its first call. */
  setup<P extends unknown[]>(fn: (this: Task, ...args: P) => unknown, ...args: P): Promise<void>;
  /** This pool, with options for the calls that are made through it. */
  with(options: CallOptions): this;
  /** Runs a function that is not registered. */
  run<P extends unknown[], R>(fn: (this: Task, ...args: P) => R, ...args: P): Promise<Result<R>>;

  /** Resolves when the workers that the pool keeps are up with everything registered so far. */
  readonly ready: Promise<void>;
  stats(): Stats;
  /** Ends everything now: whatever is pending rejects with `TerminatedError`. */
  terminate(): void;
  /** Takes no more calls, and ends after what is pending has ended; a live feed of a store, as every stream, with its reader. */
  close(): Promise<void>;

  readonly msgpack: Msgpack;
  readonly zlib: Zlib;
  /** MessagePack of whatever structured clone holds, then deflate where that is worth it. */
  pack(value: unknown, options?: PackOptions & CallOptions): Promise<Octets>;
  /** The value that `pack` was given. */
  unpack(bytes: Bytes, options?: UnpackOptions & CallOptions): Promise<unknown>;

  /**
   * Digests of the bytes, under the names by which they were asked for: `sha-1` (for old formats only), `sha-224`,
   * `sha-256`, `sha-384`, `sha-512`, `blake3`, `crc32`, `adler32`. Several are computed in one pass. The check sums are 4
   * bytes, the most significant first.
   *
   * A Blob is read piece by piece in the worker. A ReadableStream of bytes is read as fast as they can be digested; it is
   * cancelled if the call fails, and `retry` has no effect, since it cannot be read twice. Text is a `TypeError`: encode it
   * with `TextEncoder`. A name that is not known is a `RangeError`.
   */
  digest<A extends string>(
    algorithms: A | readonly A[],
    data: Bytes | ReadableStream<BufferSource>,
    options?: DigestOptions & CallOptions,
  ): Promise<Record<A, Octets>>;

  /**
   * Compiles the text of a .proto file, proto2 or proto3, for all workers. What is wrong with it is a `ProtoSyntaxError` with
   * `file`, `line` and `column`.
   */
  protobuf(source: string, options?: SchemaOptions & CallOptions): Promise<ProtobufSchema>;

  /**
   * A WebSocket that lives in a worker and comes back. `url` is seen from the page, http(s) standing for ws(s), or a function
   * that gives it anew for each attempt. What is wrong with it is a `SyntaxError`, as with the platform's.
   */
  socket(url: string | URL | (() => string | URL | Promise<string | URL>), options?: SocketOptions): CentaurusSocket;

  /** The store of a name, which all pages of this origin share. */
  storage(name: string, options?: StorageOptions): CentaurusStorage;

  addEventListener<K extends keyof CentaurusEventMap>(
    type: K,
    listener: (this: this, event: CentaurusEventMap[K]) => unknown,
    options?: boolean | ListenerOptions,
  ): void;
  addEventListener(type: string, listener: Listener | null, options?: boolean | ListenerOptions): void;
}

/** By name, with arguments where the function takes any. */
type Arguments<P extends readonly unknown[]> = [] extends P
  ? [args?: Readonly<P>, options?: CallOptions]
  : [args: Readonly<P>, options?: CallOptions];

/**
 * A pool whose functions the compiler knows: `F` has their methods, `I` what their streams give. It is what registering
 * resolves to, and refuses names that have not been registered through it.
 */
export interface Pool<F, I> extends Common {
  /** Registers functions in the original form, from their source: `(resolve, reject, ...params)`. They are methods when this returns. */
  registerFunctions<G extends Functions<G, CallbackFunction>>(functions: G): Promise<With<F, I, Calls<G>, Items<G>>>;
  /** Registers plain functions, from their source: the return value, promise or generator is the result. They are methods when this returns. */
  define<G extends Functions<G, PlainFunction>>(functions: G): Promise<With<F, I, PlainCalls<G>, PlainItems<G>>>;
  /** Registers the functions of these names that an ES module exports. They are methods when this returns. */
  registerModule<const N extends string>(
    url: string | URL,
    names: readonly N[],
  ): Promise<With<F, I, Record<N, (...params: any[]) => Promise<any>>, Record<N, any>>>;
  /**
   * Registers the functions that an ES module exports: no eval. Packages of `wasm-bindgen --target web` are initialised
   * first. With `names` they are methods when this returns. `M` is the module's type: `typeof import("./jobs.js")`.
   */
  registerModule<M extends object = AnyFunctions>(
    url: string | URL,
    names?: readonly (keyof M & string)[],
  ): Promise<With<F, I, PlainCalls<M>, PlainItems<M>>>;

  // Overloads of no name: a pool of known functions is a pool.
  /** @ignore */
  call<R = any>(name: never, args?: readonly unknown[], options?: CallOptions): Promise<R>;
  /** @ignore */
  broadcast<R = any>(name: never, ...args: unknown[]): Promise<R[]>;
  /** @ignore */
  stream<T = any>(name: never, ...args: unknown[]): Values<T>;

  /** Calls a registered function by name. */
  call<K extends keyof F & string>(
    name: K,
    ...rest: F[K] extends (...params: infer P) => any ? Arguments<P> : never
  ): F[K] extends (...params: any[]) => infer R ? R : never;
  /** Calls a registered function once on every worker. */
  broadcast<K extends keyof F & string>(
    name: K,
    ...args: F[K] extends (...params: infer P) => any ? P : never
  ): Promise<(F[K] extends (...params: any[]) => Promise<infer R> ? R : never)[]>;
  /** Calls a registered (async) generator function and gives its values as they come; the worker waits while nobody takes them. */
  stream<K extends keyof F & keyof I & string>(
    name: K,
    ...args: F[K] extends (...params: infer P) => any ? P : never
  ): Values<I[K]>;
}

/** A pool with its methods. */
export type Typed<F, I> = Pool<F, I> & F;

/** A pool of `F` to which `G` was added: a function of a name that was there takes its place. */
export type With<F, I, G, J> = Typed<Omit<F, keyof G> & G, Omit<I, keyof J> & J>;

/**
 * A pool of workers.
 *
 * What `new` gives takes any name for a method, since the compiler cannot follow that a pool learns its functions later:
 * so the original form compiles, `C.registerFunctions({ test: … }); C.test()`. What registering resolves to knows its
 * functions and their types, and no others: `const c = await new Centaurus().define({ … })`.
 */
export const Centaurus: {
  new (options?: CentaurusOptions): Centaurus;
  new (worker: string | URL | TrustedScriptURL, options?: CentaurusOptions): Centaurus;
  /** A pool of workers of the program's own. `M` is the type of their module, `typeof import("./jobs.js")`, or of what it exposes. */
  new <M extends object>(options: CentaurusOptions & { worker: () => OwnWorker }): Typed<PlainCalls<M>, PlainItems<M>>;
  readonly prototype: Centaurus;
};

export interface Centaurus extends Common {
  /** Registers functions in the original form, from their source: `(resolve, reject, ...params)`. They are methods when this returns. */
  registerFunctions<G extends Functions<G, CallbackFunction>>(functions: G): Promise<Typed<Calls<G>, Items<G>>>;
  /** Registers plain functions, from their source: the return value, promise or generator is the result. They are methods when this returns. */
  define<G extends Functions<G, PlainFunction>>(functions: G): Promise<Typed<PlainCalls<G>, PlainItems<G>>>;
  /** Registers the functions of these names that an ES module exports. They are methods when this returns. */
  registerModule<const N extends string>(
    url: string | URL,
    names: readonly N[],
  ): Promise<Typed<Record<N, (...params: any[]) => Promise<any>>, Record<N, any>>>;
  /**
   * Registers the functions that an ES module exports: no eval. Packages of `wasm-bindgen --target web` are initialised
   * first. With `names` they are methods when this returns. `M` is the module's type: `typeof import("./jobs.js")`.
   */
  registerModule<M extends object = AnyFunctions>(
    url: string | URL,
    names?: readonly (keyof M & string)[],
  ): Promise<Typed<PlainCalls<M>, PlainItems<M>>>;

  /** Calls a registered function by name. */
  call<R = any>(name: string, args?: readonly unknown[], options?: CallOptions): Promise<R>;
  /** Calls a registered function once on every worker. */
  broadcast<R = any>(name: string, ...args: unknown[]): Promise<R[]>;
  /** Calls a registered (async) generator function and gives its values as they come; the worker waits while nobody takes them. */
  stream<T = any>(name: string, ...args: unknown[]): Values<T>;

  /** Every registered function is a method. */
  [name: string]: any;
}

export default Centaurus;
