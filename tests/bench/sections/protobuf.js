// Protocol Buffers in one worker, of a schema that came at run time, against the two libraries that most use.

import { cities } from '../inputs.js';
import { city } from '../peers/cities-schema.js';
import { ours, peer } from '../peers/codecs.js';
import { contest } from './codecs.js';

/** Cities of the small message: about 20 kB of JSON. */
const FEW = 105;

export const benches = [
  ['protobuf of the cities', async () => both('cities', await all())],
  ['protobuf of 20 kB', async () => both('20 kB', (await all()).slice(0, FEW))],
];

const contestants = () => [ours(), peer('protobufjs'), peer('protobuf-es')];
const all = async () => (await cities()).rows.map(city);

async function both(title, rows) {
  const { length } = JSON.stringify(rows);
  const { results } = await contest(`Protocol Buffers encode, ${title}`, contestants(), 'encodeProtobuf', { rows }, length);
  const [encoded, ...others] = results.values();
  for (const other of others) {
    if (String(other) !== String(encoded)) throw new Error('the messages are not the same');
  }
  const decoded = await contest(`Protocol Buffers decode, ${title}`, contestants(), 'decodeProtobuf', encoded, length);
  for (const [name, result] of decoded.results) {
    if (result.rows.length !== rows.length || told(result.rows) !== told(rows)) throw new Error(`${name} decoded to something else`);
  }
}

/** What every library's objects have: theirs lack, or inherit, the fields that have their default. */
const told = (rows) => JSON.stringify(rows.map(({ name, country = '', population = 0, loc }) => [name, country, population, [...loc.coordinates]]));
