// What a call costs beyond the work that it asks for.

import { atLeast, atMost } from '../budgets.js';
import { comparison, timesAsLong } from '../comparison.js';
import { centaurus } from '../peers/centaurus.js';
import { comlink } from '../peers/comlink.js';
import { raw } from '../peers/raw.js';
import { workerpool } from '../peers/workerpool.js';
import { table } from '../report.js';
import { rounds } from '../rounds.js';

/** Calls of a round, one after another. */
const SEQUENCE = 100;
/** Times that workers are started for the round trip. */
const LIVES = 5;
/** Calls with a megabyte each. */
const BIG_SEQUENCE = 20;
const MEGABYTE = 2 ** 20;
/** What one contestant may take for its bursts of 100,000 altogether, in ms. */
const LIMIT = 6_000;

/** About a kilobyte as JSON, of the kind that pages pass around. */
const RECORD = {
  id: 'a3f1c2d4-77aa-4d52-9a35-0c3c8d9e2b10',
  name: 'Île-de-France, Arrondissement de Paris',
  created: '2024-02-29T12:34:56.789Z',
  location: { latitude: 48.85341, longitude: 2.3488, altitude: 42, accuracy: [12.5, 8.25] },
  tags: ['capital', 'seat of government', 'populated place', 'first-order administrative division'],
  population: 2138551,
  active: true,
  parent: null,
  history: Array.from({ length: 12 }, (_, i) => ({ year: 1900 + 10 * i, population: 2714068 + 1931 * i, source: 'census' })),
};

/** What many calls are given: a few fields, cloned at the call. */
const SMALL = { id: 7, name: 'Paris', at: [48.85341, 2.3488] };
const echoSmall = (peer) => peer.echo(SMALL);

const one = () => [centaurus(1), raw(), comlink(), workerpool(1)];
const two = () => [centaurus(2), workerpool(2)];

export const benches = [
  ['round trip of an empty call', roundTrip],
  ['burst of 1,000 calls', () => burst(1_000, 'one worker', one, { budget: true })],
  ['burst of 100,000 calls', () => burst(100_000, 'one worker', one, { limit: LIMIT, warmUp: 0 })],
  ['burst of 1,000 calls, two workers', () => burst(1_000, 'two workers', two)],
  ['burst of 10,000 calls, two workers', () => burst(10_000, 'two workers', two)],
  ['burst of 1,000 calls with an object', () => burst(1_000, 'one worker', one, { what: 'calls with a small object', call: echoSmall })],
  ['1 KB object', () => sequence('1 KB object there and back', one, SEQUENCE, (peer) => peer.echo(RECORD))],
  ['1 MB cloned', () => sequence('1 MB cloned there and back', one, BIG_SEQUENCE, clone)],
  ['1 MB transferred', () => sequence('1 MB transferred there and back', one, BIG_SEQUENCE, move)],
];

/**
 * A message takes several times as long where the system happens to put the worker's thread on another core than the
 * page's, and leaves it there. So everybody starts anew several times, and the rounds are many and short.
 */
async function roundTrip() {
  const options = { lives: LIVES, warmUp: 5 };
  const measured = await sequence('Round trip of an empty call', one, SEQUENCE, (peer) => peer.empty(), options);
  atMost('round trip of an empty call', 1.1, 'raw postMessage', 1 / timesAsLong(measured, 'raw postMessage'));
}

const payload = new Uint8Array(MEGABYTE).fill(7);

async function clone(peer) {
  const { byteLength } = await peer.echo(payload);
  if (byteLength !== MEGABYTE) throw new Error(`${peer.name} gave ${byteLength} bytes back`);
}

let moving = new ArrayBuffer(MEGABYTE);

async function move(peer) {
  const sent = moving;
  moving = await peer.move(sent);
  if (sent.byteLength !== 0 || moving.byteLength !== MEGABYTE) throw new Error(`${peer.name} did not move the buffer`);
}

/** Calls one after another; each is a sample. */
async function sequence(title, make, length, call, options = {}) {
  const measured = await contest(make, options, async (peer) => {
    const samples = [];
    for (let i = 0; i < length; i++) {
      const start = performance.now();
      await call(peer);
      samples.push(performance.now() - start);
    }
    return samples;
  });
  await table(comparison(`${title}, one worker (${length} a round, one after another)`, measured));
  return measured;
}

/** Calls made at once; all of them together are a sample. */
async function burst(length, workers, make, { budget = false, what = 'empty calls', call = (peer) => peer.empty(), ...options } = {}) {
  const measured = await contest(make, options, async (peer) => {
    const start = performance.now();
    const calls = [];
    for (let i = 0; i < length; i++) calls.push(call(peer));
    await Promise.all(calls);
    return [performance.now() - start];
  });
  const count = length.toLocaleString('en-US');
  const rate = (_, ms) => [Math.round((length / ms) * 1000).toLocaleString('en-US')];
  await table(comparison(`Burst of ${count} ${what}, ${workers}`, measured, { columns: ['calls/s'], cells: rate }));
  if (!budget) return;
  for (const whom of ['comlink', 'workerpool']) atLeast(`burst of ${count} calls`, 3, whom, timesAsLong(measured, whom));
}

/** Sets the contestants up, measures them in turn, ends them; as often as they are to live. */
async function contest(make, { lives = 1, ...options }, run) {
  const measured = new Map();
  for (let life = 0; life < lives; life++) {
    const peers = await Promise.all(make());
    try {
      const samples = await rounds(peers.map((peer) => ({ name: peer.name, run: () => run(peer) })), options);
      for (const [name, list] of samples) measured.set(name, [...(measured.get(name) ?? []), ...list]);
    } finally {
      for (const peer of peers) await peer.end();
    }
  }
  return measured;
}
