// Large inputs: shared out over the pool, and read slice by slice.

import { assert, assertEquals, assertRejects, eventually, outcomes, pool, sleep, test, WorkerCrashError } from './pool.js';

/** Records such as one compresses: long stretches repeat, no two lines are equal. */
function records(length) {
  let number = 1;
  let text = '';
  while (text.length < length) {
    number = (Math.imul(number, 1_664_525) + 1_013_904_223) >>> 0;
    text += `{"id":${number},"name":"city ${number % 977}","population":${number % 9_973}},`;
  }
  return new TextEncoder().encode(text.slice(0, length));
}

const MB = 1_000_000;
const large = records(3 * MB);
const FORMATS = [['zlib', 'deflate'], ['gzip', 'gzip'], ['deflate-raw', 'deflate-raw']];

const through = async (data, stream) => new Uint8Array(await new Response(new Blob([data]).stream().pipeThrough(stream)).arrayBuffer());

test('what several workers made of one input, the platform and we read as one stream', async (t) => {
  const c = pool(t, { size: { min: 3, max: 3 } });
  const before = c.stats().calls.submitted;
  for (const [format, theirs] of FORMATS) {
    for (const input of [large, new Blob([large])]) {
      const packed = await c.zlib.compress(input, { format });
      assertEquals([packed.byteOffset, packed.buffer.byteLength], [0, packed.byteLength]);
      assertEquals(await through(packed, new DecompressionStream(theirs)), large, format);
      assertEquals(await c.zlib.decompress(packed, { format }), large, format);
    }
  }
  assert(c.stats().calls.submitted > before + 12, 'nobody helped');
  await eventually(() => c.stats().running + c.stats().queued === 0);
});

test('lengths around a block, and a dictionary', async (t) => {
  const c = pool(t, { size: { min: 2, max: 2 } });
  const dictionary = large.slice(100_000, 160_000);
  for (const length of [768 * 1024 - 1, 768 * 1024, 4 * 256 * 1024 - 1, 4 * 256 * 1024, 4 * 256 * 1024 + 1]) {
    const input = large.subarray(0, length);
    assertEquals(await c.zlib.decompress(await c.zlib.compress(input)), input, String(length));
    for (const format of ['zlib', 'deflate-raw']) {
      const packed = await c.zlib.compress(input, { format, dictionary, level: 1 });
      assertEquals(await c.zlib.decompress(packed, { format, dictionary }), input, `${format} ${length}`);
    }
  }
});

test('it costs next to nothing in size', async (t) => {
  const [one, several] = [pool(t, { size: 1 }), pool(t, { size: { min: 2, max: 2 } })];
  const [alone, together] = await Promise.all([one, several].map((c) => c.zlib.compress(large)));
  t.log(`${alone.length} bytes by one worker, ${together.length} by two`);
  assert(together.length < alone.length * 1.01, `${together.length} instead of ${alone.length}`);
});

test('limits, options and dictionaries hold for large inputs', async (t) => {
  const c = pool(t, { size: { min: 2, max: 2 } });
  const limit = await assertRejects(c.zlib.compress(large, { maxOutput: 100_000 }), 'LimitError');
  assertEquals([limit.limit, limit.max], ['maxOutput', 100_000]);
  await assertRejects(c.zlib.compress(large, { level: 11 }), RangeError, 'zlib.compress: level');
  await assertRejects(c.zlib.compress(large, { format: 'gzip', dictionary: large }), 'DictionaryError');
  const stored = await c.zlib.compress(large, { level: 0 });
  assert(stored.length > large.length);
  assertEquals(await c.zlib.decompress(stored), large);
  const bomb = await c.zlib.compress(new Uint8Array(300 * MB));
  const ratio = await assertRejects(c.zlib.decompress(bomb), 'LimitError');
  assertEquals(ratio.limit, 'maxRatio');
  assertEquals((await assertRejects(c.zlib.decompress(new Blob([bomb]), { maxOutput: 9 * MB }), 'LimitError')).limit, 'maxOutput');
});

test('progress counts the input’s bytes up to all of them', async (t) => {
  const c = pool(t, { size: 2 });
  for (const call of [(onProgress) => c.zlib.compress(large, { onProgress }), (onProgress) => c.zlib.compress(new Blob([large]), { onProgress, level: 0 })]) {
    const told = [];
    await call((progress) => told.push(progress));
    assert(told.every(({ loaded, total }, i) => total === large.length && loaded > (told[i - 1]?.loaded ?? 0)), JSON.stringify(told));
    assertEquals(told.at(-1), { loaded: large.length, total: large.length });
  }
  const packed = await c.zlib.compress(crypto.getRandomValues(new Uint8Array(60_000)), { level: 0 });
  const told = [];
  await c.zlib.decompress(new Blob(Array(20).fill(await c.zlib.compress(packed, { format: 'gzip' }))), { format: 'gzip', onProgress: (progress) => told.push(progress) });
  assert(told.length > 0 && told.at(-1).loaded === told.at(-1).total, JSON.stringify(told));
});

test('a large call that is called off ends at once, with its helpers, and costs no worker', async (t) => {
  const c = pool(t, { size: { min: 2, max: 2 } });
  await c.zlib.compress(large);
  const huge = new Blob(Array(40).fill(large));
  for (const [options, name] of [[{ signal: AbortSignal.timeout(120) }, 'TimeoutError'], [{ timeout: 120 }, 'TimeoutError']]) {
    const start = performance.now();
    await assertRejects(c.zlib.compress(huge, { level: 9, ...options }), name);
    await eventually(() => c.stats().running + c.stats().queued === 0);
    assert(performance.now() - start < 5_000);
  }
  assertEquals([c.stats().crashes, c.stats().spawned], [0, 2]);
});

test('others have their turn while a large input is compressed', async (t) => {
  const c = pool(t, { size: { min: 2, max: 2 } });
  await c.define({ quick: () => 'done' });
  await c.zlib.compress(large);
  let over = false;
  const controller = new AbortController();
  const compressing = c.zlib.compress(new Blob(Array(60).fill(large)), { level: 9, signal: controller.signal }).catch(() => {}).then(() => (over = true));
  await sleep(150);
  for (let i = 0; i < 5; i += 1) assertEquals(await c.quick(), 'done');
  assert(!over, 'it was over too soon to tell');
  controller.abort();
  await compressing;
});

test('a helper’s death costs nothing but time', async (t) => {
  const c = pool(t, { size: { min: 2, max: 2 } });
  await c.zlib.compress(large);
  const input = new Blob(Array(4).fill(large));
  const compressing = c.zlib.compress(input, { format: 'gzip', level: 9 });
  // The coordinator holds one worker; this one comes to the other, between two turns of a helper or before its first.
  await assertRejects(c.run(() => self.close()), WorkerCrashError);
  assertEquals(await c.zlib.decompress(await compressing, { format: 'gzip' }), new Uint8Array(await input.arrayBuffer()));
});

test('a helper that dies with parts in hand: they are done elsewhere', async (t) => {
  // A pool for each: a helper that is at its last part when a call ends would take the next call with it.
  const mortal = async () => {
    const c = pool(t, { size: { min: 3, max: 3 } });
    // Only a helper answers through a port, and it has more to do when it has answered once. Where all others are dead it
    // may be the worker of the stream itself, which gives out work.
    await c.setup(() => {
      const { postMessage } = MessagePort.prototype;
      let asks = false;
      MessagePort.prototype.postMessage = function (message, ...rest) {
        postMessage.call(this, message, ...rest);
        const [first] = Array.isArray(message) ? message : [];
        asks ||= typeof first === 'string';
        if (typeof first === 'number' && !asks) self.close();
      };
    });
    return c;
  };
  const input = new Blob(Array(6).fill(large));
  const expected = new Uint8Array(await input.arrayBuffer());
  const inflater = pool(t);
  for (const data of [expected, input]) {
    const c = await mortal();
    const packed = await c.zlib.compress(data, { format: 'gzip' });
    await eventually(() => c.stats().crashes > 0);
    assertEquals(await inflater.zlib.decompress(packed, { format: 'gzip' }), expected);
  }
  const c = await mortal();
  // From memory: Chromium fails to read a page's Blob after so many deaths.
  const packed = await new Response(new Response(expected).body.pipeThrough(c.zlib.compressStream())).arrayBuffer();
  assertEquals(await inflater.zlib.decompress(packed), expected);
  t.log(`${c.stats().crashes} helpers of a stream died`);
}, { timeout: 60_000 });

const unshared = 'its workers share no memory as it is shipped; threads are for those that do';

test('threads: the same bytes without helpers, and what can go wrong', async (t) => {
  const [c, one] = [pool(t, { size: { min: 2, max: 2 } }), pool(t, { size: { min: 2, max: 2 } })];
  // Where no thread can be started, helpers do it.
  await one.setup(() => {
    self.Worker = class {
      constructor() {
        throw new Error('no threads here');
      }
    };
  });
  const input = new Blob(Array(4).fill(large));
  const expected = new Uint8Array(await input.arrayBuffer());
  const calls = async (pool) => {
    const before = pool.stats().calls.submitted;
    await pool.zlib.compress(large);
    return pool.stats().calls.submitted - before;
  };
  await eventually(async () => (await calls(c)) === 1 && (await calls(c)) === 1, { message: 'threads never came' });
  for (const [format, theirs] of FORMATS) {
    for (const data of [expected, input]) {
      const packed = await c.zlib.compress(data, { format });
      assertEquals(await through(packed, new DecompressionStream(theirs)), expected, format);
      assertEquals(await one.zlib.compress(data, { format }), packed);
    }
  }
  assert((await calls(one)) > 1, 'nobody helped where no thread can be started');
  const told = [];
  await c.zlib.compress(input, { onProgress: ({ loaded }) => told.push(loaded) });
  assertEquals(told.at(-1), input.size);
  const limit = await assertRejects(c.zlib.compress(large, { maxOutput: 100_000 }), 'LimitError');
  assertEquals(limit.max, 100_000);
  await assertRejects(c.zlib.compress(large, { level: 11 }), RangeError, 'zlib.compress: level');
  await assertRejects(c.zlib.compress(new Blob(Array(30).fill(large)), { level: 9, signal: AbortSignal.timeout(50) }), 'TimeoutError');
  await eventually(() => c.stats().running + c.stats().queued === 0);
  assertEquals(c.stats().crashes, 0);
}, { isolated: true, timeout: 60_000, skipIn: { webkit: unshared } });

test('the end of the pool fails it once', async (t) => {
  const c = pool(t, { size: 2 });
  const compressing = c.zlib.compress(new Blob(Array(10).fill(large)), { level: 9 });
  await c.msgpack.encode(1);
  c.terminate();
  assertEquals(await outcomes([compressing]), ['TerminatedError']);
});

test('streams are shared out too', async (t) => {
  const c = pool(t, { size: { min: 3, max: 3 } });
  for (const [format, theirs] of FORMATS) {
    const told = [];
    const packed = await through(large, c.zlib.compressStream({ format, onProgress: (progress) => told.push(progress) }));
    assertEquals(await through(packed, new DecompressionStream(theirs)), large, format);
    assertEquals(await through(packed, c.zlib.decompressStream({ format })), large, format);
    assert(told.every(({ loaded }, i) => loaded > (told[i - 1]?.loaded ?? 0)), JSON.stringify(told));
    assertEquals(told.at(-1), { loaded: large.length });
  }
  const dictionary = large.slice(0, 50_000);
  const packed = await through(large, c.zlib.compressStream({ dictionary }));
  assertEquals(await c.zlib.decompress(packed, { dictionary }), large);
  assertEquals(await c.zlib.decompress(await through(new Uint8Array(0), c.zlib.compressStream())), new Uint8Array(0));
  await eventually(() => c.stats().running + c.stats().queued === 0);
});
