// Messages of a WebSocket: many of them, and one after another. Wants the server of `cargo xtask bench` or `demo`.

import { comparison } from '../comparison.js';
import { count, time } from '../format.js';
import { watch } from '../frames.js';
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

export const benches = [
  ['flood of 100,000 messages a second', flood],
  ['there and back', thereAndBack],
];

/** The server's address for a path. */
const address = (path) => new URL(path, location.href.replace(/^http/, 'ws')).href;

async function flood() {
  const { list, end } = await contestants();
  const url = address(`/ws/flood?rate=${RATE}&size=${SIZE}&count=${MESSAGES}`);
  const run = ({ open }) => async () => {
    let took;
    const seen = await watch(async () => {
      const start = performance.now();
      await receive(open(url), MESSAGES);
      took = performance.now() - start;
    });
    return [{ ...seen, took }];
  };
  try {
    const samples = await rounds(list.map((peer) => ({ name: peer.name, run: run(peer) })), { warmUp: 1 });
    const of = (part) => new Map([...samples].map(([name, each]) => [name, each.map(([sample]) => [sample[part]])]));
    const middle = (part, name) => median(of(part).get(name).flat());
    const rate = (name) => `${count(Math.round(MESSAGES / (middle('took', name) / 1000)))} a second`;
    const cells = (name) => [time(middle('gap', name)), time(middle('blocked', name)), rate(name)];
    const columns = ['largest frame gap', 'page blocked', 'messages'];
    const notes = [`${count(RATE)} messages of ${SIZE} bytes a second for ${MESSAGES / RATE} s, each an event of the page's`];
    await table(comparison('A socket that is flooded', of('took'), { columns, cells, notes }));
  } finally {
    end();
  }
}

/** Looks at so many messages, in order, and closes. */
function receive(socket, wanted) {
  socket.binaryType = 'arraybuffer';
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
  const { list, end } = await contestants();
  const lines = await Promise.all(list.map(({ name, open }) => opened(name, open(address('/ws/echo')))));
  const run = ({ socket }) => async () => {
    const times = [];
    for (let i = 0; i < SEQUENCE; i += 1) {
      const start = performance.now();
      await new Promise((resolve) => {
        socket.onmessage = resolve;
        socket.send(TEXT);
      });
      times.push(performance.now() - start);
    }
    return times;
  };
  try {
    const measured = await rounds(lines.map((line) => ({ name: line.name, run: run(line) })));
    await table(comparison('A message there and back', measured));
  } finally {
    for (const { socket } of lines) socket.close();
    end();
  }
}

function opened(name, socket) {
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve({ name, socket });
    socket.onerror = ({ message }) => reject(new Error(`${name}: ${message ?? 'no connection'}`));
  });
}
