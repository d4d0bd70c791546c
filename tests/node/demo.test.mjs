// What the playground computes beside its pool.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';

import { LATER } from '../../demo/app/offline.js';
import { paretoFront } from '../../demo/app/scatter.js';
import { KEPT, canSave, nowhere, toMemory } from '../../demo/app/sink.js';

test('the Pareto front holds what no other beats in both, from the fastest to the smallest', () => {
  const points = [{ x: 3, y: 1 }, { x: 1, y: 9 }, { x: 2, y: 9 }, { x: 2, y: 4 }, { x: 4, y: 2 }, { x: 1, y: 10 }];
  assert.deepEqual(paretoFront(points), [{ x: 1, y: 9 }, { x: 2, y: 4 }, { x: 3, y: 1 }]);
  assert.deepEqual(paretoFront([]), []);
  assert.equal(points.length, 6);
});

test('what goes to memory comes back whole', async () => {
  assert.equal(canSave, false);
  const sink = toMemory();
  const chunks = Array.from({ length: 10 }, (_, i) => new Uint8Array(1_000_000).fill(i));
  for (const chunk of chunks) sink.write(chunk);
  const { said, blob } = await sink.end();
  assert.match(said, /Kept/);
  assert.equal(blob.size, 10_000_000);
  assert.deepEqual(Buffer.from(await blob.arrayBuffer()), Buffer.concat(chunks));
});

test('over the bound nothing is kept, and the end says so', async () => {
  const sink = toMemory();
  const chunk = new Uint8Array(1_000_000);
  for (let held = 0; held <= KEPT + chunk.length; held += chunk.length) sink.write(chunk);
  const { said, blob } = await sink.end();
  assert.match(said, /Not kept.*268 MB/);
  assert.equal(blob, undefined);
});

test('nowhere takes all and gives nothing', async () => {
  const sink = nowhere();
  sink.write(new Uint8Array(1));
  assert.equal(await sink.end(), undefined);
});

test('what the page keeps for later is there, and all of the package that a page may load is in it', async () => {
  const root = new URL('../../', import.meta.url);
  const places = ['demo/', 'pkg/', ''].map((place) => new URL(place, root));
  const made = await readFile(new URL('demo/prepare.mjs', root), 'utf8');
  for (const file of LATER) {
    const there = file.startsWith('vendor/') ? made.includes(`"${file.slice('vendor/'.length)}"`)
      : places.some((place) => existsSync(new URL(file.split('?')[0], place)));
    // Threads are left out of a build whose machine has not got the sources of the standard library.
    assert.ok(there || file.startsWith('pkg/centaurus.threads.'), file);
  }
  for (const file of await readdir(new URL('pkg/', root))) {
    if (file.endsWith('.wasm')) assert.ok(LATER.includes(`pkg/${file}`), file);
  }
});
