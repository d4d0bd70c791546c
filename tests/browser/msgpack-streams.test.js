// Values that flow by.

import { assert, assertEquals, assertRejects, pool, test } from './pool.js';

const source = (chunks) => new ReadableStream({
  start(controller) {
    for (const one of chunks) controller.enqueue(one);
    controller.close();
  },
});

async function collect(stream) {
  const values = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return values;
    values.push(value);
  }
}

const values = [1, 'two', null, { three: [3, new Uint8Array([1, 2])] }, [], [[4]], undefined, new Map([[1, 2]]), new Date(5), false, 'x'.repeat(100_000)];
const structured = { structured: true };

test('values there and back, and between the stream and the whole', async (t) => {
  const c = pool(t, { size: 2 });
  const messages = await collect(source(values).pipeThrough(c.msgpack.encodeStream(structured)));
  assertEquals(messages.length, values.length);
  for (const [i, message] of messages.entries()) assertEquals(await c.msgpack.decode(message, structured), values[i]);
  assertEquals(await collect(source(messages).pipeThrough(c.msgpack.decodeStream(structured))), values);
  assertEquals(await collect(source(values).pipeThrough(c.msgpack.encodeStream(structured)).pipeThrough(c.msgpack.decodeStream(structured))), values);
  assertEquals(await collect(source([]).pipeThrough(c.msgpack.encodeStream()).pipeThrough(c.msgpack.decodeStream())), []);
});

test('messages cut anywhere, and many in one chunk', async (t) => {
  const c = pool(t, { size: 1 });
  const rows = Array.from({ length: 3_000 }, (_, id) => ({ id, name: `row ${id}` }));
  const messages = await collect(source(rows).pipeThrough(c.msgpack.encodeStream()));
  const all = new Uint8Array(await new Blob(messages).arrayBuffer());
  for (const length of [7, 1_000, all.length]) {
    const part = length === 7 ? all.subarray(0, 2_000) : all;
    const chunks = Array.from({ length: Math.ceil(part.length / length) }, (_, i) => part.subarray(i * length, (i + 1) * length));
    const stream = source(chunks).pipeThrough(c.msgpack.decodeStream());
    if (length === 7) await assertRejects(collect(stream), 'TruncatedError');
    else assertEquals(await collect(stream), rows);
  }
});

test('what is wrong with a message comes after what came before it', async (t) => {
  const c = pool(t, { size: 1 });
  const reader = source([new Uint8Array([1, 2, 0xc1, 3])]).pipeThrough(c.msgpack.decodeStream()).getReader();
  assertEquals([(await reader.read()).value, (await reader.read()).value], [1, 2]);
  await assertRejects(reader.read(), 'CorruptError');
  await assertRejects(collect(source([new Uint8Array([0xc6, 255, 255, 255, 255])]).pipeThrough(c.msgpack.decodeStream({ maxInput: 1_000 }))), 'LimitError');
  await assertRejects(collect(source([() => {}]).pipeThrough(c.msgpack.encodeStream())), 'DataCloneError');
  await assertRejects(collect(source([new Set()]).pipeThrough(c.msgpack.encodeStream())), 'UnsupportedValueError');
  await assertRejects(collect(source(['text']).pipeThrough(c.msgpack.decodeStream())), TypeError, 'must be');
});

test('a reader that leaves frees the worker; one that is slow slows the writer', async (t) => {
  const c = pool(t, { size: 1 });
  let pulled = 0;
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(++pulled) }, { highWaterMark: 0 });
  const reader = endless.pipeThrough(c.msgpack.encodeStream()).pipeThrough(c.msgpack.decodeStream()).getReader();
  for (let i = 1; i <= 20; i += 1) assertEquals((await reader.read()).value, i);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert(pulled < 60, `${pulled} were pulled for 20`);
  await reader.cancel();
  assertEquals(await c.unpack(await c.pack('free')), 'free');
});
