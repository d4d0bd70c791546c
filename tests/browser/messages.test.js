// Calls of one tick travel together.

import { assert, assertEquals, countMessages, pool, test } from './pool.js';

const upTo = (n) => Array.from({ length: n }, (_, i) => i);

test('a burst of a thousand calls on one worker: one message there, few back', async (t) => {
  const counts = countMessages(t);
  const c = pool(t, { size: 1 });
  await c.define({ echo: (value) => value });
  await c.echo('to know how long it takes');
  const seen = [];
  // A worker that was held up when it was measured is given less at a time, for a while.
  for (let round = 0; round < 5 && seen.at(-1)?.out !== 1; round += 1) {
    const before = { ...counts };
    const results = await Promise.all(upTo(1_000).map((i) => c.echo(i)));
    assertEquals(results, upTo(1_000));
    seen.push({ out: counts.out - before.out, back: counts.back - before.back });
  }
  assertEquals(seen.at(-1).out, 1);
  assert(seen.at(-1).back <= 10, `${seen.at(-1).back} messages came back`);
}, { isolated: 'both' });

test('a few calls of one tick: one message there, one back', async (t) => {
  const counts = countMessages(t);
  const c = pool(t, { size: 1 });
  await c.define({ echo: (value) => value, fail() { throw new Error('no'); } });
  await c.echo(0);
  await c.fail().catch(() => {});
  const before = { ...counts };
  await Promise.allSettled([c.echo(1), c.call('echo', [2]), c.with({ priority: 0 }).echo(3), c.fail(), c.echo(4)]);
  assertEquals([counts.out - before.out, counts.back - before.back], [1, 1]);
});

test('a burst over several workers: one message to each', async (t) => {
  const counts = countMessages(t);
  const c = pool(t, { size: 3 });
  await c.define({ echo: (value) => value });
  await c.broadcast('echo', 0);
  let least = Infinity;
  for (let round = 0; round < 5 && least > 3; round += 1) {
    const before = counts.out;
    await Promise.all(upTo(300).map((i) => c.echo(i)));
    least = Math.min(least, counts.out - before);
  }
  assertEquals(least, 3);
});

test('calls in a row: one message each, each way', async (t) => {
  const counts = countMessages(t);
  const c = pool(t, { size: 1 });
  await c.define({ echo: (value) => value });
  await c.echo(0);
  const before = { ...counts };
  for (let i = 0; i < 20; i += 1) await c.echo(i);
  assertEquals([counts.out - before.out, counts.back - before.back], [20, 20]);
});

test('a tick includes the microtasks that follow it', async (t) => {
  const counts = countMessages(t);
  const c = pool(t, { size: 1 });
  await c.define({ echo: (value) => value });
  await c.echo(0);
  const before = counts.out;
  const calls = [c.echo(1), c.echo(2)];
  await Promise.all(calls);
  assertEquals(counts.out - before, 1);
});

test('a stream’s values share messages', async (t) => {
  const counts = countMessages(t);
  const c = pool(t, { size: 1 });
  await c.define({ *count(n) { for (let i = 0; i < n; i += 1) yield i; } });
  await c.count(1);
  const before = { ...counts };
  let seen = 0;
  for await (const value of c.stream('count', 1_000)) seen += value >= 0;
  assertEquals(seen, 1_000);
  assert(counts.back - before.back < 300, `${counts.back - before.back} messages for 1,000 values`);
  assert(counts.out - before.out < 200, `${counts.out - before.out} messages of credit`);
});
