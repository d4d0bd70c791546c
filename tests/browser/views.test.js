// A view of a large buffer: its own bytes are what is packed and what is stored.

import { assert, assertEquals, database, done, fresh, pool, test } from './stores.js';

const MB = 2 ** 20;

test('a packed value has the bytes of its views, and nothing beside them', async (t) => {
  const c = pool(t, { size: 1 });
  const large = new Uint8Array(5 * MB).fill(0xc1);
  const value = { ten: large.subarray(1000, 1010).fill(7), far: new Uint16Array(large.buffer, 4 * MB, 2).fill(8) };
  for (const packed of [await c.pack(value), await c.msgpack.encode(value, { structured: true })]) {
    assert(packed.length < 100 && !`${packed}`.includes('193,193,193'), `${packed}`);
  }
  const { ten, far } = await c.unpack(await c.pack(value));
  assertEquals([[...ten], [...far]], [Array(10).fill(7), [8, 8]]);
  assert(ten.buffer.byteLength === 10 && far.buffer.byteLength === 4, 'a buffer of its own');
});

test('a store keeps the bytes of a view, not its buffer', async (t) => {
  const s = fresh(t, { compress: false });
  const large = new Uint8Array(3 * MB);
  const ten = large.subarray(1000, 1010).fill(7);
  await s.put('bytes', ten);
  await s.put('value', { ten });
  assertEquals([[...await s.get('bytes')], [...(await s.get('value')).ten]], [[...ten], [...ten]]);
  const db = await database(t, s);
  const kept = [];
  for (const name of db.objectStoreNames) {
    for (const value of await done(db.transaction(name).objectStore(name).getAll())) {
      for (const part of [value, ...Object.values(value)]) if (ArrayBuffer.isView(part)) kept.push(part.buffer.byteLength);
    }
  }
  assert(kept.length >= 2 && kept.every((length) => length < 1000), `${kept}`);
});
