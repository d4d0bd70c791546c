/** What is measured, and how. Contestants take turns, so that whatever else the machine does happens to all. */

import { PEERS, centaurus, up } from "./contestants.js";
import { rounds } from "./rounds.js";
import { mean, median, ratio } from "./stats.js";

/** Calls of a round, one after another, of which each is a sample. */
const SEQUENCE = 50;
const BURST = 1000;

/** Bytes of JSON, and the cities in them, that the codecs work on. */
const INPUT = 1_000_000;

const timed = async (work) => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

async function oneByOne({ empty }) {
  const samples = [];
  for (let i = 0; i < SEQUENCE; i++) samples.push(await timed(empty));
  return samples;
}

const atOnce = async ({ empty }) => [await timed(() => Promise.all(Array.from({ length: BURST }, () => empty())))];

/**
 * A message takes several times as long where the system happens to put the worker's thread on another core than the
 * page's, and leaves it there. So where the message is all there is, everybody starts anew several times: `lives`.
 */
const MEASURES = [
  { kind: "calls", title: "An empty call, there and back", lives: 4, rounds: 4, run: oneByOne },
  { kind: "calls", title: "1,000 calls at once", rounds: 8, run: atOnce },
  { kind: "zlib", title: "Deflate, level 6, 1 MB", rounds: 8, run: async ({ deflate }, { bytes }) => [await timed(() => deflate(bytes))] },
  { kind: "zlib", title: "Inflate it again", rounds: 8, run: async ({ inflate }, { deflated }) => [await timed(() => inflate(deflated))] },
  { kind: "msgpack", title: "MessagePack, encode", rounds: 8, run: async ({ encode }, { rows }) => [await timed(() => encode(rows))] },
  { kind: "msgpack", title: "MessagePack, decode", rounds: 8, run: async ({ decode }, { encoded }) => [await timed(() => decode(encoded))] },
];

/** Rounds before those that count, as `rounds` has them. */
const WARM_UP = 2;

/** The same input for all: a part of the cities, and what Centaurus makes of it, which each must take. */
async function inputs({ json, rows }, { deflate, encode }) {
  const part = rows.slice(0, Math.round((rows.length * INPUT) / json.length));
  const bytes = json.slice(0, INPUT);
  return { rows: part, bytes, deflated: await deflate(bytes), encoded: await encode(part) };
}

/**
 * Measures everything. Gives `[{ title, results: [{ name, median, ratio }] }]`: milliseconds, and how many times as long as
 * Centaurus it took.
 */
export async function measure(Centaurus, cities, { signal, progress, say }) {
  const size = ({ kind, lives = 1, rounds: count }) => lives * (count + WARM_UP) * (PEERS[kind].length + 1);
  const turns = MEASURES.reduce((sum, one) => sum + size(one), 0);
  let done = 0;
  const first = await centaurus(Centaurus);
  const input = await inputs(cities, first.calls).finally(first.end);
  const all = [];
  for (const { kind, title, lives = 1, rounds: count, run } of MEASURES) {
    say(`${title} …`);
    const samples = new Map();
    for (let life = 0; life < lives; life++) {
      const contestants = await Promise.all([() => centaurus(Centaurus), ...PEERS[kind]].map((make) => up(make)));
      const turn = ({ name, calls }) => ({
        name,
        run: async () => {
          signal.throwIfAborted();
          const taken = await run(calls, input);
          progress(++done / turns);
          return taken;
        },
      });
      try {
        const measured = await rounds(contestants.map(turn), { count, warmUp: WARM_UP });
        for (const [name, list] of measured) samples.set(name, [...(samples.get(name) ?? []), ...list]);
      } finally {
        for (const { end } of contestants) end();
      }
    }
    const [mine] = samples.values();
    all.push({ title, results: [...samples].map(([name, list]) => ({ name, median: median(list.map(mean)), ratio: ratio(mine, list) })) });
  }
  return all;
}
