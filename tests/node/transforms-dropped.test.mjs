// Transform streams that are made and let go of.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Centaurus } from '../../pkg/centaurus.node.js';
import { collected, gc } from './support/collected.mjs';

const makers = (c) => [() => c.zlib.compressStream(), () => c.zlib.decompressStream(), () => c.msgpack.encodeStream(), () => c.msgpack.decodeStream()];
const busy = (c) => c.stats().running + c.stats().queued;

test('made and not used: no call', async (t) => {
  const c = new Centaurus({ size: 1 });
  t.after(() => c.terminate());
  await c.zlib.compress(new Uint8Array(9));
  const { submitted } = c.stats().calls;
  for (const make of makers(c)) for (let i = 0; i < 50; i += 1) make();
  assert.equal(c.stats().calls.submitted, submitted);
  await c.close();
});

test('dropped in the middle, whichever end is waiting: collected, and its call ends', async (t) => {
  const c = new Centaurus({ size: 1 });
  t.after(() => c.terminate());
  await c.zlib.compress(new Uint8Array(9));
  const begin = async () => {
    const chunk = new Uint8Array(1_000);
    const [written, read, both] = [c.zlib.compressStream(), c.zlib.compressStream(), c.msgpack.encodeStream()];
    written.writable.getWriter().write(chunk).catch(() => {});
    read.readable.getReader().read().catch(() => {});
    const writer = both.writable.getWriter();
    const reading = both.readable.getReader().read();
    await Promise.all([writer.write('value'), reading]);
  };
  await begin();
  await collected(() => busy(c) === 0, () => `${busy(c)} calls are under way`);
  await c.close();
});

test('one that is held goes on, however often memory is collected', async (t) => {
  const c = new Centaurus({ size: 1 });
  t.after(() => c.terminate());
  const bytes = new Uint8Array(300_000).map((_, i) => i * i);
  const chunks = new ReadableStream({
    async pull(controller) {
      this.at ??= 0;
      gc();
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (this.at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(this.at, (this.at += 30_000)));
    },
  });
  const back = new Response(chunks.pipeThrough(c.zlib.compressStream()).pipeThrough(c.zlib.decompressStream()));
  assert.deepEqual(new Uint8Array(await back.arrayBuffer()), bytes);
});

test('options of no use are told of at the first use, at both ends', async (t) => {
  const c = new Centaurus({ size: 1 });
  t.after(() => c.terminate());
  const stream = () => c.zlib.compressStream({ format: 'none' });
  await assert.rejects(stream().readable.getReader().read(), /format/);
  await assert.rejects(stream().writable.getWriter().write(new Uint8Array(1)), /format/);
  await assert.rejects(stream().writable.close(), /format/);
});
