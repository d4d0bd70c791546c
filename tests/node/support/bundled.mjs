// Sources of the worker's runtime that need neither a page nor WebAssembly.

import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

/** What a file exports, by its path from worker/runtime. */
export async function bundled(path) {
  const entry = fileURLToPath(new URL(`../../../worker/runtime/${path}`, import.meta.url));
  const bundle = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false, logLevel: 'warning' });
  return import(`data:text/javascript,${encodeURIComponent(bundle.outputFiles[0].text)}`);
}
