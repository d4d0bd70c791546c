// Functions that an ES module exports: no eval.

import { assert, assertEquals, assertRejects, fixture, origin2, outcomes, pool, test, WorkerCrashError } from './pool.js';

test('with names: methods at once, of every kind of export', async (t) => {
  const c = pool(t, { size: 1 });
  const registered = c.registerModule(fixture('module.js'), ['add', 'later', 'count', 'fail', 'task']);
  assertEquals(await outcomes([c.add(1, 2), c.later('x'), c.count(3), c.fail(), c.task()]), [3, 'x', [0, 1, 2], 'RangeError', true]);
  assert((await registered) === c);
  await assertRejects(c.call('tally'), 'UnknownFunctionError');
  const streamed = [];
  for await (const value of c.stream('count', 3)) streamed.push(value);
  assertEquals(streamed, [0, 1, 2]);
});

test('without names: whatever functions it exports', async (t) => {
  const c = pool(t, { size: 1 });
  const registered = c.registerModule(new URL(fixture('module.js')));
  const called = c.call('add', [1, 2]);
  assert((await registered) === c);
  assertEquals(await Promise.all([called, c.add(3, 4), c.tally(), c.tally()]), [3, 7, 1, 2]);
  assert(!('version' in c), 'a number is no function');
});

test('a module is evaluated once in a worker, and again in the next', async (t) => {
  const c = pool(t, { size: 1 });
  c.registerModule(fixture('module.js'), ['tally']);
  c.define({ quit() { self.close(); } });
  assertEquals([await c.tally(), await c.tally()], [1, 2]);
  await c.registerModule(fixture('module.js'), ['tally', 'add']);
  assertEquals(await c.tally(), 3);
  await assertRejects(c.quit(), WorkerCrashError);
  assertEquals([await c.tally(), await c.add(1, 1)], [1, 2]);
});

test('later workers know what a module without names exports', async (t) => {
  const c = pool(t, { size: 3 });
  await c.registerModule(fixture('module.js'));
  assertEquals(await c.broadcast('add', 1, 2), [3, 3, 3]);
  await c.define({ quit() { self.close(); } });
  await assertRejects(c.quit(), WorkerCrashError);
  assertEquals(await c.broadcast('tally'), await c.broadcast('tally').then((counts) => counts.map((n) => n - 1)));
});

test('names that are taken are left out, with a warning', async (t) => {
  const c = pool(t, { size: 1 });
  const warnings = [];
  c.addEventListener('warning', (event) => {
    event.preventDefault();
    warnings.push(event.detail);
  });
  await c.registerModule(fixture('awkward-module.js'));
  assertEquals(await c.usable(), 'usable');
  assertEquals(warnings.map(({ names }) => names.sort()), [['close', 'stats']]);
  assert(warnings[0].message.includes('awkward-module.js'), warnings[0].message);
  await assertRejects(c.registerModule(fixture('awkward-module.js'), ['usable', 'close']), TypeError, "'close'");
});

test('an export that is not there, or no function, is named', async (t) => {
  const c = pool(t, { size: 1 });
  const failed = c.registerModule(fixture('module.js'), ['add', 'notThere', 'version']);
  const called = c.add(1, 2);
  const error = await assertRejects(failed, TypeError, 'module.js');
  for (const text of ['notThere', 'version', 'add', 'later']) assert(error.message.includes(text), error.message);
  await assertRejects(called, TypeError, 'notThere');
});

test('a module that is missing, broken or throws rejects, and costs nobody else anything', async (t) => {
  const c = pool(t, { size: 1 });
  c.define({ fine: () => 'fine' });
  await assertRejects(c.registerModule('/fault/404/module.js', ['f']), TypeError, '/fault/404/module.js');
  await assertRejects(c.registerModule('/fault/html/tests/browser/fixtures/module.js'), () => true);
  await assertRejects(c.registerModule(fixture('syntax-error.js')), SyntaxError);
  await assertRejects(c.registerModule(fixture('broken-module.js'), ['never']), Error, 'while it was evaluated');
  await assertRejects(c.never(), Error, 'while it was evaluated');
  await assertRejects(c.call('unknown'), 'UnknownFunctionError');
  await assertRejects(c.registerModule('http://['), TypeError, 'http://[');
  assertEquals(await c.fine(), 'fine');
});

test('a module of another origin', async (t) => {
  const c = pool(t, { size: 1 });
  await c.registerModule(`${origin2}/tests/browser/fixtures/module.js`, ['add']);
  assertEquals(await c.add(20, 22), 42);
});

test('a module made on the spot', async (t) => {
  const c = pool(t, { size: 1 });
  const url = URL.createObjectURL(new Blob(['export const triple = (x) => 3 * x;'], { type: 'text/javascript' }));
  t.after(() => URL.revokeObjectURL(url));
  await c.registerModule(url, ['triple']);
  await c.registerModule('data:text/javascript,export function half(x) { return x / 2 }');
  assertEquals(await Promise.all([c.triple(2), c.half(2)]), [6, 1]);
});

test('a wasm-bindgen package is initialised before its first call', async (t) => {
  const c = pool(t, { size: 2 });
  c.registerModule(fixture('greeter/greeter.js'), ['add', 'isReady']);
  assertEquals(await Promise.all([c.add(40, 2), c.isReady()]), [42, true]);
  assertEquals(await c.broadcast('add', 1, 2), [3, 3]);
  const unnamed = pool(t, { size: 1 });
  await unnamed.registerModule(fixture('greeter/greeter.js'));
  assertEquals(await unnamed.add(1, 2), 3);
  assert(!('initSync' in unnamed) && !('default' in unnamed));
});

test('a wasm-bindgen package whose wasm is missing rejects', async (t) => {
  const c = pool(t, { size: 1 });
  const text = (await (await fetch(fixture('greeter/greeter.js'))).text()).replace("'greeter_bg.wasm', import.meta.url", `'${location.origin}/fault/404/greeter_bg.wasm'`);
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  t.after(() => URL.revokeObjectURL(url));
  await assertRejects(c.registerModule(url, ['add']), () => true);
  await assertRejects(c.add(1, 2), () => true);
});
