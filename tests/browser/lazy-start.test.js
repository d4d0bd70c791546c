// Nothing starts before something needs the pool.

import { assertEquals, fixture, pool, spyOnWorkers, test } from './pool.js';

test('registrations alone start no worker; the first call does, with all of them in order', async (t) => {
  const workers = spyOnWorkers(t);
  const c = pool(t, { size: 1 });
  c.setup(() => { self.order = [1]; });
  c.setup(() => { self.order.push(2); });
  c.define({ order: () => self.order });
  c.registerModule(fixture('module.js'));
  c.loadScripts(fixture('umd.js'));
  // Another pool has come up meanwhile.
  await pool(t, { size: 1 }).run(() => 1);
  assertEquals([workers.length, c.stats().spawned], [1, 0]);
  assertEquals(await c.order(), [1, 2]);
  assertEquals([workers.length, c.stats().spawned], [2, 1]);
});

test('who waits for a registration starts a worker', async (t) => {
  for (const look of [(made) => made, (made) => made.then(() => {}), (made) => Promise.all([made])]) {
    const c = pool(t, { size: 1 });
    await look(c.define({ f: () => 1 }));
    assertEquals(c.stats().spawned, 1);
  }
});

test('a pool that was never needed closes at once; its registrations are no unhandled rejections', async (t) => {
  const unhandled = [];
  const listen = (event) => unhandled.push(event.reason);
  addEventListener('unhandledrejection', listen);
  t.after(() => removeEventListener('unhandledrejection', listen));
  const c = pool(t, { size: 1 });
  c.define({ f: () => 1 });
  await c.close();
  assertEquals(c.stats().spawned, 0);
  const missing = pool(t, '/nowhere/worker.js', { size: 1 });
  missing.define({ f: () => 1 });
  assertEquals(await missing.f().catch(({ name }) => name), 'WorkerLoadError');
  // Rejections are told of after the turn in which they were left.
  await pool(t, { size: 1 }).run(() => 1);
  assertEquals(unhandled, []);
});
