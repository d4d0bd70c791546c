// Compression and serialization in one worker: from the call on the page to the result on the page, and inside.

import { atLeast, within } from '../budgets.js';
import { comparison, timesAsLong } from '../comparison.js';
import { bytes as count, speed, time } from '../format.js';
import { cities, noise } from '../inputs.js';
import { ours, peer } from '../peers/codecs.js';
import { table } from '../report.js';
import { rounds } from '../rounds.js';
import { median } from '../stats.js';

const INCOMPRESSIBLE = 4_000_000;

const NATIVE_DEFLATE = 'CompressionStream';
const NATIVE_INFLATE = 'DecompressionStream';

export const benches = [
  ['deflate of the cities', deflateCities],
  ['deflate by all workers', deflateByAll],
  ['deflate of noise', deflateNoise],
  ['inflate', inflate],
  ['msgpack encode', encode],
  ['msgpack decode', decode],
  ['pack and unpack', packAndUnpack],
];

const deflaters = (native) => [ours(), peer(native, 'native'), peer('pako'), peer('fflate')];
const packers = () => [ours(), peer('msgpackr'), peer('@msgpack/msgpack'), peer('JSON', 'native')];

async function deflateCities() {
  const { bytes } = await cities();
  const { outside, results } = await contest('Deflate, level 6, cities', deflaters(NATIVE_DEFLATE), 'deflate', bytes, bytes.length);
  for (const [whom, wanted] of [[NATIVE_DEFLATE, 1], ['pako', 1.7], ['fflate', 2]]) {
    atLeast('deflate level 6, one worker', wanted, whom, timesAsLong(outside, whom));
  }
  // pako's output is zlib's, byte for byte; the engines' streams are builds of zlib with other searches.
  within("deflate level 6, bytes (zlib's)", results.get('pako').length, results.get('centaurus').length, count);
}

/** One input shared out over the pool. The coordinator counts, and what the page's own thread does is nobody's. */
async function deflateByAll() {
  const { bytes } = await cities();
  const workers = Math.max(2, navigator.hardwareConcurrency);
  const alone = 'one worker';
  const title = `Deflate, level 6, cities, ${workers} workers`;
  const { outside } = await contest(title, [ours(workers), ours(1, alone)], 'deflate', bytes, bytes.length);
  atLeast(`deflate level 6, ${workers} workers`, 0.9 * workers, alone, timesAsLong(outside, alone));
}

async function deflateNoise() {
  const bytes = noise(INCOMPRESSIBLE);
  await contest('Deflate, level 6, incompressible', deflaters(NATIVE_DEFLATE), 'deflate', bytes, bytes.length);
}

async function inflate() {
  const { bytes } = await cities();
  const deflated = await once(peer('pako'), 'deflate', bytes);
  const { outside, results } = await contest('Inflate, cities', deflaters(NATIVE_INFLATE), 'inflate', deflated, bytes.length);
  for (const [name, result] of results) same(name, result, bytes);
  atLeast('inflate, one worker', 1.5, 'pako', timesAsLong(outside, 'pako'));
  atLeast('inflate, one worker', 0.9, NATIVE_INFLATE, timesAsLong(outside, NATIVE_INFLATE));
}

async function encode() {
  const { rows, bytes } = await cities();
  const { inside, results } = await contest('MessagePack encode, cities', packers(), 'encode', rows, bytes.length);
  const [mine, theirs] = await Promise.all(['centaurus', 'msgpackr'].map((name) => once(peer('msgpackr'), 'decode', results.get(name))));
  if (JSON.stringify(mine) !== JSON.stringify(theirs)) throw new Error('the encodings mean different values');
  atLeast('msgpack encode in a worker', 1, 'msgpackr', timesAsLong(inside, 'msgpackr'));
}

async function decode() {
  const { rows, bytes } = await cities();
  const encoded = await once(peer('msgpackr'), 'encode', rows);
  const others = packers().filter(({ name }) => name !== 'JSON');
  const { inside, results } = await contest('MessagePack decode, cities', others, 'decode', encoded, bytes.length);
  for (const [name, result] of results) {
    if (JSON.stringify(result) !== JSON.stringify(rows)) throw new Error(`${name} decoded to something else`);
  }
  atLeast('msgpack decode in a worker', 1, 'msgpackr', timesAsLong(inside, 'msgpackr'));
}

async function packAndUnpack() {
  const { rows, bytes } = await cities();
  const { results } = await contest('pack (msgpack and deflate), cities', [ours()], 'pack', rows, bytes.length);
  const packed = results.get('centaurus');
  const unpacked = await contest('unpack, cities', [ours()], 'unpack', packed, bytes.length);
  if (JSON.stringify(unpacked.results.get('centaurus')) !== JSON.stringify(rows)) throw new Error('unpack gave something else');
}

/** Measures the contestants at the same input and ends them. Speeds are for `size` bytes. */
export async function contest(title, contestants, what, input, size) {
  const results = new Map();
  const run = (contestant) => async () => {
    const start = performance.now();
    const { result, inside } = await contestant.run(what, input);
    const ms = performance.now() - start;
    results.set(contestant.name, result);
    return [{ ms, inside }];
  };
  try {
    const samples = await rounds(contestants.map((contestant) => ({ name: contestant.name, run: run(contestant) })), { warmUp: 1 });
    const of = (part) => new Map([...samples].map(([name, list]) => [name, list.map(([sample]) => [sample[part]])]));
    const outside = of('ms');
    const inside = of('inside');
    const cells = (name, middle) => {
      const { length } = results.get(name);
      return [speed(size, middle), time(median(inside.get(name).flat())), length === undefined ? '' : count(length)];
    };
    await table(comparison(title, outside, { columns: ['speed', 'in the worker', 'length'], cells }));
    return { outside, inside, results };
  } finally {
    for (const { end } of contestants) end();
  }
}

/** Asks a contestant for one result and ends it. */
async function once(contestant, what, input) {
  try {
    return (await contestant.run(what, input)).result;
  } finally {
    contestant.end();
  }
}

function same(name, result, expected) {
  if (result.length !== expected.length || result.some((byte, i) => byte !== expected[i])) {
    throw new Error(`${name} inflated to other bytes`);
  }
}
