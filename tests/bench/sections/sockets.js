// Messages of a WebSocket: many of them, one after another, and large ones. Wants the server's sockets: `cargo xtask bench`
// says where they are, else they are looked for where the page came from.

import { comparison, part } from '../comparison.js';
import { count, time } from '../format.js';
import { frames, watch } from '../frames.js';
import { cities } from '../inputs.js';
import { contestants } from '../peers/sockets.js';
import { table } from '../report.js';
import { rounds } from '../rounds.js';
import { median } from '../stats.js';

/** The flood: messages a second, bytes of each, and how many. */
const RATE = 100_000;
const SIZE = 64;
const MESSAGES = 100_000;
/** Messages there and back, one after another. */
const SEQUENCE = 200;
const TEXT = JSON.stringify({ id: 17, at: '2024-02-29T12:34:56.789Z', body: 'as chats and prices are' });

/** Rows of the cities that one large message is: a megabyte of JSON. */
const ROWS = 5_000;
/** Large messages there and back, one after another. */
const LARGE = 5;

export const benches = [
  ['flood of 100,000 messages a second', flood],
  ['there and back', thereAndBack],
  ['values as JSON', () => values('json')],
  ['values packed', () => values('pack')],
];

const origin = new URLSearchParams(location.search).get('sockets') ?? location.origin;
/** The server's address for a path. */
const address = (path) => new URL(path, origin.replace(/^http/, 'ws')).href;

async function flood() {
  const { list, end } = await contestants();
  const url = address(`/ws/flood?rate=${RATE}&size=${SIZE}&count=${MESSAGES}`);
  const run = ({ open }) => async () => {
    const start = performance.now();
    const gap = await frames(() => receive(open(url), MESSAGES));
    return [{ gap, took: performance.now() - start }];
  };
  try {
    const measured = await rounds(list.map((peer) => ({ name: peer.name, run: run(peer) })), { warmUp: 1 });
    const gaps = part(measured, 'gap');
    const took = part(measured, 'took');
    const cells = (name) => [`${count(Math.round(MESSAGES / (median(took.get(name).flat()) / 1000)))} a second`];
    const notes = [`${count(RATE)} messages of ${SIZE} bytes a second for ${MESSAGES / RATE} s, each an event of the page's`];
    await table(comparison('A socket that is flooded: largest gap between frames', gaps, { columns: ['messages'], cells, notes }));
  } finally {
    end();
  }
}

/** Looks at so many messages, in order, and closes. */
function receive(socket, wanted) {
  return new Promise((resolve, reject) => {
    let seen = 0;
    socket.onmessage = ({ data }) => {
      if (new DataView(data).getUint32(4) !== seen) reject(new Error(`message ${seen} is missing`));
      seen += 1;
      if (seen === wanted) resolve();
    };
    socket.onclose = ({ code }) => reject(new Error(`closed with ${code} after ${seen} messages`));
  }).finally(() => {
    socket.onclose = null;
    socket.close();
  });
}

async function thereAndBack() {
  const sequence = async ({ socket }) => {
    const times = [];
    for (let i = 0; i < SEQUENCE; i += 1) {
      const start = performance.now();
      await answer(socket, TEXT);
      times.push(performance.now() - start);
    }
    return times;
  };
  await table(comparison('A message there and back', await echoed(sequence)));
}

async function values(codec) {
  const { rows } = await cities();
  const value = rows.slice(0, ROWS);
  const exchange = async ({ socket, toMessage, fromMessage }) => {
    const start = performance.now();
    const { blocked } = await watch(async () => {
      for (let i = 0; i < LARGE; i += 1) {
        const same = fromMessage((await answer(socket, toMessage(value))).data);
        if (same.length !== value.length) throw new Error('something is missing');
      }
    });
    return [{ blocked, took: performance.now() - start }];
  };
  const measured = await echoed(exchange, { codec });
  const took = part(measured, 'took');
  const cells = (name) => [time(median(took.get(name).flat()) / LARGE)];
  const notes = [`${count(JSON.stringify(value).length)} bytes as JSON; the others write and read ${WRITTEN[codec]} on the main thread`];
  const columns = ['there and back'];
  const title = `Values of a megabyte as ${WRITTEN[codec]}: longest time the page stands still`;
  await table(comparison(title, part(measured, 'blocked'), { columns, cells, notes }));
}

const WRITTEN = { json: 'JSON', pack: 'compressed MessagePack' };

/** Opens a line of each to the server that says everything again, and has them measured. */
async function echoed(run, options) {
  const { list, end } = await contestants(options);
  const lines = await Promise.all(list.map(({ open, ...peer }) => opened(peer, open(address('/ws/echo')))));
  try {
    return await rounds(lines.map((line) => ({ name: line.name, run: () => run(line) })));
  } finally {
    for (const { socket } of lines) socket.close();
    end();
  }
}

/** The message that follows one. */
function answer(socket, message) {
  return new Promise((resolve) => {
    socket.onmessage = resolve;
    socket.send(message);
  });
}

function opened(peer, socket) {
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve({ ...peer, socket });
    socket.onerror = ({ message }) => reject(new Error(`${peer.name}: ${message ?? 'no connection'}`));
  });
}
