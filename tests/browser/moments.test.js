// Values are what they were at the moment of the call, return, yield, progress or throw, each cloned by itself.

import { assert, assertEquals, assertRejects, page, pool, test } from './pool.js';

/** On an isolated page, where memory is shared with the workers, and on a plain one. */
const both = (title, run) => test(title, run, { isolated: 'both' });

both('calls of one tick each see the argument as it was, and their own', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({
    halve(pixels) { for (let i = 0; i < pixels.length; i++) pixels[i] /= 2; return pixels[0]; },
    push(o) { o.list.push(1); return o.list.length; },
  });
  const pixels = new Float32Array([100]);
  const o = { list: [] };
  assertEquals(await Promise.all([c.halve(pixels), c.halve(pixels), c.halve(pixels)]), [50, 50, 50]);
  assertEquals(await Promise.all([c.push(o), c.push(o), c.push(o)]), [1, 1, 1]);
  assertEquals(await c.broadcast('push', o), [1]);
});

both('an argument that changes after the call arrives as it was', async (t) => {
  const c = pool(t, { size: 1 });
  const read = { n: 0 };
  const early = [];
  c.define({ read: (o) => o.n, wait: (ms) => new Promise((done) => setTimeout(done, ms)), *values(o) { yield o.n; } });
  // Before the pool is there, while it is busy, and when it is idle; by every kind of call.
  const calls = () => [
    c.read(read), c.call('read', [read]), c.with({ priority: 1 }).read(read), c.with({ timeout: 60_000 }).read(read),
    c.with({ retry: 1 }).read(read), c.with({ key: 'k' }).read(read), c.run((o) => o.n, read),
    c.broadcast('read', read).then(([n]) => n), c.stream('values', read).next().then(({ value }) => value),
  ];
  const later = [];
  for (const state of ['new', 'busy', 'idle']) {
    if (state === 'busy') {
      await Promise.all(early);
      early.push(c.wait(50));
    } else {
      await Promise.all(early);
    }
    read.n += 1;
    early.push(...calls().map((call) => call.then((n) => later.push([state, n]))));
    const stream = c.stream('values', read);
    read.n += 100;
    early.push(stream.next().then(({ value }) => later.push([state, value])));
  }
  await Promise.all(early);
  const expected = { new: 1, busy: 102, idle: 203 };
  assertEquals(later.length, 30);
  for (const [state, n] of later) assertEquals([state, n], [state, expected[state]]);
});

both('a state that goes on changing is returned, thrown and yielded as it was', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({
    inc() { self.state ??= { n: 0, parts: { of: new Map() } }; self.state.n++; return self.state; },
    small() { self.little ??= { n: 0 }; self.little.n++; return self.little; },
    fill(i) { self.bytes ??= new Uint8Array(4); return self.bytes.fill(i); },
    fail() { self.fault ??= { n: 0 }; self.fault.n++; throw self.fault; },
    *reused(make) { const o = make === 'bytes' ? new Uint8Array(1) : { 0: 0 }; for (let i = 0; i < 4; i++) { o[0] = i; yield o; } },
    async told() { const o = { n: 0, more: new Set() }; for (; o.n < 3; o.n++) this.progress(o); return o; },
  });
  const many = (call) => Promise.all([0, 1, 2].map(call));
  assertEquals((await many(() => c.inc())).map((o) => o.n), [1, 2, 3]);
  assertEquals((await many(() => c.small())).map((o) => o.n), [1, 2, 3]);
  assertEquals((await many((i) => c.fill(i))).map((b) => b[0]), [0, 1, 2]);
  assertEquals((await many(() => c.fail().catch((o) => o))).map((o) => o.n), [1, 2, 3]);
  for (const make of ['bytes', 'object']) {
    const seen = [];
    for await (const o of c.stream('reused', make)) seen.push(o[0]);
    assertEquals(seen, [0, 1, 2, 3]);
    assertEquals((await c.reused(make)).map((o) => o[0]), [0, 1, 2, 3]);
  }
  const told = [];
  await c.with({ onProgress: (o) => told.push(o.n) }).told();
  assertEquals(told, [0, 1, 2]);
});

both('results of one message share nothing, what is one within a value stays one', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({
    same() { return (self.kept ??= { a: 1 }); },
    twice() { const one = { a: 1 }; return { x: one, y: one }; },
    circle() { const o = { a: 1 }; o.self = o; return o; },
    holes: () => [, 1, , 2],
    odd: () => Object.assign([1], { more: 2 }),
    proto: () => JSON.parse('{"__proto__": {"a": 1}, "b": 2}'),
  });
  const [a, b] = await Promise.all([c.same(), c.same()]);
  assert(a !== b, 'two calls were given one object');
  const { x, y } = await c.twice();
  assert(x === y, 'one object became two');
  const circle = await c.circle();
  assert(circle.self === circle);
  const holes = await c.holes();
  assertEquals([holes.length, 0 in holes, 1 in holes], [4, false, true]);
  assertEquals((await c.odd()).more, 2);
  const proto = await c.proto();
  assert(Object.hasOwn(proto, '__proto__') && proto.b === 2);
});

both('what is transferred is gone at the call, whether the pool is new, busy or idle', async (t) => {
  const c = pool(t, { size: 1 });
  c.define({ size: (b) => b.byteLength, wait: (ms) => new Promise((done) => setTimeout(done, ms)) });
  for (const before of [() => {}, () => {}, () => c.wait(30)]) {
    void before();
    const buffer = new ArrayBuffer(8);
    const size = c.with({ transfer: [buffer] }).size(buffer);
    assertEquals(buffer.byteLength, 0);
    assertEquals(await size, 8);
  }
});

both('what cannot be cloned is refused at the call by name, and the call is forgotten', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({ take: (o) => o, wait: (ms) => new Promise((done) => setTimeout(done, ms)) });
  const busy = c.wait(40);
  const wrong = { list: [1, () => {}] };
  for (const make of [() => c.take(wrong), () => c.stream('take', wrong).next(), () => c.broadcast('take', wrong)]) {
    const error = await assertRejects(make(), DOMException);
    assertEquals(error.name, 'DataCloneError');
    assert(error.message.includes("'take'") && error.message.includes('list[1]'), error.message);
  }
  await busy;
  assertEquals(c.stats().queued, 0);
  assertEquals(await c.take({ a: 1 }), { a: 1 });
});

both('an ended call is not heard by the next', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({
    method() { const timer = setInterval(() => this.progress('late'), 2); setTimeout(() => clearInterval(timer), 200); return 1; },
    arrow: () => { const timer = setInterval(() => this.progress('late'), 2); setTimeout(() => clearInterval(timer), 200); return 1; },
    async *flow() { const timer = setInterval(() => this.progress('late'), 2); setTimeout(() => clearInterval(timer), 200); yield 1; },
    async victim() { await new Promise((done) => setTimeout(done, 60)); this.progress('mine'); return this.signal.aborted; },
  });
  for (const name of ['method', 'arrow', 'flow']) {
    const heard = [];
    if (name === 'flow') for await (const _ of c.with({ onProgress() {} }).stream(name));
    else await c.with({ onProgress() {} })[name]();
    assertEquals(await c.with({ onProgress: (value) => heard.push(value) }).victim(), false);
    assertEquals(heard, ['mine'], name);
  }
});

/** Made in a worker or on the page: an error of a class of one's own, with all that structured clone loses. */
const rich = `(() => {
  class Rich extends TypeError { constructor(message, options) { super(message, options); this.name = 'Rich'; this.code = 'E7'; } }
  const error = new Rich('bad', { cause: new RangeError('why') });
  error.details = { inner: Object.assign(new Rich('inside'), { code: 'E8' }) };
  return error;
})()`;
const told = (e) => [e.constructor.name, e.name, e.message, e.code, e instanceof TypeError, e.cause?.constructor.name, e.details?.inner.name, e.details?.inner.code, e.stack.length > 0];
const expected = ['Rich', 'Rich', 'bad', 'E7', true, 'RangeError', 'Rich', 'E8', true];

test('errors that are returned, yielded, reported or thrown inside a value keep what thrown ones keep', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({
    result: (source) => (0, eval)(source),
    settled: (source) => Promise.allSettled([Promise.reject((0, eval)(source))]),
    map: (source) => new Map([['at', new Set([(0, eval)(source)])]]),
    inside(source) { throw { list: [(0, eval)(source)] }; },
    *values(source) { yield (0, eval)(source); },
    reports(source) { this.progress({ error: (0, eval)(source) }); },
    twice(source) { const e = (0, eval)(source); return [e, e, { e }]; },
  });
  assertEquals(told(await c.result(rich)), expected);
  assertEquals(told((await c.settled(rich))[0].reason), expected);
  assertEquals(told([...(await c.map(rich)).get('at')][0]), expected);
  assertEquals(told((await c.inside(rich).catch((thrown) => thrown)).list[0]), expected);
  for await (const error of c.stream('values', rich)) assertEquals(told(error), expected);
  assertEquals(told((await c.values(rich))[0]), expected);
  let reported;
  await c.with({ onProgress: ({ error }) => (reported = error) }).reports(rich);
  assertEquals(told(reported), expected);
  const [a, b, { e }] = await c.twice(rich);
  for (const error of [a, b, e]) assertEquals(told(error), expected);
  // WebKit's structured clone makes two of an error that stands in two places.
  if (page.engine !== 'webkit') assert(a === b && b === e, 'one error became several');
});

test('errors that are passed as arguments keep what thrown ones keep', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({
    told: new Function('e', `return (${told})(e)`),
    async back(e) { await 0; throw e; },
    wait: (ms) => new Promise((done) => setTimeout(done, ms)),
  });
  const error = (0, eval)(rich);
  assertEquals(await c.told(error), expected);
  void c.wait(30);
  assertEquals(await c.told(error), expected, 'while it is busy');
  assertEquals(await c.run(new Function('o', `return (${told})(o.list[0])`), { list: [error] }), expected);
  assertEquals(told(await c.back(error).catch((thrown) => thrown)), expected);
});

test('what an error calls cause and errors is kept whatever it is', async (t) => {
  const c = pool(t, { size: 1 });
  const thrown = (make) => c.run(make).catch((error) => error);
  const object = await thrown(() => { throw Object.assign(new Error('invalid'), { errors: { email: { kind: 'required' } }, status: 422 }); });
  assertEquals([object.errors, object.status, Object.keys(object).sort()], [{ email: { kind: 'required' } }, 422, ['errors', 'status']]);
  const list = await thrown(() => { throw Object.assign(new Error('invalid'), { errors: [new RangeError('one'), 'two'] }); });
  assert(list.errors[0] instanceof RangeError && list.errors[1] === 'two');
  assertEquals(Object.keys(list), ['errors']);
  const cause = await thrown(() => { throw Object.assign(new Error('why'), { cause: { code: 1 } }); });
  assertEquals([cause.cause, Object.keys(cause)], [{ code: 1 }, ['cause']]);
  const quiet = await thrown(() => { throw new Error('why', { cause: 'c' }); });
  assertEquals([quiet.cause, Object.keys(quiet)], ['c', []]);
});
