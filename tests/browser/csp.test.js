// Under a policy without 'unsafe-eval': modules and services work, functions from source say what to do instead.

import { assert, assertEquals, assertRejects, fixture, outcomes, page, pool, test, WorkerCrashError } from './pool.js';

/** A test on a page with the strict policy, whose document sees no breach of it. */
function strict(name, body) {
  const watched = async (t) => {
    const breaches = [];
    const note = ({ violatedDirective, blockedURI }) => breaches.push(`${violatedDirective}: ${blockedURI}`);
    document.addEventListener('securitypolicyviolation', note);
    t.after(() => document.removeEventListener('securitypolicyviolation', note));
    assert(page.csp);
    await body(t);
    // Reports of a breach are tasks of their own.
    await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(breaches, []);
  };
  test(name, watched, { csp: true });
}

const module = fixture('module.js');

test('the document does see a breach', async () => {
  const seen = new Promise((resolve) => document.addEventListener('securitypolicyviolation', resolve, { once: true }));
  await assertRejects(async () => (0, eval)('1'), EvalError);
  assertEquals((await seen).effectiveDirective, 'script-src');
}, { csp: true });

strict('the pool starts', async (t) => {
  const c = pool(t, { size: { min: 2, max: 2 } });
  await c.ready;
  assertEquals([c.stats().spawned, c.stats().crashes], [2, 0]);
});

strict('modules: with names and without', async (t) => {
  const named = pool(t, { size: 1 });
  const registered = named.registerModule(module, ['add', 'later', 'count', 'fail', 'task']);
  assertEquals(await outcomes([named.add(1, 2), named.later('x'), named.count(3), named.fail(), named.task()]), [3, 'x', [0, 1, 2], 'RangeError', true]);
  await registered;
  const unnamed = pool(t, { size: 1 });
  await unnamed.registerModule(module);
  assertEquals(await Promise.all([unnamed.add(3, 4), unnamed.tally(), unnamed.tally()]), [7, 1, 2]);
});

strict('a package of wasm-bindgen’s', async (t) => {
  const c = pool(t, { size: 1 });
  await c.registerModule(fixture('greeter/greeter.js'), ['add', 'isReady']);
  assertEquals(await Promise.all([c.isReady(), c.add(2, 3)]), [true, 5]);
});

strict('the services', async (t) => {
  const c = pool(t, { size: 2 });
  const value = { list: Array(500).fill('the same'), bytes: new Uint8Array([1, 2]), big: 2n ** 60n };
  assertEquals(await c.unpack(await c.pack(value)), value);
  assertEquals(await c.msgpack.decode(await c.msgpack.encode(value)), value);
  const data = new Uint8Array(100_000).fill(7);
  const packed = await c.zlib.compress(new Blob([data]), { format: 'gzip' });
  assertEquals(await c.zlib.decompress(packed, { format: 'gzip' }), data);
  const reader = new Blob([packed]).stream().pipeThrough(c.zlib.decompressStream({ format: 'gzip' })).getReader();
  let length = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) length += read.value.length;
  assertEquals(length, data.length);
  await assertRejects(c.msgpack.decode(new Uint8Array([0xc1])), 'CorruptError');
});

strict('streams of a module’s generator', async (t) => {
  const c = pool(t, { size: 1 });
  c.registerModule(module, ['count', 'add']);
  const values = [];
  for await (const value of c.stream('count', 1000)) values.push(value);
  assertEquals(values, Array.from({ length: 1000 }, (_, i) => i));
  for await (const value of c.stream('count', Infinity)) {
    if (value === 100) break;
  }
  assertEquals(await c.add(1, 1), 2);
});

strict('broadcast', async (t) => {
  const c = pool(t, { size: 3 });
  await c.registerModule(module, ['tally', 'add']);
  assertEquals(await c.broadcast('add', 1, 2), [3, 3, 3]);
  assertEquals(await c.broadcast('tally'), [1, 1, 1]);
  assertEquals(c.stats().spawned, 3);
});

strict('abort: a call that waits, a stream, a call that never yields', async (t) => {
  const c = pool(t, { size: 1, killGrace: 50 });
  await c.registerModule(module, ['count', 'add', 'later']);
  const reason = new RangeError('changed my mind');
  const stream = new AbortController();
  const streamed = await assertRejects(async () => {
    for await (const value of c.with({ signal: stream.signal }).stream('count', Infinity)) {
      if (value === 10) stream.abort(reason);
    }
  }, RangeError);
  assert(streamed === reason);
  const running = new AbortController();
  const waiting = new AbortController();
  // Collects its values without end.
  const endless = c.with({ signal: running.signal }).count(1e9);
  const never = c.with({ signal: waiting.signal }).add(1, 2);
  const moved = c.add(3, 4);
  await new Promise((resolve) => setTimeout(resolve, 100));
  waiting.abort(reason);
  assert((await assertRejects(never)) === reason);
  running.abort(reason);
  assert((await assertRejects(endless)) === reason);
  assertEquals(await moved, 7);
  assertEquals(c.stats().spawned, 2);
});

strict('a worker that dies is replaced, with its modules and the services', async (t) => {
  const c = pool(t, { size: 1 });
  await c.registerModule(module, ['add']);
  await c.registerModule(fixture('trap.js'), ['trapInTimer']);
  const packed = await c.pack([1, 2]);
  await assertRejects(c.trapInTimer(), WorkerCrashError);
  assertEquals(await Promise.all([c.add(1, 2), c.unpack(packed)]), [3, [1, 2]]);
  assertEquals([c.stats().spawned, c.stats().crashes], [2, 1]);
});

const sources = {
  define: (c) => c.define({ shout: (text) => `${text}!` }),
  registerFunctions: (c) => c.registerFunctions({ shout: (resolve, _reject, text) => resolve(`${text}!`) }),
  run: (c) => c.run(() => 1),
  setup: (c) => c.setup(() => {}),
};
for (const [name, register] of Object.entries(sources)) {
  strict(`${name}: source is refused with what to do instead, and the worker stays`, async (t) => {
    const c = pool(t, { size: 1 });
    await c.registerModule(module, ['add', 'tally']);
    assertEquals(await c.tally(), 1);
    const error = await assertRejects(register(c), EvalError, 'registerModule');
    assertEquals(error.name, 'EvalError');
    assert(error.message.includes('Content Security Policy') && error.message.includes("'unsafe-eval'"), error.message);
    if (name === 'define' || name === 'registerFunctions') {
      assert(error.message.includes("'shout'"), error.message);
      assert(!(await outcomes([c.call('shout', ['a'])])).includes('a!'));
    }
    assertEquals(await Promise.all([c.add(1, 2), c.tally()]), [3, 2]);
    assertEquals(await c.unpack(await c.pack([1])), [1]);
    assertEquals([c.stats().spawned, c.stats().crashes], [1, 0]);
  });

  strict(`${name}: as the first thing that a pool is asked`, async (t) => {
    const c = pool(t, { size: 1 });
    await assertRejects(register(c), EvalError, 'registerModule');
    await c.registerModule(module, ['add']);
    assertEquals(await c.add(1, 2), 3);
    assertEquals([c.stats().spawned, c.stats().crashes], [1, 0]);
  });
}

strict('a call of what the policy refused is told why', async (t) => {
  const c = pool(t, { size: 1 });
  const [registered, early] = await Promise.allSettled([c.define({ shout: () => 1 }), c.shout()]);
  assert(registered.reason instanceof EvalError, String(registered.reason));
  assertEquals(early.status, 'rejected');
  assert(early.reason.message.includes("'shout'"), early.reason.message);
  assert(!(await outcomes([c.call('shout')])).includes(1));
});
