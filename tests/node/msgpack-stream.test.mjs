// Messages one behind the other, cut anywhere.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fails, noise, random } from './support/services.mjs';
import { any } from './support/random-values.mjs';
import { decode, encode, runtime } from './support/values.mjs';

const structured = { structured: true };

function split(pieces, maxInput = Infinity) {
  const splitter = new runtime.Splitter(maxInput);
  const messages = [];
  for (const piece of pieces) for (const message of splitter.push(piece)) messages.push(message.slice());
  splitter.end();
  return messages;
}

function cut(bytes, next, most) {
  const pieces = [];
  for (let at = 0; at < bytes.length;) {
    const length = Math.floor(next() * most);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

test('messages of every kind, cut anywhere', () => {
  const next = random(5);
  const lengths = [0, 1, 31, 32, 255, 256, 65_535, 65_536];
  const values = [
    ...[null, true, 1, -1, 200, 70_000, 2 ** 40, -200, -70_000, -(2 ** 40), 0.5, 2n ** 63n, -(2n ** 63n), new Date(5), new Date(-1)],
    ...lengths.flatMap((length) => ['x'.repeat(length), noise(length), noise(length).buffer, Array(length).fill(0), Object.fromEntries(Array.from({ length: Math.min(length, 300) }, (_, i) => [`k${i}`, i]))]),
    ...Array.from({ length: 200 }, (_, seed) => any(random(seed))),
  ];
  const messages = values.map((value) => Buffer.from(encode(value, structured)));
  const all = new Uint8Array(Buffer.concat(messages));
  for (const most of [2, 3, 10, 1000, 1e9]) {
    const found = split(cut(all, next, most));
    assert.equal(found.length, messages.length);
    found.forEach((message, i) => assert.ok(messages[i].equals(message), `message ${i}`));
  }
  // Every marker that there is, against the decoder.
  for (let marker = 0; marker < 256; marker++) {
    if (marker === 0xc1) continue;
    const message = Uint8Array.from([marker, ...Array(40).fill(0)]);
    const [first] = new runtime.Splitter(Infinity).push(message);
    decode(first);
  }
});

test('what is cut off, and what is too long', () => {
  const message = encode(['x'.repeat(100), { a: 1 }]);
  for (let length = 1; length < message.length; length++) fails(() => split([message.subarray(0, length)]), 'TruncatedError', { offset: length });
  assert.equal(split([message, message], message.length).length, 2);
  fails(() => split([message], message.length - 1), 'LimitError', { limit: 'maxInput' });
  // A claim is refused before the bytes are there.
  fails(() => split([Uint8Array.of(0xc6, 255, 255, 255, 255)], 1000), 'LimitError', { limit: 'maxInput' });
});

test('a long message in many pieces is looked at once', () => {
  const message = encode(noise(4_000_000));
  assert.equal(split(cut(message, random(1), 3000))[0].length, message.length);
});
