// From nothing to the first result, each time on a page of its own (startup/frame.html).

import { atMost } from '../budgets.js';
import { comparison, timesAsLong } from '../comparison.js';
import { table } from '../report.js';
import { rounds } from '../rounds.js';

const FRAME = new URL('../startup/frame.html', import.meta.url);
/** By the name in the tables, the module in `startup/`. */
const CONTESTANTS = { centaurus: 'centaurus', 'raw worker': 'raw', comlink: 'comlink', workerpool: 'workerpool' };
/** More than elsewhere: what the browser and the system do at a start varies a lot. */
const ROUNDS = 16;
/** Longer than any start takes, in ms. */
const PATIENCE = 20_000;

export const benches = [
  ['cold', cold],
  ['warm', warm],
];

async function cold() {
  const names = await sites();
  const { imported, first, again } = await starts(names ? names.fresh : () => location.origin);
  const notes = [
    names
      ? 'each start on a site that was never visited: a process without a past, empty caches'
      : "in frames of this page's own site: its process and its caches stay",
  ];
  await table(comparison('Start-up, cold: constructor to first result', first, { notes }));
  await table(comparison('Start-up, cold: import to first result', imported, { notes }));
  await table(comparison('Start-up of a second pool or worker on the same page', again));
  if (names) atMost('constructor to first result, cold', 1.5, 'comlink', 1 / timesAsLong(first, 'comlink'));
}

/** Where the server lets files be kept. */
async function warm() {
  const { headers } = await fetch(FRAME);
  if (/no-store/.test(headers.get('cache-control') ?? '')) {
    const notes = ['not measured: this server forbids the browser to keep files'];
    return table({ title: 'Start-up, files in the HTTP cache', columns: [''], rows: [], notes });
  }
  const names = await sites();
  const { imported, first } = await starts(names ? names.steady : () => location.origin);
  await table(comparison('Start-up, files in the HTTP cache: constructor to first result', first));
  return table(comparison('Start-up, files in the HTTP cache: import to first result', imported));
}

/**
 * Origins below localhost, which are the loopback by definition (RFC 6761, section 6.3), and each a site of its own,
 * with its own process and caches. Nothing where the page is not on the loopback or the browser will not have it.
 */
async function sites() {
  if (!/^(127\.|localhost$)/.test(location.hostname)) return undefined;
  const run = Math.random().toString(36).slice(2);
  const origin = (name) => `http://${run}-${name}.localhost:${location.port}`;
  try {
    await fetch(`${origin('probe')}${FRAME.pathname}`, { mode: 'no-cors' });
  } catch {
    return undefined;
  }
  let last = 0;
  return { fresh: () => origin((last += 1)), steady: () => origin('steady') };
}

/** What the frames said, by what they measured, then by contestant and round. */
async function starts(origin) {
  const told = { imported: new Map(), first: new Map(), again: new Map() };
  const contestants = Object.entries(CONTESTANTS).map(([name, module]) => ({
    name,
    run: async () => [await start(`${origin()}${FRAME.pathname}?who=${module}`)],
  }));
  for (const [name, samples] of await rounds(contestants, { count: ROUNDS, warmUp: 1 })) {
    for (const [what, by] of Object.entries(told)) by.set(name, samples.map(([sample]) => [sample[what]]));
  }
  return told;
}

/** Opens the page, waits for what it has to say, and closes it. */
async function start(url) {
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.src = url;
  const told = new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${url} has said nothing for ${PATIENCE} ms`)), PATIENCE);
    addEventListener('message', function listen({ source, data }) {
      if (source !== frame.contentWindow) return;
      removeEventListener('message', listen);
      clearTimeout(late);
      if (data.error) reject(new Error(`${url}: ${data.error}`));
      else resolve(data);
    });
  });
  document.body.append(frame);
  try {
    return await told;
  } finally {
    frame.remove();
  }
}
