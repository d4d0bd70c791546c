// Opens in a browser what bundlers.test.mjs has built of the package. The server gives each app the root of a site of its
// own (http://APP.localhost), and all of them folders of the other sites.

import { assert, assertEquals, origin2, test } from '../browser/harness.js';

const query = new URLSearchParams(location.search);
const { port } = location;

/** What `use` of app/check.js sees where all is well. */
const WELL = {
  sum: 3, unpacked: { tea: ['green', 'black'] }, inflated: 100_000, tea: { name: 'oolong' }, workers: true,
  crc: [85, 188, 128, 29], echo: ['green'], kept: new Map([[1, 'one']]),
};
/** For a page that a bundler's own server serves. */
const ECHO = `?echo=${encodeURIComponent(`ws://${location.host}/ws/echo`)}`;

/** Opens a page in a frame and gives what it tells. */
async function open(t, url) {
  const frame = document.createElement('iframe');
  t.after(() => frame.remove());
  const told = new Promise((resolve) => {
    const listen = ({ source, data }) => source === frame.contentWindow && data.packaging && resolve(data.packaging);
    addEventListener('message', listen);
    t.after(() => removeEventListener('message', listen));
  });
  frame.src = url;
  document.body.append(frame);
  const { error, seen, loaded } = await told;
  assertEquals(error, undefined, error);
  return { seen, loaded: loaded.filter((name) => name.endsWith('.wasm')) };
}

/** It works, and each file of WebAssembly that it needed was fetched once; those that it did not need were not. */
async function works(t, url) {
  const { seen, loaded } = await open(t, url);
  assertEquals(seen, WELL);
  assertEquals(new Set(loaded).size, loaded.length);
  // The proxy's, those of the services, of Protocol Buffers, digests, sockets and storage.
  assertEquals(loaded.length, 6);
}

const SUBPATH = { vite: 'relative', webpack: 'dist', rollup: 'dist', esbuild: 'dist' };

for (const app of ['vite', 'webpack', 'parcel', 'rollup', 'esbuild']) {
  test(`${app}: at the root of a site`, (t) => works(t, `http://${app}.localhost:${port}/`));
  if (SUBPATH[app]) test(`${app}: below it`, (t) => works(t, `/packaging/${app}/${SUBPATH[app]}/index.html`));
}

test("webpack, rollup and esbuild: the app's files on another origin", async (t) => {
  for (const app of ['webpack', 'rollup', 'esbuild']) {
    const src = encodeURIComponent(`${origin2}/packaging/${app}/dist/main.js`);
    await works(t, `/tests/packaging/elsewhere.html?src=${src}`);
  }
});

test('a page of classic scripts', async (t) => {
  const { seen } = await open(t, `http://script.localhost:${port}/`);
  assertEquals(seen, { ...WELL, first: 123456, missing: 'WorkerLoadError' });
});

/** What an app with a keeper sees: its worker's file was found. */
async function keeps(t, url, wanted = 'no-store') {
  assertEquals((await open(t, url)).seen, wanted);
}

test('a page of classic scripts: beside it a module with a keeper', (t) => keeps(t, `http://script.localhost:${port}/keeper.html`));
test('keeper: bundled by Vite', (t) => keeps(t, `http://keeper.localhost:${port}/`));
for (const bundler of ['webpack', 'esbuild']) test(`keeper: bundled by ${bundler}`, (t) => keeps(t, `/packaging/keeper/${bundler}/index.html`));
// It would take the exports out of the worker's file.
test('keeper: bundled by parcel', (t) => keeps(t, '/packaging/keeper/parcel/index.html?worker=centaurus.keeper-worker.js'));

/** What an app with a worker of its own sees. */
async function owns(t, url) {
  const { seen } = await open(t, url);
  assertEquals(seen, { metres: 3000, name: 'aaaa', add: 42, steps: [0, 1, 2], inflated: 100_000, died: 'WorkerCrashError', again: 3000 });
}

test('own: a worker of its own, bundled by Vite', (t) => owns(t, `http://own.localhost:${port}/`));
for (const bundler of ['webpack', 'parcel', 'rollup', 'esbuild']) {
  test(`own: a worker of its own, bundled by ${bundler}`, (t) => owns(t, `/packaging/own/${bundler}/index.html`));
}

for (const server of ['vite', 'vite-7']) {
  test(`${server}: the server of development`, (t) => works(t, query.get(server) + ECHO), { timeout: 60_000 });
  test(`${server}: the server of development, with a keeper`, (t) => keeps(t, `${query.get(server)}keeper.html`, 'kept'), { timeout: 60_000 });
}

test('React: a component mounted, given up and mounted again by strict mode, twice', async (t) => {
  const { seen } = await open(t, `http://react.localhost:${port}/`);
  assertEquals([seen.first, seen.second], ['42', '42']);
  assertEquals([seen.log.mounts, seen.log.disposals, seen.log.values], [4, 4, [42, 42]]);
  // The calls of those that were given up at once.
  assert(seen.log.errors.length === 2 && seen.log.errors.every((name) => name === 'TerminatedError'), seen.log.errors);
});

test('rust: a page in Rust, bundled, whose workers are in Rust', async (t) => {
  const { seen } = await open(t, `http://rust.localhost:${port}/`);
  assertEquals(seen, { primes: '2 3 5 7', status: '40 rows, 3.2e0 wide' });
});
