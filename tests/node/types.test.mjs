// The public types as documentation: what they say of every option.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const files = ['centaurus.d.ts', 'centaurus.keeper.d.ts'];
const types = (await Promise.all(files.map((file) => readFile(new URL(`../../src/${file}`, import.meta.url), 'utf8')))).join('\n');

/** The options of an exported type and what stands before each; of an option that is a group of others, those. */
function* options() {
  for (const [, name, body] of types.matchAll(/export (?:interface|type) (\w*(?:Options|Limits))\b[^{;]*\{\n(.*?)\n\}/gs)) {
    for (const [, comment, option] of body.matchAll(/((?:^ +\/\*\*(?:(?!\*\/).)*\*\/\n)?)^ +(\w+)\?:(?! \{$)/gms)) yield { name: `${name}.${option}`, comment };
  }
}

test('every option says what it does without it', () => {
  const all = [...options()];
  assert.ok(all.length > 50, `${all.length} options were found`);
  const silent = all.filter(({ comment }) => !/Default:/.test(comment)).map(({ name }) => name);
  assert.deepEqual(silent, []);
});

test('every option that is a time names its unit', () => {
  const times = [...options()].filter(({ name }) => /\.(\w*[tT]imeout|\w*[tT]tl|killGrace|interval|delay|initial|stableAfter)$/.test(name));
  assert.ok(times.length >= 10);
  for (const { name, comment } of times) assert.match(comment, /milliseconds|seconds/i, name);
});
