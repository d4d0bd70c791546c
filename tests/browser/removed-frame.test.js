// Pools of frames that are removed while others wait for them.

import { assertEquals, eventually, test } from './pool.js';

/** A frame with a pool that has run something. */
async function frame(t) {
  const made = document.createElement('iframe');
  made.srcdoc = `<!doctype html><script type="module">
    import { Centaurus } from '/pkg/centaurus.js';
    const c = new Centaurus({ size: 1 });
    await c.define({ echo: (value) => value, wait: () => new Promise(() => {}) });
    await c.echo(1);
    window.pool = c;
    window.fresh = () => new Centaurus({ size: 1 });
  </script>`;
  document.body.append(made);
  t.after(() => made.remove());
  await eventually(() => made.contentWindow?.pool);
  return made;
}

/** Jobs of promises that the frame's own code chained are dropped there with the frame. */
const skipIn = {
  firefox: 'it runs no promise jobs of a frame that is gone',
  webkit: 'ending a pool with its frame, amid a transaction, would block the store there',
};

const outcome = (promise) => promise.then(() => 'value', (error) => error.name);

test('what is pending when a frame is removed rejects', async (t) => {
  const made = await frame(t);
  const { pool, fresh } = made.contentWindow;
  const pending = [pool.wait(), pool.run(() => new Promise(() => {})), pool.call('wait'), pool.stream('wait').next(), pool.setup(() => new Promise(() => {})), fresh().run(() => 1)].map(outcome);
  made.remove();
  assertEquals(await Promise.all(pending), pending.map(() => 'TerminatedError'));
}, { skipIn });

test('what is asked of a removed frame rejects', async (t) => {
  const made = await frame(t);
  const { pool, fresh } = made.contentWindow;
  const other = fresh();
  made.remove();
  const asked = [() => pool.echo(1), () => pool.run(() => 1), () => pool.call('echo', [1]), () => other.run(() => 1)];
  for (const ask of asked) assertEquals(await outcome(ask()), 'TerminatedError');
}, { skipIn });
