// The worker's MessagePack decoder is JavaScript, so it is fuzzed by JavaScript: node fuzz/msgpack.mjs [count] [seed].
// Needs what `cargo xtask build` writes. Ends with a message that did harm, and where it did.

import { damage } from '../tests/node/support/random-values.mjs';

const [count = 10_000_000, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number);
const PART = 500_000;

const total = {};
for (let done = 0; done < count; done += PART) {
  for (const [name, times] of Object.entries(damage(Math.min(PART, count - done), seed + done))) total[name] = (total[name] ?? 0) + times;
  console.log(`seed ${seed}: ${Math.min(done + PART, count)} messages, ${JSON.stringify(total)}`);
}
