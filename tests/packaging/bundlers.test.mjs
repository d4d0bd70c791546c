// The package in the bundlers, built for production with default settings or those of the README, and what came out.
// pages.test.js then opens what is built here in a browser.

import assert from 'node:assert/strict';
import { cp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { app, bundlers, files, guide, installed, line, referred, run } from './support.mjs';

const COPY = line('cp node_modules/centaurus/');
const THREADS = ['centaurus.threads.js', 'centaurus.threads.wasm'];

/** Each file that the entry refers to is there once; nothing else came along but, where all are copied, what the worker finds
 *  beside itself. */
async function emittedOnce(name, folder, beside = []) {
  const emitted = await files(name, folder);
  const wasm = [...emitted].filter(([path]) => path.endsWith('.wasm'));
  const wanted = [...await referred('centaurus.js'), ...beside].filter((file) => file.endsWith('.wasm'));
  for (const file of wanted) {
    const bytes = await installed(file);
    const same = wasm.filter(([, other]) => bytes.equals(other)).map(([path]) => path);
    assert.equal(same.length, 1, `${file} is there as ${same.join(', ') || 'nothing'}`);
  }
  assert.equal(wasm.length, wanted.length, `emitted: ${wasm.map(([path]) => path).join(', ')}`);
  const scripts = [...emitted.keys()].filter((path) => /\.m?js$/.test(path));
  const workers = [...await referred('centaurus.js'), ...beside].filter((file) => file.endsWith('.js'));
  assert.equal(scripts.length, workers.length + 1, `the app and ${workers.join(', ')}, not ${scripts.join(', ')}`);
  assert.ok(!scripts.some((path) => path.includes('node')), 'nothing of the entry for servers');
}

test('vite: what it builds', async () => {
  await run('vite', 'vite build');
  await emittedOnce('vite', 'dist');
  await run('vite', 'vite build --base=./ --outDir=relative');
  await emittedOnce('vite', 'relative');
});

test('vite-7: the line of its configuration', async () => {
  await writeFile(join(app('vite-7'), 'vite.config.js'), `export default { ${line('optimizeDeps:')} };\n`);
});

test('webpack: what it builds', async () => {
  await run('webpack', 'webpack --mode=production --entry=./main.js');
  await emittedOnce('webpack', 'dist');
  await run('webpack', `sed 's#type="module" src="./main.js"#defer src="main.js"#' index.html > dist/index.html`);
});

test('parcel: what it builds', async () => {
  await run('parcel', 'parcel build index.html --no-cache');
  await emittedOnce('parcel', 'dist');
});

test('rollup: what it builds', async () => {
  await run('rollup', 'rollup --config');
  await run('rollup', COPY);
  await emittedOnce('rollup', 'dist', THREADS);
  await run('rollup', 'cp index.html dist/');
});

test('esbuild: what it builds', async () => {
  await run('esbuild', 'esbuild main.js --bundle --minify --format=esm --outdir=dist');
  await run('esbuild', COPY);
  await emittedOnce('esbuild', 'dist', THREADS);
  await run('esbuild', 'cp index.html dist/');
});

test('React: what is built, with its checks of development', async () => {
  await run('react', 'vite build --mode=development', { NODE_ENV: 'development' });
  await emittedOnce('react', 'dist');
});

test('rust: what is built of a page in Rust, which imports the package when its first pool is made', async () => {
  await run('rust', 'vite build');
  const emitted = [...(await files('rust', 'dist')).values()];
  for (const file of await referred('centaurus.js')) {
    if (!file.endsWith('.wasm')) continue;
    const bytes = await installed(file);
    assert.equal(emitted.filter((other) => bytes.equals(other)).length, 1, file);
  }
});

test('keeper: what bundlers make of an app that imports it', async () => {
  await run('keeper', 'vite build');
  await run('keeper', 'webpack --mode=production --entry=./main.js --output-path=webpack');
  await run('keeper', `sed 's#type="module" src="./main.js"#defer src="main.js"#' index.html > webpack/index.html`);
  await run('keeper', 'parcel build index.html --no-cache --dist-dir=parcel --public-url=./');
  await run('keeper', line('cp node_modules/centaurus/centaurus.keeper', guide).replace('dist/', 'parcel/'));
  await run('keeper', 'esbuild main.js --bundle --minify --format=esm --outdir=esbuild');
  await run('keeper', `${COPY.replace('dist/', 'esbuild/')} && ${line('cp node_modules/centaurus/centaurus.keeper', guide).replace('dist/', 'esbuild/')}`);
  await run('keeper', 'cp index.html esbuild/');
  const worker = await installed('centaurus.keeper-worker.js');
  // webpack makes even what it copies small.
  for (const folder of ['dist', 'esbuild']) {
    const same = [...await files('keeper', folder)].filter(([, bytes]) => worker.equals(bytes)).map(([path]) => path);
    assert.equal(same.length, 1, `${folder}: the worker's file is there as ${same.join(', ') || 'nothing'}`);
  }
});

test('own: what bundlers make of an app with a worker of its own, in TypeScript', async () => {
  await run('own', 'vite build');
  await run('own', 'webpack --mode=production --output-path=webpack');
  await run('own', `sed 's#type="module" src="./main.ts"#defer src="main.js"#' index.html > webpack/index.html`);
  await run('own', 'parcel build index.html --no-cache --dist-dir=parcel --public-url=./');
  await run('own', `rollup --config && ${COPY.replace('dist/', 'rollup/')}`);
  await run('own', line('esbuild main.ts jobs.ts', bundlers).replace('main.ts', 'entries/main.ts').replace('dist', 'esbuild --entry-names=[name]'));
  await run('own', COPY.replace('dist/', 'esbuild/'));
  for (const folder of ['rollup', 'esbuild']) await run('own', `cp add.wasm ${folder}/ && sed 's#main.ts#main.js#' index.html > ${folder}/index.html`);
});

test('a page of classic scripts: the files as they are', async () => {
  const folder = join(app('script'), 'dist');
  await cp(join(app('script'), 'node_modules/centaurus'), folder, { recursive: true });
  for (const file of ['index.html', 'check.js', 'keeper.html', 'keep.js']) await cp(join(app('script'), file), join(folder, file));
  assert.ok((await readdir(folder)).includes('centaurus.global.js'));
});
