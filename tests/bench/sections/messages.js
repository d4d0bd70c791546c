// Many small messages, as a page sends them: all asked for in one tick, one worker.

import { comparison } from '../comparison.js';
import { bytes as count } from '../format.js';
import { cities } from '../inputs.js';
import { ours, peer } from '../peers/codecs.js';
import { table } from '../report.js';
import { rounds } from '../rounds.js';

/** Cities of a message, and messages: 1, 5 and 20 kB of JSON each, as of a trip, and single rows. */
const SIZES = [[1, 2000], [5, 500], [26, 200], [105, 100]];

/** Milliseconds after which a contestant has been seen enough: a stream for each message takes seconds. */
const LIMIT = 10_000;

const packers = () => [ours(), peer('msgpackr'), peer('@msgpack/msgpack'), peer('JSON', 'native')];
const squeezers = () => [ours(), peer('msgpackr and pako'), peer('JSON and CompressionStream', 'native')];

export const benches = SIZES.flatMap(([rows, many]) => [
  [`messages of ${rows} rows`, () => there('MessagePack', rows, many, packers, 'encode', 'decode')],
  [`messages of ${rows} rows, packed`, () => there('pack', rows, many, squeezers, 'pack', 'unpack')],
]);

async function there(title, size, many, contestants, write, read) {
  const { rows } = await cities();
  const messages = Array.from({ length: many }, (_, i) => rows.slice(i * size, (i + 1) * size));
  const kilobytes = JSON.stringify(messages).length / many / 1000;
  const name = `${many} messages of ${kilobytes.toFixed(1)} kB`;
  const written = await contest(`${title} of ${name}`, contestants(), write, () => messages);
  const back = await contest(`${title} read, ${name}`, contestants(), read, (whom) => written.get(whom));
  for (const [whom, result] of back) {
    if (JSON.stringify(result) !== JSON.stringify(messages)) throw new Error(`${whom} gave something else`);
  }
}

/** Measures the contestants, each at inputs of its own, and gives their results. */
async function contest(title, contestants, what, inputs) {
  const results = new Map();
  const run = ({ name, run: ask }) => async () => {
    const start = performance.now();
    const all = await Promise.all(inputs(name).map((input) => ask(what, input)));
    const ms = performance.now() - start;
    results.set(name, all.map(({ result }) => result));
    return [ms];
  };
  try {
    const samples = await rounds(contestants.map((contestant) => ({ name: contestant.name, run: run(contestant) })), { limit: LIMIT });
    const cells = (name) => {
      const sizes = results.get(name).map(({ byteLength }) => byteLength);
      return [sizes[0] === undefined ? '' : count(Math.round(sizes.reduce((sum, size) => sum + size, 0) / sizes.length))];
    };
    await table(comparison(title, samples, { columns: ['bytes each'], cells }));
  } finally {
    for (const { end } of contestants) end();
  }
  return results;
}
