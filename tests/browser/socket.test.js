// Sockets: a line that lives in a worker and comes back.

import { assert, assertEquals, assertRejects, assertThrows, eventually, pool, sleep, spyOnWorkers, test } from './pool.js';

/** The next event of a kind. */
const next = (target, type) => new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

/** A socket that ends with the test. */
function connect(t, path, options) {
  const c = pool(t);
  return c.socket(path, options);
}

test('text and bytes go out and come back, in order, more than one at a time', async (t) => {
  const socket = connect(t, '/ws/echo');
  socket.binaryType = 'arraybuffer';
  assertEquals([socket.readyState, socket.url], [0, `ws://${location.host}/ws/echo`]);
  const heard = [];
  socket.onmessage = ({ data }) => heard.push(data);
  const early = socket.send('before it is open');
  const open = await next(socket, 'open');
  assertEquals([open.type, socket.readyState], ['open', 1]);
  await early;
  for (let i = 0; i < 3_000; i += 1) void socket.send(`${i}`);
  await socket.send(new Uint8Array([9, 1, 2, 3]).subarray(1));
  await eventually(() => heard.length === 3_002);
  assertEquals(heard.slice(0, 3), ['before it is open', '0', '1']);
  assertEquals(heard.at(-2), '2999');
  assertEquals(heard.at(-1), new Uint8Array([1, 2, 3]).buffer);
  const closed = next(socket, 'close');
  socket.close(3001, 'done');
  assertEquals(socket.readyState, 2);
  const { code, reason, wasClean } = await closed;
  assertEquals([code, reason, wasClean, socket.readyState], [3001, 'done', true, 3]);
});

test('a server that goes away is come back to', async (t) => {
  const socket = connect(t, '/ws/close?code=1012&after=50', { backoff: { min: 10, initial: 20 } });
  const opened = [];
  socket.addEventListener('open', () => opened.push(socket.readyState));
  const { detail } = await next(socket, 'reconnecting');
  assertEquals([detail.code, detail.attempt, socket.readyState], [1012, 2, 0]);
  assert(detail.delay >= 10 && detail.delay <= 50, `a pause of ${detail.delay} ms`);
  await eventually(() => opened.length >= 3);
  assertEquals(new Set(opened), new Set([1]));
});

test('a worker that dies is a line that is lost', async (t) => {
  const workers = spyOnWorkers(t);
  const socket = connect(t, '/ws/echo', { backoff: { min: 10, initial: 20 } });
  const heard = [];
  socket.addEventListener('message', ({ data }) => heard.push(data));
  await next(socket, 'open');
  const lost = next(socket, 'reconnecting');
  workers.at(-1).terminate();
  const sent = socket.send('to whoever comes next');
  await lost;
  await sent;
  await eventually(() => heard.length > 0);
  assertEquals(heard, ['to whoever comes next']);
});
