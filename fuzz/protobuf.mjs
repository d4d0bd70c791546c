// What the worker's script and the wasm make of the same messages of Protocol Buffers: node fuzz/protobuf.mjs [count] [seed].
// Needs what `cargo xtask build` writes. Ends with what they do not agree on.

import { compare } from '../tests/node/support/protobuf-ways.mjs';

const [count = 10_000_000, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number);
const PART = 100_000;
const ROUND = 2_000;

const total = {};
for (let done = 0; done < count; done += PART) {
  for (const [name, times] of Object.entries(compare(Math.min(PART, count - done), seed + done, ROUND))) total[name] = (total[name] ?? 0) + times;
  console.log(`seed ${seed}: ${Math.min(done + PART, count)} times, ${JSON.stringify(total)}`);
}
