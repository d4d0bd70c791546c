// Calls of one tick travel together.

import { assert, assertEquals, countMessages, pool, test } from './pool.js';

const upTo = (n) => Array.from({ length: n }, (_, i) => i);

/** What a worker is given at a time depends on how long its functions ran. One that was held up when it ran is forgotten call
 *  by call: after so many it is, if a second was lost. */
const ROUNDS = 300;

/** The messages that it takes to do it, once there are no more than so many there and back. */
async function messagesOf(counts, most, work) {
  let taken;
  for (let round = 0; round < ROUNDS && !(taken?.out <= most.out && taken.back <= most.back); round += 1) {
    const before = { ...counts };
    await work();
    taken = { out: counts.out - before.out, back: counts.back - before.back };
  }
  return taken;
}

test('a burst of a thousand calls on one worker: one message there, few back', async (t) => {
  const counts = countMessages(t);
  const c = pool(t, { size: 1 });
  await c.define({ echo: (value) => value });
  await c.echo('to know how long it takes');
  const { out, back } = await messagesOf(counts, { out: 1, back: 10 }, async () => assertEquals(await Promise.all(upTo(1_000).map((i) => c.echo(i))), upTo(1_000)));
  assertEquals(out, 1);
  assert(back <= 10, `${back} messages came back`);
}, { isolated: 'both' });

test('a few calls of one tick: one message there, one back', async (t) => {
  const counts = countMessages(t);
  const c = pool(t, { size: 1 });
  await c.define({ echo: (value) => value, fail() { throw new Error('no'); } });
  await c.echo(0);
  await c.fail().catch(() => {});
  const calls = () => Promise.allSettled([c.echo(1), c.call('echo', [2]), c.with({ priority: 0 }).echo(3), c.fail(), c.echo(4)]);
  assertEquals(await messagesOf(counts, { out: 1, back: 1 }, calls), { out: 1, back: 1 });
});

test('a burst over several workers: one message to each', async (t) => {
  const counts = countMessages(t);
  const c = pool(t, { size: 3 });
  await c.define({ echo: (value) => value });
  await c.broadcast('echo', 0);
  const { out } = await messagesOf(counts, { out: 3, back: Infinity }, () => Promise.all(upTo(300).map((i) => c.echo(i))));
  assertEquals(out, 3);
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

test('calls that microtasks make together travel together', async (t) => {
  const counts = countMessages(t);
  const c = pool(t, { size: 1 });
  await c.define({ echo: (value) => value });
  await c.echo(0);
  const { out } = await messagesOf(counts, { out: 1, back: Infinity }, () => Promise.all(upTo(100).map(async (i) => {
    await null;
    return c.echo(i);
  })));
  assertEquals(out, 1);
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
