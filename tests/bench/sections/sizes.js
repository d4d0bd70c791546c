// What a page has to load.

import { within } from '../budgets.js';
import { bytes } from '../format.js';
import { installed, pkg } from '../files.js';
import { table } from '../report.js';

/** 1 kB is 1000 bytes. */
const MAIN_LIMIT = 30_000;
const WORKER_LIMIT = 120_000;

const kB = (count) => `${(count / 1000).toFixed(1)} kB`;

const GROUPS = [
  { name: 'centaurus, main thread', urls: ['centaurus.js', 'centaurus.wasm'].map(pkg), limit: MAIN_LIMIT },
  { name: 'centaurus, worker core', urls: ['centaurus.worker.js', 'centaurus.worker.wasm'].map(pkg), limit: WORKER_LIMIT },
  { name: 'centaurus, worker core, SIMD', urls: ['centaurus.worker.js', 'centaurus.worker.simd.wasm'].map(pkg), limit: WORKER_LIMIT },
  { name: 'comlink, main thread and worker each', urls: [installed('comlink/dist/esm/comlink.min.mjs')] },
  { name: 'workerpool, main thread and worker each', urls: [installed('workerpool/dist/workerpool.min.js')] },
];

export const benches = [['bytes shipped', sizes]];

async function sizes() {
  const rows = [];
  for (const { name, urls, limit } of GROUPS) {
    const files = await Promise.all(urls.map(weigh));
    if (files.length > 1) rows.push(...files.map(({ file, raw, gzip }) => [`  ${file}`, bytes(raw), bytes(gzip)]));
    const total = (of) => files.reduce((sum, file) => sum + file[of], 0);
    rows.push([name, bytes(total('raw')), bytes(total('gzip'))]);
    if (limit) within(`${name}, gzip`, limit, total('gzip'), kB);
  }
  const notes = ["gzip as this browser's CompressionStream makes it; a server's best level makes it a little smaller"];
  await table({ title: 'Bytes shipped', columns: ['', 'raw', 'gzip'], rows, notes });
}

async function weigh(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered HTTP ${response.status}`);
  const raw = await response.arrayBuffer();
  const packed = new Blob([raw]).stream().pipeThrough(new CompressionStream('gzip'));
  const gzip = (await new Response(packed).arrayBuffer()).byteLength;
  return { file: url.slice(url.lastIndexOf('/') + 1), raw: raw.byteLength, gzip };
}
