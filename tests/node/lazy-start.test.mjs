// Nothing starts before something needs the pool: a module may make one at its top and register functions, wherever it is
// imported.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Centaurus, TerminatedError } from '../../pkg/centaurus.node.js';

const node = new URL('../../pkg/centaurus.node.js', import.meta.url).href;
const browser = new URL('../../pkg/centaurus.js', import.meta.url).href;
const jobs = new URL('fixtures/jobs.mjs', import.meta.url).href;
const run = promisify(execFile);

/** Runs code in a process of its own, which has to end by itself and well. */
async function alone(entry, code) {
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', `import { Centaurus } from '${entry}';\n${code}`], { timeout: 20_000 });
  assert.equal(stderr, '');
  return stdout.trim();
}

function pool(t) {
  const c = new Centaurus({ size: 1 });
  t.after(() => c.terminate());
  return c;
}

const REGISTER = `
  const c = new Centaurus({ size: 1 });
  c.define({ add: (a, b) => a + b });
  c.registerFunctions({ old: (resolve) => resolve(1) });
  c.setup(() => { self.ready = true; });
  c.registerModule('${jobs}', ['square']);
  c.loadScripts('file:///nowhere/library.js');
`;

test('registrations that nobody looks at start no thread, and keep no process', async () => {
  assert.equal(await alone(node, `${REGISTER} process.on('exit', () => console.log(c.stats().spawned));`), '0');
});

test('nor are they unhandled rejections where there are no workers; who looks is told, and so is a call', async () => {
  const said = await alone(browser, `${REGISTER}
    const told = [];
    for (const ask of [() => c.add(1, 2), () => c.define({ f: () => 1 }), () => c.registerModule('${jobs}')]) await ask().catch(({ name, message }) => told.push([name, message]));
    console.log(JSON.stringify(told));
  `);
  const told = JSON.parse(said);
  assert.equal(told.length, 3);
  for (const [name, message] of told) {
    assert.equal(name, 'WorkerLoadError');
    assert.match(message, /there are no Web Workers here: .*'centaurus\/node'/);
  }
});

test('nor when the pool is ended first', async () => {
  assert.equal(await alone(node, `${REGISTER} c.terminate();`), '');
  assert.equal(await alone(node, `${REGISTER} await c.close(); console.log('closed', c.stats().spawned);`), 'closed 0');
});

test('a registration that fails in a worker, and that nobody handles, is one', async () => {
  await assert.rejects(alone(node, "const c = new Centaurus({ size: 1 }); c.loadScripts('file:///nowhere/library.js'); c.run(() => 1).catch(() => {});"), ({ code, stderr }) => code === 1 && /library\.js/.test(stderr));
});

const LOOKS = {
  await: async (made) => void (await made),
  then: (made) => new Promise((resolve, reject) => void made.then(resolve, reject)),
  finally: (made) => made.finally(() => {}),
  all: (made) => Promise.all([made]),
  'an async function that returns it': (made) => (async () => made)(),
};
for (const [how, look] of Object.entries(LOOKS)) {
  test(`who looks at a registration starts the pool: ${how}`, async (t) => {
    const c = pool(t);
    await look(c.define({ f: () => 1 }));
    assert.equal(c.stats().spawned, 1);
  });
}

test('each kind of registration can be waited for', async (t) => {
  for (const register of [
    (c) => c.registerFunctions({ old: (resolve) => resolve(1) }),
    (c) => c.setup(() => {}),
    (c) => c.registerModule(jobs),
    (c) => c.registerModule(jobs, ['square']),
    (c) => c.loadScripts(new URL('fixtures/library.js', import.meta.url)),
  ]) {
    const c = pool(t);
    await register(c);
    assert.equal(c.stats().spawned, 1);
  }
});

test('whatever needs the pool starts it, and what was registered before is there, in order', async (t) => {
  const asks = {
    method: (c) => c.order(),
    call: (c) => c.call('order'),
    'call of a name that a module may have': async (c) => [await c.call('square', [1]), 2],
    run: (c) => c.run(() => self.order),
    broadcast: async (c) => (await c.broadcast('order'))[0],
    stream: async (c) => (await c.stream('each').next()).value,
    ready: async (c) => (await c.ready, c.order()),
    'a service': async (c) => (await c.pack(1), c.order()),
  };
  for (const [name, ask] of Object.entries(asks)) {
    const c = pool(t);
    c.setup(() => { self.order = [1]; });
    c.setup(() => { self.order.push(2); });
    c.define({ order: () => self.order, each: function* () { yield self.order; } });
    c.registerModule(jobs);
    assert.deepEqual(await ask(c), [1, 2], name);
  }
});

test('close() ends a pool that was never needed, and lets one start that is waited for in the same turn', async () => {
  const asleep = new Centaurus({ size: 1 });
  const late = asleep.define({ f: () => 1 });
  await asleep.close();
  await assert.rejects(late, TerminatedError);
  assert.equal(asleep.stats().spawned, 0);
  const waited = new Centaurus({ size: 1 });
  const inTime = (async () => waited.define({ f: () => 1 }))();
  await waited.close();
  assert.equal(await inTime, waited);
});
