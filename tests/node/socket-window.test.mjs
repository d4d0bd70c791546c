// How many messages of a socket go on to a page whose reader takes its time.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bundled } from './support/bundled.mjs';

const { Window } = await bundled('socket/window.ts');

/** All that may go on now. */
function drain(window) {
  const gone = [];
  for (let next = window.next(); next; next = window.next()) gone.push(next.message);
  return gone;
}

test('small messages go on in order, as many as are allowed untaken', () => {
  const window = new Window();
  for (let i = 0; i < 20_000; i += 1) window.add(i, 8);
  let seen = drain(window);
  const most = seen.length;
  assert.ok(most >= 1_000 && most < 20_000, `${most}`);
  assert.equal(window.held, 20_000 - most);
  while (window.held > 0) {
    window.taken(100);
    const more = drain(window);
    assert.equal(more.length, Math.min(100, 20_000 - seen.length));
    seen = seen.concat(more);
  }
  assert.deepEqual(seen, Array.from({ length: 20_000 }, (_, i) => i));
});

test('large messages go on by their bytes, and one that is larger than the window alone', () => {
  const window = new Window();
  for (const name of ['a', 'b', 'c']) window.add(name, 3 << 20);
  window.add('huge', 64 << 20);
  window.add('last', 1);
  assert.deepEqual(drain(window), ['a', 'b']);
  window.taken(1);
  assert.deepEqual(drain(window), ['c']);
  window.taken(1);
  assert.deepEqual(drain(window), []);
  window.taken(1);
  assert.deepEqual(drain(window), ['huge']);
  window.taken(1);
  assert.deepEqual(drain(window), ['last']);
  // A reader that is said to have taken more than there was does no harm.
  window.taken(1_000);
  window.add('more', 1);
  assert.deepEqual(drain(window), ['more']);
});
