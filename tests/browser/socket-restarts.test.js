// What a socket lives through for long: a server that restarts a thousand times, frames that are cut, lines that crawl.

import { assert, assertEquals, connect, eventually, listen, next, openGate, sleep, test } from './sockets.js';

/** How often the server is put in another's place. */
const RESTARTS = 1_000;
/** Milliseconds between two. Browsers let an address that failed wait before it is tried again, so not each hits a line. */
const PAUSE = 12;
/** Comes back as soon as it may. */
const AT_ONCE = { min: 1, initial: 1, max: 20, stableAfter: 0 };

test('acknowledged messages over a thousand restarts of the server: none lost, none twice, all in order', async (t) => {
  const gate = await openGate(t);
  const socket = connect(t, `${gate.origin}/ws/echo`, { acknowledged: true, backoff: AT_ONCE });
  let heard = 0;
  let wrong;
  socket.onmessage = ({ data }) => {
    if (data !== `${heard}`) wrong ??= `${data} came where ${heard} should have`;
    heard += 1;
  };
  await next(socket, 'open');
  let restarting = true;
  const restarted = gate.strike(`restart?times=${RESTARTS}&pause=${PAUSE}`).finally(() => (restarting = false));
  const sent = [];
  while (restarting) {
    for (let i = 0; i < 10; i += 1) sent.push(socket.send(`${sent.length}`));
    await sleep(10);
  }
  await restarted;
  await Promise.all(sent);
  await eventually(() => wrong || heard >= sent.length, { timeout: 60_000, message: 'not all came back' });
  await sleep(100);
  assertEquals(wrong, undefined);
  assertEquals(heard, sent.length);
  const { lines, queued } = await socket.stats();
  assertEquals([(await gate.news()).restarts, queued], [RESTARTS, 0]);
  assert(lines > 3, `${lines} lines`);
  t.log(`${sent.length} messages over ${RESTARTS} restarts and ${lines} lines`);
}, { timeout: 240_000 });

test('a frame that is cut in the middle is sent again whole', async (t) => {
  const gate = await openGate(t);
  const socket = connect(t, `${gate.origin}/ws/echo`, { acknowledged: true, backoff: AT_ONCE });
  const heard = listen(socket);
  await next(socket, 'open');
  const message = 'x'.repeat(10_000);
  for (let round = 1; round <= 12; round += 1) {
    await gate.strike(`cut?after=${round * 2_741}`);
    for (let i = 0; i < 4; i += 1) await socket.send(message);
    await eventually(() => heard.length === 4 * round, { message: `${heard.length} of ${4 * round} came` });
  }
  assertEquals(new Set(heard), new Set([message]));
  assert((await socket.stats()).lines > 3, 'lines were cut');
}, { timeout: 60_000 });

test('a line that crawls is not given up', async (t) => {
  const gate = await openGate(t);
  const heartbeat = { interval: 400, timeout: 2_000 };
  const socket = connect(t, `${gate.origin}/ws/echo`, { acknowledged: true, heartbeat, backoff: AT_ONCE });
  const heard = listen(socket);
  await next(socket, 'open');
  await gate.strike('slow?rate=40000');
  for (let i = 0; i < 6; i += 1) await socket.send(`${i}`.repeat(10_000));
  await eventually(() => heard.length === 6);
  assertEquals(heard.map(([first]) => first), ['0', '1', '2', '3', '4', '5']);
  assertEquals((await socket.stats()).lines, 1);
});

test('what waits while nobody listens has a bound, and the newest of it arrives', async (t) => {
  const gate = await openGate(t);
  await gate.strike('refuse');
  const maxBytes = 1_000_000;
  const socket = connect(t, `${gate.origin}/ws/echo`, { outbox: { maxBytes, overflow: 'drop-oldest' }, backoff: AT_ONCE });
  const heard = listen(socket);
  socket.binaryType = 'arraybuffer';
  const outcomes = [];
  for (let i = 0; i < 50; i += 1) {
    for (let j = 0; j < 100; j += 1) {
      const message = new Uint8Array(10_000);
      new DataView(message.buffer).setUint32(0, i * 100 + j);
      outcomes.push(socket.send(message).then(() => 'sent', ({ name }) => name));
    }
    const { queued } = await socket.stats();
    assert(queued <= maxBytes, `${queued} bytes wait`);
  }
  await gate.strike('pass');
  const settled = await Promise.all(outcomes);
  assertEquals(settled.filter((outcome) => outcome === 'sent').length, maxBytes / 10_000);
  assertEquals(settled.indexOf('sent'), 5_000 - maxBytes / 10_000);
  await eventually(() => heard.length === maxBytes / 10_000);
  assertEquals(heard.map((data) => new DataView(data).getUint32(0)), Array.from({ length: 100 }, (_, i) => 4_900 + i));
}, { timeout: 60_000 });

test('pauses are at least as long as they were said to be, as the server sees them', async (t) => {
  const gate = await openGate(t);
  await gate.strike('hangup');
  const [min, initial, max] = [20, 40, 400];
  const socket = connect(t, `${gate.origin}/ws/echo`, { backoff: { min, initial, max, maxAttempts: 10 } });
  const delays = [];
  socket.onreconnecting = ({ detail }) => delays.push(detail.delay);
  await next(socket, 'close');
  const { attempts } = await gate.news();
  assertEquals(delays.length, 9);
  // A browser may try an address that broke off more than once for one attempt of the socket's.
  assert(attempts.length >= 10, `${attempts.length} attempts`);
  delays.forEach((delay, i) => {
    const limit = Math.min(max - min, initial * 2 ** (i + 1));
    assert(delay >= min && delay <= min + limit, `${delay} ms before attempt ${i + 2}`);
  });
  const total = delays.reduce((sum, delay) => sum + delay);
  assert(attempts.at(-1) - attempts[0] >= total - 10, 'the server was asked sooner than it was said');
}, { timeout: 60_000 });
