// Node.js as its users have it: bundles, CommonJS, replaced globals, flags, contexts, output.

import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Centaurus } from '../../pkg/centaurus.node.js';

const pkg = fileURLToPath(new URL('../../pkg/', import.meta.url));
const entry = join(pkg, 'centaurus.node.js');
const classic = join(pkg, 'centaurus.node.cjs');
const jobs = new URL('fixtures/jobs.mjs', import.meta.url).href;
const run = promisify(execFile);
const module = (code, ...flags) => run(process.execPath, [...flags, '--input-type=module', '-e', code], { timeout: 20_000 });

async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), 'centaurus-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A program, bundled with the package inside. */
async function bundled(t, format, options = '') {
  const path = await folder(t);
  const contents = `
    import { Centaurus } from ${JSON.stringify(entry)};
    const c = new Centaurus({ size: 1, ${options} });
    c.define({ add: (a, b) => a + b });
    c.add(1, 2).then(async (sum) => console.log(sum, await c.unpack(await c.pack('packed'))), ({ name, message }) => console.log(name, message));
  `;
  const outfile = join(path, format === 'cjs' ? 'server.cjs' : 'server.mjs');
  await build({ stdin: { contents, resolveDir: pkg }, bundle: true, platform: 'node', format, outfile, logLevel: 'silent' });
  return { path, start: async () => (await run(process.execPath, [outfile], { cwd: path, timeout: 20_000 })).stdout.trim() };
}

const isFile = (name) => /\.(js|mjs|wasm)$/.test(name);

for (const format of ['cjs', 'esm']) {
  test(`a server bundled as ${format} without the files of the package is told what to do`, async (t) => {
    const { start } = await bundled(t, format);
    assert.match(await start(), /^WorkerLoadError .*centaurus\.wasm.*ENOENT.*Leave 'centaurus' out of the bundle.*\{ worker, wasm, thread \}/s);
  });

  test(`a server bundled as ${format} finds them beside it`, async (t) => {
    const { path, start } = await bundled(t, format);
    for (const name of (await readdir(pkg)).filter(isFile)) await cp(join(pkg, name), join(path, name));
    assert.equal(await start(), '3 packed');
  });

  test(`a server bundled as ${format} finds them where the package is installed`, async (t) => {
    const { path, start } = await bundled(t, format);
    const installed = join(path, 'node_modules/centaurus');
    await mkdir(installed, { recursive: true });
    for (const name of (await readdir(pkg)).filter((name) => isFile(name) || name === 'package.json')) await cp(join(pkg, name), join(installed, name));
    assert.equal(await start(), '3 packed');
  });

  test(`a server bundled as ${format} can name them`, async (t) => {
    const at = (name) => JSON.stringify(join(pkg, name));
    const { start } = await bundled(t, format, `worker: ${at('centaurus.worker.js')}, thread: ${at('centaurus.node.worker.mjs')}, wasm: { proxy: ${at('centaurus.wasm')}, worker: ${at('centaurus.worker.wasm')} }`);
    assert.equal(await start(), '3 packed');
  });
}

test('a missing file of the threads is told of by its name', async (t) => {
  const c = new Centaurus({ size: 1, thread: '/nowhere/centaurus.node.worker.mjs' });
  t.after(() => c.terminate());
  await assert.rejects(c.run(() => 1), { name: 'WorkerLoadError', message: /nowhere\/centaurus\.node\.worker\.mjs.*\{ worker, wasm, thread \}/s });
});

test('require() gives the same class', async () => {
  const code = `
    const { Centaurus, default: same, WorkerLoadError } = require(${JSON.stringify(classic)});
    const c = new Centaurus({ size: 1 });
    c.run((x) => x * 2, 21).then((made) => console.log(made, same === Centaurus, WorkerLoadError.name));
  `;
  const { stdout } = await run(process.execPath, ['--input-type=commonjs', '-e', code], { timeout: 20_000 });
  assert.equal(stdout, '42 true WorkerLoadError\n');
});

test('globals that were replaced before the package was imported, or afterwards, are not used', async () => {
  const replace = `
    const replace = () => {
      for (const name of ['Response', 'fetch', 'queueMicrotask', 'setTimeout', 'clearTimeout', 'setInterval', 'MessageChannel', 'performance']) {
        Object.defineProperty(globalThis, name, { value: class { constructor() { throw new Error(name + ' was used'); } }, configurable: true, writable: true });
      }
      WebAssembly.compileStreaming = () => Promise.reject(new Error('compileStreaming was used'));
      globalThis.document = { baseURI: 'http://localhost/' };
    };
  `;
  const use = `
    const c = new Centaurus({ size: 1 });
    console.log(await c.call('square', [3]).catch(({ name }) => name), await c.unpack(await c.pack('packed')));
    console.log(await c.registerModule('tests/node/fixtures/jobs.mjs', ['square']).then(() => c.square(3)));
    console.log(await c.with({ timeout: 1 }).run(() => new Promise(() => {})).catch(({ name }) => name));
    await c.close();
  `;
  const said = 'UnknownFunctionError packed\n9\nTimeoutError\n';
  assert.equal((await module(`${replace} replace(); const { Centaurus } = await import(${JSON.stringify(entry)}); ${use}`)).stdout, said);
  assert.equal((await module(`${replace} const { Centaurus } = await import(${JSON.stringify(entry)}); replace(); ${use}`)).stdout, said);
});

test('a process that forbids code from strings: modules and services work, and a function from source names the flag', async () => {
  const code = `
    import { Centaurus } from ${JSON.stringify(entry)};
    const c = new Centaurus({ size: 1 });
    await c.registerModule(${JSON.stringify(jobs)}, ['square']);
    console.log(await c.square(3), await c.unpack(await c.pack('packed')));
    await c.run(() => 1).catch(({ name, message }) => console.log(name, message));
  `;
  const { stdout } = await module(code, '--disallow-code-generation-from-strings');
  assert.match(stdout, /^9 packed\nEvalError Node\.js's flag --disallow-code-generation-from-strings forbids making 'run' from its source\. Export it from an ES module/);
});

test('what a call calls back runs in the context of the call', async (t) => {
  const c = new Centaurus({ size: 1 });
  t.after(() => c.terminate());
  const context = new AsyncLocalStorage();
  const seen = [];
  const onProgress = () => seen.push(context.getStore());
  await c.define({ report() { this.progress(1); }, *each() { this.progress(1); yield 1; } });
  const ask = (id, call) => context.run(id, async () => {
    await call(c.with({ onProgress }));
    assert.equal(context.getStore(), id);
  });
  await Promise.all([
    ask('method', (v) => v.report()),
    ask('call', (v) => v.call('report')),
    ask('option', () => c.call('report', [], { onProgress })),
    ask('broadcast', (v) => v.broadcast('report')),
    ask('stream', async (v) => { for await (const _ of v.stream('each')) seen.push(context.getStore()); }),
  ]);
  assert.deepEqual(seen.sort(), ['broadcast', 'call', 'method', 'option', 'stream', 'stream']);
});

test('what a task has printed is printed before its promise settles, in order, even if the program ends there', async () => {
  const code = `
    import { Centaurus } from ${JSON.stringify(entry)};
    const c = new Centaurus({ size: 1 });
    for (const round of [1, 2]) {
      await c.run((n) => { for (let i = 0; i < 1000; i++) console.log('line ' + n + ' ' + i); console.error('error ' + n); process.stdout.write(Buffer.from('bytes ✓\\n')); process.stdout.write('6c61740a', 'hex'); }, round);
      console.log('round ' + round);
    }
  `;
  const { stdout, stderr } = await module(code);
  const round = (n) => [...Array.from({ length: 1000 }, (_, i) => `line ${n} ${i}`), 'bytes ✓', 'lat', `round ${n}`];
  assert.deepEqual(stdout.split('\n'), [...round(1), ...round(2), '']);
  assert.equal(stderr, 'error 1\nerror 2\n');
});
