// Views in structured messages: each brings its own bytes, and no byte of what lies beside it in its buffer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode as theirDecode } from '@msgpack/msgpack';
import { random } from './support/services.mjs';
import { decode, encode, pack, registered, unpack } from './support/values.mjs';

const structured = { structured: true };
const KINDS = [
  Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array,
  BigUint64Array, DataView,
];

/** What no view shows: a byte that MessagePack never writes, nor do lengths and numbers as small as here come to it. */
const FOREIGN = 0xc1;
const LONGEST_BUFFER = 160;
const LEGIBLE = 0x60;

/** Random views of a few buffers, in an object of random depth; some stand there twice, and some buffers do themselves. */
function views(next) {
  const upTo = (count) => Math.floor(next() * count);
  const buffers = Array.from({ length: 1 + upTo(3) }, () => new Uint8Array(8 * (1 + upTo(LONGEST_BUFFER / 8))).fill(FOREIGN).buffer);
  const list = Array.from({ length: 1 + upTo(8) }, () => {
    const View = KINDS[upTo(KINDS.length)];
    const size = View.BYTES_PER_ELEMENT ?? 1;
    const buffer = buffers[upTo(buffers.length)];
    const start = upTo(buffer.byteLength / size + 1);
    return new View(buffer, start * size, Math.min(upTo(6), buffer.byteLength / size - start));
  });
  for (const view of list) bytesOf(view).forEach((_, i, bytes) => (bytes[i] = 1 + upTo(LEGIBLE)));
  if (next() < 0.3) list.push(list[upTo(list.length)]);
  if (next() < 0.2) {
    new Uint8Array(buffers[0]).fill(7);
    list.splice(upTo(list.length), 0, buffers[0]);
  }
  return list;
}

const bytesOf = (data) => (ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data));

/** The same list inside objects, maps, sets and errors. */
function wrap(list, next) {
  const kind = Math.floor(next() * 5);
  const [first, ...rest] = list;
  if (kind === 0) return { value: { first, rest }, open: (read) => [read.first, ...read.rest] };
  if (kind === 1) return { value: new Map([[first, rest]]), open: (read) => [...read].flat(2) };
  if (kind === 2) return { value: [{ rest }, new Set([first])], open: ([read, set]) => [...set, ...read.rest] };
  if (kind === 3) return { value: Object.assign(new Error('x', { cause: { first } }), { stack: '', rest }), open: ({ cause, rest: read }) => [cause.first, ...read] };
  const sparse = [];
  sparse[2000] = first;
  sparse[3000] = rest;
  return { value: sparse, open: (read) => [read[2000], ...read[3000]] };
}

test('random views come back, share what they shared, and bring nothing else', () => {
  let apart = 0;
  for (let seed = 1; seed <= 4000; seed++) {
    const next = random(seed);
    const list = views(next);
    const { value, open } = wrap(list, next);
    const message = encode(value, structured);
    assert.ok(!message.includes(FOREIGN), `seed ${seed}`);
    const read = open(decode(message, structured));
    assert.equal(read.length, list.length);
    list.forEach((view, i) => {
      assert.equal(read[i].constructor, view.constructor);
      assert.deepEqual(bytesOf(read[i]), bytesOf(view), `seed ${seed}`);
      if (ArrayBuffer.isView(read[i])) assert.ok(!bytesOf(read[i].buffer).includes(FOREIGN));
      list.forEach((other, j) => {
        const [a, b] = [bytesOf(view), bytesOf(other)];
        if (view === other) assert.equal(read[i], read[j]);
        if (a.buffer !== b.buffer) return;
        const [c, d] = [bytesOf(read[i]), bytesOf(read[j])];
        if (c.buffer !== d.buffer) apart += 1;
        const shared = a.byteOffset < b.byteOffset + b.length && b.byteOffset < a.byteOffset + a.length && a.length > 0 && b.length > 0;
        if (shared) assert.ok(c.buffer === d.buffer && c.byteOffset - d.byteOffset === a.byteOffset - b.byteOffset, `seed ${seed}`);
      });
    });
  }
  assert.ok(apart > 1000, 'distant views are carried apart');
});

test('a small view of a large buffer is a small message, and plain binary data to every reader', () => {
  const large = new Uint8Array(5_000_000).fill(FOREIGN);
  const ten = large.subarray(1_000_001, 1_000_011).fill(7);
  const message = encode({ ten }, structured);
  assert.deepEqual(message, encode({ ten: Uint8Array.from(ten) }));
  assert.deepEqual(theirDecode(message), { ten: Uint8Array.from(ten) });
  assert.ok(pack({ ten }).length < 100);
  assert.ok(encode({ ten, far: large.subarray(0, 5).fill(7) }, structured).length < 100);
  const many = Array.from({ length: 20_000 }, (_, i) => new Uint16Array(large.buffer, i * 32, 3).fill(i));
  const read = unpack(pack(many));
  assert.deepEqual(read.map((view) => view[2]), many.map((view) => view[2]));
});

test('a buffer that is part of the value comes whole, whichever is first', () => {
  const buffer = Uint8Array.from({ length: 64 }, (_, i) => i).buffer;
  const view = new Uint8Array(buffer, 8, 4);
  for (const value of [[view, { buffer }], [buffer, view], [view, new Uint8Array(buffer)], [view, new Float64Array(buffer)]]) {
    const read = decode(encode(value, structured), structured);
    const part = read.find((one) => one.byteLength === 4);
    assert.deepEqual(new Uint8Array(part.buffer), new Uint8Array(buffer));
    assert.equal(part.byteOffset, 8);
  }
});

test("what an extension's function takes itself joins no span", () => {
  const buffer = new Uint8Array(64).fill(FOREIGN).buffer;
  registered.set('nothing', () => Uint8Array.of(1));
  const value = [{ type: 5, data: new Uint8Array(buffer) }, new Uint8Array(buffer, 3, 2).fill(7)];
  assert.ok(!encode(value, { ...structured, extensions: [{ type: 5, encode: 'nothing' }] }).includes(FOREIGN));
});

test('messages of earlier versions, which have whole buffers, are read', () => {
  const ext = (...content) => [0xc7, content.length, 67, ...content];
  const message = [0x92, 0x94, ...ext(21, 1), ...ext(6, 9, 1, 2, 9), 1, 2, 0x94, ...ext(21, 3), ...ext(4, 0, 0, 0, 2), 2, 1];
  const [bytes, short] = decode(Uint8Array.from(message), structured);
  assert.deepEqual([...bytes], [1, 2]);
  assert.deepEqual(short, new Int16Array(Uint8Array.of(2, 9).buffer));
  assert.equal(short.buffer, bytes.buffer);
});
