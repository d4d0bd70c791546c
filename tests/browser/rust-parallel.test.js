// Parallel iterators in Rust: the package of demo/rust-parallel, in workers of pages with and without isolation.

import { assert, assertEquals, assertRejects, eventually, page, pool, sleep, test, WorkerCrashError } from './pool.js';

const PACKAGE = '/demo/rust-parallel/pkg/centaurus_rust_parallel_demo.js';
/** Numbers of which one of the 64 parts takes many seconds, and of which one takes some milliseconds. */
const ENDLESS = 4e9;
const LONG = 30e6;
/** Firefox and Chromium interrupt the threads, Chromium after some seconds. */
const skipIn = { webkit: 'it does not interrupt WebAssembly in the workers of a worker: threads end with the part they are at' };

/** A pool whose one worker has the package. */
async function parallel(t, options) {
  const c = pool(t, { size: 1, ...options });
  await c.registerModule(PACKAGE);
  return c;
}

/** How many threads have tested numbers since `before`. */
const busy = (tested, before) => tested.filter((count, thread) => count > before[thread]).length;

test('an iterator runs in several threads, and gives what it should', async (t) => {
  const c = await parallel(t);
  const threads = await c.threads();
  assertEquals(threads, Math.min(navigator.hardwareConcurrency, 16));
  assert(threads > 1, `this machine has ${threads} core(s): there is nothing to see of threads`);
  const tested = await c.tested();
  assert(tested.buffer instanceof SharedArrayBuffer, 'the memory is not shared');
  // A thread that is slow to wake finds little left to do.
  await eventually(async () => {
    assertEquals(await c.countPrimes(1e6), 78_498);
    return busy(tested, new Uint32Array(16)) === threads;
  }, { message: 'not all threads took part' });
}, { isolated: true });

test('each worker has threads of its own, started before its first call', async (t) => {
  const c = pool(t, { size: 2 });
  c.registerModule(PACKAGE, ['countPrimes', 'threads']);
  assertEquals(await c.countPrimes(1000), 168);
  const threads = Math.min(navigator.hardwareConcurrency, 16);
  assertEquals(await c.broadcast('threads'), [threads, threads]);
  await c.registerModule(PACKAGE, ['tested']);
  assertEquals(await c.broadcast('threads'), [threads, threads], 'registered again');
}, { isolated: true });

test('a cancelled iterator ends between two parts, with progress until then; its threads stay', async (t) => {
  const c = await parallel(t, { killGrace: 20_000 });
  let stopped = 0;
  c.addEventListener('workerstop', () => (stopped += 1));
  const tested = await c.tested();
  const controller = new AbortController();
  const found = [];
  const call = c.with({
    signal: controller.signal,
    onProgress: (count) => {
      found.push(count);
      controller.abort();
    },
  }).countPrimes(LONG);
  await assertRejects(call, 'AbortError');
  assert(found.length > 0 && found[0] > 0, `there was no progress: ${found}`);
  // The same worker, since the memory is the one of before.
  const before = tested.slice();
  assertEquals(await c.countPrimes(1e6), 78_498);
  assert(busy(tested, before) > 0, 'the next call ran elsewhere');
  assertEquals(stopped, 0);
}, { isolated: true });

test('a worker that is replaced takes its threads along', async (t) => {
  const c = await parallel(t, { killGrace: 100 });
  const tested = await c.tested();
  const threads = await c.threads();
  const controller = new AbortController();
  const call = c.with({ signal: controller.signal }).countPrimes(ENDLESS);
  call.catch(() => {});
  const before = tested.slice();
  await eventually(() => busy(tested, before) === threads, { message: 'not all threads are at work' });
  controller.abort(new Error('enough'));
  await assertRejects(call, Error, 'enough');
  await eventually(async () => {
    const then = tested.slice();
    await sleep(300);
    return busy(tested, then) === 0;
  }, { message: 'its threads are still at work' });
  assertEquals([await c.countPrimes(1000), await c.threads()], [168, threads]);
}, { isolated: true, skipIn });

test('a pool that ends takes the threads along', async (t) => {
  const c = await parallel(t);
  const tested = await c.tested();
  const call = c.countPrimes(ENDLESS);
  call.catch(() => {});
  const before = tested.slice();
  await eventually(() => busy(tested, before) > 1, { message: 'no threads are at work' });
  c.terminate();
  await assertRejects(call, 'TerminatedError');
  await eventually(async () => {
    const then = tested.slice();
    await sleep(300);
    return busy(tested, then) === 0;
  }, { message: 'its threads are still at work' });
}, { isolated: true, skipIn });

test('a panic in a thread fails the call, and costs its worker', async (t) => {
  const c = await parallel(t);
  const threads = await c.threads();
  await assertRejects(c.stumble(), WorkerCrashError, 'stumble');
  assertEquals([await c.countPrimes(1000), await c.threads()], [168, threads]);
}, { isolated: 'both', allowErrors: true });

test('what a package has for its loader is no function of the pool', async (t) => {
  const c = await parallel(t);
  assertEquals(['countPrimes', 'threads', 'tested'].map((name) => typeof c[name]), ['function', 'function', 'function']);
  assertEquals(['initThreadPool', 'wbg_rayon_start_worker', 'default'].filter((name) => name in c), []);
}, { isolated: true });

test('without isolation there is one thread, and the same results', async (t) => {
  const c = await parallel(t);
  assertEquals(await c.threads(), 1);
  assertEquals(await c.countPrimes(1e6), 78_498);
  const tested = await c.tested();
  assertEquals(tested[0], 1e6);
});

test('where an engine shares no memory without isolation, the error says what is wanted', async (t) => {
  const c = pool(t, { size: 1 });
  // Stands for such an engine: what it says of the memory that the package wants.
  const text = `export default async () => { throw new RangeError('no shared memory'); };
    export const initSync = () => {}, initThreadPool = () => {}, sum = () => 0;`;
  const url = `data:text/javascript,${encodeURIComponent(text)}`;
  const error = await assertRejects(c.registerModule(url, ['sum']), TypeError, 'not cross-origin isolated');
  assert(error.message.includes('Cross-Origin-Opener-Policy'), error.message);
  assertEquals(error.cause.message, 'no shared memory');
});

test('threads that cannot start fail the registration, and another try is one', async (t) => {
  const c = pool(t, { size: 1 });
  const text = `let tries = 0;
    export const initSync = () => {}, sum = () => tries;
    export default async () => {};
    export const initThreadPool = async () => { if ((tries += 1) === 1) throw new Error('a thread was blocked'); };`;
  const url = `data:text/javascript,${encodeURIComponent(text)}`;
  await assertRejects(c.registerModule(url, ['sum']), Error, 'a thread was blocked');
  await c.registerModule(url, ['sum']);
  assertEquals(await c.sum(), 2);
}, { isolated: true });

test('the page of the example shows its threads, counts, and stops', async (t) => {
  const frame = document.createElement('iframe');
  frame.src = '/demo/rust-parallel/index.html';
  document.body.append(frame);
  t.after(() => frame.remove());
  await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  const find = (id) => frame.contentDocument.getElementById(id);
  const status = (begin) => eventually(() => find('status').textContent.startsWith(begin), { message: `no '${begin}'` });
  const threads = page.isolated ? Math.min(navigator.hardwareConcurrency, 16) : 1;
  await status(`${threads} thread(s)`);
  assertEquals(frame.contentDocument.querySelectorAll('progress').length, threads);
  find('below').value = '1000';
  find('count').click();
  await status('168 primes');
  find('below').value = String(LONG);
  find('count').click();
  find('stop').click();
  await status('stopped');
}, { isolated: 'both' });
