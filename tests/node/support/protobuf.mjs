// Schemas as a worker's executor has them: its own script over the wasm file that is shipped.

import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const root = new URL('../../../', import.meta.url);
const { outputFiles } = await build({
  entryPoints: [new URL('worker/runtime/protobuf/index.ts', root).pathname],
  bundle: true, format: 'esm', platform: 'node', write: false, tsconfig: new URL('tsconfig.json', root).pathname,
});
const { protobuf, coder } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
const { 'protobuf.compile': compile } = protobuf({ module: readFileSync(new URL('pkg/centaurus.protobuf.wasm', root)) });

const task = { transfer: (value) => value };

/** A schema of these files, of which the first is the one asked for. Values pass as structured clones, as to a worker. */
export function schema(files) {
  const [[name]] = Object.entries(files);
  const { schema, types } = compile(name, new Map(Object.entries(files)), false, []);
  const methods = protobuf({ schema });
  const call = (method) => (type, value, options) => methods[`protobuf.${method}`].call(task, type, structuredClone(value), options);
  return { types, encode: call('encode'), decode: call('decode'), toJSON: call('toJSON'), fromJSON: call('fromJSON') };
}

/** The two ways in which a schema's messages are coded: `here` by the script, where they are plain, and `whole` by the wasm. */
export const coderOf = (text) => coder(compile('a.proto', new Map([['a.proto', text]]), false, []).schema);
