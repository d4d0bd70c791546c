// Buffers that are moved, both ways, and those that are not.

import { assert, assertEquals, pool, test } from './pool.js';

async function ready(t) {
  const c = pool(t, { size: 1 });
  await c.define({
    sum: (bytes) => new Uint8Array(bytes.buffer ?? bytes).reduce((a, b) => a + b, 0),
    give(n) {
      self.kept = new Uint8Array(n).fill(7);
      return this.transfer(self.kept, [self.kept.buffer]);
    },
    giveLater: async function (n) {
      await null;
      return this.transfer({ deep: [new Uint8Array(n)] }, []);
    },
    giveArrow: (n) => {
      self.kept = new ArrayBuffer(n);
      return this.transfer({ kept: self.kept }, [self.kept]);
    },
    kept: () => self.kept.byteLength,
    port: (port) => new Promise((resolve) => (port.onmessage = ({ data }) => resolve(data))),
  });
  return c;
}

test('what is not asked to move is cloned', async (t) => {
  const c = await ready(t);
  const bytes = new Uint8Array([1, 2, 3]);
  assertEquals(await c.sum(bytes), 6);
  assertEquals(bytes.byteLength, 3);
});

test('what is asked to move is gone here', async (t) => {
  const c = await ready(t);
  const bytes = new Uint8Array([1, 2, 3]);
  const call = c.with({ transfer: [bytes.buffer] }).sum(bytes);
  assertEquals(await call, 6);
  assertEquals(bytes.byteLength, 0);
  const other = new ArrayBuffer(2);
  assertEquals(await c.call('sum', [other], { transfer: [other] }), 0);
  assertEquals(other.byteLength, 0);
});

test('it is moved at the call, and stays when the call is refused', async (t) => {
  const c = await ready(t);
  const buffer = new ArrayBuffer(8);
  const refused = [
    c.with({ transfer: [buffer], signal: AbortSignal.abort('never mind') }).sum(buffer),
    c.with({ transfer: [buffer], timeout: -1 }).sum(buffer),
    c.call('unknown', [buffer], { transfer: [buffer] }),
  ];
  assertEquals((await Promise.allSettled(refused)).map(({ status }) => status), ['rejected', 'rejected', 'rejected']);
  assertEquals(buffer.byteLength, 8);
  const controller = new AbortController();
  const call = c.with({ transfer: [buffer], signal: controller.signal }).sum(buffer);
  assertEquals(buffer.byteLength, 0);
  controller.abort('never mind');
  await call.catch(() => {});
});

test('a result can be moved: the worker keeps nothing of it', async (t) => {
  const c = await ready(t);
  const bytes = await c.give(1_000);
  assertEquals([bytes.length, bytes[999]], [1_000, 7]);
  assertEquals(await c.kept(), 0);
  assertEquals((await c.giveLater(5)).deep[0].length, 5);
  assertEquals((await c.giveArrow(6)).kept.byteLength, 6);
  assertEquals(await c.kept(), 0);
});

test('transfer() gives the value itself: it can be read, reported, and put into another', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({
    read() {
      const bytes = this.transfer(new Uint8Array(5), []);
      return bytes.length;
    },
    report() {
      const bytes = new Uint8Array([1, 2]);
      this.progress(this.transfer(bytes, [bytes.buffer]));
      return bytes.length;
    },
    within() {
      self.within = new Uint8Array([3]);
      return { deep: this.transfer(self.within, [self.within.buffer]) };
    },
    *count() {
      for (let i = 0; i < 2; i += 1) {
        const bytes = this.transfer(new Uint8Array([i]), []);
        yield bytes;
      }
    },
    whole() {
      const bytes = new Uint8Array([4, 5]);
      return this.transfer(bytes, [bytes.buffer]);
    },
    text(text) { return this.transfer(text, []); },
    left: () => self.within.length,
  });
  const told = [];
  assertEquals(await c.read(), 5);
  assertEquals(await c.with({ onProgress: (progress) => told.push(progress) }).report(), 0);
  assertEquals(told, [new Uint8Array([1, 2])]);
  assertEquals(await c.within(), { deep: new Uint8Array([3]) });
  assertEquals(await c.left(), 1, 'inside of a result it is cloned');
  assertEquals(await c.count(), [new Uint8Array([0]), new Uint8Array([1])]);
  assertEquals(await c.stream('whole').next(), { value: new Uint8Array([4, 5]), done: false });
  assertEquals(await c.text('as it is'), 'as it is');
});

test('ports, streams and images move', async (t) => {
  const c = await ready(t);
  const { port1, port2 } = new MessageChannel();
  t.after(() => port1.close());
  const heard = c.with({ transfer: [port2] }).port(port2);
  port1.postMessage('through the port');
  assertEquals(await heard, 'through the port');
  if (typeof OffscreenCanvas === 'function') {
    const canvas = new OffscreenCanvas(4, 4);
    assertEquals(await c.with({ transfer: [canvas] }).run(({ width, height }) => [width, height], canvas), [4, 4]);
  }
});

test('many transfers in one tick, each with its own call', async (t) => {
  const c = await ready(t);
  await c.sum(new ArrayBuffer(0));
  const buffers = Array.from({ length: 50 }, (_, i) => new Uint8Array(10).fill(i).buffer);
  const sums = await Promise.all(buffers.map((buffer) => c.with({ transfer: [buffer] }).sum(buffer)));
  assertEquals(sums, Array.from({ length: 50 }, (_, i) => 10 * i));
  assert(buffers.every(({ byteLength }) => byteLength === 0));
});

test('shared memory is shared', async (t) => {
  const c = await ready(t);
  const cells = new Int32Array(new SharedArrayBuffer(8));
  await c.run((shared) => Atomics.store(shared, 1, 42), cells);
  assertEquals(Atomics.load(cells, 1), 42);
}, { isolated: true });
