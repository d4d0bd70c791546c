// The built-in services through a real pool: what goes in, what comes out, and what is said of bytes that are no good.

import { assert, assertEquals, assertRejects, outcomes, page, pool, test, WorkerCrashError, WorkerLoadError } from './pool.js';

const text = (string) => new TextEncoder().encode(string);
const SOME = text('All cities are alike; each happy city is alike in its own way. '.repeat(500));

/** Bytes that do not compress, the same each time (xorshift32). */
function noise(length, seed = 0x2545f491) {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}

/** A stream that gives the chunks, and then ends, or fails where there is a failure. */
function chunks(list, failure) {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      if (next < list.length) controller.enqueue(list[next++]);
      else if (failure) controller.error(failure);
      else controller.close();
    },
  });
}

function cut(bytes, size) {
  const pieces = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
  return pieces;
}

async function readAll(stream) {
  const reader = stream.getReader();
  const pieces = [];
  for (let read = await reader.read(); !read.done; read = await reader.read()) pieces.push(read.value);
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

const through = (bytes, transform) => readAll(chunks(cut(bytes, 1000)).pipeThrough(transform));

function ownsItsBuffer(bytes) {
  assert(bytes instanceof Uint8Array, `it is ${bytes}`);
  assertEquals([bytes.byteOffset, bytes.buffer.byteLength], [0, bytes.byteLength]);
}

/** An error of a service: an Error with this name and at least these properties. */
async function failsWith(promise, name, properties = {}) {
  const error = await assertRejects(promise, name);
  assert(error instanceof Error, 'it is an Error');
  for (const [key, value] of Object.entries(properties)) assertEquals(error[key], value, `${name}.${key} (${error.message})`);
  return error;
}

let keys = 0;
/** An address of the services' file that no other test has loaded. */
const services = (fault) => `${fault}pkg/centaurus.worker.wasm?services-${performance.timeOrigin}-${keys += 1}`;

async function replaceWorker(c) {
  await c.define({ quit() { self.close(); } });
  await assertRejects(c.quit(), WorkerCrashError);
}

const RICH = {
  nothing: null, yes: true, no: false, text: 'ü\u{1F40E}\0', empty: '', long: 'é'.repeat(70_000),
  numbers: [0, -0, 1, -1, 127, -128, 255, 65_536, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, -(2 ** 53) + 1, 0.1, 1e300, 5e-324, NaN, Infinity, -Infinity],
  large: [2n ** 53n, -(2n ** 53n), 2n ** 64n - 1n, -(2n ** 63n)],
  bytes: new Uint8Array([0, 255, 1]), none: new Uint8Array(), dates: [new Date(0), new Date(-1), new Date(8.64e15), new Date(-8.64e15)],
  map: new Map([[1, 'one'], ['two', { three: new Map([[null, [1n << 60n]]]) }], [true, []]]),
  nested: { a: [{ b: [[[{ c: {} }]]] }, []] }, 'a key with spaces': 1, '': 2, constructor: 3, toString: 4,
};

for (const [name, go] of Object.entries({
  msgpack: async (c, value, options) => c.msgpack.decode(await c.msgpack.encode(value, options), options),
  pack: async (c, value, options) => c.unpack(await c.pack(value, options), options),
})) {
  test(`${name}: every kind of value comes back`, async (t) => {
    const c = pool(t, { size: 1 });
    assertEquals(await go(c, RICH), RICH);
    for (const value of [null, 0, -0, NaN, '', 'text', true, 2n ** 63n, [], {}, new Uint8Array([1]), new Date(5), new Map([[1, 2]])]) {
      assertEquals(await go(c, value), value);
    }
  });

  test(`${name}: what MessagePack says otherwise`, async (t) => {
    const c = pool(t, { size: 1 });
    class City { name = 'Ur'; }
    const pairs = [
      [undefined, null], [[1, , undefined], [1, null, null]], [12n, 12], [new City(), { name: 'Ur' }], [Object(7), 7],
      [new Map([['a', 1]]), { a: 1 }], ['\ud800', '\ufffd'],
      [new Uint16Array([258]), new Uint8Array([2, 1])], [new Uint8Array([9, 8]).buffer, new Uint8Array([9, 8])],
      [new DataView(new Uint8Array([1, 2, 3]).buffer, 1), new Uint8Array([2, 3])],
    ];
    for (const [given, back] of pairs) assertEquals(await go(c, given), back);
  });

  test(`${name}: __proto__ is a key like any other`, async (t) => {
    const c = pool(t, { size: 1 });
    const value = JSON.parse('{"__proto__": {"polluted": 1}, "inner": {"__proto__": null, "constructor": {"prototype": 2}}}');
    const back = await go(c, value);
    assertEquals(Object.keys(back), ['__proto__', 'inner']);
    assertEquals(Object.getOwnPropertyDescriptor(back, '__proto__').value, { polluted: 1 });
    assertEquals(Object.getOwnPropertyDescriptor(back.inner, '__proto__').value, null);
    assertEquals(back.inner.constructor, { prototype: 2 });
    assertEquals([back.polluted, {}.polluted, Object.getPrototypeOf(back) === Object.prototype], [undefined, undefined, true]);
  });

  test(`${name}: int64, maps and extensions are as asked`, async (t) => {
    const c = pool(t, { size: 1 });
    const integers = { wide: [1n, -1n, 2n ** 62n], narrow: 1 };
    assertEquals(await go(c, integers, { int64: 'bigint' }), integers);
    const map = new Map([['a', new Map([['b', 1]])]]);
    assertEquals(await go(c, map, { maps: 'map' }), map);
    assertEquals(await go(c, map, { maps: 'object' }), { a: { b: 1 } });
    const extended = { type: -5, data: new Uint8Array([1, 2, 3]) };
    assertEquals(await go(c, [extended, { type: 6, data: 1 }], { extensions: [-5, 6] }), [extended, { type: 6, data: 1 }]);
  });
}

test('msgpack writes what the specification says', async (t) => {
  const c = pool(t, { size: 1 });
  const written = async (value, options) => [...await c.msgpack.encode(value, options)];
  assertEquals(await written({ compact: true, schema: 0 }), [0x82, 0xa7, ...text('compact'), 0xc3, 0xa6, ...text('schema'), 0x00]);
  assertEquals(await written(-0), [0xcb, 0x80, 0, 0, 0, 0, 0, 0, 0]);
  assertEquals(await written([]), [0x90]);
  assertEquals(await written(new Date(0)), [0xd6, 0xff, 0, 0, 0, 0]);
  assertEquals(await written({ type: 5, data: new Uint8Array([7]) }, { extensions: [5] }), [0xd4, 5, 7]);
  const extension = await c.msgpack.decode(new Uint8Array([0xd4, 5, 7]));
  assertEquals(extension, { type: 5, data: new Uint8Array([7]) });
});

for (const format of ['zlib', 'gzip', 'deflate-raw']) {
  test(`${format}: round trips, of every length and level`, async (t) => {
    const c = pool(t, { size: 2 });
    for (const data of [new Uint8Array(), new Uint8Array(1), SOME, noise(70_000), new Uint8Array(1_000_000)]) {
      const packed = await c.zlib.compress(data, { format });
      assertEquals(await c.zlib.decompress(packed, { format }), data);
    }
    const levels = await Promise.all([0, 1, 6, 9].map((level) => c.zlib.compress(SOME, { format, level })));
    for (const packed of levels) assertEquals(await c.zlib.decompress(packed, { format }), SOME);
    assert(levels[0].length > SOME.length && levels[3].length < SOME.length / 10, `${levels.map(({ length }) => length)}`);
  });

  test(`${format}: the platform's streams read ours, and we read theirs`, async (t) => {
    const c = pool(t, { size: 1 });
    const native = format === 'zlib' ? 'deflate' : format;
    for (const data of [new Uint8Array(), SOME, noise(200_000)]) {
      const ours = await c.zlib.compress(data, { format });
      assertEquals(await through(ours, new DecompressionStream(native)), data);
      const theirs = await through(data, new CompressionStream(native));
      assertEquals(await c.zlib.decompress(theirs, { format }), data);
      const streamed = await through(data, c.zlib.compressStream({ format }));
      assertEquals(await through(streamed, new DecompressionStream(native)), data);
      assertEquals(await through(theirs, c.zlib.decompressStream({ format })), data);
    }
  });
}

test('several gzip members are one content', async (t) => {
  const c = pool(t, { size: 1 });
  const members = await Promise.all(['one ', 'two'].map((word) => c.zlib.compress(text(word), { format: 'gzip' })));
  const file = new Blob(members);
  assertEquals(await c.zlib.decompress(file, { format: 'gzip' }), text('one two'));
});

test('a dictionary helps both sides, and is asked for', async (t) => {
  const c = pool(t, { size: 1 });
  const dictionary = noise(1000);
  for (const format of ['zlib', 'deflate-raw']) {
    const packed = await c.zlib.compress(dictionary, { format, dictionary });
    assert(packed.length < 100, `${packed.length} bytes`);
    assertEquals(await c.zlib.decompress(packed, { format, dictionary: dictionary.buffer }), dictionary);
    assertEquals(await through(packed, c.zlib.decompressStream({ format, dictionary })), dictionary);
  }
  const packed = await c.zlib.compress(dictionary, { dictionary });
  const { dictionaryId } = await failsWith(c.zlib.decompress(packed), 'DictionaryError');
  // Adler-32 of 'a' (RFC 1950): 0x00620062.
  await failsWith(c.zlib.decompress(packed, { dictionary: text('a') }), 'DictionaryError', { dictionaryId, givenId: 0x00620062 });
  await failsWith(c.zlib.compress(SOME, { format: 'gzip', dictionary }), 'DictionaryError');
  const value = { text: new TextDecoder().decode(SOME.slice(0, 200)) };
  const message = await c.msgpack.encode(value);
  const small = await c.pack(value, { dictionary: message });
  assert(small.length < (await c.pack(value)).length);
  assertEquals(await c.unpack(small, { dictionary: message }), value);
});

test('inputs of every kind, none of them touched', async (t) => {
  const c = pool(t, { size: 1 });
  const data = noise(3000);
  const packed = await c.zlib.compress(data);
  const kinds = {
    Uint8Array: (bytes) => bytes.slice(),
    ArrayBuffer: (bytes) => bytes.slice().buffer,
    subarray: (bytes) => {
      const wide = new Uint8Array(bytes.length + 1000).fill(0xc1);
      wide.set(bytes, 500);
      return wide.subarray(500, 500 + bytes.length);
    },
    DataView: (bytes) => {
      const wide = new Uint8Array(bytes.length + 10);
      wide.set(bytes, 3);
      return new DataView(wide.buffer, 3, bytes.length);
    },
    Uint8ClampedArray: (bytes) => new Uint8ClampedArray(bytes),
    Blob: (bytes) => new Blob([bytes.slice(0, 100), bytes.slice(100)]),
    File: (bytes) => new File([bytes], 'name'),
  };
  const message = await c.msgpack.encode(RICH);
  const bundle = await c.pack(RICH);
  const bytesOf = async (input) => new Uint8Array(await new Blob([input]).arrayBuffer());
  for (const [kind, make] of Object.entries(kinds)) {
    const inputs = [data, packed, message, bundle].map(make);
    const results = await Promise.all([
      c.zlib.compress(inputs[0]), c.zlib.decompress(inputs[1]), c.msgpack.decode(inputs[2]), c.unpack(inputs[3]),
    ]);
    assertEquals(results, [packed, data, RICH, RICH], kind);
    assertEquals(await Promise.all(inputs.map(bytesOf)), [data, packed, message, bundle], `${kind} afterwards`);
  }
});

test('shared memory is an input too', async (t) => {
  const c = pool(t, { size: 1 });
  const shared = new Uint8Array(new SharedArrayBuffer(SOME.length + 8));
  shared.set(SOME, 8);
  assert(page.isolated);
  const packed = await c.zlib.compress(shared.subarray(8));
  assertEquals(await c.zlib.decompress(packed), SOME);
  assertEquals(await c.zlib.decompress(await c.zlib.compress(shared.buffer)), shared.slice());
}, { isolated: true });

test('what is no bytes is refused', async (t) => {
  const c = pool(t, { size: 1 });
  for (const data of ['text', 7, null, undefined, [1, 2], {}, { byteLength: 4 }]) {
    await assertRejects(c.zlib.compress(data), TypeError, 'ArrayBuffer');
    await assertRejects(c.unpack(data), TypeError, 'ArrayBuffer');
  }
  await assertRejects(readAll(chunks(['text']).pipeThrough(c.zlib.compressStream())), TypeError, 'ArrayBuffer');
});

test('results own their buffers', async (t) => {
  const c = pool(t, { size: 1 });
  const message = await c.msgpack.encode({ one: new Uint8Array([1, 2]), two: [new Uint8Array([3])] });
  const packed = await c.zlib.compress(SOME);
  const { one, two } = await c.msgpack.decode(message);
  for (const bytes of [message, packed, await c.zlib.decompress(packed), await c.pack(RICH), one, two[0]]) ownsItsBuffer(bytes);
  const reader = chunks(cut(noise(300_000), 100_000)).pipeThrough(c.zlib.compressStream({ level: 1 })).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) ownsItsBuffer(read.value);
});

test('transfer moves the input, without it nothing moves', async (t) => {
  const c = pool(t, { size: 1 });
  const want = await c.zlib.compress(SOME);
  const whole = SOME.slice().buffer;
  assertEquals(await c.zlib.compress(whole), want);
  assertEquals(whole.byteLength, SOME.length);
  const moving = c.zlib.compress(whole, { transfer: [whole] });
  assertEquals(await moving, want);
  assertEquals(whole.byteLength, 0);
  const part = new Uint8Array(SOME.length + 100);
  part.set(SOME, 50);
  const view = part.subarray(50, 50 + SOME.length);
  assertEquals(await c.zlib.compress(view, { transfer: [part.buffer] }), want);
  assertEquals([view.length, part.length], [0, 0]);
  const again = SOME.slice();
  assertEquals(await c.with({ transfer: [again.buffer] }).zlib.compress(again), want);
  assertEquals(again.length, 0);
  const inside = { deep: [new Uint8Array([1, 2, 3])] };
  const [{ buffer }] = inside.deep;
  assertEquals(await c.unpack(await c.pack(inside, { transfer: [buffer] })), { deep: [new Uint8Array([1, 2, 3])] });
  assertEquals(buffer.byteLength, 0);
});

test('pack compresses where that pays and nowhere else', async (t) => {
  const c = pool(t, { size: 1 });
  const sparse = await c.pack(Array(2000).fill({ name: 'Uruk', population: 40_000 }));
  assert(sparse.length < 1000, `${sparse.length} bytes`);
  const dense = noise(20_000);
  assert((await c.pack(dense)).length < dense.length + 20);
  assertEquals(await c.unpack(await c.pack(dense)), dense);
});

test('bad MessagePack is told by its kind and its place', async (t) => {
  const c = pool(t, { size: 1 });
  const decode = (bytes, options) => c.msgpack.decode(new Uint8Array(bytes), options);
  await failsWith(decode([]), 'TruncatedError', { format: 'msgpack', offset: 0 });
  await failsWith(decode([0x92, 1]), 'TruncatedError', { format: 'msgpack', offset: 2 });
  await failsWith(decode([0xc1]), 'CorruptError', { format: 'msgpack', offset: 0 });
  await failsWith(decode([1, 2, 3]), 'TrailingDataError', { format: 'msgpack', offset: 1, length: 2 });
  await failsWith(decode([0xa2, 0xc3, 0x28]), 'CorruptError', { format: 'msgpack' });
  for (const head of [0xdd, 0xdf, 0xdb, 0xc6]) {
    const error = await assertRejects(decode([head, 0xff, 0xff, 0xff, 0xff]), ({ name }) => name === 'TruncatedError' || name === 'LimitError');
    assert(Number.isInteger(error.offset), error.message);
  }
  const own = Object.keys(await failsWith(decode([0xc1]), 'CorruptError'));
  assertEquals(own.sort(), ['format', 'offset']);
});

test('MessagePack’s limits are on, and are as asked', async (t) => {
  const c = pool(t, { size: 1 });
  const deep = (levels) => Uint8Array.from([...Array(levels).fill(0x91), 0x90]);
  await failsWith(c.msgpack.decode(deep(1500)), 'LimitError', { limit: 'maxDepth', max: 1024 });
  assert((await failsWith(c.msgpack.decode(deep(3), { maxDepth: 3 }), 'LimitError', { limit: 'maxDepth', max: 3 })).message.includes('maxDepth'));
  assertEquals(await c.msgpack.decode(deep(3), { maxDepth: 4 }), [[[[]]]]);
  await failsWith(c.msgpack.decode(new Uint8Array(10), { maxInput: 9 }), 'LimitError', { limit: 'maxInput', max: 9, offset: 9 });
  const list = await c.msgpack.encode(Array(1000).fill(null));
  await failsWith(c.msgpack.decode(list, { maxAllocation: 1000 }), 'LimitError', { limit: 'maxAllocation', max: 1000 });
  await failsWith(c.msgpack.encode('x'.repeat(1000), { maxAllocation: 100 }), 'LimitError', { limit: 'maxAllocation', max: 100 });
  const loop = { list: [] };
  loop.list.push(loop);
  const error = await failsWith(c.pack(loop), 'LimitError', { limit: 'maxDepth', max: 1024 });
  assert(error.path.startsWith('$.list[0].list[0]') && error.message.includes('itself'), error.message);
});

test('bad deflate is told by its kind and its place', async (t) => {
  const c = pool(t, { size: 1 });
  for (const [format, check, word] of [['zlib', 'Adler-32', 4], ['gzip', 'CRC-32', 8]]) {
    const good = await c.zlib.compress(SOME, { format });
    const inflate = (bytes) => c.zlib.decompress(bytes, { format });
    for (const length of [0, 1, 5, good.length >> 1, good.length - 1]) {
      await failsWith(inflate(good.slice(0, length)), 'TruncatedError', { format, offset: length });
    }
    const flipped = good.slice();
    flipped[good.length - word] ^= 1;
    const error = await failsWith(inflate(flipped), 'ChecksumError', { format });
    assert(error.check.includes(check) && error.stored !== error.computed && error.offset > 0, error.message);
    const foreign = await failsWith(inflate(text('no such data at all')), 'CorruptError', { format });
    assert(foreign.offset <= 1, 'it is told of in the header');
  }
  const trailing = new Blob([await c.zlib.compress(SOME), 'and more']);
  await failsWith(c.zlib.decompress(trailing), 'TrailingDataError', { format: 'zlib', offset: trailing.size - 8, length: 8 });
  await failsWith(c.zlib.decompress(new Uint8Array([0x07]), { format: 'deflate-raw' }), 'CorruptError', { format: 'deflate-raw' });
});

test('a bomb stops at its limit', async (t) => {
  const c = pool(t, { size: 1 });
  const bomb = await c.zlib.compress(new Uint8Array(8 << 20), { level: 9 });
  const error = await failsWith(c.zlib.decompress(bomb, { maxOutput: 100_000 }), 'LimitError', { limit: 'maxOutput', max: 100_000 });
  assert(Number.isInteger(error.offset) && error.message.includes('maxOutput'), error.message);
  await failsWith(through(bomb, c.zlib.decompressStream({ maxOutput: 100_000 })), 'LimitError', { limit: 'maxOutput', max: 100_000 });
  await failsWith(c.zlib.compress(noise(5000), { maxOutput: 1000 }), 'LimitError', { limit: 'maxOutput', max: 1000 });
  const packed = await c.pack(Array(100_000).fill(0));
  await failsWith(c.unpack(packed, { maxOutput: 1000 }), 'LimitError', { limit: 'maxOutput', max: 1000 });
  assertEquals((await c.zlib.decompress(bomb, { maxOutput: 8 << 20 })).length, 8 << 20);
  assertEquals(c.stats().crashes, 0);
});

test('bad packed data is told by its kind and its place', async (t) => {
  const c = pool(t, { size: 1 });
  const good = await c.pack({ list: Array(100).fill('the same') });
  const changed = (at, value) => Uint8Array.from(good, (byte, i) => (i === at ? value : byte));
  await failsWith(c.unpack(text('{"json": true}')), 'CorruptError', { format: 'pack', offset: 0 });
  await failsWith(c.unpack(changed(2, 9)), 'CorruptError', { format: 'pack', offset: 2 });
  await failsWith(c.unpack(changed(3, 7)), 'CorruptError', { format: 'pack', offset: 3 });
  await failsWith(c.unpack(good.slice(0, 3)), 'TruncatedError', { format: 'pack', offset: 3 });
  await failsWith(c.unpack(good.slice(0, -1)), 'TruncatedError', { format: 'zlib', offset: good.length - 1 });
  await failsWith(c.unpack(changed(good.length - 1, good.at(-1) ^ 1)), 'ChecksumError', { format: 'zlib' });
});

test('no bytes kill a worker', async (t) => {
  const c = pool(t, { size: 1 });
  const good = await c.pack(RICH.nested);
  const packed = await c.zlib.compress(SOME);
  const calls = [];
  for (let seed = 1; seed <= 150; seed += 1) {
    const bytes = noise(seed, seed);
    const damaged = packed.slice();
    damaged[bytes[0] % damaged.length] ^= bytes[1] | 1;
    calls.push(c.msgpack.decode(bytes), c.zlib.decompress(bytes), c.zlib.decompress(damaged), c.unpack(new Blob([good.slice(0, 4), bytes])));
    for (const format of ['gzip', 'deflate-raw']) calls.push(c.zlib.decompress(bytes, { format }));
  }
  const typed = new Set(['LimitError', 'TruncatedError', 'CorruptError', 'ChecksumError', 'TrailingDataError', 'DictionaryError']);
  let failed = 0;
  for (const { status, reason } of await Promise.allSettled(calls)) {
    if (status === 'fulfilled') continue;
    failed += 1;
    assert(typed.has(reason.name) && reason instanceof Error, String(reason));
  }
  assert(failed > 500, `${failed} failed`);
  assertEquals([c.stats().crashes, c.stats().spawned], [0, 1]);
  assertEquals(await c.unpack(good), RICH.nested);
});

test('what MessagePack cannot carry is named by its path', async (t) => {
  const c = pool(t, { size: 1 });
  const cases = [
    [{ users: [{ tags: new Set([1]) }] }, '$.users[0].tags'], [[1, /a/], '$[1]'], [{ 'a b': new Error('e') }, '$["a b"]'],
    [new Map([['k', 2n ** 64n]]), '$.get("k")'], [new Date(NaN), '$'], [{ file: new Blob([]) }, '$.file'],
  ];
  for (const [value, path] of cases) {
    for (const call of [c.pack(value), c.msgpack.encode(value)]) {
      const error = await failsWith(call, 'UnsupportedValueError', { path });
      assert(error.message.includes(path), error.message);
    }
  }
});

test('what cannot be cloned never gets there', async (t) => {
  const c = pool(t, { size: 1 });
  for (const [name, call] of [['pack', c.pack({ ok: 1, on: { done() {} } })], ['msgpack.encode', c.msgpack.encode({ on: { done: Symbol('s') } })]]) {
    const error = await assertRejects(call, 'DataCloneError', '.on.done');
    assert(error instanceof DOMException && error.message.includes(name), error.message);
  }
  assertEquals(await c.unpack(await c.pack([1])), [1]);
});

test('an option that is unknown or wrong is named', async (t) => {
  const c = pool(t, { size: 1 });
  const bytes = new Uint8Array([0x90]);
  const unknown = [
    c.pack(1, { levle: 3 }), c.unpack(bytes, { levle: 3 }), c.msgpack.encode(1, { levle: 3 }), c.msgpack.decode(bytes, { levle: 3 }),
    c.zlib.compress(bytes, { levle: 3 }), c.zlib.decompress(bytes, { levle: 3 }),
    readAll(chunks([bytes]).pipeThrough(c.zlib.compressStream({ levle: 3 }))),
    readAll(chunks([bytes]).pipeThrough(c.zlib.decompressStream({ levle: 3 }))),
  ];
  for (const call of await Promise.allSettled(unknown)) {
    assert(call.reason instanceof TypeError && call.reason.message.includes('levle'), String(call.reason));
  }
  const wrong = [
    [{ level: 10 }, RangeError, 'level'], [{ level: -1 }, RangeError, 'level'], [{ level: 1.5 }, RangeError, 'level'],
    [{ level: '6' }, TypeError, 'level'], [{ format: 'zip' }, TypeError, 'format'], [{ maxOutput: NaN }, RangeError, 'maxOutput'],
    [{ dictionary: 'text' }, TypeError, 'dictionary'],
  ];
  for (const [options, type, name] of wrong) await assertRejects(c.zlib.compress(bytes, options), type, name);
  for (const [options, name] of [[{ int64: 'no' }, 'int64'], [{ maps: 1 }, 'maps'], [{ extensions: [200] }, 'extensions']]) {
    await assertRejects(c.msgpack.decode(bytes, options), TypeError, name);
  }
  assertEquals(await c.msgpack.decode(bytes, { maxInput: undefined, maps: undefined }), []);
});

test('streams take and give chunks of any size, many at once', async (t) => {
  const c = pool(t, { size: 2 });
  const data = new Uint8Array(await new Blob([SOME, noise(100_000), SOME]).arrayBuffer());
  const round = (size, format) => readAll(
    chunks(cut(data, size)).pipeThrough(c.zlib.compressStream({ format, level: 1 })).pipeThrough(c.zlib.decompressStream({ format })),
  );
  const rounds = [[1_000_000, 'zlib'], [40_000, 'gzip'], [7_777, 'deflate-raw'], [3_000, 'zlib']];
  for (const back of await Promise.all(rounds.map(([size, format]) => round(size, format)))) assertEquals(back, data);
  const mixed = [SOME.slice(0, 10).buffer, new DataView(SOME.slice().buffer, 10, 5), new Uint8Array(), SOME.subarray(15)];
  const packed = await readAll(chunks(mixed).pipeThrough(c.zlib.compressStream()));
  assertEquals(await c.zlib.decompress(packed), SOME);
  assertEquals(SOME.length, 500 * 63, 'the chunks are the caller’s');
  assertEquals(await c.zlib.decompress(await readAll(chunks([]).pipeThrough(c.zlib.compressStream()))), new Uint8Array());
});

test('a stream whose data is bad fails with its error, and nothing else does', async (t) => {
  const c = pool(t, { size: 1 });
  const good = await c.zlib.compress(noise(50_000));
  const bad = good.slice();
  bad[bad.length - 1] ^= 1;
  await failsWith(through(bad, c.zlib.decompressStream()), 'ChecksumError', { format: 'zlib', check: 'Adler-32' });
  await failsWith(through(good.slice(0, -3), c.zlib.decompressStream()), 'TruncatedError', { format: 'zlib', offset: good.length - 3 });
  await failsWith(through(text('this is not compressed'), c.zlib.decompressStream({ format: 'gzip' })), 'CorruptError', { format: 'gzip', offset: 0 });
  const { readable, writable } = c.zlib.decompressStream();
  const writer = writable.getWriter();
  const reader = readable.getReader();
  const read = reader.read();
  for (const promise of [writer.write(text('not this')), writer.closed, read, reader.closed]) await failsWith(promise, 'CorruptError');
  const broken = new RangeError('the source broke');
  const passed = await assertRejects(readAll(chunks([SOME], broken).pipeThrough(c.zlib.compressStream())), RangeError);
  assert(passed === broken);
  assertEquals(await through(good, c.zlib.decompressStream()), noise(50_000));
  assertEquals(c.stats().crashes, 0);
});

test('a stream that its reader leaves, or its signal ends', async (t) => {
  const c = pool(t, { size: 1 });
  const reader = chunks(cut(noise(500_000), 50_000)).pipeThrough(c.zlib.compressStream()).getReader();
  await reader.read();
  await reader.cancel('enough');
  const abort = new AbortController();
  const { readable, writable } = c.zlib.compressStream({ signal: abort.signal });
  const reading = readAll(readable);
  const writer = writable.getWriter();
  await writer.write(SOME);
  abort.abort(new RangeError('no more'));
  const results = await Promise.allSettled([writer.write(SOME), writer.closed, reading]);
  assertEquals(results.map(({ reason }) => reason?.message), Array(3).fill('no more'));
  assertEquals(await c.zlib.decompress(await through(SOME, c.zlib.compressStream())), SOME);
});

test('a stream whose worker died says so, later ones work', async (t) => {
  const c = pool(t, { size: 1 });
  const { readable, writable } = c.zlib.compressStream();
  const reading = readAll(readable);
  const writer = writable.getWriter();
  await writer.write(SOME);
  await replaceWorker(c);
  const results = await Promise.allSettled([writer.write(SOME), writer.closed, reading]);
  for (const { reason } of results) assert(reason?.message.includes('replaced'), String(reason));
  assertEquals(await c.zlib.decompress(await through(SOME, c.zlib.compressStream())), SOME);
});

test('a worker that takes another’s place has the services', async (t) => {
  const c = pool(t, { size: 1 });
  const packed = await c.pack(RICH);
  for (let i = 0; i < 2; i += 1) {
    await replaceWorker(c);
    assertEquals(await c.unpack(packed), RICH);
  }
  assertEquals([c.stats().spawned, c.stats().crashes], [3, 2]);
});

test('every worker has them, and calls run side by side with others', async (t) => {
  const c = pool(t, { size: 3 });
  await c.define({ double: (n) => 2 * n });
  const calls = Array.from({ length: 60 }, (_, i) => (i % 2 ? c.double(i) : c.pack({ i }).then((packed) => c.unpack(packed))));
  const wanted = Array.from({ length: 60 }, (_, i) => (i % 2 ? 2 * i : { i }));
  assertEquals(await Promise.all(calls), wanted);
});

test('the first calls may be services, before anything has loaded', async (t) => {
  const c = pool(t, { size: 1, wasm: { worker: services('/') } });
  const calls = [c.pack([1]), c.msgpack.encode([2]), c.zlib.compress(new Uint8Array([3])), through(SOME, c.zlib.compressStream())];
  const [packed, message, deflated, streamed] = await Promise.all(calls);
  assertEquals(await Promise.all([c.unpack(packed), c.msgpack.decode(message)]), [[1], [2]]);
  assertEquals(await Promise.all([c.zlib.decompress(deflated), c.zlib.decompress(streamed)]), [new Uint8Array([3]), SOME]);
});

test('aborted and timed out while the services still load', async (t) => {
  const c = pool(t, { size: 1, wasm: { worker: services('/fault/slow/700/') } });
  await c.define({ f: () => 'ran' });
  const abort = new AbortController();
  const reason = new RangeError('changed my mind');
  let loaded = false;
  const kept = c.pack([1]).then((packed) => (loaded = true, packed));
  const aborted = c.pack([2], { signal: abort.signal });
  const late = c.with({ timeout: 50 }).msgpack.encode([3]);
  setTimeout(() => abort.abort(reason), 20);
  assert((await assertRejects(aborted)) === reason);
  await assertRejects(late, 'TimeoutError');
  const dead = AbortSignal.abort(reason);
  assert((await assertRejects(c.zlib.compress(SOME, { signal: dead }))) === reason);
  assertEquals([loaded, await c.f()], [false, 'ran']);
  assertEquals(await c.unpack(await kept), [1]);
  assertEquals(c.stats().calls.aborted + c.stats().calls.timedOut, 0, 'none of them was ever sent');
});

test('terminated while the services still load', async (t) => {
  const c = pool(t, { size: 1, wasm: { worker: services('/fault/slow/300/') } });
  const calls = [c.pack(1), c.zlib.compress(SOME), through(SOME, c.zlib.compressStream())];
  setTimeout(() => c.terminate(), 50);
  assertEquals(await outcomes(calls), Array(3).fill('TerminatedError'));
  await assertRejects(c.unpack(new Uint8Array(4)), 'TerminatedError');
});

test('closing waits for the services that were asked for', async (t) => {
  const c = pool(t, { size: 1, wasm: { worker: services('/fault/slow/200/') } });
  const packed = c.pack({ kept: true });
  await c.close();
  assertEquals(await pool(t, { size: 1 }).unpack(await packed), { kept: true });
});

test('their file is missing: the call says which, and once it is there they work', async (t) => {
  const { fetch } = globalThis;
  let gone = true;
  let asked = 0;
  globalThis.fetch = (url, ...rest) => {
    if (!String(url).includes('centaurus.worker.wasm')) return fetch(url, ...rest);
    asked += 1;
    return fetch(gone ? '/fault/404/pkg/centaurus.worker.wasm' : url, ...rest);
  };
  t.after(() => (globalThis.fetch = fetch));
  const c = pool(t, { size: 1, wasm: { worker: services('/') } });
  await c.define({ f: () => 'ran' });
  const failed = [c.pack(1), c.zlib.compress(SOME), through(SOME, c.zlib.compressStream())];
  for (const { reason } of await Promise.allSettled(failed)) {
    assert(reason instanceof WorkerLoadError, String(reason));
    assert(reason.message.includes('centaurus.worker.wasm') && reason.message.includes('404'), reason.message);
  }
  assert(asked >= 2, 'it was asked for again');
  assertEquals(await c.f(), 'ran');
  gone = false;
  assertEquals(await c.unpack(await c.pack([1])), [1]);
  assertEquals(await c.zlib.decompress(await through(SOME, c.zlib.compressStream())), SOME);
  assertEquals(c.stats().crashes, 0);
});

test('the options of a call hold for services', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({ wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) });
  const first = await c.pack(0);
  const order = [];
  const abort = new AbortController();
  const busy = c.wait(300);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const calls = [
    c.pack(1, { priority: 0 }).then(() => order.push('low')),
    c.with({ priority: 5 }).pack(2).then(() => order.push('high')),
    assertRejects(c.pack(3, { timeout: 30 }), 'TimeoutError').then(() => order.push('late')),
    assertRejects(c.unpack(first, { signal: abort.signal }), 'AbortError').then(() => order.push('aborted')),
  ];
  abort.abort();
  await Promise.all([busy, ...calls]);
  assertEquals(order, ['aborted', 'late', 'high', 'low']);
});
