// Calls that are called off, or take too long.

import { assert, assertEquals, assertRejects, eventually, hold, outcomes, page, pool, sleep, test } from './pool.js';

/** Runs until it is killed. */
function spin() {
  this.progress('begun');
  for (;;);
}

/** A call that has begun, and what calls it off. */
async function begun(c, name, ...args) {
  const controller = new AbortController();
  let running;
  await new Promise((resolve) => (running = c.with({ signal: controller.signal, onProgress: resolve })[name](...args)));
  return { running, controller };
}

async function ready(t, options) {
  const c = pool(t, { size: 1, ...options });
  await c.define({
    echo: (value) => value,
    spin,
    sign: () => self.sign ??= Math.random(),
    wait(ms) {
      this.progress('begun');
      return new Promise((resolve) => setTimeout(resolve, ms, 'waited'));
    },
    /** Ends when its signal fires, and leaves a trace of it. */
    until() {
      return new Promise((resolve, reject) => {
        self.began = (self.began ?? 0) + 1;
        this.progress('begun');
        this.signal.addEventListener('abort', () => {
          self.trace = [...(self.trace ?? []), this.signal.reason];
          reject(this.signal.reason);
        });
      });
    },
    trace: () => ({ trace: self.trace ?? [], began: self.began ?? 0 }),
  });
  return c;
}

test('a call whose signal has fired already is never sent', async (t) => {
  const c = await ready(t);
  const reason = { my: 'reason' };
  const rejected = await c.call('until', [], { signal: AbortSignal.abort(reason) }).then(() => {}, (error) => error);
  assert(rejected === reason);
  assertEquals((await c.trace()).began, 0);
});

test('aborted while it waits: the reason itself, at once, and never sent', async (t) => {
  const c = await ready(t);
  const release = await hold(c);
  const controller = new AbortController();
  const waiting = c.with({ signal: controller.signal }).until();
  await sleep(20);
  assertEquals(c.stats().queued, 1);
  const reason = new RangeError('changed my mind');
  controller.abort(reason);
  const settled = await Promise.race([waiting.catch((error) => error), sleep(50).then(() => 'late')]);
  assert(settled === reason, 'the very reason, before the worker is free');
  assertEquals(c.stats().queued, 0);
  release();
  assertEquals((await c.trace()).began, 0);
});

test('aborted while it runs: at once, the task’s signal fires with the reason, the worker stays', async (t) => {
  const c = await ready(t);
  const sign = await c.sign();
  const { running, controller } = await begun(c, 'until');
  const reason = { code: 'user', at: [1] };
  controller.abort(reason);
  const rejected = await running.then(() => {}, (error) => error);
  assert(rejected === reason);
  const { trace, began } = await c.trace();
  assertEquals([began, trace.length, trace[0]], [1, 1, { code: 'user', at: [1] }]);
  assertEquals(await c.sign(), sign);
});

test('without a reason it is an AbortError, on both sides', async (t) => {
  const c = await ready(t);
  const { running, controller } = await begun(c, 'until');
  controller.abort();
  const error = await assertRejects(running, 'AbortError');
  assert(error === controller.signal.reason);
  assertEquals((await c.trace()).trace[0].name, 'AbortError');
});

test('a reason that cannot be cloned still aborts the task', async (t) => {
  const c = await ready(t);
  const { running, controller } = await begun(c, 'until');
  const reason = () => {};
  controller.abort(reason);
  assert((await running.catch((error) => error)) === reason);
  assertEquals((await c.trace()).trace.length, 1);
});

test('a call that ignores its signal is settled all the same, and its end comes to nothing', async (t) => {
  const c = await ready(t, { killGrace: 20_000 });
  const sign = await c.sign();
  const { running, controller } = await begun(c, 'wait', 100);
  controller.abort();
  await assertRejects(running, 'AbortError');
  assertEquals(await c.sign(), sign, 'it ended within its grace');
});

test('aborting one call leaves the others of its tick and of its signal’s kin alone', async (t) => {
  const c = await ready(t, { size: 2 });
  const controllers = Array.from({ length: 40 }, () => new AbortController());
  await c.echo(0);
  const calls = controllers.map(({ signal }, i) => c.with({ signal }).echo(i));
  controllers.forEach((controller, i) => i % 2 && controller.abort(`off ${i}`));
  assertEquals(await outcomes(calls), controllers.map((_, i) => (i % 2 ? `off ${i}` : i)));
});

test('one signal for many calls ends them all, and is let go of afterwards', async (t) => {
  const c = await ready(t);
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  for (const [name, step] of [['addEventListener', 1], ['removeEventListener', -1]]) {
    const original = signal[name];
    signal[name] = function (...args) {
      listeners += step;
      return original.apply(this, args);
    };
  }
  const view = c.with({ signal });
  assertEquals(await Promise.all([view.echo(1), view.echo(2)]), [1, 2]);
  assertEquals(listeners, 0);
  const calls = Array.from({ length: 10 }, () => view.wait(1000));
  controller.abort('all of them');
  assertEquals(await outcomes(calls), Array(10).fill('all of them'));
  assertEquals(listeners, 0);
});

test('an abort after the end does nothing', async (t) => {
  const c = await ready(t);
  const controller = new AbortController();
  assertEquals(await c.with({ signal: controller.signal }).echo(1), 1);
  controller.abort();
  assertEquals(await Promise.all([c.echo(2), c.echo(3)]), [2, 3]);
});

test('an abort from inside the abort handler of another call is obeyed', async (t) => {
  const c = await ready(t);
  const [first, second] = [new AbortController(), new AbortController()];
  first.signal.addEventListener('abort', () => second.abort('second'));
  const calls = [c.with({ signal: first.signal }).wait(500), c.with({ signal: second.signal }).wait(500)];
  first.abort('first');
  assertEquals(await outcomes(calls), ['first', 'second']);
});

test('a loop past killGrace costs its worker; calls of the same tick that never began move on', async (t) => {
  const c = await ready(t, { killGrace: 150 });
  const sign = await c.sign();
  await c.echo('known to be short');
  const controller = new AbortController();
  let others;
  let spinning;
  await new Promise((resolve) => {
    spinning = c.with({ signal: controller.signal, onProgress: resolve }).spin();
    others = Array.from({ length: 20 }, (_, i) => c.echo(i));
  });
  controller.abort('enough');
  assertEquals(await outcomes([spinning]), ['enough']);
  assertEquals(c.stats().spawned, 1, 'at once, not when its worker is replaced');
  assertEquals(await outcomes(others), Array.from({ length: 20 }, (_, i) => i));
  assert((await c.sign()) !== sign, 'the worker was replaced');
  assertEquals(c.stats().spawned, 2);
});

test('calls that were sent behind a loop and never began move on too', async (t) => {
  const c = await ready(t, { killGrace: 100 });
  await c.define({ sometimes: (forever) => { while (forever); return 'short'; } });
  // The runtime has learned that it is short, so it sends what follows along in one message.
  await Promise.all(Array.from({ length: 5 }, () => c.sometimes(false)));
  const controller = new AbortController();
  const calls = [c.sometimes(false), c.with({ signal: controller.signal }).sometimes(true), ...Array.from({ length: 10 }, () => c.sometimes(false))];
  await sleep(50);
  controller.abort('enough');
  assertEquals(await outcomes(calls), ['short', 'enough', ...Array(10).fill('short')]);
});

test('a timeout while it waits', async (t) => {
  const c = await ready(t);
  const release = await hold(c);
  const error = await assertRejects(c.with({ timeout: 40 }).until(), DOMException);
  assertEquals(error.name, 'TimeoutError');
  assert(error.message.includes("'until'"), error.message);
  release();
  assertEquals((await c.trace()).began, 0);
});

test('a timeout while it runs fires the task’s signal', async (t) => {
  const c = await ready(t);
  const sign = await c.sign();
  await assertRejects(c.with({ timeout: 300 }).until(), 'TimeoutError');
  const { trace } = await eventually(async () => {
    const seen = await c.trace();
    return seen.trace.length > 0 && seen;
  });
  assert(trace[0] === undefined || ['TimeoutError', 'AbortError'].includes(trace[0].name), 'a reason of the platform’s');
  assertEquals(await c.sign(), sign);
});

test('a timeout of a loop costs its worker, and only that', async (t) => {
  const c = await ready(t, { killGrace: 50 });
  const calls = [c.with({ timeout: 50 }).spin(), c.echo(1), c.echo(2)];
  assertEquals(await outcomes(calls), ['TimeoutError', 1, 2]);
  assertEquals(c.stats().calls.timedOut, 1);
});

test('a timeout counts from the call, the start of the pool included', async (t) => {
  const c = pool(t, { size: 1, wasm: '/fault/slow/2000/pkg/centaurus.wasm?timeout' });
  c.define({ f: () => 1 }).catch(() => {});
  let isReady = false;
  c.ready.then(() => (isReady = true), () => {});
  await assertRejects(c.with({ timeout: 60 }).f(), 'TimeoutError', "'f'");
  assert(!isReady, 'it did not wait for the proxy');
});

test('an abort while the pool starts is obeyed at once', async (t) => {
  const c = pool(t, { size: 1, wasm: '/fault/slow/2000/pkg/centaurus.wasm?abort' });
  c.define({ f: () => 1 }).catch(() => {});
  const controller = new AbortController();
  const call = c.with({ signal: controller.signal }).f();
  controller.abort('not now');
  assertEquals(await Promise.race([outcomes([call]), sleep(1500)]), ['not now']);
});

test('no timeout, an endless one, and zero', async (t) => {
  const c = await ready(t);
  assertEquals(await c.with({ timeout: Infinity }).wait(30), 'waited');
  assertEquals(await c.with({ timeout: undefined }).wait(30), 'waited');
  await assertRejects(c.with({ timeout: 0 }).wait(30), 'TimeoutError');
  for (const timeout of [-1, NaN, '5', null]) await assertRejects(c.with({ timeout }).wait(1), RangeError, 'timeout');
});

test('AbortSignal.timeout and AbortSignal.any do', async (t) => {
  const c = await ready(t);
  await assertRejects(c.with({ signal: AbortSignal.timeout(30) }).until(), 'TimeoutError');
  const controller = new AbortController();
  const any = AbortSignal.any([controller.signal, AbortSignal.timeout(10_000)]);
  const running = c.with({ signal: any }).until();
  await sleep(20);
  controller.abort('any of them');
  assertEquals(await outcomes([running]), ['any of them']);
});

test('what is no signal is refused', async (t) => {
  const c = await ready(t);
  for (const signal of [5, {}, 'abort']) await assertRejects(c.with({ signal }).echo(1), TypeError, 'signal');
});

test('killGrace 0 kills at once, Infinity never', async (t) => {
  const c = await ready(t, { killGrace: 0 });
  const sign = await c.sign();
  await assertRejects(c.with({ timeout: 300 }).spin(), 'TimeoutError');
  assert((await c.sign()) !== sign);
  const patient = await ready(t, { killGrace: Infinity });
  const stays = await patient.sign();
  await assertRejects(patient.with({ timeout: 20 }).wait(300), 'TimeoutError');
  assertEquals(await patient.sign(), stays);
});

test('a busy loop sees its signal where memory is shared', async (t) => {
  const c = await ready(t, { killGrace: 20_000 });
  assert(page.isolated);
  const sign = await c.sign();
  await c.define({
    busy() {
      let turns = 0;
      while (!this.signal.aborted) turns += 1;
      self.turns = turns;
    },
    throwing() {
      for (;;) this.signal.throwIfAborted();
    },
    turns: () => self.turns,
  });
  for (const name of ['busy', 'throwing']) {
    const controller = new AbortController();
    const running = c.with({ signal: controller.signal })[name]();
    await sleep(60);
    controller.abort('seen');
    assertEquals(await outcomes([running]), ['seen']);
    await assertRejects(c.with({ timeout: 60 })[name](), 'TimeoutError');
  }
  assert((await c.turns()) > 0);
  assertEquals(await c.sign(), sign, 'no worker was killed for it');
}, { isolated: true });

test('a later call with the number of an aborted one is not aborted with it', async (t) => {
  const c = await ready(t);
  for (let i = 0; i < 200; i += 1) {
    const controller = new AbortController();
    const call = c.with({ signal: controller.signal }).echo(i);
    if (i % 2) controller.abort('off');
    assertEquals(await outcomes([call, c.run(function () { return this.signal.aborted; })]), [i % 2 ? 'off' : i, false]);
  }
}, { isolated: 'both' });
