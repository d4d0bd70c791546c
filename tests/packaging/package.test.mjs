// The tarball, looked at as those look at it who judge packages.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { run, target } from './support.mjs';

const { filename, files } = JSON.parse(await readFile(target('packed.json'), 'utf8'));
const manifest = JSON.parse(await readFile(target('installed/node_modules/centaurus/package.json'), 'utf8'));

test('it holds what the manifest names, and nothing else', async () => {
  assert.deepEqual(files, [...manifest.files, 'package.json'].sort());
});

test('publint finds nothing', async () => {
  const { publint } = await import(target('node_modules/publint/src/index-node.js'));
  const { messages } = await publint({ pkgDir: target('installed/node_modules/centaurus'), strict: true });
  assert.deepEqual(messages, []);
});

test('its types are found by every way of resolving them', async () => {
  // The keeper is an ES module only: who requires it needs a Node.js that can. The other entry points are files, and have no types.
  const typed = Object.entries(manifest.exports).filter(([, target]) => target.types).map(([name]) => name);
  await run('server', `attw --profile esm-only --entrypoints ${typed.join(' ')} --no-color --format ascii ${target(filename)}`);
});
