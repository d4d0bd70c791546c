// Many calls, and workers that die under them.

import { assert, assertEquals, page, pool, test } from './pool.js';

/** Calls under way at once. */
const AHEAD = 2_000;
/** One call in so many kills its worker, in one of three ways. */
const DEADLY = 1_000;

/** Makes so many calls, a limited number ahead of their answers, and tells how each one ended, each time it does. */
function flood(calls, make, ended) {
  let made = 0;
  let pending = 0;
  return new Promise((resolve) => {
    const more = () => {
      while (pending < AHEAD && made < calls) {
        const i = made++;
        pending += 1;
        const settled = (how) => (value) => {
          ended(i, how, value);
          pending -= 1;
          if (made === calls && pending === 0) resolve();
          else if (pending <= AHEAD / 2) more();
        };
        make(i).then(settled('returned'), settled('rejected'));
      }
    };
    more();
  });
}

/** A call's own log, in a place that outlives its worker: what ran is there, once for each time that it ran. */
function work(i, how) {
  if (how === 'return') return i;
  this.progress(i);
  if (how === 'close') self.close();
  else if (how === 'trap') {
    const trapping = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11];
    new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(trapping))).exports.f();
  }
  for (;;);
}

test('100,000 calls while workers die: each settles once, none runs twice', async (t) => {
  const calls = 100_000;
  const c = pool(t, { size: 4, killGrace: 50 });
  await c.define({ work });
  const ways = ['close', 'trap', 'spin'];
  const started = new Map();
  const ends = new Uint8Array(calls);
  const errors = new Map();
  const wrong = [];
  await flood(
    calls,
    (i) => {
      if (i % DEADLY !== DEADLY - 1) return c.work(i, 'return');
      const how = ways[Math.floor(i / DEADLY) % ways.length];
      const onProgress = () => started.set(i, (started.get(i) ?? 0) + 1);
      const signal = how === 'spin' ? AbortSignal.timeout(100) : undefined;
      return c.call('work', [i, how], { onProgress, signal });
    },
    (i, how, value) => {
      ends[i] += 1;
      const deadly = i % DEADLY === DEADLY - 1;
      if (how === 'rejected') errors.set(value.name, (errors.get(value.name) ?? 0) + 1);
      if (deadly ? how !== 'rejected' : how === 'returned' && value !== i) wrong.push([i, how, String(value)]);
    },
  );
  assertEquals(ends.findIndex((times) => times !== 1), -1, 'a call that did not settle exactly once');
  assertEquals(wrong, []);
  assertEquals([...started].filter(([, times]) => times !== 1), [], 'calls that ran twice');
  const stats = c.stats();
  t.log(`${stats.spawned} workers, ${stats.crashes} crashed, ${stats.calls.moved} calls moved, ${JSON.stringify([...errors])}`);
  assert(stats.crashes >= 50, 'workers did die');
  assertEquals([stats.queued, stats.running], [0, 0]);
  // What the worker announces is exact: of the calls beside the deadly ones none may be lost to `close` and traps, and
  // to the loop that is killed only what it had before it, which it has answered.
  assertEquals(errors.get('WorkerCrashError') ?? 0, Math.ceil((calls / DEADLY) * (2 / 3)));
}, { timeout: 120_000 });

test('a million calls leave nothing behind', async (t) => {
  const calls = page.engine === 'chromium' ? 1_000_000 : 250_000;
  const c = pool(t, { size: 2 });
  await c.define({ echo: (i) => i });
  let wrong = 0;
  const round = (count) => flood(count, (i) => c.echo(i), (i, how, value) => (wrong += how === 'returned' && value === i ? 0 : 1));
  const memory = () => {
    globalThis.gc?.();
    return performance.memory?.usedJSHeapSize ?? 0;
  };
  await round(calls / 10);
  const before = memory();
  await round(calls);
  const grown = memory() - before;
  assertEquals(wrong, 0);
  const { queued, running, calls: counts } = c.stats();
  assertEquals([queued, running, counts.returned], [0, 0, calls * 1.1]);
  t.log(`${calls} calls, heap grown by ${(grown / 2 ** 20).toFixed(1)} MiB`);
  // Ten bytes a call would be ten megabytes; what the collector has not got round to is less.
  assert(grown < 24 * 2 ** 20, `the heap grew by ${grown} bytes`);
}, { timeout: 120_000 });
