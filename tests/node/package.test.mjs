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

test('types come before every other condition, else they are not found', () => {
  for (const entry of Object.values(manifest.exports)) {
    if (typeof entry === 'object') assert.equal(Object.keys(entry)[0], 'types');
  }
});

test('the package stands alone: no dependencies, no scripts', () => {
  for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies', 'scripts']) {
    assert.equal(manifest[field], undefined);
  }
  assert.equal(manifest.sideEffects, false);
});

test('bundlers see the worker and the wasm file that the entry needs', async () => {
  const entry = await readFile(new URL('centaurus.js', pkg), 'utf8');
  for (const file of ['centaurus.worker.js', 'centaurus.wasm', 'centaurus.worker.wasm', 'centaurus.worker.simd.wasm']) {
    assert.match(entry, new RegExp(`new URL\\(["']\\./${file.replaceAll('.', '\\.')}["'],\\s*import\\.meta\\.url\\)`));
  }
  assert.doesNotMatch(entry, /_bg\.wasm/);
});

test('the worker and the classic script are classic: nothing to import', async () => {
  for (const file of ['centaurus.worker.js', 'centaurus.global.js']) {
    const text = await readFile(new URL(file, pkg), 'utf8');
    assert.doesNotMatch(text, /import\.meta|^import[ {"]|^export /m, file);
    assert.ok(new Function(text), file);
  }
});

test('the wasm files name no machine', async () => {
  for (const file of ['centaurus.wasm', 'centaurus.worker.wasm', 'centaurus.worker.simd.wasm']) {
    const text = await readFile(new URL(file, pkg), 'latin1');
    assert.doesNotMatch(text, /\/(home|root|Users)\//, file);
  }
});

test('importing the entry without a window does nothing', async () => {
  const before = Object.getOwnPropertyNames(globalThis);
  const module = await import(new URL('centaurus.js', pkg));
  assert.equal(typeof module.Centaurus, 'function');
  assert.deepEqual(Object.getOwnPropertyNames(globalThis), before);
});
