// msgpack, zlib and pack, in the pool. What they make of every byte is tested under node; here it is what a page sees.

import { assert, assertEquals, assertRejects, outcomes, page, pool, spyOnWorkers, test } from './pool.js';

const text = (bytes) => new TextDecoder().decode(bytes);
const bytes = (string) => new TextEncoder().encode(string);
const sample = bytes('Centaurus takes work off the main thread. '.repeat(2_000));

async function throughStream(data, stream) {
  return new Uint8Array(await new Response(new Blob([data]).stream().pipeThrough(stream)).arrayBuffer());
}

/** A result is bytes in a buffer of their own. */
function owns(result) {
  assert(result instanceof Uint8Array, String(result));
  assertEquals([result.byteOffset, result.buffer.byteLength], [0, result.byteLength]);
  return result;
}

const values = {
  nothing: null, yes: true, no: false, zero: 0, 'minus zero': -0, 'not a number': NaN, infinite: [Infinity, -Infinity], integers: [1, -1, 127, 128, -33, 65_536, 2 ** 32, -(2 ** 40)],
  safe: [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER], floats: [0.5, -1e300, 5e-324], big: [2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n - 1n], text: 'ü€\u{1F40E}\0', empty: ['', [], {}, new Uint8Array(0)],
  bytes: new Uint8Array([0, 255]), date: new Date(1_700_000_000_123), before: new Date(-1), nested: { a: [{ b: [{ c: null }] }] }, map: new Map([[1, 'one'], ['two', 2], [null, new Map([[true, []]])]]),
  long: 'x'.repeat(70_000), many: Array.from({ length: 70_000 }, (_, i) => i), ['__proto__']: { safe: true },
};

test('every value of structured clone that MessagePack has goes there and back', async (t) => {
  const c = pool(t, { size: 1 });
  for (const [name, value] of Object.entries(values)) {
    assertEquals(await c.msgpack.decode(owns(await c.msgpack.encode(value))), value, `msgpack: ${name}`);
    assertEquals(await c.unpack(owns(await c.pack(value))), value, `pack: ${name}`);
  }
  assertEquals(await c.unpack(await c.pack(values)), values);
  assertEquals(await c.msgpack.decode(await c.msgpack.encode(undefined)), null);
  assertEquals(await c.msgpack.decode(await c.msgpack.encode(new Int16Array([1, 2]))), new Uint8Array([1, 0, 2, 0]));
});

test('what MessagePack has not is refused, with its place', async (t) => {
  const c = pool(t, { size: 1 });
  const wrong = [[new Set([1]), '$'], [{ a: [/x/] }, '$.a[0]'], [{ when: new Date(NaN) }, '$.when'], [[2n ** 70n], '$[0]'], [new Map([['k', new Error('e')]]), 'k']];
  for (const [value, place] of wrong) {
    const error = await assertRejects(c.msgpack.encode(value), 'UnsupportedValueError');
    assert(error.message.includes(place) && error.path !== undefined, error.message);
    await assertRejects(c.pack(value, { structured: false }), 'UnsupportedValueError');
  }
  const circle = {};
  circle.self = circle;
  const depth = await assertRejects(c.msgpack.encode(circle), 'LimitError');
  assertEquals(depth.limit, 'maxDepth');
  await assertRejects(c.msgpack.encode(() => {}), 'DataCloneError', "'msgpack.encode'");
  await assertRejects(c.pack([new Blob(['x'])]), 'UnsupportedValueError', 'Blob');
});

test('whatever structured clone holds goes there and back through pack, and through MessagePack where asked', async (t) => {
  const c = pool(t, { size: 1 });
  const structured = { structured: true };
  const buffer = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]).buffer;
  const all = {
    none: undefined, holes: [, 1, , 2, ,], set: new Set([1, undefined, new Set(['a'])]), map: new Map([['a', 1], [{ k: 1 }, /r/gi]]), never: [new Date(5)],
    big: [5n, -1n, 2n ** 100n, -(2n ** 63n) - 1n], boxed: [new Number(5), new String('s'), new Boolean(false), Object(9n)], text: 'a\ud800b', keys: { '\udc00': 1 },
    views: [new Float32Array(buffer), new Uint16Array(buffer, 2, 2), new DataView(buffer, 1), buffer, new Uint8Array(buffer)], bytes: new Uint8Array([1]), far: [],
  };
  all.far[100_000] = 'here';
  all.self = all;
  all.again = all.set;
  for (const read of [await c.unpack(await c.pack(all)), await c.msgpack.decode(await c.msgpack.encode(all, structured), structured)]) {
    assert(read.self === read && read.again === read.set && read.views[0].buffer === read.views[3] && read.views[4].buffer === read.views[3], 'shared');
    delete read.self;
    assertEquals(read, (({ self, ...rest }) => rest)(structuredClone(all)));
    assertEquals([0 in read.holes, 1 in read.holes, read.holes.length, Object.keys(read.far), read.far.length, 'none' in read], [false, true, 5, ['100000'], 100_001, true]);
  }
  const failure = new TypeError('wrong', { cause: new RangeError('deeper') });
  const read = await c.unpack(await c.pack({ failure }));
  assert(read.failure instanceof TypeError && read.failure.message === 'wrong', String(read.failure));
  assert(Number.isNaN((await c.unpack(await c.pack(new Date(NaN)))).getTime()));
});

test('extension types by registered functions', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({ fromPoint: ({ x, y }) => Uint8Array.of(x, y), toPoint: ([x, y]) => ({ x, y }), slow: async () => new Uint8Array(1) });
  const extensions = [{ type: 9, encode: 'fromPoint', decode: 'toPoint' }, 5];
  const value = [{ type: 9, data: { x: 1, y: 2 } }, { type: 5, data: new Uint8Array([7]) }];
  const message = await c.msgpack.encode(value, { extensions });
  assertEquals(message, new Uint8Array([0x92, 0xd5, 9, 1, 2, 0xd4, 5, 7]));
  assertEquals(await c.msgpack.decode(message, { extensions }), [{ x: 1, y: 2 }, { type: 5, data: new Uint8Array([7]) }]);
  assertEquals(await c.unpack(await c.pack(value, { extensions }), { extensions }), [{ x: 1, y: 2 }, { type: 5, data: new Uint8Array([7]) }]);
  await assertRejects(c.msgpack.decode(message, { extensions: [{ type: 9, decode: 'toPiont' }] }), TypeError, "'toPiont'");
  await assertRejects(c.msgpack.encode(value, { extensions: [{ type: 9, encode: 'slow' }] }), TypeError, 'promise');
});

test('MessagePack options', async (t) => {
  const c = pool(t, { size: 1 });
  const { decode, encode } = c.msgpack;
  const number = new Uint8Array([0xcf, 0, 0, 0, 0, 0, 0, 0, 5]);
  assertEquals([await decode(number), await decode(number, { int64: 'bigint' })], [5, 5n]);
  assertEquals(await decode(await encode({ a: 1 }), { maps: 'map' }), new Map([['a', 1]]));
  const extension = { type: 7, data: new Uint8Array([1, 2]) };
  assertEquals(await encode(extension, { extensions: [7] }), new Uint8Array([0xd5, 7, 1, 2]));
  assertEquals(await decode(new Uint8Array([0xd5, 7, 1, 2])), extension);
  await assertRejects(decode(number, { int64: 'string' }), TypeError, 'int64');
  await assertRejects(decode(number, { maxdepth: 3 }), TypeError, 'maxdepth');
  await assertRejects(encode(1, { maxDepth: -1 }), RangeError, 'maxDepth');
});

test('zlib, gzip and deflate-raw go there and back at every level', async (t) => {
  const c = pool(t, { size: 2 });
  for (const format of ['zlib', 'gzip', 'deflate-raw']) {
    for (const level of [0, 1, 6, 9]) {
      const packed = owns(await c.zlib.compress(sample, { format, level }));
      assert(level === 0 ? packed.length >= sample.length : packed.length < sample.length / 20, `${format} ${level}: ${packed.length}`);
      assertEquals(owns(await c.zlib.decompress(packed, { format })), sample);
    }
  }
  assertEquals(await c.zlib.decompress(await c.zlib.compress(new Uint8Array(0))), new Uint8Array(0));
  const dictionary = sample.subarray(0, 100);
  const packed = await c.zlib.compress(sample, { dictionary });
  assertEquals(await c.zlib.decompress(packed, { dictionary }), sample);
  await assertRejects(c.zlib.decompress(packed), 'DictionaryError');
});

test('the platform reads what we write, and we what it writes', async (t) => {
  const c = pool(t, { size: 1 });
  for (const [ours, theirs] of [['zlib', 'deflate'], ['gzip', 'gzip'], ['deflate-raw', 'deflate-raw']]) {
    assertEquals(await throughStream(await c.zlib.compress(sample, { format: ours }), new DecompressionStream(theirs)), sample, ours);
    assertEquals(await c.zlib.decompress(await throughStream(sample, new CompressionStream(theirs)), { format: ours }), sample, theirs);
  }
});

test('every kind of input: buffer, views, parts of buffers, Blob', async (t) => {
  const c = pool(t, { size: 1 });
  const whole = sample.slice(0, 4_000);
  const padded = new Uint8Array(5_000);
  padded.set(whole, 500);
  const inputs = [whole, whole.buffer, new DataView(whole.buffer), new Uint16Array(whole.buffer), padded.subarray(500, 4_500), new DataView(padded.buffer, 500, 4_000), new Blob([whole]), new Blob([sample]).slice(0, 4_000), new File([whole], 'name')];
  for (const input of inputs) assertEquals(await c.zlib.decompress(await c.zlib.compress(input)), whole, Object.prototype.toString.call(input));
  const packed = new Blob([await c.pack({ from: 'a blob' })]);
  assertEquals(await c.unpack(packed), { from: 'a blob' });
  assertEquals(await c.msgpack.decode(new Blob([await c.msgpack.encode([1])])), [1]);
  for (const service of [c.zlib.compress, c.zlib.decompress, c.msgpack.decode, (data) => c.unpack(data)]) {
    for (const wrong of ['text', 5, null, undefined, {}, [1, 2]]) await assertRejects(service(wrong), TypeError, 'must be');
  }
});

test('a ReadableStream is compressed and decompressed as it comes', async (t) => {
  const c = pool(t, { size: 2 });
  const flowing = (bytes) => new Blob([bytes]).stream();
  for (const format of ['zlib', 'gzip', 'deflate-raw']) {
    const packed = owns(await c.zlib.compress(flowing(sample), { format }));
    assertEquals(await c.zlib.decompress(packed, { format }), sample);
    assertEquals(owns(await c.zlib.decompress(flowing(packed), { format })), sample);
  }
  const packed = await c.zlib.compress(sample);
  const limit = await assertRejects(c.zlib.decompress(flowing(packed), { maxOutput: 1_000 }), 'LimitError');
  assertEquals([limit.limit, limit.max], ['maxOutput', 1_000]);
  await assertRejects(c.zlib.decompress(flowing(packed.slice(0, -3))), 'TruncatedError');
  const broken = new ReadableStream({ pull(controller) { controller.error(new RangeError('the source broke')); } });
  await assertRejects(c.zlib.compress(broken), RangeError, 'the source broke');
  await assertRejects(c.zlib.compress(new ReadableStream({ pull(controller) { controller.enqueue('text'); } })), TypeError, 'must be');
  const locked = flowing(sample);
  locked.getReader();
  await assertRejects(c.zlib.compress(locked), TypeError);
  const controller = new AbortController();
  const endless = c.zlib.compress(new ReadableStream({ pull: () => new Promise(() => {}) }), { signal: controller.signal });
  controller.abort('enough');
  assertEquals(await outcomes([endless, c.zlib.compress(new ReadableStream({ pull: () => new Promise(() => {}) }), { timeout: 20 })]), ['enough', 'TimeoutError']);
  await assertRejects(c.unpack(flowing(sample)), TypeError, 'must be');
});

test('a part of a large buffer sends that part alone', async (t) => {
  const sent = [];
  spyOnWorkers(t, (Worker) => class extends Worker {
    postMessage(message, ...rest) {
      sent.push(message);
      super.postMessage(message, ...rest);
    }
  });
  const c = pool(t, { size: 1 });
  const large = new Uint8Array(1_000_000);
  await c.zlib.compress(large.subarray(10, 20));
  const views = sent.flat().filter(Array.isArray).flat().filter(ArrayBuffer.isView);
  assertEquals(views.map(({ buffer }) => buffer.byteLength), [10]);
});

test('buffers of the caller’s stay, unless they are given away', async (t) => {
  const c = pool(t, { size: 1 });
  const mine = sample.slice();
  await Promise.all([c.zlib.compress(mine), c.zlib.compress(mine.buffer), c.pack({ mine })]);
  assertEquals(mine.length, sample.length);
  const given = sample.slice();
  const packed = await c.zlib.compress(given, { transfer: [given.buffer] });
  assertEquals(given.length, 0);
  assertEquals(await c.zlib.decompress(packed), sample);
  const part = sample.slice();
  await c.with({ transfer: [part.buffer] }).zlib.compress(part.subarray(5, 10));
  assertEquals(part.length, 0);
  const inside = new Uint8Array([1, 2, 3]);
  const message = await c.msgpack.encode({ inside }, { transfer: [inside.buffer] });
  assertEquals([inside.length, (await c.msgpack.decode(message)).inside], [0, new Uint8Array([1, 2, 3])]);
});

test('limits are on, and say which and where', async (t) => {
  const c = pool(t, { size: 1 });
  const bomb = await c.zlib.compress(new Uint8Array(40_000_000));
  const long = await c.pack('x'.repeat(100_000));
  const limited = [
    [c.zlib.decompress(bomb, { maxOutput: 1_000 }), 'maxOutput', 1_000], [c.zlib.decompress(bomb, { maxRatio: 10 }), 'maxRatio', 10],
    [c.zlib.decompress(bomb), undefined],
    [c.msgpack.decode(new Uint8Array(2_000).fill(0x91)), 'maxDepth', 1_024], [c.msgpack.decode(new Uint8Array(10), { maxInput: 9 }), 'maxInput', 9],
    [c.msgpack.decode(new Uint8Array([0x93, 1, 2, 3]), { maxAllocation: 10 }), 'maxAllocation', 10], [c.unpack(long, { maxOutput: 1_000 }), 'maxOutput', 1_000],
    [c.msgpack.decode(new Uint8Array([0xdd, 0xff, 0xff, 0xff, 0xff])), undefined], [c.msgpack.decode(new Uint8Array([0xc6, 0xff, 0xff, 0xff, 0xff])), undefined],
  ];
  const settled = await Promise.all(limited.map(([result]) => result.catch((error) => error)));
  for (const [i, [, limit, max]] of limited.entries()) {
    const outcome = settled[i];
    if (limit === undefined && outcome instanceof Uint8Array) continue;
    assert(outcome instanceof Error, String(outcome));
    if (limit !== undefined) {
      assertEquals([outcome.name, outcome.limit, outcome.max], ['LimitError', limit, max]);
      assert(outcome.message.includes(limit), outcome.message);
    }
  }
  assertEquals(await c.unpack(await c.pack('usable')), 'usable');
  assertEquals(c.stats().crashes, 0);
});

test('hostile bytes make errors, never a trap', async (t) => {
  const c = pool(t, { size: 2 });
  let state = 12_345;
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  const packed = await c.pack(values.nested);
  const compressed = await c.zlib.compress(sample.subarray(0, 3_000));
  const gzip = await c.zlib.compress(sample.subarray(0, 3_000), { format: 'gzip' });
  const message = await c.msgpack.encode(values.map);
  const calls = [];
  for (let i = 0; i < 300; i += 1) {
    const noise = Uint8Array.from({ length: Math.floor(random() * 200) }, () => random() * 256);
    const damaged = (source) => {
      const copy = source.slice(0, random() < 0.3 ? Math.floor(random() * source.length) : undefined);
      if (copy.length) copy[Math.floor(random() * copy.length)] ^= 1 << Math.floor(random() * 8);
      return copy;
    };
    calls.push(
      c.unpack(noise), c.unpack(damaged(packed)), c.msgpack.decode(noise), c.msgpack.decode(damaged(message)),
      c.zlib.decompress(noise), c.zlib.decompress(damaged(compressed)), c.zlib.decompress(damaged(gzip), { format: 'gzip' }), c.zlib.decompress(noise, { format: 'deflate-raw' }),
    );
  }
  const settled = await Promise.allSettled(calls);
  const names = new Set(settled.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.name));
  for (const name of names) assert(/^(Limit|Truncated|Corrupt|Checksum|TrailingData|Dictionary|OutOfMemory)Error$/.test(name), name);
  assert(names.size >= 4, [...names].join());
  assertEquals(c.stats().crashes, 0);
});

test('damaged data is told with its place', async (t) => {
  const c = pool(t, { size: 1 });
  const packed = await c.zlib.compress(sample);
  const [short, flipped, longer] = [packed.slice(0, 50), packed.slice(), new Uint8Array([...packed, 1, 2, 3])];
  flipped[flipped.length - 1] ^= 1;
  assertEquals(await outcomes([c.zlib.decompress(short), c.zlib.decompress(flipped), c.zlib.decompress(longer)]), ['TruncatedError', 'ChecksumError', 'TrailingDataError']);
  const error = await assertRejects(c.zlib.decompress(longer), Error);
  assertEquals([error.offset, error.length, error.format], [packed.length, 3, 'zlib']);
  assert(error.stack.includes('services.test.js'), error.stack);
});

test('services take the options of every call', async (t) => {
  const c = pool(t, { size: 1 });
  await c.pack(1);
  const controller = new AbortController();
  const held = c.run(() => new Promise((resolve) => setTimeout(resolve, 60, 'held')));
  const late = [c.pack(1, { timeout: 10 }), c.zlib.compress(sample, { signal: controller.signal }), c.msgpack.encode(1, { timeout: 10 }), c.unpack(sample, { timeout: 10 })];
  controller.abort('off');
  assertEquals(await outcomes(late), ['TimeoutError', 'off', 'TimeoutError', 'TimeoutError']);
  assertEquals(await held, 'held');
  const order = [];
  await Promise.all([c.run(() => new Promise((resolve) => setTimeout(resolve, 30))), c.pack(1, { priority: -1 }).then(() => order.push('low')), c.pack(1, { priority: 5 }).then(() => order.push('high'))]);
  assertEquals(order, ['high', 'low']);
  await assertRejects(c.pack(1, { timeout: 'soon' }), RangeError, 'timeout');
});

test('a call aborted, or late, while the services still load', async (t) => {
  const c = pool(t, { size: 1, wasm: { worker: '/fault/slow/400/pkg/centaurus.worker.wasm?aborted' } });
  const controller = new AbortController();
  const calls = [c.pack(1, { signal: controller.signal }), c.zlib.compress(sample, { timeout: 20 })];
  const fine = c.pack([1]);
  controller.abort('not now');
  assertEquals(await Promise.race([outcomes(calls), fine.then(() => 'late')]), ['not now', 'TimeoutError']);
  assertEquals(await c.unpack(await fine), [1]);
});

test('two builds of the services, and the engine gets the one for it', async (t) => {
  const chosen = pool(t, { size: 1 });
  const portable = pool(t, { size: 1, wasm: { worker: '/pkg/centaurus.worker.wasm' } });
  const packed = await Promise.all([chosen, portable].map((c) => c.zlib.compress(sample)));
  assert(packed[0].toString() !== packed[1].toString(), 'both came from one build');
  for (const [i, c] of [portable, chosen].entries()) {
    assertEquals(await c.zlib.decompress(packed[i]), sample);
    assertEquals(await c.unpack(await c.pack(values)), values);
  }
  // All three engines of the tests have SIMD.
  const loaded = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
  assert(loaded.some((path) => path.endsWith('/centaurus.worker.simd.wasm')), loaded.join());
});

test('services and functions share the pool', async (t) => {
  const c = pool(t, { size: 2 });
  await c.define({ double: (x) => 2 * x });
  const mixed = await Promise.all(Array.from({ length: 60 }, (_, i) => (i % 2 ? c.double(i) : c.pack(i).then((packed) => c.unpack(packed)))));
  assertEquals(mixed, Array.from({ length: 60 }, (_, i) => (i % 2 ? 2 * i : i)));
  await assertRejects(c.call('pack', [1]), 'UnknownFunctionError');
  await assertRejects(c.call('zlib.compress', [sample]), 'UnknownFunctionError');
});

test('a worker that is replaced has the services too', async (t) => {
  const c = pool(t, { size: 1 });
  const packed = await c.pack('before');
  await assertRejects(c.run(() => self.close()), 'WorkerCrashError');
  assertEquals(await c.unpack(packed), 'before');
});

test('two megabytes of objects, packed', async (t) => {
  const c = pool(t, { size: 1 });
  const rows = Array.from({ length: 20_000 }, (_, i) => ({ id: i, name: `row ${i}`, place: [i / 7, -i / 11], tags: ['a', 'b'], on: i % 2 === 0 }));
  const packed = await c.pack(rows);
  t.log(`${packed.length} bytes in ${page.engine}`);
  assert(packed.length < 700_000, `${packed.length} bytes`);
  assertEquals(await c.unpack(packed), rows);
  assertEquals(text(await c.zlib.decompress(await c.zlib.compress(bytes(JSON.stringify(rows[7]))))), JSON.stringify(rows[7]));
});
