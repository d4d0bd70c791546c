import type { CentaurusOptions, WasmSource } from "../centaurus.js";

/** Where the package's files are, unless the options say otherwise. */
export interface Places {
  worker(): string | URL;
  proxy(): WasmSource;
  services(): WasmSource;
}

/** Options with every default filled in. Durations in ms, -1 for never. */
export interface Settings {
  worker: string;
  proxy: () => WasmSource;
  services: () => WasmSource;
  min: number;
  max: number;
  /** Workers that a broadcast brings up at least. */
  broadcast: number;
  idleTimeout: number;
  queueLimit: number;
  killGrace: number;
  name: string;
}

/** Used where the engine does not tell. */
const CORES = 4;
const IDLE_TIMEOUT = 30_000;
/** A page that lets a million calls pile up has lost; until then memory is the better judge. */
const QUEUE_LIMIT = 1_000_000;
const KILL_GRACE = 1_000;
/** More workers than any machine has cores; each costs megabytes. */
const MAX_WORKERS = 1_024;

export function settings(places: Places, worker: string | URL | undefined, options: CentaurusOptions): Settings {
  const { wasm, size } = options;
  const files = isFiles(wasm) ? wasm : { proxy: wasm };
  const cores = (typeof navigator === "object" && navigator.hardwareConcurrency) || CORES;
  const given = typeof size === "number" ? { max: size } : (size ?? {});
  const max = whole("size.max", given.max, Math.max(cores, given.min ?? 1), 1, MAX_WORKERS);
  const min = whole("size.min", given.min, 1, 0, max);
  const script = worker ?? options.worker ?? places.worker();
  const base = typeof document === "object" ? document.baseURI : undefined;
  return {
    worker: new URL(script, base).href,
    proxy: () => files.proxy ?? places.proxy(),
    services: () => files.worker ?? places.services(),
    min,
    max,
    broadcast: typeof size === "number" ? max : Math.max(min, 1),
    idleTimeout: duration("idleTimeout", options.idleTimeout, IDLE_TIMEOUT),
    queueLimit: whole("queueLimit", options.queueLimit, QUEUE_LIMIT, 0, 2 ** 31 - 1),
    killGrace: duration("killGrace", options.killGrace, KILL_GRACE),
    name: options.name ?? "centaurus",
  };
}

function isFiles(wasm: CentaurusOptions["wasm"]): wasm is { proxy?: WasmSource; worker?: WasmSource } {
  return typeof wasm === "object" && wasm !== null && ("proxy" in wasm || "worker" in wasm);
}

/** A whole number within its bounds. Infinity is the upper one. */
export function whole(name: string, value: unknown, fallback: number, low: number, high: number): number {
  if (value === undefined) return fallback;
  if (value === Infinity) return high;
  if (typeof value !== "number" || !Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`${name} must be a whole number from ${low} to ${high}, not ${String(value)}`);
  }
  return value;
}

/** Milliseconds; -1 stands for never. */
export function duration(name: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number" || !(value >= 0)) {
    throw new RangeError(`${name} must be milliseconds, zero or more, not ${String(value)}`);
  }
  // Beyond this a duration in µs leaves the exact integers, and nobody can wait for it.
  return value > 1e12 ? -1 : value;
}
