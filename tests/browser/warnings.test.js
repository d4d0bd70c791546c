// A function that uses what its worker lacks is told of when it is registered.

import { assert, assertEquals, fixture, listen, pool, sleep, test } from './pool.js';

test('names that a worker lacks are named', async (t) => {
  const { c, warnings } = listen(t);
  const table = { rate: 2 };
  const helper = (x) => x;
  await c.define({
    uses: (x) => helper(x) * table.rate + window.length,
    clean: (x) => Math.sqrt(x) + self.length + performance.now(),
  });
  assertEquals(warnings.length, 1);
  assertEquals([warnings[0].function, warnings[0].names.sort()], ['uses', ['helper', 'table', 'window']]);
  for (const text of ["'uses'", "'helper'", "'table'", 'setup()', 'loadScripts()']) assert(warnings[0].message.includes(text), warnings[0].message);
});

test('without a listener it goes to the console, once', async (t) => {
  const { warn } = console;
  const printed = [];
  console.warn = (...args) => printed.push(args.join(' '));
  t.after(() => (console.warn = warn));
  const c = pool(t, { size: 2 });
  const missing = 1;
  await c.define({ uses: () => missing });
  await c.broadcast('uses').catch(() => {});
  assertEquals(printed.length, 1);
  assert(printed[0].includes("'missing'"), printed[0]);
});

test('no warning for clean functions, whatever their form', async (t) => {
  const { c, warnings } = listen(t);
  await c.loadScripts(fixture('umd.js'));
  await c.setup(() => (self.settled = 1));
  await c.define({
    globals: () => [shout('x'), settled, importScripts, crypto.subtle, structuredClone, globalThis, undefined, NaN, Infinity],
    locals(a, { b, c: [d] = [], ...e }, f = a, ...g) {
      var h = 1; let i, j = 2; const { k: l, ['m']: n = j } = b;
      for (const o of e) { try { i = o; } catch { continue; } }
      for (let p in g) label: for (;;) { if (p) break label; }
      class Q extends Array { static r = 1; #s = 2; t() { return this.#s; } get u() { return super.length; } }
      function v(w) { return v(w - 1) + arguments.length; }
      const x = { y: 1, z() { return 2; }, [a]: 3, async aa() {}, get bb() { return 4; }, a, 'cc-dd': 5 };
      return `${h} ${`${i}${l}`} ${n}` + d + f + /[/{}]\/w+/.test(q2) + x.y + Q.r + v?.(1)?.ee + (a ? b : d);
      function q2() {}
    },
    async *generator() { yield* [1]; await null; new.target; },
    regexps: (a) => a / 2 / 3 + a.replace(/missing/g, '') + [/missing2/, a] + (a) / 4,
    destructured: ([a, , b], { c, d: { e } }) => { ({ c: a, d: [b] } = { c: 1, d: [2] }); return [a, b, c, e]; },
    arrows: (a) => (b) => async (c) => [a, b, c].map((d, e) => d + e).filter(async ({ f }, [g]) => f + g),
    labels() { outer: for (const a of []) { inner: for (const b of [a]) { if (b) continue outer; else break inner; } } },
    strings: () => 'missing3' + "missing4 // missing5" + `missing6 \` \${missing7}`, // missing8
    keys: () => ({ missing9: 1, missing10: { missing11: 2 }, 'missing12': 3 }).missing9,
    catches() { try { throw 1; } catch ({ message }) { return message; } finally { } },
  });
  assertEquals(warnings, []);
});

test('what stands free in odd places is found', async (t) => {
  const { c, warnings } = listen(t);
  await c.define({
    template: () => `${inTemplate}`,
    nested: (a) => `${a ? `${inNested}` : ''}`,
    fallback: (a = inDefault) => a,
    property: () => ({ key: inValue }),
    shorthand: () => ({ inShorthand }),
    computed: () => ({ [inKey]: 1 }),
    called: () => inCall(1),
    ternary: (a) => (a ? inThen : inElse),
    typed: (a) => a instanceof inType,
    assigned: () => { inAssigned = 1; },
    spread: () => [...inSpread],
    optional: () => inOptional?.x,
    extended: () => class extends inBase {},
  });
  const found = warnings.flatMap(({ names }) => names).sort();
  assertEquals(found, [
    'inAssigned', 'inBase', 'inCall', 'inDefault', 'inElse', 'inKey', 'inNested', 'inOptional', 'inShorthand', 'inSpread', 'inTemplate',
    'inThen', 'inType', 'inValue',
  ]);
});

test('a replacement worker does not warn again', async (t) => {
  const { c, warnings } = listen(t);
  const missing = 1;
  await c.define({ uses: () => missing, quit() { self.close(); } });
  await c.quit().catch(() => {});
  await c.run(() => 1);
  await sleep(20);
  assertEquals(warnings.length, 1);
});
