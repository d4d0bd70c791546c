// What structured clone holds and MessagePack has no type for, by the extension type of `structured`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode as theirDecode } from '@msgpack/msgpack';
import { fails, noise, random } from './support/services.mjs';
import { any, damage } from './support/random-values.mjs';
import { decode, encode, registered } from './support/values.mjs';

const structured = { structured: true };
const back = (value, options) => decode(encode(value, { ...structured, ...options }), { ...structured, ...options });
const bytes = (...values) => Uint8Array.from(values);

test('values of every kind come back as they are', () => {
  const buffer = noise(64).buffer;
  const values = [
    undefined, null, 0, -0, NaN, Infinity, 2 ** 53, -(2 ** 40), '', 'text', 'größe 💧', 'a\ud800b', '\udc00', 'x'.repeat(100) + '\ud800', true,
    0n, 1n, -1n, 127n, 128n, -128n, -129n, 255n, 256n, 2n ** 63n, -(2n ** 63n), 2n ** 64n, 2n ** 200n, -(2n ** 200n), 12345678901234567890123n,
    [], [undefined], [1, undefined, 2], new Array(3), [, 1], [1, , 2], [1, ,], {}, { a: undefined, b: { c: [undefined] } }, { '\ud800': 1, plain: 2 }, { a: 1, '\udfff\ud800': { '\ud800': [] } },
    new Map(), new Map([['a', 1]]), new Map([[1, 'a'], ['b', { x: 1 }]]), new Map([[{ key: 1 }, new Map([[undefined, undefined]])]]),
    new Set(), new Set([1, 'a', undefined, null, NaN, [1]]), new Set([new Set([new Map()])]),
    new Date(0), new Date(-1), new Date(1234567890123), new Date(8.64e15), /a/, /[/]\n💧/giu, new RegExp(''), new RegExp('\ud800'),
    new Number(-0), new String('s'), new String('\ud800'), new Boolean(false), Object(7n), Object(2n ** 70n),
    buffer, new ArrayBuffer(0), new Uint8Array(0), new Uint8Array(buffer), new Uint8Array(buffer, 3, 5), new DataView(buffer), new DataView(buffer, 1, 2),
    ...[Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array].flatMap((View) => [new View(buffer), new View(buffer, 8, 2), new View(0)]),
  ];
  for (const value of values) assert.deepEqual(back(value), value);
  assert.deepEqual(back(values), values);
  assert.deepEqual(back(values, { int64: 'bigint' }), values);
  assert.deepEqual(back(structuredClone(values)), values);
  // No deepEqual holds for these.
  const [invalid, again, known] = back(Array.of(...Array(2).fill(new Date(NaN)), new Date(1)));
  assert.ok(Number.isNaN(invalid.getTime()) && again === invalid && known.getTime() === 1);
});

test('plain data is plain MessagePack, byte for byte', () => {
  const plain = [{ a: [1, 'two', null, true, { b: 2.5 }], when: new Date(5), bytes: noise(300), deep: [[[]]] }, -1, 2 ** 40];
  assert.deepEqual(encode(plain, structured), encode(plain));
});

test('every reader can walk what is written', () => {
  const read = theirDecode(encode([new Set([1, 2]), undefined], structured));
  assert.deepEqual(read.map((part) => (Array.isArray(part) ? part.slice(1) : part.type)), [[1, 2], 67]);
});

test('cycles and sharing', () => {
  const value = { list: [], map: new Map(), set: new Set(), error: new Error('round') };
  value.list.push(value, value.list);
  value.map.set(value.map, value);
  value.set.add(value.set).add(value.map);
  value.error.cause = value;
  const read = back(value);
  assert.equal(read.list[0], read);
  assert.equal(read.list[1], read.list);
  assert.equal(read.map.get(read.map), read);
  assert.deepEqual([...read.set], [read.set, read.map]);
  assert.equal(read.error.cause, read);
  const shared = { x: 1 };
  const when = new Date(5);
  const many = back([shared, shared, { shared }, when, when, /r/, new Number(1), shared]);
  assert.ok(many[0] === many[1] && many[2].shared === many[0] && many[7] === many[0] && many[3] === many[4]);
  const pattern = /p/;
  const boxed = new String('b');
  const sparse = [];
  sparse[5000] = sparse;
  const same = back([pattern, pattern, boxed, boxed, sparse, sparse, new Map([[pattern, boxed]])]);
  assert.ok(same[0] === same[1] && same[2] === same[3] && same[4] === same[5] && same[4][5000] === same[4] && same[6].get(same[0]) === same[2]);
});

test('views share their buffer, whichever comes first', () => {
  const buffer = noise(16).buffer;
  const views = { whole: new Uint8Array(buffer), half: new Float32Array(buffer, 8, 2), again: new Uint8Array(buffer), data: new DataView(buffer, 1), buffer };
  for (const order of [Object.keys(views), Object.keys(views).reverse()]) {
    const value = Object.fromEntries(order.map((key) => [key, views[key]]));
    const read = back(value);
    assert.deepEqual(read, value);
    for (const key of order) if (key !== 'buffer') assert.equal(read[key].buffer, read.buffer);
  }
});

test('arrays of which most is not there', () => {
  const sparse = [];
  sparse[4_000_000_000] = 'far';
  sparse[7] = 'near';
  const message = encode(sparse, structured);
  assert.ok(message.length < 60);
  const read = decode(message, structured);
  assert.deepEqual(Object.entries(read), [['7', 'near'], ['4000000000', 'far']]);
  assert.equal(read.length, 4_000_000_001);
  for (const length of [1023, 1024, 5000]) assert.equal(back(new Array(length)).length, length);
  const gaps = Array.from({ length: 3000 }, (_, i) => i);
  delete gaps[5];
  assert.deepEqual(back(gaps), gaps);
});

test('errors: class, message, stack, cause and what else they have', () => {
  class Own extends RangeError {
    name = 'Own';
    code = 7;
  }
  const errors = [
    new Error('plain'), new TypeError('t', { cause: new Error('inner', { cause: 'text' }) }), new Own('own'), new AggregateError([new Error('one'), 2], 'many'),
    Object.assign(new SyntaxError(''), { extra: new Map([[1, 2]]), __proto__x: 1 }),
  ];
  for (const error of errors) {
    const read = back(error);
    const base = error instanceof Own ? RangeError : error.constructor;
    assert.equal(Object.getPrototypeOf(read), base.prototype);
    assert.ok(Object.prototype.toString.call(read) === '[object Error]');
    for (const key of ['name', 'message', 'stack']) assert.equal(read[key], error[key]);
    assert.deepEqual(Object.getOwnPropertyNames(read).sort(), Object.getOwnPropertyNames(error).sort());
    // A name that shows is hidden afterwards, as names are.
    assert.deepEqual(Object.keys(read), Object.keys(error).filter((key) => key !== 'name'));
    assert.deepEqual(read.cause, error.cause);
    assert.deepEqual(read.errors, error.errors);
  }
  const exception = back(new DOMException('no', 'AbortError'));
  assert.ok(exception instanceof DOMException);
  assert.deepEqual([exception.name, exception.message, exception.code], ['AbortError', 'no', 20]);
});

test('what cannot be kept is named, with its place', () => {
  for (const [value, path, message] of [
    [new Set([1, () => {}]), '$.values()[1]', /a function/], [{ a: [new WeakMap()] }, '$.a[0]', /a WeakMap/], [new Map([[Symbol('s'), 1]]), '$.keys()[0]', /a symbol/],
    [Object.assign(new Error('x'), { p: Promise.resolve() }), '$.p', /a Promise/], [new Blob(['x']), '$', /a Blob/],
  ]) assert.match(fails(() => encode(value, structured), 'UnsupportedValueError', { path }).message, message);
  let deep = new Set();
  for (let i = 0; i < 5000; i++) deep = new Set([deep]);
  fails(() => encode(deep, structured), 'LimitError', { limit: 'maxDepth' });
});

test('hostile extensions are errors with their place', () => {
  const ext = (...content) => [0xc7, content.length, 67, ...content];
  const cases = [
    ext(), ext(250), ext(7), ext(1), [0x92, 1, ...ext(17)], ext(16), [0x91, 0x92, 1, ...ext(16)], ext(2), ext(3, 0), ext(4), ext(4, 0, 0, 0, 0), ext(4, 255, 255, 255, 255),
    [0x92, ...ext(16), 1], [0x92, ...ext(18), 0xa1, 40], [0x93, ...ext(18), 0xa1, 40, 0xa0], [0x93, ...ext(18), 0xa1, 97, 0xa1, 120], [0x92, ...ext(20), 0x90], [0x91, ...ext(20)],
    [0x91, ...ext(19)], [0x91, ...ext(19, 88)], [0x93, ...ext(19, ...Buffer.from('Error')), 1, 2], [0x92, ...ext(19, ...Buffer.from('Error')), 1], [0x91, ...ext(19, ...Buffer.from('DOMException'))],
    [0x94, ...ext(21, 7), 0xc4, 4, 1, 2, 3, 4, 0, 1], [0x94, ...ext(21, 7), ...ext(6, 1, 2, 3, 4), 1, 1], [0x94, ...ext(21, 7), ...ext(6, 1, 2, 3, 4), 0, 2], [0x94, ...ext(21, 99), ...ext(6), 0, 0],
    [0x93, ...ext(21, 1), ...ext(6), 0], [0x93, ...ext(22, 0, 0, 0, 1), 1, 1], [0x93, ...ext(22, 0, 0, 0, 1), 0xa1, 48, 1], [0x93, ...ext(22, 0, 0, 0, 1), 0xff, 1], [0x91, ...ext(22, 0)],
    [0x92, ...ext(17), ...ext(17)], [0x92, ...ext(17), ...ext(1)], [0x93, ...ext(18), ...ext(4, 0, 0, 0, 0), 0xa0],
  ];
  for (const message of cases) {
    const error = fails(() => decode(Uint8Array.from(message), structured), 'CorruptError', { format: 'msgpack' });
    assert.ok(error.offset >= 0 && error.offset <= message.length);
    // Without the option it is an extension like any other.
    decode(Uint8Array.from(message));
  }
  // Lengths without elements count.
  const sparse = [...[0x91], ...ext(22, 2, 0, 0, 0)];
  fails(() => decode(Uint8Array.from([0x94, ...sparse, ...sparse, ...sparse, ...sparse]), structured), 'LimitError', { limit: 'maxAllocation' });
  fails(() => decode(Uint8Array.from([0x93, ...ext(22, 0, 0, 0, 5), 0xcb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0, 1]), structured), 'CorruptError');
});

test('extension types of the user’s, by functions registered in the pool', () => {
  registered.set('money', ({ amount, currency }) => new TextEncoder().encode(`${amount} ${currency}`));
  registered.set('readMoney', (content) => {
    const [amount, currency] = new TextDecoder().decode(content).split(' ');
    return { amount: Number(amount), currency };
  });
  registered.set('later', async () => bytes(1));
  registered.set('wrong', () => 'text');
  const extensions = [5, { type: 9, encode: 'money', decode: 'readMoney' }];
  for (const options of [{ extensions }, { extensions, structured: true }]) {
    const value = [{ type: 9, data: { amount: 12, currency: 'EUR' } }, { type: 5, data: bytes(1) }, { type: 8, data: 1 }];
    const message = encode(value, options);
    assert.deepEqual([...message.subarray(1, 4)], [0xc7, 6, 9]);
    assert.deepEqual(decode(message, options), [{ amount: 12, currency: 'EUR' }, { type: 5, data: bytes(1) }, { type: 8, data: 1 }]);
    assert.deepEqual(decode(message)[0], { type: 9, data: new TextEncoder().encode('12 EUR') });
  }
  const one = (functions) => ({ extensions: [{ type: 9, ...functions }] });
  assert.match(fails(() => encode({ type: 9, data: 1 }, one({ encode: 'none' })), 'TypeError').message, /'none'.*none of that name is registered/);
  assert.match(fails(() => encode({ type: 9, data: 1 }, one({ encode: 'later' })), 'TypeError').message, /gave a promise/);
  assert.match(fails(() => encode({ type: 9, data: 1 }, one({ encode: 'wrong' })), 'TypeError').message, /must give a Uint8Array/);
  fails(() => encode(1, { extensions: [{ type: 200 }] }), 'TypeError');
  fails(() => encode(1, { extensions: [{ type: 2, encode: 5 }] }), 'TypeError');
  assert.match(fails(() => encode(1, { extensions: [67], structured: true }), 'TypeError').message, /67 is taken/);
  fails(() => encode(1, { structured: 1 }), 'TypeError');
});

test('random values of every kind come back, cycles and all', () => {
  for (let seed = 1; seed <= 3000; seed++) {
    const value = any(random(seed));
    const message = encode(value, structured);
    const read = decode(message, structured);
    assert.deepEqual(read, value, `seed ${seed}`);
    // Sharing is not seen by deepEqual, but by the bytes.
    assert.deepEqual(Buffer.from(encode(read, structured)), Buffer.from(message), `seed ${seed}`);
  }
});

test('damaged messages are errors or values, never anything else', () => {
  const counts = damage(40_000, 11);
  assert.ok(counts.value > 100 && counts.CorruptError > 100 && counts.TruncatedError > 100, JSON.stringify(counts));
});
