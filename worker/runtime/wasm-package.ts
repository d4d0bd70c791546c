/** A package that wasm-bindgen wrote for its target `web`: its functions work once it has been initialised. */
export interface WasmPackage {
  default(): Promise<unknown>;
  initSync: unknown;
  /** wasm-bindgen-rayon's, in a build for threads. */
  initThreadPool?(count: number): Promise<unknown>;
}

/** Threads of one worker. Each has a stack and a worker of the engine's of its own, and the pool's other workers may have
 *  as many: beyond this the cores are used up rather than used. */
const MOST_THREADS = 16;
/** Where the engine does not say how many cores there are. */
const CORES = 4;
/** Threads begin by loading the package, from the cache. After this long, in ms, one of them cannot. */
const THREADS_START = 30_000;

/** The two exports by which such a package is known. */
export function isPackage(module: object): module is WasmPackage {
  return "default" in module && typeof module.default === "function" && "initSync" in module && typeof module.initSync === "function";
}

/** Whether an export of such a package is there for its loader, and not for callers. */
export function isMachinery(name: string): boolean {
  return name === "default" || name === "initSync" || name === "initThreadPool" || name.startsWith("wbg_rayon_");
}

/** A second pool of threads would be a panic, and a module that is registered twice is one module. */
const initialised = new WeakMap<WasmPackage, Promise<void>>();

/** Loads its WebAssembly, and starts its threads if it has any: on isolated pages, for elsewhere rayon finds that it has none
 *  and does with the one that calls it. */
export function initialise(module: WasmPackage, url: string): Promise<void> {
  let done = initialised.get(module);
  if (!done) {
    done = start(module, url);
    initialised.set(module, done);
    // What could not be fetched may be there the next time.
    done.catch(() => initialised.delete(module));
  }
  return done;
}

async function start(module: WasmPackage, url: string): Promise<void> {
  const threaded = typeof module.initThreadPool === "function";
  const isolated = globalThis.crossOriginIsolated;
  try {
    await module.default();
  } catch (error) {
    if (!threaded || isolated) throw error;
    throw new TypeError(
      `The module ${url} is built for threads, and cannot be loaded here: ${error instanceof Error ? error.message : error}. `
        + "This page is not cross-origin isolated, and without that some engines have no memory that threads share. Serve the "
        + "page with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, or register a build "
        + "without threads where crossOriginIsolated is false",
      { cause: error },
    );
  }
  if (threaded && isolated) await startThreads(module as Required<WasmPackage>, url);
}

async function startThreads(module: Required<WasmPackage>, url: string): Promise<void> {
  const count = Math.min(globalThis.navigator?.hardwareConcurrency || CORES, MOST_THREADS);
  let timer: ReturnType<typeof setTimeout> | undefined;
  // A thread that cannot be loaded says nothing at all.
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException(
      `The ${count} threads of the module ${url} have not started within ${THREADS_START / 1000} s. They are workers that `
        + "begin from a blob: URL: does the Content Security Policy allow that (worker-src blob:)? And is wasm-bindgen-rayon "
        + "built with its feature `no-bundler`?",
      "TimeoutError",
    )), THREADS_START);
  });
  try {
    await Promise.race([module.initThreadPool(count), late]);
  } finally {
    clearTimeout(timer);
  }
}
