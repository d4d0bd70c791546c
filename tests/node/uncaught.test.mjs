// What code in a worker throws where no call can catch it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Centaurus } from '../../pkg/centaurus.node.js';

const entry = new URL('../../pkg/centaurus.node.js', import.meta.url).href;

/** What a process prints that has an exception and a rejection in a worker. */
async function printed(listener) {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', `
    import { once } from 'node:events';
    import { Centaurus } from '${entry}';
    const c = new Centaurus({ size: 1 });
    ${listener}
    for (const stray of [() => void setTimeout(() => { throw new RangeError('thrown'); }), () => void Promise.reject(new TypeError('rejected'))]) {
      const heard = once(c, 'workererror');
      await c.run(stray);
      await Promise.all([heard, c.run(() => new Promise((resolve) => setTimeout(resolve, 100)))]);
    }
    console.log(c.stats().spawned);
    await c.close();`], { timeout: 20_000 });
  assert.equal(stdout.trim(), '1');
  return stderr;
}

test('an exception and a rejection are printed once each, with stack, and end nothing', async () => {
  const stderr = await printed('');
  for (const title of ['RangeError: thrown', 'TypeError: rejected']) assert.equal(stderr.split(title).length, 2, stderr);
  assert.match(stderr, /RangeError: thrown\n +at /);
});

test('a listener that calls preventDefault() has them to itself', async () => {
  assert.equal(await printed("c.addEventListener('workererror', (event) => event.preventDefault());"), '');
});

test('the event has the error, cause included; what cannot be cloned is told of', async (t) => {
  const c = new Centaurus({ size: 1 });
  t.after(() => c.terminate());
  c.addEventListener('workererror', (event) => event.preventDefault());
  const next = async (stray) => {
    const heard = once(c, 'workererror');
    await c.run(stray);
    await c.run(() => new Promise((resolve) => setTimeout(resolve, 50)));
    const [{ detail }] = await heard;
    return detail;
  };
  const { error, slot } = await next(() => void Promise.reject(new RangeError('outer', { cause: new TypeError('inner') })));
  assert.ok(error instanceof RangeError && error.cause instanceof TypeError);
  assert.deepEqual([error.message, error.cause.message, slot], ['outer', 'inner', 0]);
  assert.equal((await next(() => void Promise.reject('text'))).error, 'text');
  assert.match((await next(() => void Promise.reject(() => {}))).error.message, /cannot be cloned/);
});

test("the worker's own listeners come first, and may prevent the report", async (t) => {
  const c = new Centaurus({ size: 1 });
  t.after(() => c.terminate());
  await c.setup(() => {
    self.heard = [];
    for (const type of ['error', 'unhandledrejection']) {
      self.addEventListener(type, (event) => {
        self.heard.push((event.error ?? event.reason).message);
        event.preventDefault();
      });
    }
  });
  const events = [];
  c.addEventListener('workererror', (event) => events.push(event.detail));
  await c.run(() => {
    setTimeout(() => { throw new Error('thrown'); });
    void Promise.reject(new Error('rejected'));
  });
  assert.deepEqual((await c.run(() => new Promise((resolve) => setTimeout(() => resolve(self.heard), 50)))).sort(), ['rejected', 'thrown']);
  assert.deepEqual(events, []);
});
