/** What the glue of `worker/threads` offers. */
export interface Threads {
  default(from: { module_or_path: URL }): Promise<unknown>;
  initThreadPool(count: number): Promise<unknown>;
  deflateBlocks(bytes: Uint8Array, before: number, ends: Uint32Array, last: boolean, format: string, level: number): Uint8Array<ArrayBuffer>[];
}

let begun = false;
let ready: Threads | undefined;

/**
 * Threads that share their memory with each other, so many, once they have started: on isolated pages, if their files
 * are beside the worker's. Nobody waits for them, and without them everything is done all the same: where something
 * forbids them they never come.
 */
export function threads(count: number): Threads | undefined {
  if (!begun && globalThis.crossOriginIsolated) {
    begun = true;
    start(count).then((started) => (ready = started), () => {});
  }
  return ready;
}

async function start(count: number): Promise<Threads> {
  const [script, wasm] = ["js", "wasm"].map((kind) => new URL(`centaurus.threads.${kind}`, globalThis.location.href).href);
  // A template of a name and nothing else: Vite's server of development rewrites any other.
  const glue = (await import(/* webpackIgnore: true */ /* @vite-ignore */ `${script}`)) as Threads;
  await glue.default({ module_or_path: new URL(wasm as string) });
  await glue.initThreadPool(count);
  return glue;
}
