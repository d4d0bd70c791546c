// A generator's values, one by one.

import { assert, assertEquals, assertRejects, eventually, outcomes, pool, sleep, test } from './pool.js';

async function ready(t, options) {
  const c = pool(t, { size: 1, ...options });
  await c.define({
    echo: (value) => value,
    *count(n) {
      for (let i = 0; i < n; i += 1) yield i;
    },
    async *counted(n) {
      self.reached = 0;
      self.closed = false;
      try {
        for (let i = 0; i < n; i += 1) {
          self.reached = i;
          yield i;
        }
      } finally {
        self.closed = true;
      }
    },
    reached: () => self.reached,
    closed: () => self.closed,
  });
  return c;
}

async function all(stream) {
  const values = [];
  for await (const value of stream) values.push(value);
  return values;
}

const upTo = (n) => Array.from({ length: n }, (_, i) => i);

test('every value, in order, of sync and async generators', async (t) => {
  const c = await ready(t);
  assertEquals(await all(c.stream('count', 1_000)), upTo(1_000));
  assertEquals(await all(c.stream('counted', 1_000)), upTo(1_000));
  assertEquals(await all(c.stream('count', 0)), []);
});

test('other iterables: arrays, sets, streams, promises of them; a plain value is one value', async (t) => {
  const c = await ready(t);
  await c.define({
    array: () => [1, 2, 3],
    set: async () => new Set(['a', 'b']),
    bytes: () => new Uint8Array([7, 8]),
    readable: () => new ReadableStream({ start(controller) { controller.enqueue('x'); controller.enqueue('y'); controller.close(); } }),
    plain: () => 42,
    text: () => 'not its letters',
    nothing: () => undefined,
    promises: function* () { yield Promise.resolve(1); yield 2; },
  });
  const names = ['array', 'set', 'bytes', 'readable', 'plain', 'text', 'nothing', 'promises'];
  const seen = await Promise.all(names.map((name) => all(c.stream(name))));
  assertEquals(seen, [[1, 2, 3], ['a', 'b'], [7, 8], ['x', 'y'], [42], ['not its letters'], [undefined], [1, 2]]);
});

test('nothing begins before the first value is asked for', async (t) => {
  const c = await ready(t);
  const stream = c.stream('counted', 5);
  await sleep(30);
  assertEquals(await c.reached(), undefined);
  assertEquals(await stream.next(), { value: 0, done: false });
  await stream.return();
});

test('the worker waits while nobody takes the values', async (t) => {
  const c = await ready(t);
  const stream = c.stream('counted', 10_000);
  /** Where it is once it goes no further. */
  const halt = async () => {
    for (let seen; ; await sleep(50)) {
      const now = await c.reached();
      if (now === seen) return now;
      seen = now;
    }
  };
  await stream.next();
  const first = await halt();
  assert(first < 100, `it ran ${first} values ahead`);
  for (let i = 0; i < 200; i += 1) await stream.next();
  const second = await halt();
  assert(second >= 200 && second < 300, `it is at ${second} of 201 taken`);
  await stream.return();
});

test('leaving the loop runs the generator’s finally', async (t) => {
  const c = await ready(t);
  for await (const value of c.stream('counted', 10_000)) if (value === 5) break;
  await eventually(() => c.closed());
  assert((await c.reached()) < 200);
  await assertRejects(async () => {
    for await (const value of c.stream('counted', 10_000)) if (value === 3) throw new RangeError('mine');
  }, RangeError, 'mine');
  await eventually(() => c.closed());
  const stream = c.stream('counted', 10);
  await stream.next();
  assertEquals(await stream.return('x'), { value: undefined, done: true });
  assertEquals(await stream.next(), { value: undefined, done: true });
  await eventually(() => c.closed());
});

test('an abandoned generator that waits for something hears its signal', async (t) => {
  const c = await ready(t);
  await c.define({
    async *patient() {
      yield 'first';
      await new Promise((resolve) => this.signal.addEventListener('abort', resolve));
      self.heard = this.signal.reason.name;
    },
    heard: () => self.heard,
  });
  for await (const value of c.stream('patient')) if (value === 'first') break;
  assertEquals(await eventually(() => c.heard()), 'AbortError');
  assertEquals(c.stats().crashes, 0);
});

test('an error comes after the values before it, with both stacks', async (t) => {
  const c = await ready(t);
  await c.define({ async *failing() { yield 1; yield 2; throw Object.assign(new RangeError('third'), { code: 3 }); } });
  const seen = [];
  const error = await assertRejects(async () => {
    for await (const value of c.stream('failing')) seen.push(value);
  }, RangeError, 'third');
  assertEquals([seen, error.code], [[1, 2], 3]);
  assert(error.stack.includes('at the call from the page') && error.stack.includes('streams.test.js'), error.stack);
});

test('a failed stream fails once and is at its end', async (t) => {
  const c = await ready(t);
  await c.define({ failing() { throw new RangeError('at once'); } });
  const stream = c.stream('failing');
  assertEquals(await outcomes([stream.next(), stream.next(), stream.next()]), ['RangeError', { value: undefined, done: true }, { value: undefined, done: true }]);
});

test('several readers asking ahead get the values in order', async (t) => {
  const c = await ready(t);
  const stream = c.stream('count', 5);
  const asked = await Promise.all(Array.from({ length: 7 }, () => stream.next()));
  assertEquals(asked.map(({ value }) => value), [0, 1, 2, 3, 4, undefined, undefined]);
  assertEquals(asked.map(({ done }) => done), [false, false, false, false, false, true, true]);
});

test('a signal ends the stream, here and there', async (t) => {
  const c = await ready(t);
  const controller = new AbortController();
  const stream = c.with({ signal: controller.signal }).stream('counted', 100_000);
  await stream.next();
  controller.abort('enough');
  const outcome = await (async () => {
    for (;;) if ((await stream.next()).done) return 'ended';
  })().catch((reason) => reason);
  assertEquals(outcome, 'enough');
  await eventually(() => c.closed());
});

test('a timeout is for the whole of the stream', async (t) => {
  const c = await ready(t);
  await c.define({ async *slow() { for (;;) { await new Promise((resolve) => setTimeout(resolve, 10)); yield 1; } } });
  const seen = [];
  await assertRejects(async () => {
    for await (const value of c.with({ timeout: 100 }).stream('slow')) seen.push(value);
  }, 'TimeoutError', "'slow'");
  assert(seen.length > 0);
});

test('calls go on beside streams, inside the loop too, on a single worker', async (t) => {
  const c = await ready(t, { size: 1 });
  const sums = [];
  for await (const value of c.stream('counted', 100)) sums.push(await c.echo(value + 1));
  assertEquals(sums, upTo(100).map((i) => i + 1));
  const streams = [c.stream('counted', 50), c.stream('count', 50), c.stream('counted', 50)];
  const together = Promise.all(streams.map(all));
  assertEquals(await Promise.all(upTo(20).map((i) => c.echo(i))), upTo(20));
  assertEquals(await together, Array(3).fill(upTo(50)));
  assertEquals(c.stats().workers.length, 1);
});

test('a stream in a stream', async (t) => {
  const c = await ready(t, { size: 1 });
  const seen = [];
  for await (const outer of c.stream('count', 3)) {
    for await (const inner of c.stream('count', outer + 1)) seen.push([outer, inner]);
  }
  assertEquals(seen, [[0, 0], [1, 0], [1, 1], [2, 0], [2, 1], [2, 2]]);
});

test('a stream that blocks its worker leaves room for others', async (t) => {
  const c = await ready(t, { size: 2 });
  await c.define({ *busy(n) { for (let i = 0; i < n; i += 1) { const end = performance.now() + 5; while (performance.now() < end); yield i; } } });
  const stream = all(c.stream('busy', 40));
  assertEquals(await Promise.all(upTo(10).map((i) => c.echo(i))), upTo(10));
  assertEquals(await stream, upTo(40));
});

test('values can be moved', async (t) => {
  const c = await ready(t);
  await c.define({
    *chunks() {
      self.buffers = [];
      for (let i = 0; i < 3; i += 1) {
        const { buffer } = new Uint8Array([i, i]);
        self.buffers.push(buffer);
        yield this.transfer(buffer, [buffer]);
      }
    },
    lengths: () => self.buffers.map(({ byteLength }) => byteLength),
  });
  const chunks = await all(c.stream('chunks'));
  assertEquals(chunks.map((chunk) => [...new Uint8Array(chunk)]), [[0, 0], [1, 1], [2, 2]]);
  assertEquals(await c.lengths(), [0, 0, 0]);
  const collected = await c.chunks();
  assertEquals(collected.map(({ byteLength }) => byteLength), [2, 2, 2], 'collected by a plain call, they are moved as well');
  assertEquals(await c.lengths(), [0, 0, 0]);
});

test('a stream begun before the pool is up', async (t) => {
  const c = pool(t, { size: 1, wasm: '/fault/slow/50/pkg/centaurus.wasm?stream' });
  c.define({ *count(n) { for (let i = 0; i < n; i += 1) yield i; } });
  assertEquals(await all(c.stream('count', 200)), upTo(200));
  const left = pool(t, { size: 1, wasm: '/fault/slow/50/pkg/centaurus.wasm?left' });
  left.define({ *count() { yield 1; } });
  const stream = left.stream('count');
  const first = stream.next();
  await stream.return();
  assertEquals(await first, { value: undefined, done: true });
  assertEquals(await left.run(() => 'undisturbed'), 'undisturbed');
});

test('a stream that nobody holds any more ends', async (t) => {
  const c = await ready(t);
  await (async () => {
    const stream = c.stream('counted', 100_000);
    await stream.next();
  })();
  if (!globalThis.gc) return t.log('the engine collects when it likes: only that nothing breaks is seen here');
  await eventually(async () => {
    globalThis.gc();
    await sleep(5);
    return c.closed();
  });
});

test('a stream of the original form, of a key, with progress beside its values', async (t) => {
  const c = await ready(t);
  await c.registerFunctions({
    values(resolve, reject, n) {
      this.progress('half');
      resolve((function* () { for (let i = 0; i < n; i += 1) yield i; })());
    },
  });
  const progress = [];
  assertEquals(await all(c.with({ key: 'k', onProgress: (value) => progress.push(value) }).stream('values', 4)), upTo(4));
  assertEquals(await all(c.stream('values', 2)), upTo(2));
  assertEquals(progress, ['half']);
});
