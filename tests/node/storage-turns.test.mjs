// In which order the transactions of a worker have their turn where the engine is not to order them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';

import { bundled } from './support/bundled.mjs';

const { Turns } = await bundled('storage/turns.ts');

/** Asks for turns, and tells which have begun. */
function asking() {
  const turns = new Turns();
  const ends = new Map();
  return {
    ask(...names) {
      for (const name of names) turns.take(name.startsWith('r') ? 'readonly' : 'readwrite').then((end) => ends.set(name, end));
    },
    async end(...names) {
      for (const name of names) {
        ends.get(name)();
        ends.delete(name);
      }
      return this.running();
    },
    async running() {
      await setImmediate();
      return [...ends.keys()];
    },
  };
}

test('what reads runs together, what writes alone, and each in its turn', async () => {
  const turns = asking();
  turns.ask('r1', 'r2', 'w1', 'r3', 'w2', 'w3', 'r4', 'r5');
  assert.deepEqual(await turns.running(), ['r1', 'r2']);
  assert.deepEqual(await turns.end('r2'), ['r1']);
  assert.deepEqual(await turns.end('r1'), ['w1']);
  assert.deepEqual(await turns.end('w1'), ['r3']);
  assert.deepEqual(await turns.end('r3'), ['w2']);
  turns.ask('w4');
  assert.deepEqual(await turns.end('w2'), ['w3']);
  assert.deepEqual(await turns.end('w3'), ['r4', 'r5']);
  turns.ask('r6');
  assert.deepEqual(await turns.end('r5', 'r4'), ['w4']);
  assert.deepEqual(await turns.end('w4'), ['r6']);
  assert.deepEqual(await turns.end('r6'), []);
});

test('of any that come and go, none writes beside another, and all have their turn', async () => {
  let state = 20_261;
  const random = (below) => ((state = (state * 48_271) % 2_147_483_647) % below);
  const turns = asking();
  let asked = 0;
  let over = 0;
  let together = 0;
  while (over < 3_000) {
    if (asked < 3_000 && random(2)) turns.ask(`${'rrw'[random(3)]}${asked++}`);
    const running = await turns.running();
    together = Math.max(together, running.length);
    assert.ok(running.length < 2 || running.every((name) => name.startsWith('r')), running.join());
    assert.ok(running.length > 0 || over === asked, `${asked} asked, ${over} over, and none runs`);
    if (running.length === 0 || random(3) === 0) continue;
    await turns.end(running[random(running.length)]);
    over += 1;
  }
  assert.ok(together > 1);
});
