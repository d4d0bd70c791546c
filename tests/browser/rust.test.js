// Rust on both sides: the package of tests/rust is loaded by this page and by the workers of its pools. Its tests are in
// tests/rust/src/page.rs, one export each.

import init, * as rust from '/tests/rust/pkg/centaurus_rust_tests.js';
import { assert, assertEquals, assertRejects, pool, test } from './pool.js';

const PACKAGE = '/tests/rust/pkg/centaurus_rust_tests.js';
const ready = init();

/** A test in Rust. */
function inRust(name, run, options) {
  test(name, async () => {
    await ready;
    await run();
  }, options);
}

inRust('typed calls of functions in Rust', rust.testTyped);
inRust('values that are special in either language', rust.testConversions);
inRust('errors by name, with details', rust.testErrors);
inRust('a panic ends its worker, and its message arrives', rust.testPanic, { allowErrors: true });
inRust('progress', rust.testProgress);
inRust('a signal aborts', rust.testAbort);
inRust('a dropped call is aborted', rust.testDrop);
inRust('a loop that never yields hears of its timeout', rust.testSpin, { isolated: true });
inRust('a loop that never yields costs its worker', rust.testTimeout);
inRust('streams', rust.testStreams);
inRust('a stream that is left ends its function', rust.testLeaving);
inRust('the pool itself', rust.testPool, { isolated: 'both' });
inRust('a pool ends with its last handle', rust.testEnd);
inRust('what cannot be loaded', rust.testLoading);
inRust('services', rust.testServices);

test('a pool and functions of JavaScript, from Rust', async (t) => {
  await ready;
  const c = pool(t, { size: 1 });
  await c.define({
    greet: (name) => `hello ${name}`,
    lengths: (words) => new Map(words.map((word) => [word, word.length])),
    *countdown(n) { while (n > 0) yield n--; },
    giveFunction: () => () => {},
    throwText: () => { throw 'just text'; },
  });
  await rust.testShared(c);
  assertEquals(await c.greet('still there'), 'hello still there');
});

test('functions in Rust, from JavaScript', async (t) => {
  const c = pool(t, { size: 1 });
  await c.registerModule(PACKAGE, ['total', 'joinWords', 'grow', 'double', 'reverse', 'count_up', 'port', 'steps', 'wait', 'ticks', 'nothing']);
  assertEquals(await c.total([1, 2, 3]), 6);
  assertEquals(await c.joinWords(['a', 'b'], ', '), 'a, b');
  assertEquals(await c.nothing(), undefined);
  assertEquals(await c.grow({ name: 'Rome', population: 1, tags: new Map([['a', 1]]) }), {
    name: 'Rome', population: 2, twin: undefined, tags: { a: 1 },
  });
  assertEquals(await c.double(2n ** 60n), 2n ** 61n);
  const bytes = new Uint8Array([1, 2]);
  assertEquals(await c.reverse(bytes), new Uint8Array([2, 1]));
  assertEquals(bytes.length, 2);
  const told = [];
  assertEquals(await c.with({ onProgress: (step) => told.push(step) }).steps(2), 2);
  assertEquals(told, [[1, 2], [2, 2]]);
  assertEquals(await c.count_up(1, 4), [1, 2, 3]);
  const seen = [];
  for await (const n of c.stream('count_up', 0, 2 ** 32 - 1)) if (seen.push(n) === 3) break;
  assertEquals(seen, [0, 1, 2]);
  assertEquals(await c.ticks(3), [0, 1, 2]);
});

test('what JavaScript sees of an error in Rust', async (t) => {
  const c = pool(t, { size: 1 });
  await c.registerModule(PACKAGE, ['port']);
  const reserved = await assertRejects(c.port('80'), Error, 'the port is reserved');
  assertEquals([reserved.name, reserved.details], ['ReservedError', 80]);
  assertEquals((await assertRejects(c.port('x'), Error)).name, 'ParseIntError');
  await assertRejects(c.port(), TypeError, "Argument 1 (`text`) of 'port'");
  await assertRejects(c.port(80), TypeError, 'does not fit');
});

test('cancelling a function in Rust', async (t) => {
  const c = pool(t, { size: 1, killGrace: 60_000 });
  await c.registerModule(PACKAGE, ['wait', 'counts']);
  const controller = new AbortController();
  const options = { signal: controller.signal, onProgress: () => controller.abort() };
  await assertRejects(c.call('wait', [true], options), 'AbortError');
  const [cancelled] = await c.counts();
  assertEquals(cancelled, 1);
});

test('a worker function called where one is has no caller to tell', async () => {
  await ready;
  assertEquals(rust.total([1, 2]), 3);
  assertEquals(rust.steps(2), 2);
  assertEquals([...rust.count_up(0, 3)], [0, 1, 2]);
  assert(!(await rust.wait(false)).startsWith('cancelled'));
});
