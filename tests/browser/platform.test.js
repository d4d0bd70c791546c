// What the runtime stands on. Where one of these fails, the failures of other suites are its consequence.

import { assert, assertEquals, assertRejects, origin2, page, test } from './harness.js';

/** The smallest module: eight bytes of magic and version. */
const EMPTY_WASM = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

function answer(t, url, message, options) {
  const worker = new Worker(url, options);
  t.after(() => worker.terminate());
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message || 'the worker did not load'));
    worker.postMessage(message);
  });
}

test('a classic worker answers', async (t) => {
  const echo = await answer(t, new URL('./fixtures/echo.js', import.meta.url), [1, 'two', -0]);
  assertEquals(echo, { data: [1, 'two', -0], classic: true });
}, { isolated: 'both' });

test('a module worker answers', async (t) => {
  const echo = await answer(t, new URL('./fixtures/echo.js', import.meta.url), 3n, { type: 'module' });
  assertEquals(echo, { data: 3n, classic: false });
}, { isolated: 'both' });

test('a compiled module is cloned to a worker', async (t) => {
  const module = await WebAssembly.compile(EMPTY_WASM);
  const { data } = await answer(t, new URL('./fixtures/echo.js', import.meta.url), module);
  assert(data instanceof WebAssembly.Module);
});

test('shared memory goes to a worker and back', async (t) => {
  const cells = new Int32Array(new SharedArrayBuffer(8));
  const { data } = await answer(t, new URL('./fixtures/echo.js', import.meta.url), cells);
  Atomics.store(data, 1, 42);
  assertEquals(Atomics.load(cells, 1), 42);
}, { isolated: true });

test('a Web Lock is granted', async () => {
  assertEquals(await navigator.locks.request('platform', async (lock) => lock.name), 'platform');
});

test('the other origin is another origin, and open', async () => {
  assert(origin2 !== location.origin);
  const response = await fetch(`${origin2}/tests/browser/fixtures/echo.js`);
  assert((await response.text()).includes('postMessage'));
}, { isolated: 'both' });

test('the strict policy forbids eval and allows wasm', async () => {
  const error = await assertRejects(async () => (0, eval)('1 + 1'), EvalError);
  assert(error.message !== '');
  assert((await WebAssembly.compile(EMPTY_WASM)) instanceof WebAssembly.Module);
  assert(page.csp);
}, { csp: true });

test('the faults of the server are what they say', async () => {
  const file = 'tests/browser/fixtures/echo.js';
  const text = await (await fetch(`/${file}`)).text();
  assertEquals((await fetch(`/fault/404/${file}`)).status, 404);
  const html = await fetch(`/fault/html/${file}`);
  assertEquals([html.status, html.headers.get('content-type')], [200, 'text/html; charset=utf-8']);
  const mime = await fetch(`/fault/mime/${file}`);
  assertEquals([await mime.text(), mime.headers.get('content-type')], [text, 'text/plain']);
  assertEquals(await (await fetch(`/fault/slow/1/${file}`)).text(), text);
  await assertRejects(async () => (await fetch(`/fault/reset/${file}`)).text(), (error) => error instanceof Error);
  const garbage = new Uint8Array(await (await fetch(`/fault/garbage/${file}`)).arrayBuffer());
  assertEquals([garbage.length, garbage[0]], [new TextEncoder().encode(text).length, 0xc1]);
  const key = `platform-${crypto.randomUUID()}`;
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await fetch(`/fault/flaky/2/${key}/${file}`)).status);
  assertEquals(statuses, [503, 503, 200]);
  assertEquals(await (await fetch(`/fault/count/${key}`)).json(), 3);
});
