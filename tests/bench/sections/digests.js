// Digests in one worker: of much data, of little often, and BLAKE3 by several workers.

import { comparison } from '../comparison.js';
import { noise } from '../inputs.js';
import { DIGESTS, ours, peer } from '../peers/codecs.js';
import { table } from '../report.js';
import { rounds } from '../rounds.js';
import { contest } from './codecs.js';

const LARGE = 16 << 20;
const SMALL = 1024;
/** Small ones that are asked for at once. */
const MANY = 500;

/** Who else has a digest. */
const OTHERS = {
  'sha-1': ['WebCrypto', 'hash-wasm', '@noble/hashes'],
  'sha-256': ['WebCrypto', 'hash-wasm', '@noble/hashes'],
  'sha-512': ['WebCrypto', 'hash-wasm', '@noble/hashes'],
  blake3: ['hash-wasm', '@noble/hashes'],
  crc32: ['hash-wasm'],
};

const others = (digest) => OTHERS[digest].map((name) => (name === 'WebCrypto' ? peer(name, 'native') : peer(name)));

export const benches = [
  ...DIGESTS.map((digest) => [`${digest} of 16 MiB`, () => large(digest)]),
  ...DIGESTS.map((digest) => [`${digest} of 1 KiB, often`, () => small(digest)]),
  ['blake3 by several workers', several],
];

async function large(digest) {
  const bytes = noise(LARGE);
  const { results } = await contest(`${digest} of 16 MiB, one worker`, [ours(), ...others(digest)], digest, bytes, bytes.length);
  agree(digest, results);
}

async function small(digest) {
  const bytes = noise(SMALL);
  const contestants = [ours(), ...others(digest)];
  const results = new Map();
  const run = ({ name, run: ask }) => async () => {
    const start = performance.now();
    const all = await Promise.all(Array.from({ length: MANY }, () => ask(digest, bytes)));
    const ms = performance.now() - start;
    results.set(name, all[MANY - 1].result);
    return [ms];
  };
  try {
    const samples = await rounds(contestants.map((contestant) => ({ name: contestant.name, run: run(contestant) })));
    await table(comparison(`${MANY} × ${digest} of 1 KiB at once, one worker`, samples));
  } finally {
    for (const { end } of contestants) end();
  }
  agree(digest, results);
}

async function several() {
  const bytes = noise(4 * LARGE);
  const contestants = () => [ours(), ...[2, 4].map((size) => ours(size, `${size} workers`))];
  for (const [title, data] of [['bytes', bytes], ['Blob', new Blob([bytes])]]) {
    const { results } = await contest(`blake3 of 64 MiB (${title}), 1, 2 and 4 workers`, contestants(), 'blake3', data, bytes.length);
    agree('blake3', results);
  }
}

function agree(digest, results) {
  const [[, expected], ...rest] = results;
  for (const [name, result] of rest) {
    if (String(result) !== String(expected)) throw new Error(`${name} gave another ${digest}`);
  }
}
