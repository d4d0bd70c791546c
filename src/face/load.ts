import type { WasmSource } from "../centaurus.js";
import { WorkerLoadError } from "./errors.js";
import { absolute } from "./options.js";

/** Tries to fetch a file before it is given up: a deployment under way, a network that blinks. */
const ATTEMPTS = 3;
/** Longest wait before the second and the third try, in ms: full jitter, and a missing file is still told of within a
 *  second. */
const DELAYS = [100, 300];
/** How long finding out why a worker failed to start may hold its error up, in ms. */
const DIAGNOSIS = 400;

/** Compiled modules by address: a page's second pool compiles nothing. */
const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** The compiled module of a file. Rejects with a `WorkerLoadError` that says which file and why. */
export function loadModule(source: WasmSource): Promise<WebAssembly.Module> {
  // As on a server, which may make a pool all the same while it renders a page.
  if (typeof Worker !== "function") return Promise.reject(new WorkerLoadError("there are no Web Workers here: in Node.js import 'centaurus/node'"));
  if (source instanceof WebAssembly.Module) return Promise.resolve(source);
  if (typeof source !== "string" && !(source instanceof URL)) {
    return WebAssembly.compile(source).catch((error: unknown) => {
      throw broken("The WebAssembly given as bytes", error);
    });
  }
  const url = absolute(source);
  let module = compiled.get(url);
  if (!module) {
    module = fetchModule(url);
    compiled.set(url, module);
    module.catch(() => compiled.delete(url));
  }
  return module;
}

/** What a module was made of, for engines that clone no module to a worker; nothing where only the module is there. */
export async function bytesOf(source: WasmSource): Promise<BufferSource | undefined> {
  if (source instanceof WebAssembly.Module) return undefined;
  if (typeof source !== "string" && !(source instanceof URL)) return source;
  return (await request(absolute(source))).arrayBuffer();
}

async function fetchModule(url: string): Promise<WebAssembly.Module> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await fetchOnce(url);
    } catch (error) {
      if (attempt + 1 >= ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * (DELAYS[attempt] as number)));
    }
  }
}

async function request(url: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw broken(url, error);
  }
  if (!response.ok) throw new WorkerLoadError(`${url} answered HTTP ${response.status}`);
  return response;
}

async function fetchOnce(url: string): Promise<WebAssembly.Module> {
  const response = await request(url);
  const type = response.headers.get("content-type") ?? "";
  try {
    if (/^application\/wasm\b/i.test(type)) return await WebAssembly.compileStreaming(response);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (String.fromCharCode(...bytes.subarray(0, 4)) !== "\0asm") {
      throw new Error(`it was served as '${type}' and does not begin like WebAssembly`);
    }
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw broken(url, error);
  }
}

/** The error of a file that is there and of no use. */
export function broken(what: string, cause: unknown): Error {
  return new WorkerLoadError(`${what} could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

/** Finds out why a worker's script did not start: the event that reports it says nothing. */
export async function diagnose(url: string, said: string): Promise<Error> {
  const unknown = new Error(said ? `${url}: ${said}` : `${url} did not start; is it blocked by a Content Security Policy?`);
  const inTime = new Promise<Error>((resolve) => setTimeout(() => resolve(unknown), DIAGNOSIS));
  return Promise.race([inTime, inspect(url, unknown)]);
}

async function inspect(url: string, unknown: Error): Promise<Error> {
  try {
    const response = await fetch(url);
    void response.body?.cancel();
    if (!response.ok) return new Error(`${url} answered HTTP ${response.status}`);
    const type = response.headers.get("content-type") ?? "";
    if (!/\b(java|ecma)script\b/i.test(type)) return new Error(`${url} was served as '${type}', not as JavaScript`);
    return unknown;
  } catch (error) {
    return new Error(`${url} could not be fetched: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
