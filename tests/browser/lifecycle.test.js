// How a pool begins and ends.

import { assert, assertEquals, assertRejects, Centaurus, eventually, outcomes, pool, sleep, spyOnWorkers, TerminatedError, test } from './pool.js';

const functions = {
  echo: (value) => value,
  wait: (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value)),
  spin() {
    for (;;);
  },
  async *ticks() {
    for (let i = 0; ; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      yield i;
    }
  },
};

async function ready(t, options) {
  const c = pool(t, { size: 1, ...options });
  await c.define(functions);
  return c;
}

test('terminate ends what waits, what runs and what streams, at once', async (t) => {
  const c = await ready(t, { size: 2 });
  const stream = c.stream('ticks');
  await stream.next();
  const pending = [c.wait(10_000), c.spin(), c.wait(10_000), c.echo(1), c.run(() => 1), c.broadcast('echo', 1), stream.next()];
  const more = Array.from({ length: 10 }, (_, i) => c.wait(10_000, i));
  await sleep(30);
  c.terminate();
  const settled = await Promise.race([Promise.allSettled([...pending, ...more]), sleep(500)]);
  assert(settled, 'they are still pending');
  for (const { status, reason } of settled.filter(({ value }) => value !== 1 && value?.value === undefined)) {
    assertEquals(status, 'rejected');
    assert(reason instanceof TerminatedError, `it ended with ${reason}`);
  }
  assert(settled[0].reason.message.includes("'wait'"), settled[0].reason.message);
  assert(settled[0].reason.stack.includes('lifecycle.test.js'), settled[0].reason.stack);
  // What had come before is still the reader's; then it fails, once, and is at its end.
  const ends = [];
  while (ends.length < 2) await stream.next().then(({ done }) => done && ends.push('done'), ({ name }) => ends.push(name));
  assertEquals(ends.includes('done'), true);
});

test('after terminate everything is refused', async (t) => {
  const c = await ready(t);
  c.terminate();
  c.terminate();
  const all = [
    c.echo(1), c.call('echo', [1]), c.call('unknown'), c.with({ timeout: 5 }).echo(1), c.run(() => 1), c.broadcast('echo'), c.ready,
    c.stream('echo').next(), c.define({ f: () => 1 }), c.registerFunctions({ g: (resolve) => resolve() }), c.setup(() => {}),
    c.loadScripts('/x.js'), c.registerModule('/x.js'), c.registerModule('/x.js', ['h']), c.pack(1), c.zlib.compress(new Uint8Array(1)),
  ];
  assertEquals(await outcomes(all), all.map(() => 'TerminatedError'));
  await c.close();
  assertEquals([c.stats().running, c.stats().queued, c.stats().workers], [0, 0, []]);
});

test('terminate before the pool is up', async (t) => {
  const workers = spyOnWorkers(t);
  const c = pool(t, { size: 2, wasm: '/fault/slow/300/pkg/centaurus.wasm?terminate' });
  const all = [
    c.define(functions), c.echo(1), c.with({ priority: 1 }).echo(2), c.stream('ticks').next(), c.ready, c.pack(1), c.broadcast('echo'),
    c.registerModule('/tests/browser/fixtures/module.js'), c.call('count', [1]),
  ];
  c.terminate();
  assertEquals(await Promise.race([outcomes(all), sleep(250)]), all.map(() => 'TerminatedError'));
  await sleep(400);
  assertEquals([c.stats().workers, c.stats().spawned], [[], 0]);
  t.log(`${workers.length} workers had been started`);
});

test('terminate while the first worker starts', async (t) => {
  const c = pool(t, { size: 1, worker: '/fault/slow/300/pkg/centaurus.worker.js?terminate' });
  const all = [c.define(functions), c.echo(1), c.ready];
  await eventually(() => c.stats().spawned === 1);
  c.terminate();
  assertEquals(await Promise.race([outcomes(all), sleep(250)]), all.map(() => 'TerminatedError'));
});

test('terminate ends the engine’s workers', async (t) => {
  const channel = new BroadcastChannel(`alive ${Math.random()}`);
  t.after(() => channel.close());
  let last = 0;
  channel.onmessage = () => (last = performance.now());
  const c = await ready(t);
  await c.run((name) => {
    const told = new BroadcastChannel(name);
    setInterval(() => told.postMessage('alive'), 5);
  }, channel.name);
  await eventually(() => last > 0);
  c.terminate();
  await eventually(() => performance.now() - last > 300, { message: 'it still speaks' });
});

test('close lets everything end first, and takes nothing new', async (t) => {
  const c = await ready(t, { size: 2 });
  const pending = [c.wait(60, 'a'), c.wait(30, 'b'), ...Array.from({ length: 20 }, (_, i) => c.echo(i))];
  const closing = c.close();
  assertEquals(await outcomes([c.echo('late'), c.run(() => 'late'), c.pack('late'), c.define({ late: () => 1 })]), Array(4).fill('TerminatedError'));
  await closing;
  assertEquals(await Promise.race([outcomes(pending), sleep(0)]), ['a', 'b', ...Array.from({ length: 20 }, (_, i) => i)]);
  assertEquals(c.stats().workers, []);
});

test('close waits for streams', async (t) => {
  const c = await ready(t);
  await c.define({ *five() { yield* [1, 2, 3, 4, 5]; } });
  const stream = c.stream('five');
  const seen = [(await stream.next()).value];
  let closed = false;
  const closing = c.close().then(() => (closed = true));
  for await (const value of stream) seen.push(value);
  assertEquals(seen, [1, 2, 3, 4, 5]);
  await closing;
  assert(closed);
});

test('close waits for what waits for the pool itself', async (t) => {
  const c = pool(t, { size: 1, wasm: '/fault/slow/100/pkg/centaurus.wasm?close' });
  const pending = [c.define(functions).then(() => 'defined'), c.echo(1), c.wait(20, 2), c.run(() => 3)];
  const closing = c.close();
  assertEquals(await outcomes([c.echo('late')]), ['TerminatedError']);
  await closing;
  assertEquals(await outcomes(pending), ['defined', 1, 2, 3]);
});

test('close waits for services that are still loading', async (t) => {
  const c = pool(t, { size: 1, wasm: { worker: '/fault/slow/100/pkg/centaurus.worker.wasm?close' } });
  const pending = [c.pack([1]), c.zlib.compress(new Uint8Array(100))];
  await c.close();
  const [packed, compressed] = await Promise.all(pending);
  assert(packed instanceof Uint8Array && compressed instanceof Uint8Array);
});

test('close waits for calls of modules whose exports are not known yet', async (t) => {
  const c = pool(t, { size: 1 });
  const module = c.registerModule('/fault/slow/100/tests/browser/fixtures/module.js');
  const called = c.call('add', [1, 2]);
  await c.close();
  assertEquals(await called, 3);
  await module;
});

test('close of a pool that was never used, or twice, or where nothing comes up', async (t) => {
  const unused = pool(t, { size: 1 });
  await Promise.all([unused.close(), unused.close()]);
  await unused.close();
  const c = await ready(t);
  const call = c.wait(30, 'done');
  await Promise.all([c.close(), c.close(), c.close()]);
  assertEquals(await call, 'done');
  await c.close();
  const broken = pool(t, { size: 1, worker: '/fault/404/pkg/centaurus.worker.js' });
  const failing = broken.run(() => 1);
  await broken.close();
  await assertRejects(failing, 'WorkerLoadError');
  const without = pool(t, { size: 1, wasm: '/fault/404/pkg/centaurus.wasm?close' });
  const refused = without.run(() => 1);
  await without.close();
  await assertRejects(refused, 'WorkerLoadError');
});

test('terminate cuts a close short', async (t) => {
  const c = await ready(t);
  const call = c.wait(10_000);
  const closing = c.close();
  c.terminate();
  await closing;
  await assertRejects(call, TerminatedError);
});

test('ready resolves once the workers that are kept are up with everything registered', async (t) => {
  const c = pool(t, { size: { min: 2, max: 3 } });
  c.define(functions);
  await c.ready;
  assertEquals(c.stats().workers.map(({ state }) => state), ['idle', 'idle']);
  await c.ready;
  assertEquals(await c.echo(1), 1);
});

test('ready rejects with the pool, and nobody has to look at it', async (t) => {
  const c = await ready(t);
  await c.ready;
  c.terminate();
  await assertRejects(c.ready, TerminatedError);
  const early = new Centaurus({ size: 1 });
  const { ready: promise } = early;
  early.terminate();
  await assertRejects(promise, TerminatedError);
  const closed = await ready(t);
  const waiting = closed.ready;
  await closed.close();
  await waiting.catch((error) => assert(error instanceof TerminatedError));
});

test('the symbols of explicit resource management do the same', async (t) => {
  if (!Symbol.dispose) return t.log('the engine has none');
  const c = await ready(t);
  const call = c.wait(10_000);
  c[Symbol.dispose]();
  await assertRejects(call, TerminatedError);
  const d = await ready(t);
  const late = d.wait(20, 'done');
  await d[Symbol.asyncDispose]();
  assertEquals(await late, 'done');
  assert(!('undefined' in d));
});

test('a pool that the page has let go of still answers', async (t) => {
  const answer = (() => {
    const c = new Centaurus({ size: 1 });
    t.after(() => c.terminate());
    return c.run(() => new Promise((resolve) => setTimeout(resolve, 100, 'answered')));
  })();
  globalThis.gc?.();
  assertEquals(await answer, 'answered');
});

test('many pools, made and ended, leave no worker behind', async (t) => {
  const workers = spyOnWorkers(t);
  for (let i = 0; i < 10; i += 1) {
    const c = new Centaurus({ size: 1 });
    assertEquals(await c.run((x) => x, i), i);
    if (i % 2) c.terminate();
    else await c.close();
    assertEquals(c.stats().workers, []);
  }
  assertEquals(workers.length, 10);
});
