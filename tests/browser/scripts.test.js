// Classic scripts, of any origin.

import { assert, assertEquals, assertRejects, fixture, origin2, outcomes, pool, test, WorkerCrashError } from './pool.js';

test('scripts are loaded in order, and their globals are there', async (t) => {
  const c = pool(t, { size: 1 });
  c.loadScripts(fixture('umd.js'), new URL(fixture('umd-second.js')));
  c.define({ loaded: () => self.loaded, shout: (text) => shout(text) });
  assertEquals(await Promise.all([c.loaded(), c.shout('hay')]), [['umd', 'second after umd'], 'HAY!']);
  assertEquals(await c.loadScripts(), undefined);
});

test('scripts of another origin, and relative to the page', async (t) => {
  const c = pool(t, { size: 1 });
  await c.loadScripts(`${origin2}/tests/browser/fixtures/umd.js`);
  await c.loadScripts('fixtures/umd-second.js');
  assertEquals(await c.run(() => self.loaded), ['umd', 'second after umd']);
}, { isolated: 'both' });

test('pako, as it is published', async (t) => {
  const c = pool(t, { size: 2 });
  await c.loadScripts('/node_modules/pako-1/dist/pako.min.js');
  await c.define({ squeeze: (text) => pako.deflate(text), restore: (bytes) => pako.inflate(bytes, { to: 'string' }) });
  const text = 'gallop '.repeat(1_000);
  const squeezed = await c.squeeze(text);
  assert(squeezed.length < 100);
  assertEquals(await c.restore(squeezed), text);
});

test('a script that fails rejects its promise with its address, and is not loaded in later workers', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({ quit() { self.close(); }, loaded: () => self.loaded });
  await assertRejects(c.loadScripts('/fault/404/script.js'), 'NetworkError', '/fault/404/script.js');
  await assertRejects(c.loadScripts(`${origin2}/fault/404/script.js`), 'NetworkError', '/fault/404/script.js');
  await assertRejects(c.loadScripts(fixture('umd-throws.js')), () => true);
  await assertRejects(c.loadScripts(fixture('syntax-error.js')), () => true);
  await assertRejects(c.loadScripts(fixture('umd.js'), '/fault/404/second.js'), 'NetworkError', 'second.js');
  await assertRejects(c.loadScripts('http://['), TypeError, 'http://[');
  await c.loadScripts(fixture('umd-second.js'));
  assertEquals(await c.loaded(), ['umd', 'second after umd']);
  await assertRejects(c.quit(), WorkerCrashError);
  assertEquals(await c.loaded(), ['second after undefined']);
});

test('calls wait for the scripts that were asked for before', async (t) => {
  const c = pool(t, { size: 1 });
  c.define({ loaded: () => self.loaded?.length ?? 0 });
  const before = c.loaded();
  c.loadScripts('/fault/slow/100/tests/browser/fixtures/umd.js');
  const after = c.loaded();
  assertEquals(await outcomes([before, after]), [1, 1]);
});

test('a script may put its own in the place of what the worker uses', async (t) => {
  const c = pool(t, { size: 1 });
  await c.setup(() => {
    self.postMessage = () => { throw new Error('not any more'); };
    self.onmessage = () => {};
    Promise.prototype.finally = null;
    performance.mark = null;
    Array.prototype.evil = 'enumerable';
    Object.prototype.evil = 'enumerable';
  });
  await c.define({ echo: (x) => x, fail() { throw new RangeError('kept'); }, *three() { yield 1; yield 2; yield 3; } });
  assertEquals(await c.echo(5), 5);
  await assertRejects(c.fail(), RangeError, 'kept');
  const seen = [];
  for await (const value of c.stream('three')) seen.push(value);
  assertEquals(seen, [1, 2, 3]);
});

test('messages that are not the runtime’s pass by, both ways', async (t) => {
  const c = pool(t, { size: 1 });
  await c.run(() => {
    postMessage('hello page');
    postMessage([1, 2, 3]);
    postMessage({ value: 1 });
    postMessage(null);
    postMessage([]);
  });
  assertEquals(await c.run(() => 'undisturbed'), 'undisturbed');
});
