// Pages that are hidden, frozen, left, or too busy to listen: their calls give the result, late.

import { assert, assertEquals, assertRejects, eventually, outcomes, pool, sleep, test } from './pool.js';

const busy = (ms) => { for (const end = performance.now() + ms; performance.now() < end;); };

/** Opens a page in a tab of its own, in front of this one. */
function openTab(t, url) {
  const tab = window.open(url);
  assert(tab, 'the browser opens no tab');
  t.after(() => tab.close());
  return tab;
}

test('a hidden page gets every result', async (t) => {
  const c = pool(t, { size: 2, idleTimeout: 200 });
  await c.define({ double: (x) => 2 * x, wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms, 'waited')), quit() { self.close(); } });
  const tab = openTab(t, '/tests/browser/fixtures/empty.html');
  await eventually(() => document.visibilityState === 'hidden', { message: 'the page is still visible' });
  const calls = [c.wait(300), ...Array.from({ length: 100 }, (_, i) => c.double(i))];
  assertEquals(await Promise.all(calls), ['waited', ...Array.from({ length: 100 }, (_, i) => 2 * i)]);
  // What hangs on timers and on locks works in the dark too.
  assertEquals(await outcomes([c.with({ timeout: 50 }).wait(5_000), c.quit()]), ['TimeoutError', 'WorkerCrashError']);
  assertEquals(await c.double(21), 42);
  tab.close();
  await eventually(() => document.visibilityState === 'visible', { message: 'the page is still hidden' });
  assertEquals(await c.double(4), 8);
}, { skipIn: { webkit: 'it opens windows side by side, and none of them is hidden' } });

test('a page that is left and come back to gets its results, if the browser keeps it', async (t) => {
  const name = `history-${Math.random()}`;
  const channel = new BroadcastChannel(name);
  t.after(() => channel.close());
  const told = new Promise((resolve) => (channel.onmessage = ({ data }) => resolve(data)));
  window.open(`/tests/browser/fixtures/history.html?channel=${name}`, '_blank', 'noopener');
  const { what, results } = await told;
  t.log(what);
  assertEquals(results, what === 'kept' ? [1, 2, 3, 4] : [1, 2]);
});

test('a page too busy to listen gets what came in time', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({ f: (x) => x, hang() { for (;;); } });
  await c.f(0);
  const call = c.with({ timeout: 300 }).f(1);
  // Sent, then nothing is heard of for longer than the timeout.
  await null;
  busy(900);
  assertEquals(await call, 1);
  const late = c.with({ timeout: 300 }).hang();
  await null;
  busy(900);
  await assertRejects(late, 'TimeoutError');
  assertEquals(await c.f(3), 3);
});

test('a worker that grows too busy to answer is not taken for dead', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({ f: (x) => x, grind(ms) { for (const end = performance.now() + ms; performance.now() < end;); return 'ground'; } });
  const grinding = c.grind(2_500);
  await sleep(100);
  busy(1_000);
  assertEquals(await grinding, 'ground');
  assertEquals([await c.f(1), c.stats().crashes], [1, 0]);
});
