// Collecting memory on purpose.

import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// A flag of V8's may be set late; a context that is made afterwards has the function.
setFlagsFromString('--expose-gc');
export const gc = runInNewContext('gc');

const DEADLINE = 15_000;

/** Collects until something holds. */
export async function collected(holds, message) {
  for (const end = performance.now() + DEADLINE; !holds(); ) {
    assert.ok(performance.now() < end, message());
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
