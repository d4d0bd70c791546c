// A worker dies, for whatever cause: the call that it ran is told, all others are run by another.

import { assert, assertEquals, assertRejects, eventually, fixture, outcomes, page, pool, sleep, spyOnWorkers, test, WorkerCrashError } from './pool.js';

/** A death is heard of within a tenth of this, unless the machine has other things to do. */
const SOON = 5_000;

async function ready(t, options) {
  const c = pool(t, { size: 1, ...options });
  await c.define({
    echo: (value) => value,
    sign: () => self.sign ??= Math.random(),
    quit() {
      self.close();
      return 'never';
    },
    endless: () => new Promise(() => {}),
    spin() {
      for (;;);
    },
    closeSoon() {
      setTimeout(() => self.close(), 20);
      return 'closing soon';
    },
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms, 'waited')),
  });
  await c.registerModule(fixture('trap.js'), ['trap', 'trapLater', 'trapInTimer', 'trapInPromise', 'ping']);
  return c;
}

/** The call ends with a WorkerCrashError soon, and the next one is run by a new worker. */
async function dies(c, name, { message = "'", cause } = {}) {
  const sign = await c.sign();
  const start = performance.now();
  const error = await assertRejects(c[name](), WorkerCrashError);
  const took = performance.now() - start;
  assert(took < SOON, `it took ${took} ms`);
  assertEquals(error.name, 'WorkerCrashError');
  assert(error.message.includes(`'${name}'`) && error.message.includes(message), error.message);
  assert(error.stack.includes('crash.test.js'), error.stack);
  if (cause) assert(error.cause instanceof cause, `the cause is ${error.cause}`);
  assert((await c.sign()) !== sign, 'a new worker took over');
  return error;
}

for (const name of ['trap', 'trapLater', 'trapInTimer', 'trapInPromise']) {
  test(`a wasm trap costs its worker: ${name}`, async (t) => {
    const c = await ready(t);
    const error = await dies(c, name, { cause: WebAssembly.RuntimeError });
    assert(/unreachable/i.test(error.message), error.message);
    assertEquals([await c.ping(), c.stats().crashes], ['pong', 1]);
  });
}

test('self.close() in a call', async (t) => {
  const c = await ready(t);
  await dies(c, 'quit', { message: 'close()' });
  assertEquals(await c.echo(1), 1);
});

test('a worker killed from outside, which it cannot tell itself', async (t) => {
  const workers = spyOnWorkers(t);
  const c = await ready(t);
  // An engine takes its time to end a loop: two seconds in Chromium.
  for (const [name, limit] of [['endless', SOON], ['spin', 2 * SOON]]) {
    const sign = await c.sign();
    const killed = c[name]();
    await sleep(50);
    const start = performance.now();
    workers.at(-1).terminate();
    const error = await assertRejects(killed, WorkerCrashError, `'${name}'`);
    assert(performance.now() - start < limit, `it took ${performance.now() - start} ms`);
    assert(error.stack.includes('crash.test.js'), error.stack);
    assert((await c.sign()) !== sign, 'a new worker took over');
  }
}, { isolated: 'both' });

test('a worker killed in its very first call', async (t) => {
  const workers = spyOnWorkers(t);
  const c = pool(t, { size: 1 });
  const channel = new BroadcastChannel(`first ${Math.random()}`);
  t.after(() => channel.close());
  channel.onmessage = () => workers[0].terminate();
  const killed = c.run((name) => {
    new BroadcastChannel(name).postMessage('running');
    for (;;);
  }, channel.name);
  await assertRejects(killed, WorkerCrashError);
  assertEquals(await c.run(() => 'usable'), 'usable');
});

test('a worker killed while nobody uses it', async (t) => {
  const workers = spyOnWorkers(t);
  const c = await ready(t);
  const sign = await c.sign();
  workers.at(-1).terminate();
  // Where memory is shared it shows that the next call never began. Elsewhere it may have, so the news has to come first.
  if (!page.isolated) await eventually(() => c.stats().crashes === 1, { timeout: SOON });
  assert((await c.sign()) !== sign);
}, { isolated: 'both' });

test('self.close() between two calls: the next is run by a new worker', async (t) => {
  const c = await ready(t);
  const sign = await c.sign();
  const gone = new Promise((resolve) => c.addEventListener('workerstop', resolve, { once: true }));
  assertEquals(await c.closeSoon(), 'closing soon');
  await gone;
  assert((await c.sign()) !== sign);
  assertEquals(await c.closeSoon(), 'closing soon');
  const second = await c.sign();
  const held = c.wait(5_000);
  await assertRejects(held, WorkerCrashError);
  assert((await c.sign()) !== second);
});

test('calls of the same tick that never began move on', async (t) => {
  const c = await ready(t);
  await Promise.all([c.echo(0), c.ping()]);
  for (const name of ['quit', 'trap', 'trapLater']) {
    const calls = [c.echo('before'), c[name](), ...Array.from({ length: 50 }, (_, i) => c.echo(i))];
    assertEquals(await outcomes(calls), ['before', 'WorkerCrashError', ...Array.from({ length: 50 }, (_, i) => i)], name);
  }
}, { isolated: 'both' });

test('what had ended before is not lost', async (t) => {
  const c = await ready(t);
  await c.define({ maybe: (end) => { if (end) { self.close(); } return 'ended'; } });
  await Promise.all(Array.from({ length: 20 }, () => c.maybe(false)));
  const calls = Array.from({ length: 30 }, (_, i) => c.maybe(i === 15));
  const seen = await outcomes(calls);
  assertEquals(seen, Array.from({ length: 30 }, (_, i) => (i === 15 ? 'WorkerCrashError' : 'ended')));
});

/** A counter at the server, which outlives workers: the address that counts, and how to read it. */
function counter() {
  const key = `runs-${crypto.randomUUID()}`;
  const count = async () => (await fetch(`/fault/count/${key}`)).json();
  return { url: new URL(`/fault/counted/${key}/tests/browser/fixtures/umd.js`, location.href).href, count };
}

test('a call that began is not run again unless it may', async (t) => {
  const c = await ready(t);
  await c.define({ async told(url) { await fetch(url); self.close(); } });
  const [once, thrice] = [counter(), counter()];
  await assertRejects(c.told(once.url), WorkerCrashError);
  await assertRejects(c.with({ retry: 2 }).told(thrice.url), WorkerCrashError);
  await sleep(100);
  assertEquals([await once.count(), await thrice.count()], [1, 3]);
  assertEquals(c.stats().calls.retried, 2);
});

test('retry gives the result of the run that made it', async (t) => {
  const c = await ready(t);
  await c.define({
    async third(url, countUrl) {
      await fetch(url);
      const runs = await (await fetch(countUrl)).json();
      if (runs < 3) self.close();
      return runs;
    },
  });
  const { url } = counter();
  const countUrl = url.replace('/counted/', '/count/').replace(/\/tests.*/, '');
  assertEquals(await c.call('third', [url, countUrl], { retry: 5 }), 3);
});

test('a call that transferred its argument is not run again', async (t) => {
  const c = await ready(t);
  const buffer = new ArrayBuffer(8);
  await c.define({ eat: () => self.close() });
  await assertRejects(c.with({ retry: 3, transfer: [buffer] }).eat(buffer), WorkerCrashError);
  assertEquals(c.stats().calls.retried, 0);
});

test('a crash ends the streams of its worker, and a new one can be read', async (t) => {
  const c = await ready(t);
  await c.define({ async *endless() { for (let i = 0; ; i += 1) { await new Promise((resolve) => setTimeout(resolve, 1)); yield i; } } });
  const stream = c.stream('endless');
  await stream.next();
  c.quit().catch(() => {});
  await assertRejects(async () => {
    for (;;) {
      const { done } = await stream.next();
      if (done) throw new Error('it ended as if all were well');
    }
  }, WorkerCrashError);
  const again = c.stream('endless');
  assertEquals((await again.next()).value, 0);
  await again.return();
});

test('everything registered is there in the new worker, in order, before its first call', async (t) => {
  const c = await ready(t);
  await c.loadScripts(fixture('umd.js'));
  await c.setup((text) => (self.loaded = [...self.loaded, text]), 'setup');
  await c.define({ loaded: () => self.loaded });
  await c.loadScripts(fixture('umd-second.js'));
  const before = await c.loaded();
  assertEquals(before, ['umd', 'setup', 'second after setup']);
  for (let i = 0; i < 3; i += 1) {
    await assertRejects(c.quit(), WorkerCrashError);
    assertEquals(await c.loaded(), before);
    assertEquals(await c.ping(), 'pong');
  }
});

test('the end is an event', async (t) => {
  const c = await ready(t);
  const events = [];
  for (const type of ['workerstart', 'workerstop']) c.addEventListener(type, ({ detail }) => events.push([type, detail]));
  await assertRejects(c.trap(), WorkerCrashError);
  await c.echo(1);
  assertEquals(events.map(([type, { slot }]) => [type, slot]), [['workerstop', 0], ['workerstart', 0]]);
  const [[, { reason }]] = events;
  assert(reason instanceof WebAssembly.RuntimeError, `the reason is ${reason}`);
});

test('an error outside of any call is an event, and the worker lives on', async (t) => {
  const c = await ready(t);
  const sign = await c.sign();
  await c.define({ later() { setTimeout(() => { throw new RangeError('outside of any call'); }, 5); } });
  const event = new Promise((resolve) => c.addEventListener('workererror', (event) => {
    event.preventDefault();
    resolve(event.detail);
  }));
  await c.later();
  const { error, slot } = await event;
  assert(String(error.message).includes('outside of any call'), String(error));
  assertEquals(slot, 0);
  assertEquals(await c.sign(), sign);
});

test('a worker that dies again and again does not stop the pool', async (t) => {
  const c = await ready(t);
  for (let i = 0; i < 15; i += 1) {
    await assertRejects(c.quit(), WorkerCrashError);
    assertEquals(await c.echo(i), i);
  }
  assertEquals(c.stats().crashes, 15);
});

// The engine's own heap is another matter: where it is exhausted Chromium ends the page's whole process, and the other
// engines let a worker take all of the machine's memory.
test('WebAssembly out of memory', async (t) => {
  const c = await ready(t);
  await c.registerModule(fixture('exhaust.js'), ['exhaust']);
  await dies(c, 'exhaust', { cause: WebAssembly.RuntimeError });
});

test('memory that the engine will not give is an error, and the worker lives on', async (t) => {
  const c = await ready(t);
  const sign = await c.sign();
  await assertRejects(c.run(() => new ArrayBuffer(2 ** 53)), RangeError);
  await assertRejects(c.run(() => new WebAssembly.Memory({ initial: 65_537 })), () => true);
  await assertRejects(c.run(function deep() { return deep() + 1; }), () => true);
  assertEquals(await c.sign(), sign);
});
