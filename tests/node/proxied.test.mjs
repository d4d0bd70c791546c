// Objects of the pool's behind a Proxy that wraps whatever it is asked for, as Vue's reactive() does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Centaurus } from '../../pkg/centaurus.node.js';

/** Vue wraps plain objects and instances of classes, and neither functions nor objects of the platform's. */
function reactive(value) {
  if (typeof value !== 'object' || value === null || Object.prototype.toString.call(value) !== '[object Object]') return value;
  return new Proxy(value, { get: (target, key, receiver) => reactive(Reflect.get(target, key, receiver)) });
}

test('a stream is iterated, and left', async (t) => {
  const c = new Centaurus({ size: 1 });
  t.after(() => c.terminate());
  await c.define({ *numbers() { try { for (let i = 0; ; i += 1) yield i; } finally { self.ended = true; } } });
  const { stream } = reactive({ stream: c.stream('numbers') });
  const seen = [];
  for await (const value of stream) {
    seen.push(value);
    if (seen.length === 100) break;
  }
  assert.deepEqual(seen.slice(-2), [98, 99]);
  assert.equal(await c.run(() => self.ended), true);
});

test('a pool, a view, services and a schema', async (t) => {
  const c = new Centaurus({ size: 1 });
  t.after(() => c.terminate());
  const through = (value) => new Proxy(value, { get: (target, key, receiver) => Reflect.get(target, key, receiver) });
  await through(c).define({ double: (x) => 2 * x });
  assert.equal(await through(c).double(4), 8);
  assert.equal(await through(c.with({ priority: 1 })).run(() => 5), 5);
  assert.equal(await reactive({ services: c.msgpack }).services.decode(await c.msgpack.encode('x')), 'x');
  const { schema } = reactive({ schema: await c.protobuf('syntax = "proto3"; message A { string b = 1; }') });
  assert.deepEqual(await schema.toJSON('A', await schema.encode('A', { b: 'x' })), { b: 'x' });
});

test('the same schema again is registered once, by views with options of their own', async (t) => {
  const c = new Centaurus({ size: 1 });
  t.after(() => c.terminate());
  const text = 'syntax = "proto3"; message A { string b = 1; }';
  const [one, two] = await Promise.all([c.protobuf(text), c.protobuf(text)]);
  const registrations = () => c.run(() => 1).then(() => c.stats().calls.submitted);
  await registrations();
  const aborted = c.with({ signal: AbortSignal.timeout(0) });
  assert.equal((await two.encode('A', { b: 'x' })).length, (await one.encode('A', { b: 'x' })).length);
  await assert.rejects(aborted.protobuf(text), { name: 'TimeoutError' });
  const other = await c.protobuf('syntax = "proto3"; message A { int32 b = 1; }');
  assert.notDeepEqual(await other.encode('A', { b: 1 }), await one.encode('A', { b: '1' }));
});
