// MessagePack and pack as a worker's executor has them: the runtime's own functions, over the wasm that is shipped.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { services as glue } from './services.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What the runtime's sources export, over the same glue. */
async function bundled(contents) {
  globalThis.centaurusWorkerGlue = glue;
  const shared = {
    name: 'glue',
    setup(plugin) {
      plugin.onResolve({ filter: /^centaurus-worker-glue$/ }, () => ({ path: 'glue', namespace: 'shared' }));
      plugin.onLoad({ filter: /.*/, namespace: 'shared' }, () => ({ contents: 'module.exports = globalThis.centaurusWorkerGlue', loader: 'js' }));
    },
  };
  const { outputFiles: [file] } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' }, bundle: true, format: 'esm', target: 'es2022', write: false, logLevel: 'warning', plugins: [shared],
  });
  return import(`data:text/javascript,${encodeURIComponent(file.text)}`);
}

export const runtime = await bundled(`
  export * from './worker/runtime/msgpack/index.ts';
  export { pack, unpack } from './worker/runtime/pack.ts';
`);

/** Functions as registered in the pool, for extension types. */
export const registered = new Map();
const lookup = (name) => registered.get(name);

/** Bytes as the executor hands them to a codec. */
function viewOf(data) {
  if (data instanceof Uint8Array) return data;
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}

export const encode = (value, options) => runtime.encode(value, runtime.settings('msgpack.encode', options, lookup));
export const decode = (bytes, options) => runtime.decode(viewOf(bytes), runtime.settings('msgpack.decode', options, lookup));
export const pack = (value, options) => runtime.pack(value, options, lookup);
export const unpack = (bytes, options) => runtime.unpack(bytes, options, lookup);
