// The ways to call a function.

import { assert, assertEquals, assertRejects, hold, outcomes, pool, QueueFullError, sleep, test, UnknownFunctionError } from './pool.js';

async function ready(t, options) {
  const c = pool(t, { size: 1, ...options });
  await c.define({
    add: (a, b) => a + b,
    echo: (value) => value,
    wait: (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value)),
    sign: () => self.sign ??= Math.random(),
  });
  return c;
}

test('a function is a method before its registration resolves', async (t) => {
  const c = pool(t);
  c.registerFunctions({ add: (resolve, reject, a, b) => resolve(a + b) });
  c.define({ multiply: (a, b) => a * b });
  assertEquals(await Promise.all([c.add(2, 3), c.multiply(2, 3)]), [5, 6]);
}, { isolated: 'both' });

test('the original form: resolve, reject, now or later, once', async (t) => {
  const c = pool(t, { size: 1 });
  const same = await c.registerFunctions({
    now: (resolve, reject, x) => resolve(x),
    later: (resolve, reject, x) => void setTimeout(resolve, 5, x),
    no: (resolve, reject, x) => reject(x),
    noLater: (resolve, reject, x) => void setTimeout(reject, 5, x),
    thrown() { throw new RangeError('thrown'); },
    rejected: async () => { throw new RangeError('rejected'); },
    once: (resolve, reject) => { resolve(1); resolve(2); reject(new Error('three')); throw new Error('four'); },
    promised: (resolve) => resolve(new Promise((yes) => setTimeout(yes, 5, 'promised'))),
    nothing: (resolve) => resolve(),
    waits: async (resolve, reject, x) => { await null; resolve(x + 1); },
  });
  assert(same === c);
  assertEquals(await outcomes([
    c.now(1), c.later(2), c.no('no'), c.noLater('later'), c.thrown(), c.rejected(), c.once(), c.promised(), c.nothing(), c.waits(3),
  ]), [1, 2, 'no', 'later', 'RangeError', 'RangeError', 1, 'promised', undefined, 4]);
});

test('the plain form: value, promise, generator, async generator', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({
    value: (x) => x,
    promise: async (x) => x,
    *generator(n) { for (let i = 0; i < n; i += 1) yield i; },
    async *asyncGenerator(n) { for (let i = 0; i < n; i += 1) yield i; },
    *promises() { yield Promise.resolve(1); yield 2; },
    iterable: () => new Set([1, 2]),
    later: async function* () { yield 1; },
    returned: async () => (function* () { yield 'from a promise'; })(),
    throwing: function* () { yield 1; throw new RangeError('halfway'); },
  });
  assertEquals(await outcomes([
    c.value(1), c.promise(2), c.generator(3), c.asyncGenerator(2), c.promises(), c.iterable(), c.later(), c.returned(), c.throwing(),
  ]), [1, 2, [0, 1, 2], [0, 1], [1, 2], new Set([1, 2]), [1], ['from a promise'], 'RangeError']);
});

test('calls of one worker run one after another, async ones too', async (t) => {
  const c = await ready(t);
  await c.define({
    async alone() {
      self.inside = (self.inside ?? 0) + 1;
      const seen = self.inside;
      await new Promise((resolve) => setTimeout(resolve, 3));
      self.inside -= 1;
      return seen;
    },
  });
  assertEquals(await Promise.all(Array.from({ length: 20 }, () => c.alone())), Array(20).fill(1));
});

test('results come back to their own calls, in any order of ending', async (t) => {
  const c = await ready(t, { size: 4 });
  const calls = Array.from({ length: 40 }, (_, i) => c.wait((i * 7) % 20, i));
  assertEquals(await Promise.all(calls), Array.from({ length: 40 }, (_, i) => i));
});

test('call() by name, with arguments and options', async (t) => {
  const c = await ready(t);
  assertEquals(await c.call('add', [1, 2]), 3);
  assertEquals(await c.call('echo'), undefined);
  assertEquals(await c.call('add', [1, 2], { timeout: 5_000, priority: 1 }), 3);
  await assertRejects(c.call('wait', [500], { timeout: 10 }), 'TimeoutError');
  await assertRejects(c.with({ timeout: 10 }).call('wait', [500]), 'TimeoutError');
  assertEquals(await c.with({ timeout: 10 }).call('wait', [50, 'own'], { timeout: 5_000 }), 'own');
  await assertRejects(c.call('echo', 5), TypeError);
});

test('call() keeps its place among method calls of the same tick', async (t) => {
  const c = await ready(t);
  await c.define({ note: (x) => (self.notes = [...(self.notes ?? []), x]).length, notes: () => self.notes });
  await Promise.all([c.note(1), c.call('note', [2]), c.with({ priority: 0 }).note(3), c.with({}).call('note', [4]), c.note(5)]);
  assertEquals(await c.notes(), [1, 2, 3, 4, 5]);
});

test('with() makes a view: the options hold for everything that is called through it', async (t) => {
  const c = await ready(t, { size: 1, killGrace: 50 });
  const quick = c.with({ timeout: 20 });
  assert(quick instanceof c.constructor);
  const late = [
    quick.wait(400), quick.call('wait', [400]), quick.run(() => new Promise(() => {})), quick.broadcast('wait', 400),
    quick.stream('wait', 400).next(),
  ];
  assertEquals(await outcomes(late), Array(5).fill('TimeoutError'));
  assertEquals(await quick.with({ timeout: 5_000 }).wait(40, 'longer'), 'longer');
  assertEquals(await c.wait(40, 'the pool itself'), 'the pool itself');
  const off = c.with({ signal: AbortSignal.abort('off') });
  assertEquals(await outcomes([off.pack(1), off.msgpack.encode(1), off.zlib.compress(new Uint8Array(4)), off.unpack(new Uint8Array(1))]), Array(4).fill('off'));
});

test('through a view everything else is the pool’s', async (t) => {
  const c = await ready(t);
  const view = c.with({ timeout: 5_000 });
  const defined = await view.define({ twice: (x) => 2 * x });
  assertEquals(await Promise.all([defined.twice(2), c.twice(3), view.twice(4)]), [4, 6, 8]);
  await view.setup(() => (self.set = 'up'));
  assertEquals(await c.run(() => self.set), 'up');
  let heard = 0;
  view.addEventListener('own', () => (heard += 1));
  c.dispatchEvent(new Event('own'));
  view.dispatchEvent(new Event('own'));
  assertEquals(heard, 2);
  assertEquals(view.stats().size, { min: 1, max: 1 });
  await view.ready;
  await view.close();
  await assertRejects(c.echo(1), 'TerminatedError');
});

test('a method may be passed around', async (t) => {
  const c = await ready(t);
  const { add } = c;
  assertEquals(await add(1, 2), 3);
  assertEquals(await Promise.all([1, 2, 3].map((x) => c.echo(x))), [1, 2, 3]);
  assertEquals(await [5].map(c.echo)[0], 5);
});

test('run() of functions that are not registered', async (t) => {
  const c = await ready(t);
  const source = function (a, b) { return [a * b, typeof this.progress]; };
  assertEquals(await c.run(source, 6, 7), [42, 'function']);
  assertEquals(await c.run(async (x) => x + 1, 1), 2);
  assertEquals(await c.run(function* () { yield 1; yield 2; }), [1, 2]);
  assertEquals(await c.run({ method(x) { return x; } }.method, 'shorthand'), 'shorthand');
  await assertRejects(c.run('not a function'), TypeError);
  await assertRejects(c.run(Math.max, 1, 2), TypeError, 'native');
  await assertRejects(c.run(class {}), TypeError, 'class');
  await assertRejects(c.run(() => notThere), ReferenceError);
  const calls = Array.from({ length: 200 }, (_, i) => c.run(new Function('x', `return x + ${i}`), i));
  assertEquals(await Promise.all(calls), Array.from({ length: 200 }, (_, i) => 2 * i));
});

test('broadcast() runs once on every worker', async (t) => {
  const c = await ready(t, { size: 3 });
  const signs = await c.broadcast('sign');
  assertEquals([signs.length, new Set(signs).size], [3, 3]);
  assertEquals((await c.broadcast('sign')).sort(), signs.sort());
  assertEquals(await c.broadcast('add', 1, 2), [3, 3, 3]);
  assertEquals(c.stats().workers.length, 3);
  const flexible = await ready(t, { size: { min: 1, max: 4 } });
  assertEquals((await flexible.broadcast('sign')).length, 1);
  await Promise.all([flexible.wait(60), flexible.wait(60)]);
  assertEquals((await flexible.broadcast('sign')).length, 2);
});

test('broadcast() takes a signal and a timeout, and fails with the first that fails', async (t) => {
  const c = await ready(t, { size: 2 });
  const controller = new AbortController();
  const aborted = c.with({ signal: controller.signal }).broadcast('wait', 10_000);
  const late = c.with({ timeout: 30 }).broadcast('wait', 10_000);
  await sleep(10);
  controller.abort('off');
  assertEquals(await outcomes([aborted, late]), ['off', 'TimeoutError']);
  assertEquals(await c.broadcast('echo', 1), [1, 1]);
  await c.define({ picky: () => { if (self.name.endsWith('1')) throw new RangeError('not I'); return 'I'; } });
  await assertRejects(c.broadcast('picky'), RangeError, 'not I');
  await assertRejects(c.broadcast('echo', () => {}), 'DataCloneError');
  await assertRejects(c.with({ transfer: [new ArrayBuffer(1)] }).broadcast('echo'), TypeError, 'transfer');
  const progress = [];
  await c.define({ report() { this.progress(self.name); } });
  await c.with({ onProgress: (name) => progress.push(name) }).broadcast('report');
  assertEquals(progress.sort(), ['centaurus-0', 'centaurus-1']);
});

test('an unknown function is told with the nearest names, wherever it is called', async (t) => {
  const c = await ready(t);
  await c.define({ resize: () => 1, compress: () => 2, comprise: () => 3 });
  const error = await assertRejects(c.call('resise'), UnknownFunctionError);
  assertEquals([error.name, error.nearest], ['UnknownFunctionError', ['resize']]);
  assert(error.message.includes("'resise'") && error.message.includes("'resize'"), error.message);
  assertEquals((await assertRejects(c.call('compres'), UnknownFunctionError)).nearest, ['compress', 'comprise']);
  assertEquals((await assertRejects(c.call('RESIZE'), UnknownFunctionError)).nearest, ['resize']);
  assertEquals((await assertRejects(c.call('entirely different'), UnknownFunctionError)).nearest, []);
  await assertRejects(c.broadcast('ad'), UnknownFunctionError, "'add'");
  await assertRejects(c.stream('ad').next(), UnknownFunctionError, "'add'");
  await assertRejects(pool(t).call('before anything is registered'), UnknownFunctionError);
  for (const name of ['toString', 'constructor', '__proto__', 'terminate', 'call', '', undefined, null, 5, {}]) await assertRejects(c.call(name), UnknownFunctionError);
  assertEquals(await c.add(1, 1), 2);
});

test('over the queue’s limit a call is refused at once, the others are not', async (t) => {
  const c = await ready(t, { queueLimit: 5 });
  const release = await hold(c);
  const calls = Array.from({ length: 10 }, (_, i) => c.echo(i));
  const settled = await Promise.race([Promise.allSettled(calls.slice(5)), sleep(30)]);
  assert(settled, 'refused at once');
  for (const { reason } of settled) {
    assert(reason instanceof QueueFullError, String(reason));
    assert(reason.message.includes("'echo'") && reason.message.includes('queueLimit'), reason.message);
  }
  release();
  assertEquals(await outcomes(calls.slice(0, 5)), [0, 1, 2, 3, 4]);
  assertEquals(await c.echo('room again'), 'room again');
});

test('the queue has its limit while the pool starts, too', async (t) => {
  const c = pool(t, { size: 1, queueLimit: 3, wasm: '/fault/slow/150/pkg/centaurus.wasm?queue' });
  c.define({ echo: (x) => x });
  const calls = Array.from({ length: 8 }, (_, i) => c.echo(i));
  const early = await Promise.race([Promise.allSettled(calls.slice(4)), sleep(100)]);
  assertEquals(early?.map(({ reason }) => reason.name), Array(4).fill('QueueFullError'));
  assertEquals(await outcomes(calls.slice(0, 4)), [0, 1, 2, 3]);
});

test('a limit of 0 lets nobody wait', async (t) => {
  const c = await ready(t, { size: 1, queueLimit: 0 });
  const [first, second] = await outcomes([c.wait(20, 'ran'), c.echo(1)]);
  assertEquals([first, second], ['ran', 'QueueFullError']);
});

test('progress arrives in order, before the result', async (t) => {
  const c = await ready(t);
  await c.define({
    async work(n) {
      for (let i = 0; i < n; i += 1) {
        this.progress({ done: i });
        if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return 'finished';
    },
    busy() {
      const end = performance.now() + 100;
      let i = 0;
      while (performance.now() < end) this.progress(i++);
    },
  });
  const seen = [];
  const result = await c.with({ onProgress: ({ done }) => seen.push(done) }).work(50);
  assertEquals([result, seen], ['finished', Array.from({ length: 50 }, (_, i) => i)]);
  assertEquals(await c.work(3), 'finished', 'nobody has to listen');
  let during = 0;
  let over = false;
  await c.with({ onProgress: () => (over ? 0 : (during += 1)) }).busy().then(() => (over = true));
  assert(during > 1, 'a busy task’s progress does not wait for its end');
  await assertRejects(c.with({ onProgress: 'loud' }).work(1), TypeError, 'onProgress');
});

test('a progress listener that throws disturbs nobody and is heard of', async (t) => {
  const c = await ready(t);
  await c.define({ report() { this.progress(1); return 'fine'; } });
  const told = new Promise((resolve) => addEventListener('error', ({ error }) => resolve(error), { once: true }));
  const calls = [c.with({ onProgress: () => { throw new RangeError('from the listener'); } }).report(), c.echo(2)];
  assertEquals(await Promise.all(calls), ['fine', 2]);
  assertEquals((await told).message, 'from the listener');
}, { allowErrors: true });

test('a listener may call the pool', async (t) => {
  const c = await ready(t);
  await c.define({ report() { this.progress(1); return 'fine'; } });
  const inner = [];
  await c.with({ onProgress: () => inner.push(c.add(1, 2), c.run(() => 'one-off')) }).report();
  assertEquals(await Promise.all(inner), [3, 'one-off']);
});

test('wrong call options are refused by name', async (t) => {
  const c = await ready(t);
  const wrong = {
    priority: [1.5, 'high', NaN], retry: [-1, 0.5, 'often'], key: [5, {}], timeout: ['soon'], transfer: ['all', 5], signal: ['stop'],
  };
  for (const [option, values] of Object.entries(wrong)) {
    for (const value of values) {
      const error = await assertRejects(c.with({ [option]: value }).echo(1), () => true);
      assert(error instanceof TypeError || error instanceof RangeError, String(error));
      assert(error.message.includes(option), error.message);
    }
  }
  assertEquals(await c.with({ priority: Infinity, retry: Infinity, key: '', unknown: 1 }).echo('fine'), 'fine');
});

test('the task is `this`, in functions and in arrows', async (t) => {
  const c = await ready(t);
  await c.define({
    plain() { return [typeof this.progress, typeof this.transfer, this.signal instanceof AbortSignal, this.signal.aborted]; },
    arrow: () => [typeof this.progress, typeof this.transfer, this.signal instanceof AbortSignal, this.signal.aborted],
    async later() { await null; return this.signal.aborted; },
    arrowLater: async () => { await null; return this.signal.aborted; },
  });
  const whole = ['function', 'function', true, false];
  assertEquals(await Promise.all([c.plain(), c.arrow(), c.later(), c.arrowLater()]), [whole, whole, false, false]);
  const progress = [];
  await c.with({ onProgress: (value) => progress.push(value) }).run(async () => { await null; this.progress('from an arrow'); });
  assertEquals(progress, ['from an arrow']);
});

test('calls made in the handler of a result go on', async (t) => {
  const c = await ready(t);
  let n = 0;
  const chain = async () => {
    while (n < 200) n = await c.add(n, 1);
  };
  await chain();
  assertEquals(n, 200);
});
