// A store of files and values: what is put comes back, in every shape.

import { assert, assertEquals, assertRejects, pool, test } from './pool.js';

let stores = 0;

/** A store of its own, which is destroyed with the test. */
function fresh(t, options, c = pool(t, { size: 2 })) {
  return c.storage(`${t.name} ${(stores += 1)} ${Math.random()}`, options);
}

const noise = (length) => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
};

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

test('a value is put, found, listed, counted and deleted', async (t) => {
  const s = fresh(t);
  assertEquals(await s.get('a'), undefined);
  assertEquals(await s.has('a'), false);
  const before = Date.now();
  const stat = await s.put('a', { hello: 'world' }, { meta: { from: 'me' } });
  assert(stat.rev > 0 && stat.size > 0 && stat.modified >= before, JSON.stringify(stat));
  assertEquals([stat.key, stat.kind, stat.meta, stat.pinned], ['a', 'value', { from: 'me' }, false]);
  assertEquals(await s.get('a'), { hello: 'world' });
  assertEquals(await s.has('a'), true);
  assertEquals(await s.stat('a'), stat);
  assertEquals(await s.list(), [stat]);
  const usage = await s.usage();
  assertEquals([usage.entries, usage.bytes], [1, stat.size]);
  assertEquals(await s.delete('a'), true);
  assertEquals(await s.delete('a'), false);
  assertEquals([await s.get('a'), await s.stat('a'), await s.list()], [undefined, undefined, []]);
  assertEquals((await s.usage()).bytes, 0);
});

test('every size of bytes comes back, and its digest is that of the bytes', async (t) => {
  const c = pool(t, { size: 2 });
  const MB = 2 ** 20;
  for (const digest of ['blake3', 'sha-256']) {
    const s = fresh(t, { digest }, c);
    for (const length of [0, 1, 1000, 65_536, 65_537, MB - 1, MB, MB + 1, 3 * MB, 3 * MB + 17]) {
      const bytes = noise(length);
      const stat = await s.put('bytes', bytes);
      assertEquals(stat.size, length);
      const { [digest]: wanted } = await c.digest(digest, bytes);
      assertEquals(stat.digest, `${digest}:${hex(wanted)}`, `${digest} of ${length}`);
      const back = await s.get('bytes');
      assert(back instanceof Uint8Array);
      assertEquals([back.length, hex((await c.digest('sha-1', back))['sha-1'])], [length, hex((await c.digest('sha-1', bytes))['sha-1'])]);
      assertEquals((await s.usage()).bytes, length);
    }
  }
});
