import type { CentaurusOptions, WasmSource } from "../centaurus.js";
import { brand } from "./brand.js";
import { WorkerLoadError } from "./errors.js";

/** Where the package's files are, unless the options say otherwise. */
export interface Places {
  worker(): string | URL;
  proxy(): WasmSource;
  services(): WasmSource;
  digest(): WasmSource;
  protobuf(): WasmSource;
  socket(): WasmSource;
  /** The script of sockets. */
  conversation(): string | URL;
  /** The script that finds out why a file could not be loaded. */
  extras(): string | URL;
  storage(): WasmSource;
}

/** The files of WebAssembly that run in the workers. */
export type ServiceFiles = "services" | "digest" | "protobuf" | "socket" | "storage";

/** The files that an option may name. */
type Files = Partial<Record<"proxy" | "worker" | "digest" | "protobuf" | "socket" | "storage", WasmSource | undefined>>;

/** Options with every default filled in. Durations in ms, -1 for never. */
export interface Settings {
  /** An address, or what Trusted Types made of one. */
  worker: () => string | object;
  /** Makes a worker of the program's own. */
  own: (() => Worker) | undefined;
  proxy: () => WasmSource;
  services: () => WasmSource;
  digest: () => WasmSource;
  protobuf: () => WasmSource;
  socket: () => WasmSource;
  conversation: () => string | URL;
  extras: () => string | URL;
  storage: () => WasmSource;
  min: number;
  max: number;
  /** Workers that a broadcast brings up at least. */
  broadcast: number;
  idleTimeout: number;
  queueLimit: number;
  killGrace: number;
  name: string;
  /** For servers: what a thread runs first. */
  thread: string | URL | undefined;
}

/** Used where the engine does not tell. */
const CORES = 4;
const IDLE_TIMEOUT = 30_000;
/** A page that lets a million calls pile up has lost; until then memory is the better judge. */
const QUEUE_LIMIT = 1_000_000;
const KILL_GRACE = 1_000;
/** More workers than any machine has cores; each costs megabytes. */
const MAX_WORKERS = 1_024;

/** The options of a constructor, checked. */
export function settings(places: Places, first: string | URL | CentaurusOptions | undefined, second?: CentaurusOptions): Settings {
  const named = typeof first === "string" || isAddress(first);
  const options = (named ? second : first) ?? {};
  if (typeof options !== "object") throw new TypeError(`options must be an object, not ${show(options)}`);
  const { wasm, scripts, size, name, thread } = options;
  const worker = named ? first : options.worker;
  const own = typeof worker === "function" ? (worker as () => Worker) : undefined;
  const files: Files = isFiles(wasm) ? wasm : { proxy: wasm };
  for (const file of Object.values(files)) {
    if (file !== undefined && typeof file !== "string" && typeof file !== "object") {
      throw new TypeError(`wasm must be an address, bytes or a module, not ${show(file)}`);
    }
  }
  if (size !== undefined && typeof size !== "number" && (typeof size !== "object" || size === null)) {
    throw new TypeError(`size must be a number or { min, max }, not ${show(size)}`);
  }
  const { min: least, max: most } = typeof size === "object" ? size : { min: undefined, max: size };
  const cores = (typeof navigator === "object" && navigator.hardwareConcurrency) || CORES;
  const low = whole("size.min", least, 1, 0, MAX_WORKERS);
  const max = whole(typeof size === "number" ? "size" : "size.max", most, Math.max(cores, low), 1, MAX_WORKERS);
  const min = whole("size.min", least, 1, 0, max);
  return {
    worker: place(worker == null || own || isTrusted(worker) ? worker as object : absolute(worker as string), () => absolute(places.worker())),
    own,
    proxy: place(files.proxy, places.proxy),
    services: place(files.worker, places.services),
    digest: place(files.digest, places.digest),
    protobuf: place(files.protobuf, places.protobuf),
    socket: place(files.socket, places.socket),
    conversation: place(scripts?.socket && absolute(scripts.socket), places.conversation),
    extras: place(scripts?.extras && absolute(scripts.extras), places.extras),
    storage: place(files.storage, places.storage),
    min,
    max,
    broadcast: typeof size === "number" ? max : Math.max(min, 1),
    idleTimeout: duration("idleTimeout", options.idleTimeout, IDLE_TIMEOUT),
    queueLimit: whole("queueLimit", options.queueLimit, QUEUE_LIMIT, 0, 2 ** 31 - 1),
    killGrace: duration("killGrace", options.killGrace, KILL_GRACE),
    name: name === undefined ? "centaurus" : String(name),
    thread,
  };
}

/** Where a file is. Its own place is asked for when it is needed: some bundlers leave none. */
function place<T>(given: T | "" | null | undefined, own: () => T): () => T {
  return () => {
    try {
      return given || own();
    } catch (cause) {
      throw new WorkerLoadError("the bundler removed the package's address: bundle as an ES module, or name all files by the options worker, wasm, scripts", { cause });
    }
  };
}

const isTrusted = (url: unknown): url is object => brand(url) === "TrustedScriptURL";

/** Whether it is the object of an address. */
export const isAddress = (url: unknown): url is URL => brand(url) === "URL" || isTrusted(url);

/** What the page sees addresses from. */
export const base = (): string | undefined => globalThis.document?.baseURI ?? globalThis.location?.href;

/** An address, seen from the page. Where there is none, as on a server, only a whole one will do. */
export function absolute(url: string | URL): string {
  try {
    return new URL(url, base()).href;
  } catch (cause) {
    throw new TypeError(`${show(url)} is not the address of anything`, { cause });
  }
}

function isFiles(wasm: CentaurusOptions["wasm"]): wasm is Files {
  return typeof wasm === "object" && wasm !== null && ["proxy", "worker", "digest", "protobuf", "socket", "storage"].some((file) => file in wasm);
}

function show(value: unknown): string {
  return typeof value === "string" ? `'${value}'` : String(value);
}

/** A whole number within its bounds. Infinity is the upper one. */
export function whole(name: string, value: unknown, fallback: number, low: number, high: number): number {
  if (value === undefined) return fallback;
  if (value === Infinity) return high;
  if (typeof value !== "number" || !Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`${name} must be a whole number from ${low} to ${high}, not ${show(value)}`);
  }
  return value;
}

/** Milliseconds; -1 stands for never. */
export function duration(name: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number" || !(value >= 0)) {
    throw new RangeError(`${name} must be milliseconds, zero or more, not ${show(value)}`);
  }
  // Beyond this a duration in µs leaves the exact integers, and nobody can wait for it.
  return value > 1e12 ? -1 : value;
}
