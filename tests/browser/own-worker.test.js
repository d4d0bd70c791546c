// Workers of the page's own, as their bundler makes them: what they expose are methods of the pool.

import {
  assert, assertEquals, assertRejects, Centaurus, fixture, outcomes, page, pool, test, WorkerCrashError, WorkerLoadError,
} from './pool.js';

/** A pool of such workers, and what was made for it. */
function own(t, options = {}, file = 'own-worker.js') {
  const made = [];
  const worker = () => {
    const one = new Worker(fixture(file), { type: 'module', name: `own ${made.length}` });
    made.push(one);
    return one;
  };
  const c = pool(t, { size: 1, worker, ...options });
  // Of the names that are taken.
  c.addEventListener('warning', (event) => event.preventDefault());
  return { c, made };
}

test('what it exposes can be called at once, as methods and by name', async (t) => {
  const { c, made } = own(t);
  assertEquals(await outcomes([c.add(1, 2), c.count(3), c.fail(), c.task(), c.call('add', [2, 3])]), [3, [0, 1, 2], 'RangeError', true, 5]);
  assertEquals(made.length, 1);
  const streamed = [];
  for await (const value of c.stream('count', 3)) streamed.push(value);
  assertEquals(streamed, [0, 1, 2]);
  assert(c instanceof Centaurus);
});

test('streams, broadcasts and views reach it before its names are known', async (t) => {
  const streamed = [];
  for await (const value of own(t).c.stream('count', 3)) streamed.push(value);
  assertEquals(streamed, [0, 1, 2]);
  const { c, made } = own(t, { size: 2 });
  assertEquals(await c.broadcast('add', 1, 2), [3, 3]);
  assertEquals(made.length, 2);
  const heard = [];
  assertEquals(await own(t).c.with({ onProgress: (value) => heard.push(value) }).steps(3), 3);
  assertEquals(heard, [0, 1, 2]);
});

test('once the pool is ready its names are known', async (t) => {
  const { c } = own(t);
  await c.ready;
  assertEquals(Object.keys(c).sort(), ['add', 'count', 'fail', 'move', 'name', 'quit', 'spin', 'steps', 'tally', 'task']);
  assertEquals(await c.add(1, 2), 3);
  const buffer = new ArrayBuffer(8);
  assertEquals((await c.with({ transfer: [buffer] }).move(buffer)).byteLength, 8);
  assertEquals(buffer.byteLength, 0);
});

test('a name that it does not expose is unknown, with those like it', async (t) => {
  const { c } = own(t);
  for (const called of [c.ad(1, 2), c.call('ad', [1, 2]), c.broadcast('ad')]) {
    const error = await assertRejects(called, 'UnknownFunctionError', "'add'");
    assertEquals(error.nearest, ['add']);
  }
  assertEquals(await c.add(1, 2), 3);
  await assertRejects(c.ad(1, 2), 'UnknownFunctionError', "'add'");
});

test('names that are taken are left out, with a warning', async (t) => {
  const { c } = own(t);
  const warnings = [];
  c.addEventListener('warning', ({ detail }) => warnings.push(detail));
  await c.ready;
  assertEquals(warnings.map(({ names }) => names), [['close']]);
  assert(warnings[0].message.includes('expose()'), warnings[0].message);
});

test('nothing starts before the first call, and the pool is no promise', async (t) => {
  const { c, made } = own(t);
  assert((await c) === c);
  assertEquals(JSON.stringify(c), '{}');
  assertEquals(c.__v_isRef, undefined);
  assertEquals(made.length, 0);
  assertEquals(await c.add(1, 2), 3);
});

test('whoever takes the place of a dead worker knows the same', async (t) => {
  const { c, made } = own(t);
  assertEquals(await c.tally(), 1);
  await assertRejects(c.quit(), WorkerCrashError);
  assertEquals(await c.tally(), 1);
  made[1].terminate();
  const error = await assertRejects(c.spin(), WorkerCrashError);
  assert(error.message.includes('without a word'), error.message);
  assertEquals(await c.tally(), 1);
  assertEquals(made.length, 3);
  assertEquals(await c.name(), 'own 2');
});

test('as many are made as there is work for', async (t) => {
  const { c, made } = own(t, { size: { min: 3, max: 3 } });
  await c.ready;
  assertEquals(made.length, 3);
  assertEquals(await c.broadcast('tally'), [1, 1, 1]);
});

test('aborted, a loop that never yields stops', async (t) => {
  const { c, made } = own(t, { killGrace: 500 });
  await c.ready;
  const stop = new AbortController();
  const called = c.with({ signal: stop.signal }).spin();
  setTimeout(() => stop.abort(new Error('enough')), 50);
  await assertRejects(called, Error, 'enough');
  assertEquals(await c.add(1, 2), 3);
  // Where no memory is shared the worker has to be replaced.
  assertEquals(made.length, page.isolated ? 1 : 2);
}, { isolated: 'both' });

test('services, stores and sockets run in it', async (t) => {
  const { c, made } = own(t, { size: 2 });
  const data = new Uint8Array(2_000_000).map((_, i) => i % 251);
  assertEquals((await c.zlib.decompress(await c.zlib.compress(data))).length, data.length);
  assertEquals(await c.unpack(await c.pack(new Map([[1, 'one']]))), new Map([[1, 'one']]));
  assertEquals([...(await c.digest('crc32', new Uint8Array([1, 2, 3]))).crc32], [85, 188, 128, 29]);
  const shop = await c.protobuf('syntax = "proto3"; message Tea { string name = 1; }');
  assertEquals(await shop.decode('Tea', await shop.encode('Tea', { name: 'oolong' })), { name: 'oolong' });
  const store = c.storage('own worker');
  await store.put('key', 'value');
  assertEquals(await store.get('key'), 'value');
  await store.destroy();
  const before = made.length;
  const socket = c.socket('/ws/echo', { codec: 'json' });
  await socket.send(['green']);
  for await (const heard of socket) {
    assertEquals(heard, ['green']);
    break;
  }
  assertEquals(made.length, before + 1);
  await c.close();
});

test('functions from source stand beside it; classic scripts are refused, with the cure', async (t) => {
  const { c } = own(t);
  c.define({ twice: (x) => 2 * x });
  assertEquals(await outcomes([c.twice(4), c.add(1, 2)]), [8, 3]);
  assertEquals(await c.run((x) => x + 1, 1), 2);
  await c.registerModule(fixture('module.js'), ['later']);
  assertEquals(await c.later('x'), 'x');
  const error = await assertRejects(c.loadScripts(fixture('umd.js')), TypeError, 'umd.js');
  assert(error.message.includes('import it'), error.message);
});

test('modules that take their time miss nothing', async (t) => {
  const { c, made } = own(t, {}, 'late-worker.js');
  await c.setup((value) => (globalThis.given = value), 'given');
  assertEquals(await outcomes([c.late(1), c.run(() => globalThis.given)]), [1, 'given']);
  assertEquals(made.length, 1);
});

test('a function that makes no worker is told of', async (t) => {
  const none = pool(t, { size: 1, worker: () => undefined });
  for (const failed of [none.add(1, 2), none.pack(1), none.ready]) {
    const error = await assertRejects(failed, WorkerLoadError, "the option 'worker'");
    assert(error.message.includes('undefined'), error.message);
  }
  const cause = new RangeError('not today');
  let broken = true;
  const later = pool(t, {
    size: 1,
    worker() {
      if (broken) throw cause;
      return new Worker(fixture('own-worker.js'), { type: 'module' });
    },
  });
  later.addEventListener('warning', (event) => event.preventDefault());
  await assertRejects(later.add(1, 2), WorkerLoadError, 'not today');
  broken = false;
  assertEquals(await later.add(1, 2), 3);
});

test('a script that is missing, or one of its imports, is a worker that did not start', async (t) => {
  const script = (text) => {
    const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    t.after(() => URL.revokeObjectURL(url));
    return () => new Worker(url, { type: 'module' });
  };
  const workers = [
    () => new Worker('/fault/404/jobs.js', { type: 'module' }),
    script(`import '${location.origin}/fault/404/jobs.js';`),
    script('throw new Error("early");'),
  ];
  for (const worker of workers) {
    await assertRejects(pool(t, { size: 1, worker }).add(1, 2), WorkerLoadError, 'its script');
  }
});

test('where there is no worker, exposing does nothing', async () => {
  const { expose } = await import('/pkg/centaurus.worker.mjs');
  const { close } = globalThis;
  const functions = { add: (a, b) => a + b };
  assert(expose(functions) === functions);
  assert(globalThis.close === close);
  for (const nothing of [{}, { version: 3 }]) {
    let error;
    try { expose(nothing); } catch (thrown) { error = thrown; }
    assert(error instanceof TypeError && error.message.includes('expose({'), String(error));
  }
});
