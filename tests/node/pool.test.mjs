// The pool of workers under Node.js: the same class over worker_threads.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { Centaurus, TerminatedError, UnknownFunctionError, WorkerCrashError, WorkerLoadError } from '../../pkg/centaurus.node.js';
import { echo } from './support/echo.mjs';

const entry = new URL('../../pkg/centaurus.node.js', import.meta.url).href;
const fixture = (name) => new URL(`fixtures/${name}`, import.meta.url);
const run = promisify(execFile);

function pool(t, ...args) {
  const c = new Centaurus(...args);
  t.after(() => c.terminate());
  return c;
}

/** Runs code in a process of its own, which has to end by itself. */
async function alone(code, ...flags) {
  const { stdout } = await run(process.execPath, [...flags, '--input-type=module', '-e', `import { Centaurus } from '${entry}';\n${code}`], { timeout: 20_000 });
  return stdout.trim();
}

test('functions in both forms, one-off functions and broadcasts', async (t) => {
  const c = pool(t, { size: 2 });
  const thread = await c.run(async () => (await import('node:worker_threads')).isMainThread);
  assert.equal(thread, false);
  c.registerFunctions({ add: (resolve, reject, a, b) => resolve(a + b), refuse: (resolve, reject, why) => reject(new TypeError(why)) });
  await c.define({ *upTo(n) { for (let i = 0; i < n; i += 1) yield i; }, async later(x) { return x; }, who: () => self.name });
  assert.equal(await c.add(1, 2), 3);
  await assert.rejects(c.refuse('no'), { name: 'TypeError', message: 'no' });
  assert.deepEqual(await c.upTo(3), [0, 1, 2]);
  assert.equal(await c.call('later', ['x']), 'x');
  assert.deepEqual((await c.broadcast('who')).sort(), ['centaurus-0', 'centaurus-1']);
  await assert.rejects(c.call('ad'), UnknownFunctionError);
});

test('a stream gives values as they come, and ends its generator when it is left', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({ *numbers() { try { for (let i = 0; ; i += 1) yield i; } finally { self.ended = true; } }, ended: () => self.ended });
  const seen = [];
  for await (const value of c.stream('numbers')) {
    seen.push(value);
    if (seen.length === 100) break;
  }
  assert.deepEqual(seen.slice(-2), [98, 99]);
  assert.equal(await c.ended(), true);
});

test('modules by path and by file: URL, with and without names', async (t) => {
  const c = pool(t, { size: 1 });
  await c.registerModule(fixture('jobs.mjs'), ['square']);
  assert.equal(await c.square(5), 25);
  await c.registerModule('tests/node/fixtures/jobs.mjs');
  assert.equal(await c.base('/a/b.txt'), 'b.txt');
  assert.deepEqual(await c.count(2), [0, 1]);
  await assert.rejects(c.registerModule(fixture('none.mjs')), /none\.mjs/);
});

test('packages of wasm-bindgen are initialised, their WebAssembly being a file', async (t) => {
  const c = pool(t, { size: 1 });
  await c.registerModule(new URL('../browser/fixtures/greeter/greeter.js', import.meta.url));
  assert.deepEqual([await c.isReady(), await c.add(1, 2)], [true, 3]);
});

test("the package's files from a server", async (t) => {
  const server = createServer(async ({ url }, response) => {
    const bytes = await readFile(new URL(`../../pkg${url}`, import.meta.url)).catch(() => undefined);
    response.writeHead(bytes ? 200 : 404, { 'content-type': url.endsWith('.wasm') ? 'application/wasm' : 'text/javascript' });
    response.end(bytes);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close().closeAllConnections());
  const at = (file) => `http://127.0.0.1:${server.address().port}/${file}`;
  const c = pool(t, at('centaurus.worker.js'), { size: 1, wasm: { proxy: at('centaurus.wasm'), worker: at('centaurus.worker.wasm') } });
  assert.equal(await c.unpack(await c.pack('text')), 'text');
  await assert.rejects(pool(t, at('none.js')).run(() => 1), (error) => error instanceof WorkerLoadError && /none\.js.*answered HTTP 404/.test(error.message));
});

test('classic scripts of files and of servers: what they declare is global', async (t) => {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/none.js' ? 404 : 200;
    response.end('var fetched = 42;');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const origin = `http://127.0.0.1:${server.address().port}`;
  const c = pool(t, { size: 1 });
  await c.loadScripts(fixture('library.js'), `${origin}/a.js`);
  assert.deepEqual(await c.run(() => [library.twice(4), secret, umd.name, fetched]), [8, 'seen', 'umd', 42]);
  await assert.rejects(c.loadScripts(`${origin}/none.js`), { name: 'NetworkError', message: /none\.js could not be loaded: .*HTTP 404/ });
  await assert.rejects(c.loadScripts(fixture('none.js')), { name: 'NetworkError', message: /ENOENT/ });
  await assert.rejects(c.loadScripts(fixture('throws.js')), { name: 'RangeError', message: 'not today' });
});

test('an abort is seen inside a loop that never yields; one that goes on all the same is ended', async (t) => {
  const c = pool(t, { size: 1, killGrace: 2_000 });
  await c.define({ polite() { while (!this.signal.aborted); self.polite = true; }, was: () => self.polite, rude() { for (;;); } });
  await assert.rejects(c.with({ signal: AbortSignal.timeout(50) }).polite(), { name: 'TimeoutError' });
  assert.equal(await c.was(), true);
  assert.equal(c.stats().crashes, 0);
  const d = pool(t, { size: 1, killGrace: 10 });
  await d.define({ rude() { for (;;); }, fine: () => 1 });
  await assert.rejects(d.call('rude', [], { timeout: 50 }), { name: 'TimeoutError' });
  assert.equal(await d.fine(), 1);
  assert.equal(d.stats().spawned, 2);
});

const TRAP = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11];
const deaths = {
  'process.exit()': () => process.exit(3),
  'self.close()': () => self.close(),
  'a trap': (bytes) => new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes))).exports.f(),
};
for (const [how, die] of Object.entries(deaths)) {
  test(`a worker that dies by ${how} is told of, and replaced`, async (t) => {
    const c = pool(t, { size: 1 });
    await c.define({ die, fine: () => 1 });
    const died = c.die(TRAP);
    const next = c.fine();
    await assert.rejects(died, (error) => error instanceof WorkerCrashError && /'die'/.test(error.message));
    assert.equal(await next, 1);
    assert.equal(c.stats().crashes, 1);
  });
}

test('a worker killed from outside is noticed', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({ forever: () => new Promise(() => {}), doom() { setTimeout(() => process.exit(1), 20); }, fine: () => 1 });
  await c.doom();
  await assert.rejects(c.forever(), WorkerCrashError);
  assert.equal(await c.fine(), 1);
});

test('what code in a worker throws where nothing catches it is an event, and ends nothing', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({ stray() { setTimeout(() => { throw new RangeError('stray'); }); }, fine: () => 1 });
  const stray = once(c, 'workererror');
  await c.stray();
  // Who waits for an event alone does not keep the process.
  await c.run(() => new Promise((resolve) => setTimeout(resolve, 50)));
  const [{ detail }] = await stray;
  assert.deepEqual([detail.error.name, detail.error.message], ['RangeError', 'stray']);
  assert.equal(await c.fine(), 1);
  assert.equal(c.stats().spawned, 1);
});

test('the services, streams included', async (t) => {
  const c = pool(t, { size: 2 });
  const value = { any: ['value', 1n, new Date(0)] };
  assert.deepEqual(await c.unpack(await c.pack(value)), value);
  assert.deepEqual(await c.msgpack.decode(await c.msgpack.encode([1, 'two'])), [1, 'two']);
  const { sha256, crc32 } = await c.digest(['sha-256', 'crc32'], new TextEncoder().encode('abc')).then((made) => ({ sha256: made['sha-256'], crc32: made.crc32 }));
  assert.equal(Buffer.from(sha256).toString('hex').slice(0, 8), 'ba7816bf');
  assert.equal(Buffer.from(crc32).toString('hex'), '352441c2');
  const blob = new Blob(['to be or not '.repeat(10_000)]);
  const whole = await c.zlib.decompress(await c.zlib.compress(blob, { format: 'gzip' }), { format: 'gzip' });
  assert.equal(whole.length, blob.size);
  let streamed = 0;
  for await (const chunk of blob.stream().pipeThrough(c.zlib.compressStream()).pipeThrough(c.zlib.decompressStream())) streamed += chunk.length;
  assert.equal(streamed, blob.size);
  const shop = await c.protobuf('syntax = "proto3"; message Tea { string name = 1; }');
  assert.deepEqual(await shop.decode('Tea', await shop.encode('Tea', { name: 'oolong' })), { name: 'oolong' });
});

test('large input is compressed by the workers that are idle', async (t) => {
  const c = pool(t, { size: 2 });
  const bytes = new TextEncoder().encode('all the world is a stage '.repeat(80_000));
  const small = await c.zlib.compress(bytes);
  assert.equal((await c.zlib.decompress(small)).length, bytes.length);
});

test('buffers move where they are named, and errors name what cannot be cloned', async (t) => {
  const c = pool(t, { size: 1 });
  const buffer = new ArrayBuffer(8);
  assert.equal(await c.with({ transfer: [buffer] }).run((moved) => moved.byteLength, buffer), 8);
  assert.equal(buffer.byteLength, 0);
  await assert.rejects(c.run((x) => x, { on: [() => {}] }), { name: 'DataCloneError', message: /^Argument 1 \(at \.on\[0\]\) of 'run'/ });
  await assert.rejects(c.run(() => () => {}), { name: 'DataCloneError', message: /^The result of 'run'/ });
});

test('what is missing or broken is told by its name', async (t) => {
  await assert.rejects(pool(t, '/nowhere/worker.js').run(() => 1), (error) => error instanceof WorkerLoadError && /nowhere\/worker\.js.*ENOENT/.test(error.message));
  await assert.rejects(pool(t, fixture('throws.js')).run(() => 1), (error) => error instanceof WorkerLoadError && /throws\.js.*not today/.test(error.message));
  await assert.rejects(pool(t, { wasm: '/nowhere/x.wasm' }).run(() => 1), (error) => error instanceof WorkerLoadError && /x\.wasm.*ENOENT/.test(error.message));
});

test('close() waits for what is pending; afterwards nothing runs', async () => {
  const c = new Centaurus({ size: 1 });
  const late = c.run(() => new Promise((resolve) => setTimeout(resolve, 50, 'late')));
  await c.close();
  assert.equal(await late, 'late');
  await assert.rejects(c.run(() => 1), TerminatedError);
});

test('importing starts nothing and changes no global', async () => {
  const code = `
    const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name));
    console.log(JSON.stringify([added, process.getActiveResourcesInfo().filter((name) => /Worker|MessagePort|Timeout/.test(name))]));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', `const before = Object.getOwnPropertyNames(globalThis); await import('${entry}');${code}`]);
  assert.deepEqual(JSON.parse(stdout), [[], []]);
});

test('a process ends when nothing is pending, with the pool still there', async () => {
  assert.equal(await alone("const c = new Centaurus(); await c.define({ f: () => 'done' }); console.log(await c.f());"), 'done');
  assert.equal(await alone("new Centaurus(); console.log('made');"), 'made');
});

test('and not before: a promise of the pool keeps it alive', async () => {
  const slow = '() => new Promise((resolve) => setTimeout(resolve, 300, "late"))';
  assert.equal(await alone(`new Centaurus({ size: 1 }).run(${slow}).then(console.log);`), 'late');
  assert.equal(await alone(`const c = new Centaurus({ size: 1 }); c.define({ async *slow() { yield await (${slow})(); } }); c.stream('slow').next().then(({ value }) => console.log(value));`), 'late');
  assert.equal(await alone("new Centaurus().ready.then(() => console.log('ready'));"), 'ready');
});

test('a rejection that nobody handles ends the process, as any other', async () => {
  await assert.rejects(alone("new Centaurus().run(() => { throw new Error('unheard'); });"), ({ code, stderr }) => code === 1 && /unheard/.test(stderr));
});

test('storage is refused at once, for want of IndexedDB', (t) => {
  assert.throws(() => pool(t).storage('notes'), { name: 'NotSupportedError', message: /IndexedDB/ });
});

test('sockets, where there is WebSocket; else they are refused at once', async (t) => {
  const c = pool(t, { size: 1 });
  if (!globalThis.WebSocket) {
    assert.throws(() => c.socket('ws://127.0.0.1/'), { name: 'NotSupportedError', message: /Node\.js has from version 22/ });
    return;
  }
  const socket = c.socket(await echo(t));
  const message = once(socket, 'message');
  await socket.send('hello');
  assert.equal((await message)[0].data, 'hello');
  const closed = once(socket, 'close');
  socket.close();
  assert.equal((await closed)[0].code, 1000);
});

after(() => {
  // What keeps this process would keep everybody's.
  assert.deepEqual(process.getActiveResourcesInfo().filter((name) => /Worker/.test(name)), []);
});
