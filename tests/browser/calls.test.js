import { Centaurus } from '/pkg/centaurus.js';
import { assert, assertEquals, assertRejects, test } from './harness.js';

function pool(t, options) {
  const c = new Centaurus(options);
  t.after(() => c.terminate());
  return c;
}

test('a function in the original form is a method before its registration resolves', async (t) => {
  const c = pool(t);
  c.registerFunctions({ add: (resolve, reject, a, b) => resolve(a + b) });
  assertEquals(await c.add(2, 3), 5);
}, { isolated: 'both' });

test('a plain function gives what it returns', async (t) => {
  const c = pool(t);
  await c.define({ double: (x) => x * 2, later: async (x) => x + 1, *three() { yield 1; yield 2; yield 3; } });
  assertEquals(await c.double(21), 42);
  assertEquals(await c.later(1), 2);
  assertEquals(await c.three(), [1, 2, 3]);
});

test('an error comes back as the worker threw it', async (t) => {
  const c = pool(t);
  c.define({ fail() { throw Object.assign(new RangeError('too far', { cause: new TypeError('why') }), { code: 7 }); } });
  const error = await assertRejects(() => c.fail());
  assert(error instanceof RangeError);
  assertEquals([error.message, error.code, error.cause.message, error.cause instanceof TypeError], ['too far', 7, 'why', true]);
  assert(error.stack.includes('at the call from the page'), error.stack);
});

test('pack and unpack run in the pool', async (t) => {
  const c = pool(t);
  const value = { a: [1, 2.5, -0, NaN], b: new Uint8Array([1, 2]), d: new Date(0) };
  const back = await c.unpack(await c.pack(value));
  assertEquals(back, value);
});

test('a stream gives its values one by one', async (t) => {
  const c = pool(t);
  c.define({ *count(n) { for (let i = 0; i < n; i++) yield i; } });
  const seen = [];
  for await (const i of c.stream('count', 100)) seen.push(i);
  assertEquals(seen.length, 100);
});
