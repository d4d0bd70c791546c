// Stores: small values one after another and at once, a long list, a large file.

import { comparison } from '../comparison.js';
import { bytes as count, speed, time } from '../format.js';
import { watch } from '../frames.js';
import { cities, noise } from '../inputs.js';
import { contestants } from '../peers/storage.js';
import { table } from '../report.js';
import { rounds } from '../rounds.js';
import { median } from '../stats.js';

const WRITES = 200;
const READS = 100;
const LISTED = 10_000;
/** Bytes of the file. It is noise, as films and pictures are. */
const FILE = 100_000_000;

/** Rounds that watch the page: it does not stray much. */
const WATCHED = 3;
/** Of the large file, which takes seconds: fewer than elsewhere. */
const FILES = 5;

const bench = (name, run, ...how) => [name, () => run(name, ...how)];

export const benches = [
  bench('200 small writes, one after another', small, writeInTurn),
  bench('200 small writes, all at once', small, writeAtOnce),
  bench('100 reads, one after another', small, readInTurn, WRITES),
  bench('100 reads, all at once', small, readAtOnce, WRITES),
  bench('10,000 entries listed', small, list, LISTED),
  bench('100 MB blob in', blob, true),
  bench('100 MB blob out', blob, false),
];

async function writeInTurn(store, entries) {
  for (const [key, value] of entries) await store.put(key, value);
}

async function writeAtOnce(store, entries) {
  await store.putAll(entries);
}

async function readInTurn(store, entries) {
  for (const key of [...entries.keys()].slice(0, READS)) same(await store.get(key), entries.get(key));
}

async function readAtOnce(store, entries) {
  const keys = [...entries.keys()].slice(0, READS);
  const values = await store.getAll(keys);
  keys.forEach((key, i) => same(values[i], entries.get(key)));
}

async function list(store, entries) {
  const { length } = await store.list();
  if (length !== entries.size) throw new Error(`${length} of ${entries.size} entries are listed`);
}

function same(found, wanted) {
  if (found?.cityId !== wanted.cityId) throw new Error('what was read is not what was put');
}

/** Something with small values, of which so many are there before; what writes finds an empty store each time. */
async function small(name, work, there = 0) {
  const { rows } = await cities();
  const entries = new Map(rows.slice(0, there || WRITES).map((row, i) => [`city ${String(i).padStart(5, '0')}`, row]));
  await contest(name, {
    before: async (store, first) => {
      if (there === 0) await store.clear();
      else if (first) await fill(store, entries);
    },
    work: (store) => work(store, entries),
  });
}

/** By portions: no page puts ten thousand at once. */
async function fill(store, entries) {
  const all = [...entries];
  for (let at = 0; at < all.length; at += WRITES) await store.putAll(new Map(all.slice(at, at + WRITES)));
}

async function blob(name, into) {
  const bytes = noise(FILE);
  const file = new Blob([bytes], { type: 'video/mp4' });
  const read = async (store) => {
    const found = new Uint8Array(await (await store.getBlob('film')).arrayBuffer());
    if (found.length !== FILE || found.at(-1) !== bytes.at(-1)) throw new Error('what was read is not what was put');
  };
  await contest(name, {
    before: async (store, first) => {
      if (into) await store.clear();
      else if (first) await store.putBlob('film', file);
    },
    work: (store) => (into ? store.putBlob('film', file) : read(store)),
    count: FILES,
    watched: 1,
    size: FILE,
  });
}

/** Measures how long it takes, and then by itself, since watching takes time too, how long the page stands still. */
async function contest(title, { before, work, count: times, watched = WATCHED, size }) {
  const list = await contestants();
  try {
    for (const store of list) await before(store, true);
    const timed = (store) => async () => {
      await before(store, false);
      const start = performance.now();
      await work(store);
      return [performance.now() - start];
    };
    const looked = (store) => async () => {
      await before(store, false);
      return [await watch(() => work(store))];
    };
    const each = (run) => list.map((store) => ({ name: store.name, run: run(store) }));
    const measured = await rounds(each(timed), { count: times, warmUp: size ? 1 : 2 });
    const seen = await rounds(each(looked), { count: watched, warmUp: 0 });
    const middle = (part, name) => median(seen.get(name).flat().map((sample) => sample[part]));
    const cells = (name, took) => [...(size ? [speed(size, took)] : []), time(middle('gap', name)), time(middle('blocked', name))];
    const columns = [...(size ? ['speed'] : []), 'largest frame gap', 'page blocked'];
    await table(comparison(title, measured, { columns, cells, notes: NOTES[title] ?? [] }));
  } finally {
    for (const store of list) await store.close();
  }
}

/** What is not the same for all. */
const NOTES = {
  '200 small writes, all at once': ['centaurus and plain IndexedDB: a call each, each whole or not; idb-keyval and PouchDB: one call'],
  '10,000 entries listed': ['centaurus: key, revision, size, digest, times; PouchDB: key and revision; the others: the key'],
  '100 MB blob in': [`${count(FILE)} bytes of noise; centaurus and PouchDB digest them, the first 100 times as well by chunk`],
  '100 MB blob out': ['centaurus: every byte checked by its digest'],
};
