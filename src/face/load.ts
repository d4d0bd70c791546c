import type { WasmSource } from "../centaurus.js";
import { brand } from "./brand.js";
import { WorkerLoadError } from "./errors.js";
import { absolute, isAddress, type Settings } from "./options.js";
import { fetch, setTimeout } from "./platform.js";

type Extras = Settings["extras"];

/** Tries to fetch a file before it is given up: a deployment under way, a network that blinks. */
const ATTEMPTS = 3;
/** Longest wait before the second and the third try, in ms: full jitter, and a missing file is still told of within a
 *  second. */
const DELAYS = [100, 300];
/** How long finding out why a file failed may hold its error up, in ms. */
const DIAGNOSIS = 1000;

/** Compiled modules by address: a page's second pool compiles nothing. */
const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** The compiled module of a file. Rejects with a `WorkerLoadError` that says which file and why. */
export async function loadModule(place: () => WasmSource, extras: Extras): Promise<WebAssembly.Module> {
  // As on a server, which may make a pool all the same while it renders a page.
  if (typeof Worker !== "function") throw new WorkerLoadError("there are no Web Workers here: in Node.js use 'centaurus/node'");
  if (typeof WebAssembly !== "object") throw new WorkerLoadError("there is no WebAssembly here");
  const source = place();
  if (isModule(source)) return source;
  if (!isFile(source)) {
    return WebAssembly.compile(source).catch(async (error: unknown) => {
      throw await diagnosed("The WebAssembly given as bytes", error, extras);
    });
  }
  const url = absolute(source);
  let module = compiled.get(url);
  if (!module) {
    module = fetchModule(url, extras);
    compiled.set(url, module);
    module.catch(() => compiled.delete(url));
  }
  return module;
}

/** What a module was made of, for engines that clone no module to a worker; nothing where only the module is there. */
export async function bytesOf(source: WasmSource): Promise<BufferSource | undefined> {
  if (isModule(source)) return undefined;
  if (!isFile(source)) return source;
  return (await request(absolute(source))).arrayBuffer();
}

const isModule = (source: WasmSource): source is WebAssembly.Module => brand(source) === "WebAssembly.Module";
const isFile = (source: WasmSource): source is string | URL => typeof source === "string" || isAddress(source);

async function fetchModule(url: string, extras: Extras): Promise<WebAssembly.Module> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await fetchOnce(url);
    } catch (error) {
      if (attempt + 1 >= ATTEMPTS) throw await diagnosed(url, error, extras);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * (DELAYS[attempt] as number)));
    }
  }
}

async function request(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`it answered HTTP ${response.status}`);
  return response;
}

async function fetchOnce(url: string): Promise<WebAssembly.Module> {
  const response = await request(url);
  const type = response.headers.get("content-type") ?? "";
  try {
    if (/^application\/wasm\b/i.test(type)) return await WebAssembly.compileStreaming(response);
  } catch (error) {
    // A response that is not the engine's own has not been read, and its bytes do as well.
    if (response.bodyUsed) throw error;
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== "\0asm") {
    throw new Error(`it was served as '${type}' and does not begin like WebAssembly`);
  }
  return WebAssembly.compile(bytes);
}

/** The error of a file that is there and of no use. */
export function broken(what: string, cause: unknown, why = cause instanceof Error ? cause.message : String(cause)): Error {
  return new WorkerLoadError(`${what} could not be loaded: ${why}`, { cause });
}

/** The error of a file, which says why as far as a script that is loaded for it can find out. */
export async function diagnosed(what: string, error: unknown, extras: Extras, worker?: boolean): Promise<Error> {
  const inTime = new Promise<undefined>((resolve) => setTimeout(resolve, DIAGNOSIS));
  const found = async () => (await extra("diagnose", extras))(what, error, fetch, worker);
  return broken(what, error, await Promise.race([inTime, found().catch(() => undefined)]));
}

type Parts = typeof import("./extras.js");

/** A part of the page's script that few pages need. Rejects with a `WorkerLoadError`. */
export async function extra<K extends keyof Parts>(name: K, extras: Extras): Promise<Parts[K]> {
  const url = String(extras());
  return exported<Parts[K]>(url, name).catch((error: unknown) => {
    throw broken(url, error);
  });
}

/** What a script of the package exports, which is loaded when it is needed. */
export async function exported<T>(url: string | URL, name: string): Promise<T> {
  url = String(url);
  // Each bundler is told in its own words to leave it as it is.
  const script = (await import(/* webpackIgnore: true */ /* @vite-ignore */ url)) as Record<string, T>;
  // Parcel takes the exports out of a file that it copies: a global has it too.
  return script[name] ?? (globalThis as Record<symbol, unknown>)[Symbol.for(`centaurus.${name}`)] as T;
}
