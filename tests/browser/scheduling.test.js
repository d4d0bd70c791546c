// Which call runs when, where, and on how many workers.

import { assert, assertEquals, assertRejects, eventually, hold, outcomes, page, pool, sleep, test, WorkerCrashError } from './pool.js';

async function ready(t, options) {
  const c = pool(t, { size: 1, ...options });
  await c.define({
    echo: (value) => value,
    wait: (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value)),
    note: (value) => { self.notes = [...(self.notes ?? []), value]; return self.name; },
    slowNote: async (value) => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      self.notes = [...(self.notes ?? []), value];
      return self.name;
    },
    notes: () => self.notes ?? [],
    where: () => self.name,
    quit() { self.close(); },
  });
  return c;
}

const upTo = (n) => Array.from({ length: n }, (_, i) => i);

test('calls of one worker run in the order they were made', async (t) => {
  const c = await ready(t);
  await Promise.all(upTo(300).map((i) => (i % 3 ? c.note(i) : c.slowNote(i))));
  assertEquals(await c.notes(), upTo(300));
});

test('a larger priority goes first, equal ones in order', async (t) => {
  const c = await ready(t);
  const release = await hold(c);
  const calls = upTo(12).map((i) => c.with({ priority: i % 3 }).note(i));
  release();
  await Promise.all(calls);
  assertEquals(await c.notes(), [2, 5, 8, 11, 1, 4, 7, 10, 0, 3, 6, 9]);
  const next = await hold(c);
  const more = [c.with({ priority: -1 }).note('last'), c.note('default'), c.with({ priority: 1 }).note('first')];
  next();
  await Promise.all(more);
  assertEquals((await c.notes()).slice(12), ['first', 'default', 'last']);
});

test('calls of one key run on one worker, one after another, in order', async (t) => {
  const c = await ready(t, { size: 3 });
  const keys = ['a', 'b', 'c', 'd', 'e'];
  const places = await Promise.all(upTo(150).map((i) => {
    const key = keys[i % 5];
    const view = c.with({ key });
    return (i % 2 ? view.note([key, i]) : view.slowNote([key, i])).then((name) => [key, name]);
  }));
  for (const key of keys) assertEquals(new Set(places.filter(([own]) => own === key).map(([, name]) => name)).size, 1);
  assert(new Set(places.map(([, name]) => name)).size > 1, 'keys are spread over the workers');
  const notes = (await c.broadcast('notes')).flat();
  for (const key of keys) {
    const order = notes.filter(([own]) => own === key).map(([, i]) => i);
    assertEquals(order, upTo(150).filter((i) => keys[i % 5] === key));
  }
});

test('a key keeps its place while nobody calls, and its order over a crash', async (t) => {
  const c = await ready(t, { size: 3 });
  await c.broadcast('where');
  const view = c.with({ key: 'sticky' });
  const place = await view.where();
  for (let i = 0; i < 10; i += 1) {
    await Promise.all([c.wait(3), c.wait(3), c.where()]);
    assertEquals(await view.where(), place);
  }
  const calls = [view.note(0), view.quit(), view.note(1), view.note(2), view.notes()];
  const settled = await outcomes(calls);
  assertEquals([settled[1], settled[4]], ['WorkerCrashError', [1, 2]]);
});

test('a key and a call without it do not wait for each other', async (t) => {
  const c = await ready(t, { size: 2 });
  await c.broadcast('where');
  const release = await hold(c.with({ key: 'k' }));
  assertEquals(await Promise.all(upTo(20).map((i) => c.echo(i))), upTo(20));
  release();
});

test('workers start as they are needed, up to the most there may be', async (t) => {
  const c = await ready(t, { size: { min: 1, max: 3 } });
  assertEquals(c.stats().workers.length, 1);
  await c.echo(1);
  assertEquals(c.stats().workers.length, 1);
  const held = [c.wait(80), c.wait(80)];
  await eventually(() => c.stats().workers.length === 2);
  const more = upTo(20).map(() => c.wait(10));
  await eventually(() => c.stats().workers.length === 3);
  await Promise.all([...held, ...more]);
  assertEquals(c.stats().spawned, 3);
});

test('idle workers above the least are stopped, and started again', async (t) => {
  const c = await ready(t, { size: { min: 1, max: 3 }, idleTimeout: 600 });
  const stops = [];
  c.addEventListener('workerstop', ({ detail }) => stops.push(detail));
  await Promise.all(upTo(3).map(() => c.wait(30)));
  assertEquals(c.stats().workers.length, 3);
  await eventually(() => c.stats().workers.length === 1);
  assertEquals(stops.map(({ reason }) => reason), [undefined, undefined]);
  assertEquals(c.stats().crashes, 0);
  await Promise.all(upTo(3).map(() => c.wait(30)));
  assertEquals(c.stats().workers.length, 3);
});

test('min 0 lets all of them go', async (t) => {
  const c = await ready(t, { size: { min: 0, max: 2 }, idleTimeout: 50 });
  await c.note('kept nowhere');
  await eventually(() => c.stats().workers.length === 0, { timeout: 3_000 });
  assertEquals(await c.notes(), []);
});

test('min keeps so many, and replaces them', async (t) => {
  const c = await ready(t, { size: { min: 2, max: 3 }, idleTimeout: 50 });
  await c.ready;
  assertEquals(c.stats().workers.length, 2);
  await assertRejects(c.quit(), WorkerCrashError);
  await eventually(() => c.stats().workers.filter(({ state }) => state === 'idle').length === 2);
  await sleep(150);
  assertEquals(c.stats().workers.length, 2);
});

test('work is spread over the workers', async (t) => {
  const c = await ready(t, { size: 3 });
  const controller = new AbortController();
  const places = [];
  const view = c.with({ signal: controller.signal, onProgress: (place) => places.push(place) });
  const outlasting = upTo(6).map(() => view.run(function () {
    this.progress(self.name);
    return new Promise(() => {});
  }));
  await eventually(() => places.length >= 3);
  assertEquals(new Set(places.slice(0, 3)).size, 3);
  controller.abort();
  assertEquals(new Set(await outcomes(outlasting)), new Set(['AbortError']));
});

test('a long call does not hold up the short ones of its tick', async (t) => {
  const c = await ready(t, { size: 2 });
  await c.broadcast('echo', 0);
  const controller = new AbortController();
  const long = outcomes([c.with({ signal: controller.signal }).run(() => new Promise(() => {}))]);
  await Promise.all(upTo(50).map((i) => c.echo(i)));
  assertEquals(c.stats().running, 1, 'they went to the other worker');
  controller.abort();
  assertEquals(await long, ['AbortError']);
});

test('stats have the shape that the types say', async (t) => {
  const c = pool(t, { size: { min: 1, max: 2 }, name: 'counted' });
  const shape = (value) => (Array.isArray(value) ? 'array' : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)])) : typeof value);
  const percentiles = { count: 'number', mean: 'number', p50: 'number', p90: 'number', p99: 'number', max: 'number' };
  const calls = Object.fromEntries(['submitted', 'returned', 'threw', 'aborted', 'timedOut', 'crashed', 'loadFailed', 'retried', 'moved'].map((key) => [key, 'number']));
  const wanted = {
    name: 'string', size: { min: 'number', max: 'number' }, queued: 'number', running: 'number', workers: 'array', calls,
    queue: percentiles, run: percentiles, transfer: percentiles, spawned: 'number', crashes: 'number',
  };
  assertEquals(shape(c.stats()), wanted);
  await c.run(() => 1);
  assertEquals(shape(c.stats()), wanted);
  assertEquals(shape(c.stats().workers[0]), { id: 'number', slot: 'number', state: 'string', calls: 'number', running: 'number', uptime: 'number' });
});

test('stats count what happens', async (t) => {
  const c = await ready(t, { size: 2 });
  await c.define({ fail() { throw new Error('counted'); } });
  await outcomes([
    ...upTo(10).map((i) => c.echo(i)), c.fail(), c.with({ timeout: 5 }).wait(30), c.with({ signal: AbortSignal.timeout(5) }).wait(30),
    c.quit(),
  ]);
  const held = [c.wait(500), c.wait(500), c.wait(500)];
  await eventually(() => c.stats().running === 2);
  const during = c.stats();
  assertEquals([during.running, during.queued], [2, 1]);
  assertEquals(during.workers.map(({ state, running }) => [state, running]), [['running', 1], ['running', 1]]);
  await Promise.all(held);
  const { calls, run, queue, transfer, spawned, crashes, running, queued, workers } = c.stats();
  assertEquals([calls.submitted, calls.returned, calls.threw, calls.aborted, calls.timedOut, calls.crashed], [17, 13, 1, 1, 1, 1]);
  assertEquals([spawned >= 3, crashes, running, queued], [true, 1, 0, 0]);
  assert(run.count >= 14 && run.max >= 450 && run.p50 <= run.p90 && run.p90 <= run.p99 && run.p99 <= run.max, JSON.stringify(run));
  assert(queue.count >= 14 && transfer.count > 0 && transfer.p50 >= 0, JSON.stringify({ queue, transfer }));
  assertEquals(workers.reduce((sum, worker) => sum + worker.calls, 0) >= 3, true);
  assert(workers.every(({ uptime }) => uptime > 0));
});

test('starting and stopping are events', async (t) => {
  const c = pool(t, { size: { min: 0, max: 2 }, idleTimeout: 60 });
  const events = [];
  for (const type of ['workerstart', 'workerstop']) c.addEventListener(type, (event) => events.push([event.type, event.detail.slot, typeof event.detail.worker]));
  await Promise.all([c.run(() => new Promise((resolve) => setTimeout(resolve, 40))), c.run(() => new Promise((resolve) => setTimeout(resolve, 40)))]);
  await eventually(() => events.length === 4, { timeout: 3_000 });
  assertEquals(events.slice(0, 2), [['workerstart', 0, 'number'], ['workerstart', 1, 'number']]);
  assertEquals(events.slice(2).map(([type]) => type), ['workerstop', 'workerstop']);
});

test('an event’s listener may do anything to the pool', async (t) => {
  const c = await ready(t, { size: 2 });
  const seen = [];
  const stopped = () => seen.push(c.echo('from the listener'), c.define({ more: () => 'more' }).then(() => c.more()));
  c.addEventListener('workerstop', stopped);
  await assertRejects(c.quit(), WorkerCrashError);
  await eventually(() => seen.length === 2);
  assertEquals(await Promise.all(seen), ['from the listener', 'more']);
  c.removeEventListener('workerstop', stopped);
  c.addEventListener('workerstop', () => c.terminate());
  await outcomes([c.quit()]);
  await eventually(() => c.stats().workers.length === 0);
  await assertRejects(c.echo(1), 'TerminatedError');
});

test('calls made while others are being settled do not take their places', async (t) => {
  const c = await ready(t, { size: 1 });
  for (const type of ['workerstart', 'workerstop']) c.addEventListener(type, () => made.push(c.echo(`${type} ${made.length}`)));
  let made = [];
  for (let round = 0; round < 10; round += 1) {
    made = [];
    // Of calls that end with the worker, several are settled at once.
    const calls = [c.quit(), c.echo(1), c.echo(2), c.with({ transfer: [new ArrayBuffer(1)] }).echo(3)];
    assertEquals(await outcomes(calls), ['WorkerCrashError', 1, 2, 3]);
    assertEquals((await outcomes(made)).map((value, i) => value.endsWith(` ${i}`)), made.map(() => true));
    assertEquals(made.length, 2);
  }
});

test('a timeout fires even where nothing else happens', async (t) => {
  const c = await ready(t);
  // Ends with its signal, so that the next call finds the worker free.
  await c.define({ hold(ms) { return new Promise((resolve) => { setTimeout(resolve, ms); this.signal.onabort = resolve; }); } });
  // Engines round the clock: a timer may fire a little early by it, and has to be set again then.
  for (let i = 0; i < 25; i += 1) {
    const ms = 3 + i * 1.37;
    await assertRejects(c.with({ timeout: ms }).hold(2_000), 'TimeoutError');
    await sleep(20);
  }
  t.log(`${page.engine}: 25 timeouts`);
});
