// The package as `npm publish` would send it.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';

const pkg = new URL('../../pkg/', import.meta.url);
const manifest = JSON.parse(await readFile(new URL('package.json', pkg), 'utf8'));

function targets(entry) {
  return typeof entry === 'string' ? [entry] : Object.values(entry).flatMap(targets);
}

test('the manifest exports and ships files that are there', async () => {
  const there = await readdir(pkg);
  for (const file of manifest.files) assert.ok(there.includes(file), `${file} is missing`);
  for (const target of targets(manifest.exports)) {
    assert.ok(there.includes(target.replace('./', '')), `${target} is missing`);
    if (target !== './package.json') assert.ok(manifest.files.includes(target.replace('./', '')), `${target} is not shipped`);
  }
});

test('the name of the module for workers, and that of the worker file itself', () => {
  assert.equal(manifest.exports['./worker'].default, './centaurus.worker.mjs');
  assert.equal(manifest.exports['./worker.js'], './centaurus.worker.js');
});

test('types come before every other condition, else they are not found', () => {
  for (const entry of Object.values(manifest.exports)) {
    if (typeof entry === 'object') assert.equal(Object.keys(entry)[0], 'types');
  }
});

test('the package stands alone: no dependencies, no scripts', () => {
  for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies', 'scripts']) {
    assert.equal(manifest[field], undefined);
  }
});

test('what a bundler may leave out: everything but the scripts that are there for what they do', () => {
  const scripts = ['global.js', 'worker.js', 'node.worker.mjs', 'socket.js', 'extras.js', 'keeper-sw.js'];
  assert.deepEqual(manifest.sideEffects, scripts.map((name) => `./centaurus.${name}`));
});

test('bundlers see the worker and the wasm file that the entry needs', async () => {
  const entry = await readFile(new URL('centaurus.js', pkg), 'utf8');
  for (const file of ['centaurus.worker.js', 'centaurus.wasm', 'centaurus.worker.wasm', 'centaurus.worker.simd.wasm', 'centaurus.digest.wasm', 'centaurus.digest.simd.wasm']) {
    assert.match(entry, new RegExp(`new URL\\(["']\\./${file.replaceAll('.', '\\.')}["'],\\s*import\\.meta\\.url\\)`));
  }
  assert.doesNotMatch(entry, /_bg\.wasm/);
});

test('the workers and the classic script are classic: nothing to import', async () => {
  for (const file of ['centaurus.worker.js', 'centaurus.global.js', 'centaurus.keeper-sw.js']) {
    const text = await readFile(new URL(file, pkg), 'utf8');
    assert.doesNotMatch(text, /import\.meta|^import[ {"]|^export /m, file);
    assert.ok(new Function(text), file);
  }
});

test('what a worker imports by its address is too large for bundlers to make a data: address of it', async () => {
  for (const file of ['centaurus.keeper-worker.js', 'centaurus.socket.js', 'centaurus.extras.js']) assert.ok((await readFile(new URL(file, pkg))).length > 4_096, file);
  const entry = await readFile(new URL('centaurus.keeper.js', pkg), 'utf8');
  assert.match(entry, /new URL\("\.\/centaurus\.keeper-worker\.js",\s*import\.meta\.url\)/);
  assert.doesNotMatch(entry, /^import[ {"]/m, 'the keeper stands alone');
});

test('no file names the machine that made it', async () => {
  const here = new URL('../../', import.meta.url).pathname;
  for (const file of await readdir(pkg)) {
    const text = await readFile(new URL(file, pkg), 'latin1');
    assert.ok(!text.includes(here), file);
    assert.doesNotMatch(text, /[/\\](home|root|Users)[/\\]/, file);
  }
});

test('the source maps hold their sources, named by their place in the repository', async () => {
  for (const file of manifest.files.filter((name) => name.endsWith('.map'))) {
    const map = JSON.parse(await readFile(new URL(file, pkg), 'utf8'));
    assert.equal(map.sources.length, map.sourcesContent.filter((text) => text.length > 0).length, file);
    for (const source of map.sources) assert.match(source, /^webpack:\/\/centaurus\/(src|worker|bindgen)\//, file);
    const script = await readFile(new URL(file.replace(/\.map$/, ''), pkg), 'utf8');
    assert.ok(script.endsWith(`//# sourceMappingURL=${file}`) || script.endsWith(`//# sourceMappingURL=${file}\n`), file);
  }
});

test("the README's links lead somewhere from within the package", async () => {
  const text = await readFile(new URL('README.md', pkg), 'utf8');
  const links = [...text.replace(/^```.*?^```/gms, '').matchAll(/\]\(([^)#]+)/g)].map(([, link]) => link);
  assert.ok(links.length > 0);
  for (const link of links) assert.ok(/^https:\/\//.test(link) || manifest.files.includes(link), link);
});

test('importing the entries without a window does nothing', async () => {
  const before = Object.getOwnPropertyNames(globalThis);
  const module = await import(new URL('centaurus.js', pkg));
  assert.equal(typeof module.Centaurus, 'function');
  const keeper = await import(new URL('centaurus.keeper.js', pkg));
  assert.deepEqual(Object.keys(keeper), ['AssetKeeper', 'SnapshotError']);
  assert.deepEqual(Object.getOwnPropertyNames(globalThis), before);
});
