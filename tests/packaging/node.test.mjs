// The package on servers: rendered pages, bundled servers, other runtimes.

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { echo } from '../node/support/echo.mjs';
import { files, run, target } from './support.mjs';

/** What `use` of app/check.js sees where all is well. */
const WELL = {
  sum: 3, unpacked: { tea: ['green', 'black'] }, inflated: 100_000, tea: { name: 'oolong' }, workers: true, crc: [85, 188, 128, 29],
};
const RENDERED = { html: '<output id="answer">…</output>', log: { mounts: 0, disposals: 0, values: [], errors: [] } };

const json = async (command) => JSON.parse(await run('server', command));

test('Node.js: import, and require', async () => {
  assert.deepEqual(await json('node calls.js'), WELL);
  // As where require() takes no ES modules.
  assert.equal(await run('server', 'node --no-experimental-require-module classic.cjs'), '3\n');
});

test('a component is rendered on a server', async () => {
  assert.deepEqual(await json('node render.js'), RENDERED);
});

test('a server built by Vite: the package stays where it is', async () => {
  await run('server', 'vite build --ssr render.js --outDir=vite');
  assert.deepEqual(await json('node vite/render.js'), RENDERED);
  await run('server', 'vite build --ssr calls.js --outDir=vite');
  assert.deepEqual(await json('node vite/calls.js'), WELL);
});

test('a server built by webpack has the files of the package once', async () => {
  await run('server', 'webpack --mode=production --target=node --entry=./calls.js --output-path=webpack --output-filename=main.cjs');
  assert.deepEqual(await json('node webpack/main.cjs'), WELL);
  const wasm = [...(await files('server', 'webpack'))].filter(([path]) => path.endsWith('.wasm')).map(([, bytes]) => bytes.toString('latin1'));
  assert.equal(new Set(wasm).size, wasm.length);
});

test('a page rendered by a bundle that took the package in, its files elsewhere: nothing happens until a call', async () => {
  for (const format of ['esm', 'cjs']) {
    await run('server', `esbuild render.js --bundle --platform=node --format=${format} --log-level=error --outfile=esbuild/render.${format === 'esm' ? 'mjs' : 'cjs'} --banner:js="${format === 'esm' ? "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" : ''}"`);
    assert.deepEqual(await json(`node esbuild/render.${format === 'esm' ? 'mjs' : 'cjs'}`), RENDERED);
  }
});

/** The program that the package for this platform holds: it is installed without running its scripts. */
async function program(scope, file) {
  const folder = target(`node_modules/${scope}`);
  const [platform] = await readdir(folder);
  return `${folder}/${platform}/${file}${process.platform === 'win32' ? '.exe' : ''}`;
}

/** What apps/server/runtime.js sees where all is well, `SOCKET` where there are sockets. */
const LIVELY = { values: [0, 1, 2], aborted: ['TimeoutError', true], crash: 'WorkerCrashError', after: 1, module: 'b.txt' };
const SOCKET = { echoed: 'hello', closed: 1000 };

test('Node.js: streams, aborts, crashes, modules', async () => {
  assert.deepEqual(await json('node runtime.js'), LIVELY);
});

for (const [name, scope, file, flags] of [['Deno', '@deno', 'deno', 'run --allow-all --no-remote'], ['Bun', '@oven', 'bin/bun', '']]) {
  test(name, async (t) => {
    const run = `${await program(scope, file)} ${flags}`;
    assert.deepEqual(await json(`${run} calls.js`), WELL);
    assert.deepEqual(await json(`${run} runtime.js ${await echo(t)}`), { ...LIVELY, ...SOCKET });
  });
}
