// Functions made from their source.

import { assert, assertEquals, assertRejects, countMessages, eventually, outcomes, page, pool, sleep, spyOnWorkers, test, WorkerCrashError } from './pool.js';

test('every form that a function’s source can have', async (t) => {
  const c = pool(t, { size: 1 });
  const key = `computed ${1 + 1}`;
  const prefix = 'dyn';
  await c.define({
    arrow: (x) => x,
    arrowBlock: (x) => { return x; },
    asyncArrow: async (x) => x,
    bare: x => x,
    destructured: ({ a, b: [c] = [7] }, ...rest) => [a, c, rest],
    defaults: (x, y = x + 1) => [x, y],
    method(x) { return x; },
    async asyncMethod(x) { return x; },
    *generatorMethod(x) { yield x; },
    async *asyncGeneratorMethod(x) { yield x; },
    expression: function (x) { return x; },
    named: function inner(x) { return x > 0 ? inner(x - 1) : 'recursed'; },
    asyncExpression: async function (x) { return x; },
    generatorExpression: function* (x) { yield x; },
    [key](x) { return x; },
    async [`${prefix}(]${1}`](x) { return x; },
    *[['a', ']('].join('')](x) { yield x; },
    'quoted name'(x) { return x; },
    12(x) { return x; },
    get(x) { return x; },
    async(x) { return x; },
    static(x) { return x; },
    function(x) { return x; },
    if(x) { return x; },
    ünïcödé(x) { return x; },
    /* a comment */ commented /* and another */(/* in here */ x) /* there */ { return x; /* last */ },
    lineComment: (x) => x // to the end of the line
    ,
    template: (x) => `<${x}>`,
    regexp: (x) => /[/}]+/.test(x),
    strict(x) { 'use strict'; return this === undefined ? 'no task' : x; },
  });
  const plain = [
    'arrow', 'arrowBlock', 'asyncArrow', 'bare', 'method', 'asyncMethod', 'expression', 'asyncExpression', key, `${prefix}(]1`,
    'quoted name', '12', 'get', 'async', 'static', 'function', 'if', 'ünïcödé', 'commented', 'lineComment', 'strict',
  ];
  assertEquals(await outcomes(plain.map((name) => c[name](1))), plain.map(() => 1));
  const generators = ['generatorMethod', 'asyncGeneratorMethod', 'generatorExpression', 'a]('];
  assertEquals(await outcomes(generators.map((name) => c[name](1))), generators.map(() => [1]));
  assertEquals(await outcomes([c.destructured({ a: 1 }, 2, 3), c.defaults(1), c.named(3), c.template(1), c.regexp('//')]), [[1, 7, [2, 3]], [1, 2], 'recursed', '<1>', true]);
});

test('minified source, source from eval, methods of classes and instances', async (t) => {
  const c = pool(t, { size: 1 });
  class Calculator {
    static half(x) { return x / 2; }
    square(x) { return x * x; }
    cube = (x) => x ** 3;
  }
  const sum = new Function('a', 'b', 'return a+b');
  await c.define({
    a:(e,t)=>{let n=e;for(;t--;)n+=e;return n},b(e){return e?.f??(e=>-e)(1)},sum, half: Calculator.half,
    square: Calculator.prototype.square, cube: new Calculator().cube, indirect: (0, eval)('(x) => x + 1'),
  });
  assertEquals(await outcomes([c.a(2, 3), c.b({}), c.sum(1, 2), c.half(4), c.square(3), c.cube(2), c.indirect(1)]), [8, -1, 3, 2, 9, 8, 2]);
});

test('functions without a source, and what is none, are refused and named', async (t) => {
  const c = pool(t, { size: 1 });
  const wrong = { native: Math.max, bound: function () {}.bind(null), number: 5, none: null, undef: undefined, text: '() => 1' };
  for (const [name, value] of Object.entries(wrong)) {
    await assertRejects(c.define({ fine: () => 1, [name]: value }), TypeError, `'${name}'`);
    await assertRejects(c.registerFunctions({ [name]: value }), TypeError, `'${name}'`);
    assert(!(name in c) && !('fine' in c), 'none of a set is registered if one cannot be');
  }
  await assertRejects(c.define({ Klass: class {} }), TypeError, 'Klass');
  await assertRejects(c.define(null), TypeError);
});

test('names that cannot be methods are refused', async (t) => {
  const c = pool(t, { size: 1 });
  for (const name of ['then', 'call', 'terminate', 'ready', 'constructor', 'toString', 'addEventListener', 'zlib', 'hasOwnProperty', '__proto__']) {
    await assertRejects(c.define({ [name]: () => 1 }), TypeError, `'${name}'`);
  }
  await c.define({ catch: () => 1, finally: () => 2, 'with space': () => 3, 0: () => 4, '\ud800': () => 5 });
  assertEquals(await Promise.all([c.catch(), c.finally(), c['with space'](), c[0](), c['\ud800']()]), [1, 2, 3, 4, 5]);
});

test('a set that fails rejects its own promise, its calls fail with the same error, others work', async (t) => {
  const c = pool(t, { size: 1 });
  const before = c.define({ before: () => 'before' });
  // It needs its class.
  class Hidden {
    #secret() { return 1; }
    static get() { return Hidden.prototype; }
    static leak(o) { return o.#secret; }
  }
  const secret = Hidden.leak(new Hidden());
  const failed = c.define({ secret });
  const called = c.secret();
  const after = c.define({ after: () => 'after' });
  await assertRejects(failed, TypeError, '#secret');
  await assertRejects(called, TypeError, '#secret');
  await assertRejects(c.secret(), TypeError, '#secret');
  await Promise.all([before, after]);
  assertEquals(await Promise.all([c.before(), c.after()]), ['before', 'after']);
});

test('what failed is not given to later workers', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({ quit() { self.close(); }, seen: () => self.seen ?? [] });
  await assertRejects(c.setup(() => { self.seen = ['failed']; throw new RangeError('no'); }), RangeError, 'no');
  await c.setup(() => (self.seen = [...(self.seen ?? []), 'worked']));
  assertEquals(await c.seen(), ['failed', 'worked']);
  await assertRejects(c.quit(), WorkerCrashError);
  assertEquals(await c.seen(), ['worked']);
});

test('registering a name again replaces the function, in later workers too', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({ version: () => 1, quit() { self.close(); } });
  const old = c.version;
  assertEquals(await c.version(), 1);
  c.define({ version: () => 2 });
  assertEquals(await c.version(), 2);
  assertEquals(await c.call('version'), 2);
  assertEquals(await old(), 1, 'a method that was kept is what it was');
  await assertRejects(c.quit(), WorkerCrashError);
  assertEquals(await c.version(), 2);
});

test('a worker that starts later is given everything, in order, before its first call', async (t) => {
  const c = pool(t, { size: 3 });
  await c.setup(() => (self.order = ['setup 1']));
  await c.define({ first: () => self.order });
  await c.setup(() => self.order.push('setup 2'));
  await c.define({ second: () => self.order, wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) });
  await c.setup(() => self.order.push('setup 3'));
  const [held] = [c.wait(100), c.wait(100)];
  assertEquals(await c.second(), ['setup 1', 'setup 2', 'setup 3']);
  assertEquals(await c.broadcast('first'), Array(3).fill(['setup 1', 'setup 2', 'setup 3']));
  await held;
});

test('a function is registered in all workers before it is called in any', async (t) => {
  const c = pool(t, { size: 3 });
  await c.define({ name: () => self.name });
  await c.broadcast('name');
  for (let i = 0; i < 20; i += 1) {
    c.define({ [`late${i}`]: () => 'there' });
    assertEquals(await c.broadcast(`late${i}`), ['there', 'there', 'there']);
  }
});

test('functions are named in the debugger and in stacks', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({ 'odd name/ü'() { throw new Error('where'); } });
  const { stack } = await assertRejects(c['odd name/ü'](), Error, 'where');
  // WebKit's stacks name the functions of evaluated source, but not the source.
  const name = page.engine === 'webkit' ? 'odd name/ü' : `centaurus:///${encodeURIComponent('odd name/ü')}.js`;
  assert(stack.includes(name), stack);
});

test('functions see the worker’s globals, and none of the runtime’s', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({
    globals: () => [typeof importScripts, typeof document, typeof fetch, self === globalThis],
    inner: () => [typeof source, typeof context, typeof evaluate, typeof name],
    keep: (value) => { var kept = value; globalThis.kept = kept; },
    kept: () => globalThis.kept,
  });
  assertEquals(await c.globals(), ['function', 'undefined', 'function', true]);
  assertEquals(await c.inner(), ['undefined', 'undefined', 'undefined', 'string']);
  await c.keep(5);
  assertEquals(await c.kept(), 5);
});

test('a sloppy function stays sloppy, a strict one strict', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({
    sloppy: new Function('undeclared = 5; return undeclared'),
    strict() { 'use strict'; try { undeclaredToo = 5; return 'sloppy'; } catch ({ name }) { return name; } },
  });
  assertEquals(await Promise.all([c.sloppy(), c.strict()]), [5, 'ReferenceError']);
});

test('setup runs once in every worker, sync or async, with its arguments', async (t) => {
  const c = pool(t, { size: 2 });
  const table = { rows: [1, 2] };
  const set = c.setup(async (value, n) => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    self.runs = (self.runs ?? 0) + 1;
    self.table = value.rows.map((row) => row * n);
  }, table, 10);
  table.rows.push('changed afterwards');
  c.define({ look: () => [self.runs, self.table], quit() { self.close(); } });
  assertEquals(await c.look(), [1, [10, 20]]);
  await set;
  assertEquals(await c.broadcast('look'), [[1, [10, 20]], [1, [10, 20]]]);
  await assertRejects(c.quit(), WorkerCrashError);
  assertEquals(await c.broadcast('look'), [[1, [10, 20]], [1, [10, 20]]]);
});

test('setup that fails, or cannot be cloned, rejects', async (t) => {
  const c = pool(t, { size: 1 });
  await assertRejects(c.setup(() => { throw new RangeError('sync'); }), RangeError, 'sync');
  await assertRejects(c.setup(async () => { throw new RangeError('async'); }), RangeError, 'async');
  await assertRejects(c.setup((f) => f, () => {}), 'DataCloneError', "'setup'");
  await assertRejects(c.setup('code'), TypeError);
  assertEquals(await c.run(() => 'usable'), 'usable');
});

test('setup that fails in a later worker only: it is replaced, the others work on', async (t) => {
  const c = pool(t, { size: 2 });
  await c.setup(async (url) => {
    const seen = await (await fetch(url.replace('/counted/', '/count/').replace(/\/tests.*/, ''))).json();
    await fetch(url);
    if (seen === 1) throw new RangeError('the second fails once');
  }, new URL(`/fault/counted/setup-${crypto.randomUUID()}/tests/browser/fixtures/umd.js`, location.href).href);
  await c.define({ wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms, self.name)) });
  const names = await eventually(async () => {
    const seen = await Promise.all([c.wait(50), c.wait(50)]);
    return new Set(seen).size === 2 && seen;
  });
  assertEquals(names.sort(), ['centaurus-0', 'centaurus-1']);
});

test('registrations of one tick travel in one message', async (t) => {
  const messages = [];
  spyOnWorkers(t, (Worker) => class extends Worker {
    postMessage(message, ...rest) {
      messages.push(message);
      super.postMessage(message, ...rest);
    }
  });
  const c = pool(t, { size: 1 });
  await c.run(() => 1);
  const before = messages.length;
  await Promise.all([c.define({ a: () => 1 }), c.define({ b: () => 2 }), c.setup(() => {})]);
  assertEquals(messages.length - before, 1);
});

test('a thousand functions', async (t) => {
  const c = pool(t, { size: 2 });
  await c.define(Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`f${i}`, new Function('x', `return x + ${i}`)])));
  const results = await Promise.all(Array.from({ length: 1_000 }, (_, i) => c[`f${i}`](1)));
  assertEquals(results, Array.from({ length: 1_000 }, (_, i) => i + 1));
  await sleep(0);
});

test('the same functions again are registered once; others of their names replace them', async (t) => {
  const c = pool(t, { size: 1 });
  const counts = countMessages(t);
  const first = () => c.define({ which: () => 'first', also: () => 1 });
  await first();
  const sent = counts.out;
  for (let i = 0; i < 1000; i++) await first();
  assertEquals(counts.out, sent);
  assertEquals(await c.which(), 'first');
  await c.define({ which: () => 'second' });
  assertEquals(await c.which(), 'second');
  await first();
  assertEquals(await c.which(), 'first');
  await c.registerFunctions({ which: (resolve) => resolve('third') });
  assertEquals(await c.which(), 'third');
});
