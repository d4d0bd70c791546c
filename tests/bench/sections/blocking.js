// How long the main thread stands still while 8 MB of objects are packed.

import { atMost } from '../budgets.js';
import { comparison, part, timesAsLong } from '../comparison.js';
import { time } from '../format.js';
import { watch } from '../frames.js';
import { cities } from '../inputs.js';
import { installed } from '../files.js';
import { classicScript } from '../peers/classic-script.js';
import { ours, peer } from '../peers/codecs.js';
import { table } from '../report.js';
import { rounds } from '../rounds.js';
import { median } from '../stats.js';

const POSTED = 'raw postMessage of them';
const ON_MAIN = 'msgpackr and pako on the main thread';

/** More than elsewhere: the budget is a matter of a few percent. */
const ROUNDS = 16;

export const benches = [['packing 8 MB of objects', packing]];

async function packing() {
  const { rows } = await cities();
  const [msgpackr, pako] = await Promise.all([
    classicScript(installed('msgpackr/dist/index.min.js'), 'msgpackr'),
    classicScript(installed('pako/dist/browser/pako.umd.min.js'), 'pako'),
  ]);
  const packr = new msgpackr.Packr({ useRecords: false });
  const pool = ours();
  const sink = peer(POSTED, 'sink');
  const contestants = [
    { name: pool.name, work: () => pool.run('pack', rows) },
    { name: POSTED, work: () => sink.run('take', rows) },
    { name: ON_MAIN, work: async () => pako.deflate(packr.pack(rows), { level: 6 }) },
  ];
  try {
    const samples = await rounds(contestants.map(({ name, work }) => ({ name, run: async () => [await watch(work)] })), { count: ROUNDS });
    const blocked = part(samples, 'blocked');
    const middle = (what, name) => time(median(part(samples, what).get(name).flat()));
    const cells = (name) => [middle('gap', name), middle('long', name)];
    const columns = ['largest frame gap', 'long tasks'];
    const notes = ['median and p99: the longest time in which the page could do nothing else'];
    await table(comparison('Main thread while 8 MB of objects are packed', blocked, { columns, cells, notes }));
    atMost('main thread blocked by packing 8 MB', 1.05, 'raw postMessage', 1 / timesAsLong(blocked, POSTED));
  } finally {
    pool.end();
    sink.end();
  }
}
