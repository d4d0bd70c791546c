// What may be registered: plain objects, instances of classes, modules; and what compilers have written into a source.

import { assert, assertEquals, assertRejects, listen, pool, test } from './pool.js';
import * as functions from './fixtures/functions.js';

test('an instance has its own functions and its class\u2019s, inherited ones too', async (t) => {
  const { c, warnings } = listen(t);
  class Base {
    inherited(a) { return a - 1; }
    add() { return 'hidden'; }
  }
  class Jobs extends Base {
    rate = 2;
    own = (a) => a * 3;
    add(a, b) { return a + b; }
    async later(a) { return a; }
    *count(to) { for (let i = 0; i < to; i++) yield i; }
    get never() { throw new Error('a getter was called'); }
    static not() {}
  }
  await c.define(new Jobs());
  assertEquals([await c.inherited(1), await c.own(1), await c.add(1, 2), await c.later(4), await c.count(2)], [0, 3, 3, 4, [0, 1]]);
  assert(!('not' in c) && !('rate' in c) && !('never' in c));
  class Evented extends EventTarget { twice(a) { return 2 * a; } }
  await c.registerFunctions(new (class { later(resolve) { resolve(5); } })());
  await c.define(new Evented());
  assertEquals([await c.twice(2), await c.later()], [4, 5]);
  assertEquals(warnings, []);
});

test('modules and objects without a prototype', async (t) => {
  const { c } = listen(t);
  await c.define(functions);
  await c.define(Object.assign(Object.create(null), { half: (a) => a / 2 }));
  assertEquals([await c.twice(4), await c.half(4)], [8, 2]);
});

test('what has no functions is refused, and says so', async (t) => {
  const { c } = listen(t);
  for (const nothing of [{}, [], new Map([['a', () => 1]]), null, undefined, 5, 'text', () => 1, new (class { a = 1; })()]) {
    await assertRejects(c.define(nothing), 'TypeError', 'no function to register');
    await assertRejects(c.registerFunctions(nothing), 'TypeError', 'no function to register');
  }
  await assertRejects(c.define({ a: 1 }), 'TypeError', "'a' is not a function but number");
});

test('a method that cannot do without its object is refused or warned of', async (t) => {
  const { c, warnings } = listen(t);
  class Base { add(a) { return a; } }
  await assertRejects(c.define(new (class { #rate = 1; add(a) { return a + this.#rate; } })()), 'TypeError', '#rate');
  await assertRejects(c.define(new (class extends Base { add(a) { return super.add(a); } })()), 'TypeError', 'super');
  assertEquals(warnings, []);
  await c.define(new (class { factor = 2; times(a) { return a * this.factor + Number(this.signal.aborted); } })());
  assertEquals(warnings.map(({ function: name, names }) => [name, names]), [['times', ['this.factor']]]);
  assert(warnings[0].message.includes('registerModule'), warnings[0].message);
});

test('a missing name is explained where it fails, in run() too', async (t) => {
  const { c } = listen(t);
  const rate = 2;
  await c.define({ uses: (a) => a * rate });
  const fails = [
    () => c.run((a) => a * rate, 1), () => c.run(async (a) => a * rate, 1), () => c.run(function* () { yield rate; }),
    () => c.run(async function* () { yield rate; }), () => c.uses(1), () => pool(t).setup(() => rate),
  ];
  for (const failing of fails) {
    const error = await failing().then(() => assert(false, 'it passed'), (reason) => reason);
    assert(error instanceof ReferenceError && error.message.includes('rate') && error.message.includes('pass the value as an argument'), error.message);
    assertEquals(error.message.split('pass the value').length, 2);
  }
  const own = await c.run(() => { throw new ReferenceError('mine'); }).catch((error) => error);
  assertEquals(own.message, 'mine');
  const items = [];
  for await (const item of (await c.define({ *some(a) { yield a; if (a > 1) yield rate; } })).stream('some', 1)) items.push(item);
  assertEquals(items, [1]);
});

/** A function whose source is this text. */
const from = (source) => (0, eval)(`(${source})`);

test('helpers of compilers: harmless ones are stood in for', async (t) => {
  const { c, warnings } = listen(t);
  const named = from("(x) => { const double = /* @__PURE__ */ __name((y) => y * 2, 'double'); function inc(z) { return z + 1; } __name(inc, 'inc'); return [inc(double(x)), double.name]; }");
  assertEquals(await c.run(named, 4), [9, 'double']);
  const covered = from('function covered(x) { cov_2k3jd8fh1a().f[0]++; cov_2k3jd8fh1a().s[1]++; if (x) { cov_2k3jd8fh1a().b[0][0]++; return x; } else { cov_2k3jd8fh1a().b[0][1]++; } }');
  await c.define({ covered, method: from('({ m(a) { cov_2k3jd8fh1a().s[0]++; return a; } })').m });
  assertEquals([await c.covered(3), await c.method(5)], [3, 5]);
  assertEquals(warnings, []);
  assertEquals(await c.run(() => [typeof __name, typeof cov_2k3jd8fh1a]), ['undefined', 'undefined']);
  await c.run(() => { self.__name = () => 'the worker\u2019s own'; });
  assertEquals(await c.run(from('() => __name()')), 'the worker\u2019s own');
});

test('helpers that a worker lacks are named, with the cure', async (t) => {
  const { c, warnings } = listen(t);
  const cures = [
    ['__awaiter', 'ES2022'], ['__spreadArray', 'ES2022'], ['_async_to_generator', 'ES2022'], ['_asyncToGenerator', 'ES2022'], ['_object_spread', 'ES2022'],
    ['_toConsumableArray2', 'ES2022'], ['__vi_import_0__', 'registerModule'], ['__vite_ssr_import_0__', 'registerModule'],
    ['_jobs__WEBPACK_IMPORTED_MODULE_0__', 'registerModule'], ['__coverage__', 'istanbul ignore'], ['cov_2k3jd8fh1a', 'istanbul ignore'],
    ['t', 'minifier'],
  ];
  for (const [name, cure] of cures) {
    await c.define({ uses: from(`() => ${name}(1)`) });
    const { message, names } = warnings.pop();
    assert(names.includes(name) && message.includes(cure), message);
    const error = await c.run(from(`() => ${name}(1)`)).catch((reason) => reason);
    assert(error instanceof ReferenceError && error.message.includes(cure), error.message);
  }
  for (const name of ['_arrayBuffer', '_toJSON', '__own', 'cov_sum']) {
    await c.define({ uses: from(`() => ${name}(1)`) });
    assert(!/compiler|minifier|istanbul/.test(warnings.at(-1).message), warnings.at(-1).message);
  }
});
