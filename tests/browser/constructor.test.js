// Making a pool: every form, every wrong option.

import { assert, assertEquals, assertRejects, assertThrows, Centaurus, pool, spyOnWorkers, test } from './pool.js';

const WORKER = '/pkg/centaurus.worker.js';

test('every form of the constructor', async (t) => {
  const forms = [
    [], [undefined], [{}], [undefined, undefined], [WORKER], [new URL(WORKER, location.href)], [WORKER, {}], [WORKER, { size: 1 }],
    [{ worker: WORKER }], [{ worker: new URL(WORKER, location.href), size: { max: 1 } }], ['centaurus.worker.js?relative', undefined],
  ];
  document.head.append(Object.assign(document.createElement('base'), { href: '/pkg/' }));
  t.after(() => document.querySelector('base').remove());
  for (const form of forms) {
    const c = pool(t, ...form);
    assertEquals(await c.run((x) => x + 1, 1), 2);
    c.terminate();
  }
});

test('wrong options are refused at once, by name', () => {
  const wrong = [
    [{ size: 0 }, 'size'], [{ size: -1 }, 'size'], [{ size: 1.5 }, 'size'], [{ size: NaN }, 'size'], [{ size: '4' }, 'size'],
    [{ size: null }, 'size'], [{ size: 5000 }, 'size'], [{ size: { min: -1 } }, 'size.min'], [{ size: { min: 3, max: 2 } }, 'size.min'],
    [{ size: { max: 0 } }, 'size.max'], [{ size: { min: 'one' } }, 'size.min'], [{ idleTimeout: -5 }, 'idleTimeout'],
    [{ idleTimeout: '5' }, 'idleTimeout'], [{ killGrace: NaN }, 'killGrace'], [{ queueLimit: -1 }, 'queueLimit'],
    [{ queueLimit: 0.5 }, 'queueLimit'], [{ worker: 'http://[' }, 'http://['], [{ wasm: 5 }, 'wasm'], [{ wasm: { proxy: true } }, 'wasm'],
  ];
  for (const [options, name] of wrong) {
    const error = assertThrows(() => new Centaurus(options), (error) => error instanceof RangeError || error instanceof TypeError);
    assert(error.message.includes(name), `${JSON.stringify(options)}: ${error.message}`);
  }
  for (const first of [5, true, () => {}, Symbol('s')]) assertThrows(() => new Centaurus(first), TypeError);
  assertThrows(() => Centaurus(), TypeError);
});

test('large and endless numbers are limits like any other', async (t) => {
  const c = pool(t, { size: { min: 0, max: Infinity }, idleTimeout: Infinity, killGrace: Infinity, queueLimit: Infinity });
  assertEquals(await c.run(() => 'ran'), 'ran');
  assertEquals(c.stats().size.min, 0);
});

test('a number is the most there will be, the default is one to as many as there are cores', (t) => {
  assertEquals(pool(t, { size: 3 }).stats().size, { min: 1, max: 3 });
  assertEquals(pool(t).stats().size, { min: 1, max: navigator.hardwareConcurrency });
  assertEquals(pool(t, { size: { min: 2, max: 2 } }).stats().size, { min: 2, max: 2 });
});

test('the name shows in the stats and in the workers', async (t) => {
  const c = pool(t, { name: 'herd', size: 1 });
  assertEquals(c.stats().name, 'herd');
  const name = await c.run(() => self.name);
  assert(name.startsWith('herd'), name);
});

test('making a pool starts no worker', async (t) => {
  const workers = spyOnWorkers(t);
  const c = pool(t);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(workers.length, 0);
  assertEquals(c.stats().spawned, 0);
});

test('it is an EventTarget, and a class to extend', async (t) => {
  class Herd extends Centaurus {
    double(x) {
      return this.run((value) => value * 2, x);
    }
  }
  const c = new Herd({ size: 1 });
  t.after(() => c.terminate());
  assert(c instanceof EventTarget && c instanceof Centaurus);
  assertEquals(await c.double(4), 8);
  assertEquals(await c.with({ timeout: 5_000 }).double(5), 10);
});

test('two pools of a page do not know each other', async (t) => {
  const [a, b] = [pool(t, { size: 1, name: 'a' }), pool(t, { size: 1, name: 'b' })];
  a.define({ which: () => `a in ${self.name}` });
  b.define({ which: () => `b in ${self.name}`, only: () => 'b' });
  assertEquals(await Promise.all([a.which(), b.which(), b.only()]), ['a in a-0', 'b in b-0', 'b']);
  await assertRejects(a.call('only'), 'UnknownFunctionError');
  a.terminate();
  assertEquals(await b.which(), 'b in b-0');
});

test('a worker of a page may have a pool of its own', async (t) => {
  const worker = new Worker(new URL('./fixtures/nested.js', import.meta.url), { type: 'module' });
  t.after(() => worker.terminate());
  const answer = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  assertEquals(answer, { product: 42, packed: { deep: [1, 2] } });
});

test('importing it has no effect on the page', async (t) => {
  const frame = document.createElement('iframe');
  frame.src = '/tests/browser/fixtures/empty.html';
  document.body.append(frame);
  t.after(() => frame.remove());
  await new Promise((resolve) => (frame.onload = resolve));
  const before = Object.getOwnPropertyNames(frame.contentWindow).sort();
  await frame.contentWindow.eval("import('/pkg/centaurus.js')");
  assertEquals(Object.getOwnPropertyNames(frame.contentWindow).sort(), before);
  const loaded = frame.contentWindow.performance.getEntriesByType('resource').map(({ name }) => name);
  assert(!loaded.some((name) => /\.wasm|worker/.test(name)), loaded.join());
});
