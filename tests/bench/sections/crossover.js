// From which size on another way is sooner: what the constants by which the runtime chooses stand on.

import { bytes as count, time, times } from '../format.js';
import { cities, noise } from '../inputs.js';
import { ours, peer } from '../peers/codecs.js';
import { table } from '../report.js';
import { rounds } from '../rounds.js';
import { median, ratio } from '../stats.js';

const KIB = 1024;
const MIB = 1024 * KIB;

const workers = Math.max(2, navigator.hardwareConcurrency);

export const benches = [
  ['deflate, one worker or all', deflate],
  ['sha-256, ours or WebCrypto', () => digest('sha-256', [KIB, 8 * KIB, 32 * KIB, 128 * KIB, MIB, 8 * MIB], () => peer('WebCrypto', 'native'))],
  ['blake3, one worker or all', () => digest('blake3', [8 * MIB, 16 * MIB, 32 * MIB, 64 * MIB], () => ours(workers, `${workers} workers`))],
];

async function deflate() {
  const { bytes } = await cities();
  const sizes = [256 * KIB, 512 * KIB, 768 * KIB, MIB, 2 * MIB, 4 * MIB];
  await crossover(`deflate of the cities, ${workers} workers or one`, sizes, ours(), ours(workers, `${workers} workers`), 'deflate', (size) => bytes.slice(0, size));
}

async function digest(name, sizes, other) {
  const bytes = noise(sizes.at(-1));
  const theirs = other();
  await crossover(`${name}, ${theirs.name} or one worker`, sizes, ours(), theirs, name, (size) => bytes.slice(0, size));
}

async function crossover(title, sizes, one, other, what, input) {
  const rows = [];
  try {
    for (const size of sizes) {
      const data = input(size);
      const run = (contestant) => async () => {
        const start = performance.now();
        await contestant.run(what, data);
        return [performance.now() - start];
      };
      const samples = await rounds([one, other].map((contestant) => ({ name: contestant.name, run: run(contestant) })));
      const [mine, theirs] = [one, other].map(({ name }) => samples.get(name));
      rows.push([count(size), time(median(mine.flat())), time(median(theirs.flat())), times(ratio(theirs, mine))]);
    }
  } finally {
    for (const { end } of [one, other]) end();
  }
  await table({ title: `Crossover: ${title}`, columns: ['bytes', one.name, other.name, `${one.name} ÷ ${other.name}`], rows });
}
