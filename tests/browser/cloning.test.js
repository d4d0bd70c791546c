// What cannot be cloned costs its own call and nothing else.

import { assert, assertEquals, assertRejects, outcomes, pool, test } from './pool.js';

async function ready(t, options) {
  const c = pool(t, { size: 1, ...options });
  await c.define({
    echo: (...values) => values.at(-1),
    unclonable: () => ({ list: [1, { call() {} }] }),
    *values(bad) {
      for (let i = 0; i < 5; i += 1) yield i === bad ? () => {} : i;
    },
    workers: () => self.sign ??= Math.random(),
  });
  return c;
}

test('an argument that cannot be cloned is named, with its function and its place', async (t) => {
  const c = await ready(t);
  const error = await assertRejects(c.echo(1, { on: { done: [0, () => {}] } }), DOMException);
  assertEquals([error.name, error.code], ['DataCloneError', 25]);
  assert(error.message.includes("'echo'") && error.message.includes('Argument 2') && error.message.includes('.on.done[1]'), error.message);
  assert(error.stack.includes('cloning.test.js'), error.stack);
});

test('every kind of value that cannot be cloned is refused', async (t) => {
  const c = await ready(t);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const value of [() => {}, Symbol('s'), document.body, window, new WeakMap(), Promise.resolve(), proxy]) {
    await assertRejects(c.echo(value), 'DataCloneError', "Argument 1 of 'echo'");
  }
  assertEquals(await c.echo('usable'), 'usable');
});

test('a getter that throws while it is cloned fails its own call', async (t) => {
  const c = await ready(t);
  const hostile = { get secret() { throw new RangeError('not to be read'); } };
  const [bad, good] = await Promise.allSettled([c.echo(hostile), c.echo('good')]);
  assertEquals([bad.reason.name, good.value], ['DataCloneError', 'good']);
  assert(bad.reason.message.includes('not to be read'), bad.reason.message);
});

test('the neighbours of the same tick are untouched, and so is the worker', async (t) => {
  const c = await ready(t);
  const sign = await c.workers();
  const calls = Array.from({ length: 100 }, (_, i) => c.echo(i % 10 === 3 ? { bad: () => {} } : i));
  const wanted = Array.from({ length: 100 }, (_, i) => (i % 10 === 3 ? 'DataCloneError' : i));
  assertEquals(await outcomes(calls), wanted);
  assertEquals(await c.workers(), sign);
  assertEquals(c.stats().crashes, 0);
});

test('a neighbour keeps what it transfers', async (t) => {
  const c = await ready(t);
  const buffer = new Uint8Array([1, 2, 3]).buffer;
  const { port1, port2 } = new MessageChannel();
  t.after(() => port1.close());
  const calls = [
    c.with({ transfer: [buffer] }).echo(buffer),
    c.echo(() => {}),
    c.with({ transfer: [port2] }).run(({ deep: { port } }) => { port.postMessage('through'); return 'sent'; }, { deep: { port: port2 } }),
  ];
  const heard = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
  const [moved, refused, sent] = await Promise.allSettled(calls);
  assertEquals(new Uint8Array(moved.value), new Uint8Array([1, 2, 3]));
  assertEquals([refused.reason.name, sent.value, await heard], ['DataCloneError', 'sent', 'through']);
  assertEquals(buffer.byteLength, 0);
});

test('what is transferred is not blamed for what cannot be cloned', async (t) => {
  const c = await ready(t);
  const { port1 } = new MessageChannel();
  const error = await assertRejects(c.with({ transfer: [port1] }).echo({ port: port1 }, 2, { f() {} }), 'DataCloneError');
  assert(error.message.includes('Argument 3') && error.message.includes('.f'), error.message);
});

test('a transfer list that is wrong fails its own call', async (t) => {
  const c = await ready(t);
  const gone = new ArrayBuffer(8);
  structuredClone(gone, { transfer: [gone] });
  const calls = [c.with({ transfer: [{}] }).echo(1), c.with({ transfer: [gone] }).echo(2), c.echo(3)];
  assertEquals(await outcomes(calls), ['DataCloneError', 'DataCloneError', 3]);
  await assertRejects(c.with({ transfer: 'buffer' }).echo(1), TypeError, 'transfer');
});

test('a buffer given to two calls goes to the first, the second is told', async (t) => {
  const c = await ready(t);
  const buffer = new ArrayBuffer(16);
  const moved = c.with({ transfer: [buffer] });
  const [first, second] = await Promise.allSettled([moved.echo(buffer), moved.echo(buffer)]);
  assertEquals([first.value.byteLength, second.reason.name], [16, 'DataCloneError']);
});

test('a result that cannot be cloned is named, and the worker stays', async (t) => {
  const c = await ready(t);
  const sign = await c.workers();
  const error = await assertRejects(c.unclonable(), DOMException);
  assertEquals(error.name, 'DataCloneError');
  assert(/result/i.test(error.message) && error.message.includes("'unclonable'") && error.message.includes('.list[1].call'), error.message);
  assert(error.stack.includes('cloning.test.js'), error.stack);
  assertEquals(await c.workers(), sign);
});

test('results of the same message are untouched', async (t) => {
  const c = await ready(t);
  const calls = Array.from({ length: 60 }, (_, i) => (i % 7 === 2 ? c.unclonable() : c.echo(i)));
  assertEquals(await outcomes(calls), Array.from({ length: 60 }, (_, i) => (i % 7 === 2 ? 'DataCloneError' : i)));
});

test('a neighbour’s result keeps what it moves', async (t) => {
  const c = await ready(t);
  await c.define({
    moving() {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => port1.postMessage(`${data}, answered`);
      return this.transfer({ very: { deep: { port: port2 } } }, [port2]);
    },
  });
  await c.moving();
  const [moved, refused] = await Promise.allSettled([c.moving(), c.unclonable()]);
  assertEquals(refused.reason.name, 'DataCloneError');
  const { port } = moved.value.very.deep;
  t.after(() => port.close());
  const answer = new Promise((resolve) => (port.onmessage = ({ data }) => resolve(data)));
  port.postMessage('asked');
  assertEquals(await answer, 'asked, answered');
});

test('a thrown value that cannot be cloned is told as such', async (t) => {
  const c = await ready(t);
  await assertRejects(c.run(() => { throw () => {}; }), 'DataCloneError', 'thrown');
  assertEquals(await c.echo('usable'), 'usable');
});

test('a stream’s value that cannot be cloned ends the stream, its generator and nothing else', async (t) => {
  const c = await ready(t);
  await c.define({
    async *closing() {
      try {
        yield 'first';
        yield () => {};
        yield 'never';
      } finally {
        self.closed = true;
      }
    },
    wasClosed: () => self.closed === true,
  });
  const seen = [];
  const error = await assertRejects(async () => {
    for await (const value of c.stream('closing')) seen.push(value);
  }, 'DataCloneError', "'closing'");
  assert(/value/i.test(error.message), error.message);
  assertEquals(seen, ['first']);
  assertEquals(await c.wasClosed(), true);
  // Numbers of ended calls are used again: none of the next streams may get a value of the failed one.
  for (let i = 0; i < 20; i += 1) {
    const values = [];
    for await (const value of c.stream('values', -1)) values.push(value);
    assertEquals(values, [0, 1, 2, 3, 4]);
  }
});

test('progress that cannot be cloned is told as an event and the call goes on', async (t) => {
  const c = await ready(t);
  await c.define({ reporting() { this.progress(() => {}); this.progress('fine'); return 'done'; } });
  const events = [];
  c.addEventListener('workererror', (event) => {
    event.preventDefault();
    events.push(event.detail);
  });
  const progress = [];
  assertEquals(await c.with({ onProgress: (value) => progress.push(value) }).reporting(), 'done');
  assertEquals(progress, ['fine']);
  assertEquals(events.length, 1);
});

test('an odd thenable, iterator or result does no harm', async (t) => {
  const c = await ready(t);
  await c.define({
    throwingThen: () => ({ get then() { throw new RangeError('then threw'); } }),
    brokenThen: () => ({ then() { throw new RangeError('calling then threw'); } }),
    twice: () => ({ then(yes, no) { yes('once'); yes('twice'); no(new Error('thrice')); } }),
    slow: () => ({ then(yes) { setTimeout(yes, 5, 'slow'); } }),
    revoked() { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; },
    tag: () => ({ get [Symbol.toStringTag]() { throw new RangeError('no tag'); } }),
    prototype: async () => ({ inner: new Proxy({}, { getPrototypeOf() { throw new RangeError('no prototype'); } }) }),
    both: (resolve) => resolve,
  });
  assertEquals(await outcomes([c.throwingThen(), c.brokenThen(), c.twice(), c.slow()]), ['RangeError', 'RangeError', 'once', 'slow']);
  for (const name of ['revoked', 'tag', 'prototype']) {
    await c[name]().then(() => {}, () => {});
    assertEquals(await c.echo(name), name);
  }
});

test('structured clone carries what it carries, both ways', async (t) => {
  const c = await ready(t);
  const shared = { shared: true };
  const value = {
    numbers: [0, -0, NaN, Infinity, 2 ** 53, 12n], text: 'ü\u{1F40E}', nothing: [null, undefined, , 3],
    date: new Date(86_400_000), pattern: /a+b/gi, map: new Map([[{ key: 1 }, new Set([1, 'two'])]]),
    views: [new Uint8Array([1, 2]), new Float64Array([1.5]), new DataView(new ArrayBuffer(3))], buffer: new ArrayBuffer(4),
    blob: new Blob(['text']), error: new TypeError('inside'), twice: [shared, shared],
  };
  value.self = value;
  const back = await c.echo(value);
  assert(back.self === back);
  assert(back.twice[0] === back.twice[1]);
  assertEquals(await back.blob.text(), 'text');
  assert(back.error instanceof TypeError);
  for (const key of ['numbers', 'text', 'nothing', 'date', 'pattern', 'views', 'buffer']) assertEquals(back[key], value[key], key);
  assertEquals([...back.map.values()][0], new Set([1, 'two']));
  const memory = await c.echo(await WebAssembly.compile(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])));
  assert(memory instanceof WebAssembly.Module);
});

test('a call with odd numbers of arguments gets just those', async (t) => {
  const c = await ready(t);
  await c.define({ count(...args) { return args.length; }, holes: (a, b) => [a === undefined, b] });
  assertEquals(await Promise.all([c.count(), c.count(undefined), c.count(1, 2, 3), c.call('count', new Set([1, 2]))]), [0, 1, 3, 2]);
  assertEquals(await c.holes(undefined, 2), [true, 2]);
});
