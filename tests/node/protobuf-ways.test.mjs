// What the worker's script codes by itself, it codes as the wasm does; fuzz/protobuf.mjs does more of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coderOf } from './support/protobuf.mjs';
import { compare, same } from './support/protobuf-ways.mjs';

test('both ways give the same, whatever the schema, the value or the bytes', () => {
  const { encoded, decoded, left, refused } = compare(8_000, 2026, 800);
  assert.ok(encoded > 700 && decoded > 2_000, `${encoded} encoded and ${decoded} decoded without the wasm`);
  assert.ok(left > 200 && refused > 700, `${left} left to the wasm, ${refused} refused by it`);
});

const source = `syntax = "proto3"; import "google/protobuf/timestamp.proto";
enum Size { UNKNOWN = 0; SMALL = 1; LARGE = -2; }
message Item {
  string name = 1; double price = 2; repeated int32 ratings = 3; bytes picture = 4; Size size = 5; uint64 stock_count = 6; map<string, int32> counts = 7; map<int64, Item> parts = 8;
  oneof payment { string card = 9; bool cash = 10; } google.protobuf.Timestamp made_at = 11; optional int32 discount = 12; repeated string tags = 13; repeated Size sizes = 14; sint64 change = 15; string constructor = 16;
}`;
const item = {
  name: 'Größe 💧', price: -0, ratings: [1, -2, 300_000], picture: new Uint8Array([0, 255]), size: 'LARGE', stockCount: 2n ** 64n - 1n, counts: { a: 1, ['__proto__']: 2, 5: 3 },
  parts: { '-9007199254740993': { name: 'x', discount: 0 } }, cash: false, madeAt: new Date(-1_500), tags: ['a', 'a', ''], sizes: ['SMALL', 77], change: '-12', constructor: 'c',
};

test('what is plain does not reach the wasm', () => {
  const { here, whole } = coderOf(source);
  const bytes = here.encode('Item', item);
  assert.ok(same(bytes, whole.encode('Item', item)));
  for (const options of [undefined, { int64: 'bigint', enums: 'number' }, { int64: 'string', names: 'proto', defaults: 'all' }, { defaults: 'none', keepUnknown: true, maxDepth: 3 }]) {
    const read = here.decode('.Item', bytes, options);
    assert.ok(read && same(read, whole.decode('.Item', bytes, options)), JSON.stringify(options));
  }
  // Keys in another order, names of the .proto, and what protobuf-es adds.
  const { name, stockCount, ...rest } = item;
  assert.ok(same(here.encode('Item', { $typeName: 'Item', ...rest, stock_count: stockCount, name }), bytes));
});

test('what is not, does', () => {
  const { here, encode } = coderOf(source);
  const values = [{ nothing: 1 }, { name: 5 }, { card: 'x', cash: true }, { stockCount: -1 }, { ratings: [1.5] }, { parts: { x: {} } }, { size: 'HUGE' }, { madeAt: new Date(NaN) }, { tags: [null] }, new Map(), [], null];
  for (const value of values) assert.equal(here.encode('Item', value), undefined);
  assert.throws(() => encode('Item', { parts: { 7: { tags: ['a', 5] } } }), { name: 'UnsupportedValueError', path: '$.parts.7.tags[1]' });
  for (const bytes of [[10], [10, 1, 0xff], [0], [11, 12], [90, 0, 90, 0], [16, 128, 128, 128, 128, 128, 128, 128, 128, 128, 2]]) assert.equal(here.decode('Item', Uint8Array.from(bytes)), undefined, String(bytes));
  for (const options of [{ maxDepth: 1 }, { maxAllocation: 50 }, { int64: 'number' }, { unknown: 1 }]) assert.equal(here.decode('Item', here.encode('Item', item), options), undefined);
});
