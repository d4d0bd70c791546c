// One signal for many calls.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { Centaurus } from '../../pkg/centaurus.node.js';

test('many calls under way and waiting put one listener on their signal, and leave none', async (t) => {
  const c = new Centaurus({ size: 1 });
  t.after(() => c.terminate());
  const { signal } = new AbortController();
  const view = c.with({ signal });
  const listeners = () => getEventListeners(signal, 'abort').length;
  for (let round = 0; round < 2; round += 1) {
    const calls = Array.from({ length: 1_000 }, (_, i) => view.run((x) => x, i));
    assert.equal(listeners(), 1);
    await Promise.all(calls);
    assert.equal(listeners(), 0);
  }
});

test('an abort rejects all of them at once, with its reason, and no others', async (t) => {
  const c = new Centaurus({ size: 1 });
  t.after(() => c.terminate());
  await c.ready;
  const controller = new AbortController();
  const [aborted, other] = [[], []];
  const calls = Array.from({ length: 1_000 }, () => c.with({ signal: controller.signal }).run(() => new Promise(() => {})));
  for (const call of calls) call.catch((reason) => aborted.push(reason));
  const kept = c.with({ signal: new AbortController().signal }).run(() => 'kept').finally(() => other.push(aborted.length));
  const reason = new RangeError('enough');
  controller.abort(reason);
  assert.equal(c.stats().calls.aborted, 1_000);
  assert.equal(await kept, 'kept');
  assert.deepEqual([aborted.length, new Set(aborted).has(reason), new Set(aborted).size], [1_000, true, 1]);
  assert.deepEqual(other, [1_000]);
});
