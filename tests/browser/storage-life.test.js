// How entries live in a store: revisions, the feed of changes, quota, pins, time to live.

import { assert, assertEquals, assertRejects, deferred, eventually, fresh, noise, pool, sleep, streamOf, sum, test, tidy } from './stores.js';

const keys = async (s, options) => (await s.list(options)).map(({ key }) => key).join(' ');

test('a put that expects another revision changes nothing', async (t) => {
  const s = fresh(t);
  const first = await s.put('k', 1, { expect: 0 });
  const error = await assertRejects(s.put('k', 2, { expect: 0 }), 'ConflictError', '"k"');
  assertEquals([error.key, error.rev, error.expect, error.store], ['k', first.rev, 0, s.name]);
  await assertRejects(s.put('k', 2, { expect: null }), 'ConflictError');
  const second = await s.put('k', 2, { expect: first.rev });
  assert(second.rev > first.rev);
  await assertRejects(s.put('k', 3, { expect: first.rev }), 'ConflictError');
  await assertRejects(s.put('other', 3, { expect: first.rev }), 'ConflictError');
  await assertRejects(s.put('k', noise(2_000_000), { expect: first.rev }), 'ConflictError');
  await assertRejects(s.put('k', streamOf(noise(2_000_000), 50_000), { expect: first.rev }), 'ConflictError');
  await assertRejects(s.delete('k', { expect: first.rev }), 'ConflictError');
  await assertRejects(s.get('k', { rev: first.rev }), 'ConflictError');
  assertEquals(await s.get('k', { rev: second.rev }), 2);
  assertEquals(await s.delete('k', { expect: second.rev }), true);
  // A revision is never given twice: what was expected before the deletion is not what is there after it.
  const third = await s.put('k', 1, { expect: 0 });
  assert(third.rev > second.rev);
  await assertRejects(s.put('k', 3, { expect: second.rev }), 'ConflictError');
  await tidy(t, s);
});

test('of many who count together, none is lost', async (t) => {
  const [c, d] = [pool(t, { size: 2 }), pool(t, { size: 2 })];
  const s = fresh(t, {}, c);
  const both = [s, d.storage(s.name)];
  await s.put('n', 0);
  await Promise.all(Array.from({ length: 20 }, async (_, i) => {
    const mine = both[i % 2];
    for (;;) {
      const { rev } = await mine.stat('n');
      try {
        await mine.put('n', (await mine.get('n', { rev })) + 1, { expect: rev });
        return;
      } catch (error) {
        if (error.name !== 'ConflictError') throw error;
      }
    }
  }));
  assertEquals(await s.get('n'), 20);
});

test('puts that come together: each is whole or not, and none pays for another', async (t) => {
  const c = pool(t, { size: 1 });
  const s = fresh(t, { quota: 100_000 }, c);
  // So that the pool knows how short a put is, and hands many over.
  for (let i = 0; i < 50; i++) await s.put('warm', i);
  await s.clear();
  const { rev } = await s.put('k', 'first');
  const big = noise(60_000);
  const puts = [
    ...Array.from({ length: 100 }, (_, i) => s.put(`n${i}`, i)),
    s.put('k', 'second', { expect: rev }),
    s.put('k', 'third', { expect: rev }),
    s.put('new', 1, { expect: 0 }),
    s.put('new', 2, { expect: 0 }),
    s.put('pinned', big, { pin: true }),
    s.put('too large', big, { pin: true }),
    ...Array.from({ length: 100 }, (_, i) => s.put(`m${i}`, i)),
    s.get('m99'),
    s.delete('m98'),
    s.put('m98', 'again', { expect: null }),
    s.get('k'),
  ];
  const ends = await Promise.allSettled(puts);
  const failed = ends.flatMap(({ status, reason }, i) => (status === 'rejected' ? [[i, reason.name, reason.key]] : []));
  assertEquals(failed, [[101, 'ConflictError', 'k'], [103, 'ConflictError', 'new'], [105, 'StorageFullError', 'too large']]);
  assertEquals([206, 209].map((i) => ends[i].value), [99, 'second']);
  const revs = ends.flatMap(({ value }) => value?.rev ?? []);
  assertEquals(new Set(revs).size, revs.length);
  assertEquals([...revs].sort((a, b) => a - b), revs, 'in the order in which they were asked for');
  const entries = await s.list();
  assertEquals(entries.length, 203);
  const { entries: count, bytes } = await s.usage();
  assertEquals([count, bytes], [203, entries.reduce((sum, { size }) => sum + size, 0)]);
  for (let i = 0; i < 100; i++) assertEquals(await s.get(`n${i}`), i);
  await tidy(t, s);
});

test('one of many puts that is aborted leaves the others alone', async (t) => {
  const s = fresh(t, {}, pool(t, { size: 1 }));
  const abort = new AbortController();
  const puts = Array.from({ length: 100 }, (_, i) => s.put(`n${i}`, i, i === 50 ? { signal: abort.signal } : undefined));
  const reason = new Error('no longer wanted');
  abort.abort(reason);
  const ends = await Promise.allSettled(puts);
  assertEquals(ends.flatMap(({ status }, i) => (status === 'rejected' ? [i] : [])), [50]);
  assert(ends[50].reason === reason);
  assertEquals((await s.list()).length, 99);
});

test('the feed tells every change, from anywhere on, whoever made it', async (t) => {
  const [c, d] = [pool(t, { size: 2 }), pool(t, { size: 1 })];
  const s = fresh(t, {}, c);
  const other = d.storage(s.name);
  const a = await s.put('a', 1);
  const b = await s.put('b', 1);
  const all = async (options) => {
    const seen = [];
    for await (const { seq, rev, key, deleted } of s.changes({ live: false, ...options })) {
      assertEquals(seq, rev);
      seen.push(`${deleted ? '-' : '+'}${key}`);
    }
    return seen.join(' ');
  };
  assertEquals(await all(), '+a +b');
  assertEquals(await all({ since: a.rev }), '+b');
  assertEquals(await all({ since: 'now' }), '');
  await s.put('a', 2);
  assertEquals(await all(), '+b +a');
  await s.delete('b');
  assertEquals([await all(), await all({ since: b.rev })], ['+a -b', '+a -b']);

  const live = [];
  const caught = deferred();
  const leaving = new AbortController();
  const reading = (async () => {
    for await (const { key, deleted } of s.changes({ since: 'now', signal: leaving.signal })) {
      live.push(`${deleted ? '-' : '+'}${key}`);
      if (key === 'last') caught.resolve();
    }
  })();
  // Until it is heard that the feed has begun.
  await eventually(async () => {
    await other.put('mark', 1);
    return live.length > 0;
  });
  await other.put('x', 1);
  await s.put('y', 1);
  await other.delete('x');
  await other.put('last', 1);
  await caught.promise;
  assertEquals([live.includes('+y'), live.includes('-x'), live.at(-1)], [true, true, '+last']);
  leaving.abort(new Error('seen enough'));
  await assertRejects(reading, Error, 'seen enough');
});

test('a feed that waits can be left, and one of a worker pool of one lets others work', async (t) => {
  const c = pool(t, { size: 1 });
  const s = fresh(t, {}, c);
  const feed = s.changes();
  const waiting = feed.next();
  await s.put('k', 1);
  assertEquals((await waiting).value.key, 'k');
  const next = feed.next();
  await sleep(50);
  await feed.return();
  assertEquals(await next, { value: undefined, done: true });
  for await (const change of s.changes()) {
    assertEquals(change.key, 'k');
    break;
  }
});

test('a feed from before what is remembered says so', async (t) => {
  const s = fresh(t);
  await s.put('k', 1);
  await assertRejects(s.changes({ since: 1_000 }).next(), 'HistoryError', 'since');
});

test('more changes than one look brings', async (t) => {
  const s = fresh(t);
  await Promise.all(Array.from({ length: 1_500 }, (_, i) => s.put(`k${i}`, i)));
  await s.clear();
  const seqs = [];
  for await (const { seq, deleted } of s.changes({ live: false })) {
    assert(deleted);
    seqs.push(seq);
  }
  assertEquals(seqs.length, 1_500);
  assert(seqs.every((seq, i) => i === 0 || seq > seqs[i - 1]));
}, { timeout: 60_000 });

test('over the quota, what was used longest ago gives way; what is pinned does not', async (t) => {
  const s = fresh(t, { quota: 1000 });
  for (const key of ['a', 'b', 'c', 'd', 'e']) await s.put(key, noise(200));
  assertEquals((await s.usage()).bytes, 1000);
  await s.get('a');
  await s.put('f', noise(200));
  assertEquals(await keys(s), 'a c d e f');
  await s.pin('c');
  await s.put('g', noise(300));
  assertEquals(await keys(s), 'a c f g');
  await s.put('p', noise(100), { pin: true });
  assertEquals([await keys(s), (await s.usage()).bytes], ['a c f g p', 1000]);
  const error = await assertRejects(s.put('big', noise(701)), 'StorageFullError', 'quota');
  assertEquals([error.key, error.quota, error.size], ['big', 1000, 701]);
  assertEquals([await keys(s), (await s.usage()).bytes], ['a c f g p', 1000]);
  await s.put('big', noise(700));
  assertEquals(await keys(s), 'big c p');
  await s.unpin('c');
  await s.put('x', noise(900));
  assertEquals(await keys(s), 'p x');
  await assertRejects(s.put('huge', noise(1001)), 'StorageFullError');
  // What replaces itself needs no room for both.
  await s.put('x', noise(900));
  assertEquals(await keys(s), 'p x');
  let seen = '';
  for await (const { key, deleted } of s.changes({ live: false })) if (deleted) seen += key;
  assertEquals(seen, 'bdeafgbigc');
});

test('the quota holds for large contents and for streams, and nothing of what gave way is left', async (t) => {
  const s = fresh(t, { quota: 4_000_000 });
  for (let i = 0; i < 8; i += 1) {
    await s.put(`k${i}`, i % 2 ? noise(1_200_000) : streamOf(noise(1_200_000), 50_000));
    assert((await s.usage()).bytes <= 4_000_000);
  }
  assertEquals(await keys(s), 'k5 k6 k7');
  await assertRejects(s.put('endless', new ReadableStream({ pull: (controller) => controller.enqueue(noise(100_000)) })), 'StorageFullError');
  assertEquals(await keys(s), 'k5 k6 k7');
  await tidy(t, s);
});

test('what compresses counts as what it is', async (t) => {
  const s = fresh(t, { quota: 100_000 });
  for (let i = 0; i < 10; i += 1) await s.put(`k${i}`, new Uint8Array(20_000));
  assertEquals([(await s.list()).length, (await s.usage()).bytes], [5, 100_000]);
});

test('time to live', async (t) => {
  const s = fresh(t, { ttl: 60_000 });
  const { modified, expires } = await s.put('long', 1);
  assertEquals(expires - modified, 60_000);
  await s.put('short', noise(100_000), { ttl: 300 });
  await s.put('none', 1, { ttl: Infinity });
  assertEquals([await keys(s), (await s.get('short')).length], ['long none short', 100_000]);
  await eventually(async () => !(await s.has('short')));
  assertEquals([await s.get('short'), await s.stat('short'), await keys(s)], [undefined, undefined, 'long none']);
  await s.put('short', 2, { expect: 0 });
  assertEquals(await s.get('short'), 2);
  await s.touch('long', { ttl: 100 });
  await eventually(async () => !(await s.has('long')));
  assertEquals((await s.stat('none')).expires, undefined);
  await tidy(t, s);
});

test('a clock that jumps: order stays, and nothing lives longer for it', async (t) => {
  const c = pool(t, { size: 1 });
  await c.setup(() => {
    const { now } = Date;
    self.shift = 0;
    Date.now = () => now() + self.shift;
  });
  await c.define({ jump: (ms) => void (self.shift = ms) });
  const YEAR = 365 * 24 * 3_600_000;
  const s = fresh(t, { quota: 1_000 }, c);
  await c.jump(YEAR);
  await s.put('future', noise(400), { ttl: 1_000 });
  await c.jump(0);
  const later = await s.put('now', noise(400));
  const order = [];
  for await (const { key } of s.changes({ live: false })) order.push(key);
  assertEquals(order, ['future', 'now']);
  // The clock has been set back by a year: it lives a second from when that is noticed, not a year.
  const d = pool(t, { size: 1 });
  const again = d.storage(s.name, { quota: 1_000 });
  await eventually(async () => !(await again.has('future')), { timeout: 15_000 });
  await s.put('more', noise(600));
  assertEquals(await keys(s), 'more now');
  await s.put('most', noise(600));
  assertEquals(await keys(s), 'most');
  assert(later.rev > 1);
}, { timeout: 40_000 });

test('what has expired is removed when the store is next opened', async (t) => {
  const c = pool(t, { size: 1 });
  const s = fresh(t, {}, c);
  await s.put('k', noise(2_000_000), { ttl: 50 });
  await s.put('kept', noise(2_000_000));
  await sleep(100);
  c.terminate();
  const again = pool(t, { size: 1 }).storage(s.name);
  t.after(() => again.destroy());
  await again.list();
  await eventually(async () => (await again.usage()).entries === 1);
  const rest = await sum(await again.get('kept'));
  assertEquals(rest.length, 64);
  await tidy(t, again);
});
