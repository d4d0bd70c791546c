// Compression of what flows by.

import { assert, assertEquals, assertRejects, eventually, outcomes, pool, sleep, test, WorkerCrashError } from './pool.js';

const chunk = (i, length = 10_000) => Uint8Array.from({ length }, (_, at) => (at * (i + 1)) % 251);
const source = (chunks) => new ReadableStream({
  start(controller) {
    for (const one of chunks) controller.enqueue(one);
    controller.close();
  },
});

async function collect(stream) {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}


test('there and back through pipeThrough, in every format', async (t) => {
  const c = pool(t, { size: 2 });
  const chunks = Array.from({ length: 20 }, (_, i) => chunk(i));
  const whole = await collect(source(chunks));
  for (const format of ['zlib', 'gzip', 'deflate-raw']) {
    const back = await collect(source(chunks).pipeThrough(c.zlib.compressStream({ format })).pipeThrough(c.zlib.decompressStream({ format })));
    assertEquals(back, whole, format);
  }
  const packed = await collect(source(chunks).pipeThrough(c.zlib.compressStream({ format: 'gzip', level: 9 })));
  assertEquals(await collect(source([packed]).pipeThrough(new DecompressionStream('gzip'))), whole);
  assertEquals(await c.zlib.decompress(packed, { format: 'gzip' }), whole);
  assertEquals(await collect(source([]).pipeThrough(c.zlib.compressStream()).pipeThrough(c.zlib.decompressStream())), new Uint8Array(0));
});

test('it is a TransformStream of the platform’s', (t) => {
  const c = pool(t, { size: 1 });
  for (const stream of [c.zlib.compressStream(), c.zlib.decompressStream()]) {
    assert(stream instanceof TransformStream && stream.readable instanceof ReadableStream && stream.writable instanceof WritableStream);
  }
});

for (const size of [1, 3]) test(`every kind of chunk, and chunks that stay the writer’s (${size})`, async (t) => {
  const c = pool(t, { size });
  const mine = chunk(1);
  const { readable, writable } = c.zlib.compressStream();
  const writer = writable.getWriter();
  const written = collect(readable.pipeThrough(c.zlib.decompressStream()));
  for (const one of [mine, mine.buffer, new DataView(mine.buffer, 10, 20), mine.subarray(5, 7), new Uint8Array(0)]) await writer.write(one);
  await writer.close();
  assertEquals((await written).length, 10_000 + 10_000 + 20 + 2);
  assertEquals(mine.length, 10_000);
  const wrong = c.zlib.compressStream();
  wrong.readable.getReader().read().catch(() => {});
  await assertRejects(wrong.writable.getWriter().write('text'), TypeError, 'must be');
});

test('who reads first and then writes waits for nobody', async (t) => {
  const c = pool(t, { size: 3 });
  const packed = await c.zlib.compress(chunk(1));
  for (const [stream, input] of [[c.zlib.compressStream(), chunk(1)], [c.zlib.decompressStream(), packed]]) {
    const [writer, reader] = [stream.writable.getWriter(), stream.readable.getReader()];
    const first = reader.read();
    await writer.write(input.subarray(0, 1));
    await writer.write(input.subarray(1, 2));
    const rest = writer.write(input.subarray(2));
    const closed = writer.close();
    assert((await first).value.length > 0);
    await Promise.all([rest, closed]);
  }
});

test('several streams at once, each with its own state', async (t) => {
  const c = pool(t, { size: 2 });
  const all = await Promise.all(Array.from({ length: 8 }, async (_, i) => {
    const chunks = Array.from({ length: 10 }, (_, n) => chunk(i * 10 + n, 3_000));
    return [await collect(source(chunks).pipeThrough(c.zlib.compressStream()).pipeThrough(c.zlib.decompressStream())), await collect(source(chunks))];
  }));
  for (const [back, whole] of all) assertEquals(back, whole);
});

test('nothing is taken faster than it is read', async (t) => {
  const c = pool(t, { size: 1 });
  let pulled = 0;
  const endless = new ReadableStream({ pull(controller) { pulled += 1; controller.enqueue(crypto.getRandomValues(new Uint8Array(60_000))); } }, { highWaterMark: 0 });
  const reader = endless.pipeThrough(c.zlib.compressStream({ level: 0 })).getReader();
  await reader.read();
  await sleep(150);
  // Six on their way to the worker, and a few in the queues of the streams in between.
  assert(pulled < 20, `${pulled} chunks were taken for one that was read`);
  const before = pulled;
  for (let i = 0; i < 200 && pulled === before; i += 1) await reader.read();
  assert(pulled > before, 'and it goes on when it is read');
  await reader.cancel();
});

test('damaged data fails the stream with a typed error', async (t) => {
  const c = pool(t, { size: 1 });
  const packed = await c.zlib.compress(chunk(3, 50_000));
  packed[packed.length >> 1] ^= 0xff;
  const { readable, writable } = c.zlib.decompressStream();
  const writer = writable.getWriter();
  const read = (async () => { for (const reader = readable.getReader(); !(await reader.read()).done;); })();
  const wrote = (async () => { await writer.write(packed); await writer.close(); })();
  const [reading, writing] = await Promise.allSettled([read, wrote]);
  assert(/^(Corrupt|Checksum|Truncated)Error$/.test(reading.reason.name), String(reading.reason));
  assert(writing.reason === reading.reason);
  const short = c.zlib.decompressStream();
  const end = (async () => { const one = short.writable.getWriter(); await one.write(packed.slice(0, 20)); await one.close(); })();
  assertEquals((await outcomes([end, collectOrFail(short.readable)]))[0], 'TruncatedError');
});

async function collectOrFail(readable) {
  for (const reader = readable.getReader(); ;) {
    const { done } = await reader.read();
    if (done) return 'done';
  }
}

test('wrong options fail the stream', async (t) => {
  const c = pool(t, { size: 1 });
  for (const options of [{ format: 'brotli' }, { level: 10 }, { unknown: 1 }]) {
    const { readable, writable } = c.zlib.compressStream(options);
    const error = await assertRejects(collectOrFail(readable), () => true);
    assert(error instanceof TypeError || error instanceof RangeError, String(error));
    await assertRejects(writable.getWriter().closed, () => true);
  }
});

test('a signal ends the stream', async (t) => {
  const c = pool(t, { size: 1 });
  const controller = new AbortController();
  const { readable, writable } = c.zlib.compressStream({ signal: controller.signal });
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  const reading = collectOrFail(readable);
  await writer.write(chunk(1, 10));
  controller.abort('enough');
  const writing = (async () => {
    for (;;) await writer.write(chunk(2));
  })();
  assertEquals(await outcomes([writing, reading]), ['enough', 'enough']);
});

test('state is kept no longer than its stream: closed, cancelled, aborted, failed', async (t) => {
  const c = pool(t, { size: 1 });
  for (let i = 0; i < 60; i += 1) {
    const { readable, writable } = c.zlib.compressStream();
    const [reader, writer] = [readable.getReader(), writable.getWriter()];
    for (const { closed } of [reader, writer]) closed.catch(() => {});
    const reading = (async () => { while (!(await reader.read()).done); })().catch(() => {});
    await writer.write(chunk(1));
    if (i % 3 === 0) await reader.cancel('not wanted');
    else if (i % 3 === 1) await writer.abort('called off');
    else await writer.close();
    await reading;
  }
  // The call that keeps a stream's state ends with it.
  await eventually(() => c.stats().running === 0);
  const { calls, crashes } = c.stats();
  assertEquals([calls.submitted, crashes, c.stats().spawned], [60, 0, 1]);
});

test('close() waits for a stream under way', async (t) => {
  const c = pool(t, { size: 1 });
  const { readable, writable } = c.zlib.compressStream();
  const writer = writable.getWriter();
  const packed = collect(readable);
  await writer.write(chunk(1));
  const closing = c.close();
  await writer.write(chunk(2));
  await writer.close();
  await closing;
  assert((await packed).length > 0);
});

test('the death of its worker fails the stream', async (t) => {
  const c = pool(t, { size: 1 });
  const { readable, writable } = c.zlib.compressStream();
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  const reading = collectOrFail(readable).catch((error) => error);
  await writer.write(chunk(1));
  await assertRejects(c.run(() => self.close()), WorkerCrashError);
  const error = await reading;
  assert(error instanceof WorkerCrashError, String(error));
  assert((await writer.write(chunk(2)).catch((reason) => reason)) === error);
  assertEquals(await c.unpack(await c.pack('usable')), 'usable');
});

test('a slow stream keeps its worker, though others are stopped for idleness', async (t) => {
  const c = pool(t, { size: { min: 0, max: 3 }, idleTimeout: 60 });
  const streams = Array.from({ length: 3 }, () => {
    const stream = c.zlib.compressStream();
    return { writer: stream.writable.getWriter(), packed: collect(stream.readable) };
  });
  for (let i = 0; i < 3; i += 1) {
    await Promise.all(streams.map(({ writer }) => writer.write(chunk(i, 500))));
    await sleep(200);
  }
  await Promise.all(streams.map(({ writer }) => writer.close()));
  const whole = await collect(source([0, 1, 2].map((i) => chunk(i, 500))));
  for (const { packed } of streams) assertEquals(await c.zlib.decompress(await packed), whole);
  await eventually(() => c.stats().workers.length === 0, { timeout: 3_000 });
});

test('terminate fails it', async (t) => {
  const c = pool(t, { size: 1 });
  const { readable, writable } = c.zlib.compressStream();
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  const reading = collectOrFail(readable);
  await writer.write(chunk(1));
  c.terminate();
  assertEquals(await outcomes([reading, writer.write(chunk(2)).then(() => writer.closed)]), ['TerminatedError', 'TerminatedError']);
});
