// Objects of another realm, and a page whose platform is replaced after the package has loaded.

import { assert, assertEquals, assertRejects, pool, test } from './pool.js';

/** The global object of a frame. */
function realm(t) {
  const frame = document.createElement('iframe');
  document.body.append(frame);
  t.after(() => frame.remove());
  return frame.contentWindow;
}

test('blobs, files, buffers and streams of a frame’s', async (t) => {
  const w = realm(t);
  const c = pool(t, { size: 1 });
  const bytes = new Uint8Array(1_000).fill(7);
  const packed = await c.zlib.compress(bytes);
  const own = () => new w.Uint8Array(bytes);
  const stream = () => new w.ReadableStream({
    start(controller) {
      controller.enqueue(own());
      controller.close();
    },
  });
  const forms = { Blob: new w.Blob([bytes]), File: new w.File([bytes], 'a'), Uint8Array: own(), ArrayBuffer: own().buffer, ReadableStream: stream() };
  for (const [name, data] of Object.entries(forms)) assertEquals(await c.zlib.compress(data), packed, name);
  assertEquals((await c.digest('crc32', new w.Blob([bytes]))).crc32, (await c.digest('crc32', bytes)).crc32);
  const large = new w.Uint8Array(1 << 20);
  assertEquals((await c.digest('crc32', large.buffer)).crc32, (await c.digest('crc32', new Uint8Array(1 << 20))).crc32);
  assertEquals(large.byteLength, 1 << 20, 'it was not moved');
  const store = c.storage(`realms-${performance.timeOrigin}`);
  t.after(() => store.destroy());
  await store.put('stream', stream());
  assertEquals((await (await store.get('stream')).arrayBuffer()).byteLength, bytes.length);
  await assertRejects(c.zlib.compress(w.Object.create(null)), TypeError, 'not Object');
});

test('addresses, modules and signals of a frame’s', async (t) => {
  const w = realm(t);
  const c = pool(t, { size: 1, worker: new w.URL('/pkg/centaurus.worker.js', location.href), wasm: new w.URL('/pkg/centaurus.wasm', location.href) });
  assertEquals(await c.run(() => 1), 1);
  const first = pool(t, new w.URL('/pkg/centaurus.worker.js', location.href), { size: 1 });
  assertEquals(await first.run(() => 2), 2);
  const module = await w.WebAssembly.compileStreaming(w.fetch('/pkg/centaurus.wasm'));
  assertEquals(await pool(t, { size: 1, wasm: module }).run(() => 3), 3);
  const controller = new w.AbortController();
  const aborted = c.with({ signal: controller.signal }).run(() => new Promise(() => {}));
  controller.abort(new w.Error('enough'));
  const error = await aborted.catch((reason) => reason);
  assert(error === controller.signal.reason, String(error));
});

/** Puts others in the place of globals until the test ends. */
function replace(t, others) {
  const kept = Object.fromEntries(Object.keys(others).map((name) => [name, globalThis[name]]));
  t.after(() => Object.assign(globalThis, kept));
  Object.assign(globalThis, others);
}

test('a platform that is replaced later changes no call', async (t) => {
  const never = () => 0;
  replace(t, {
    Response: class {},
    fetch: () => Promise.reject(new Error('not this one')),
    setTimeout: never,
    clearTimeout: never,
    queueMicrotask: never,
    MessageChannel: class {},
  });
  const { now } = performance;
  t.after(() => (performance.now = now));
  performance.now = () => 0;
  const c = pool(t, { size: 1, wasm: `/pkg/centaurus.wasm?${Math.random()}` });
  assertEquals(await c.run((x) => x * 2, 21), 42);
  await assertRejects(c.with({ timeout: 50 }).run(() => new Promise(() => {})), 'TimeoutError');
  const stream = new Blob([new Uint8Array(100)]).stream();
  assertEquals(await c.zlib.decompress(await c.zlib.compress(stream)), new Uint8Array(100));
});

test('an engine’s compileStreaming that takes no such response gives way to the bytes', async (t) => {
  const { compileStreaming } = WebAssembly;
  t.after(() => (WebAssembly.compileStreaming = compileStreaming));
  let asked = 0;
  WebAssembly.compileStreaming = async () => {
    asked += 1;
    throw new TypeError('no Response');
  };
  assertEquals(await pool(t, { size: 1, wasm: `/pkg/centaurus.wasm?${Math.random()}` }).run(() => 1), 1);
  assertEquals(asked, 1);
});
