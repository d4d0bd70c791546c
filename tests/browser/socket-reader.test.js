// A socket as an async iterator.

import { assert, assertEquals, assertRejects, connect, eventually, next, openGate, pool, sleep, test } from './sockets.js';

test('messages one by one, until it closes', async (t) => {
  const socket = connect(t, '/ws/echo', { codec: 'json' });
  for (let i = 0; i < 5; i += 1) void socket.send(i);
  const heard = [];
  for await (const value of socket) {
    heard.push(value);
    if (value === 4) socket.close();
  }
  assertEquals([heard, socket.readyState], [[0, 1, 2, 3, 4], 3]);
  assertEquals(await socket[Symbol.asyncIterator]().next(), { value: undefined, done: true });
});

test('a reader that leaves leaves the socket open, and another goes on', async (t) => {
  const socket = connect(t);
  void socket.send('1');
  for await (const data of socket) {
    assertEquals(data, '1');
    break;
  }
  assertEquals(socket.readyState, 1);
  void socket.send('2');
  for await (const data of socket) {
    assertEquals(data, '2');
    break;
  }
});

test('two readers get all', async (t) => {
  const socket = connect(t);
  const read = async () => {
    const heard = [];
    for await (const data of socket) {
      heard.push(data);
      if (heard.length === 3) return heard;
    }
    return heard;
  };
  const readers = [read(), read()];
  for (const data of ['a', 'b', 'c']) void socket.send(data);
  assertEquals(await Promise.all(readers), Array(2).fill(['a', 'b', 'c']));
});

test('it throws if the socket fails, and ends if it is closed', async (t) => {
  const gate = await openGate(t);
  await gate.strike('refuse');
  const socket = connect(t, `${gate.origin}/ws/echo`, { backoff: { min: 1, initial: 1, maxAttempts: 2 } });
  await assertRejects(socket[Symbol.asyncIterator]().next(), 'SocketClosedError');
  const c = pool(t);
  const reader = c.socket('/ws/echo')[Symbol.asyncIterator]();
  const ended = reader.next();
  c.terminate();
  await assertRejects(ended, 'TerminatedError');
  assertEquals(await reader.next(), { value: undefined, done: true });
});

test('a reader that is slow is waited for: the rest stays in the worker', async (t) => {
  const socket = connect(t, '/ws/flood?rate=50000&count=20000&size=8');
  socket.binaryType = 'arraybuffer';
  const number = (data) => Number(new DataView(data).getBigUint64(0));
  const reader = socket[Symbol.asyncIterator]();
  assertEquals(number((await reader.next()).value), 0);
  await eventually(async () => (await socket.stats()).received.messages >= 20_000);
  assert((await socket.stats()).held > 5_000, 'the page has not been given all');
  let last = 0;
  for await (const data of reader) {
    assertEquals(number(data), last + 1);
    last += 1;
  }
  assertEquals(last, 19_999);
});

test('large messages, one after another, all come', async (t) => {
  const socket = connect(t);
  const text = 'x'.repeat(1_000_000);
  for (let i = 0; i < 30; i += 1) {
    const answer = next(socket, 'message');
    void socket.send(text + i);
    assertEquals((await answer).data, text + i);
  }
  assertEquals((await socket.stats()).held, 0);
});

test('with acknowledgement a slow reader slows the server', async (t) => {
  const socket = connect(t, '/ws/echo', { acknowledged: { window: 32 } });
  const reader = socket[Symbol.asyncIterator]();
  const sent = Array.from({ length: 500 }, (_, i) => socket.send(`${i}`));
  assertEquals((await reader.next()).value, '0');
  await sleep(300);
  assert((await socket.stats()).received.messages <= 64, 'the server waits');
  for (let i = 1; i < 500; i += 1) assertEquals((await reader.next()).value, `${i}`);
  await Promise.all(sent);
});

test('messages after the close of the reader count as taken', async (t) => {
  const socket = connect(t, '/ws/flood?rate=20000&count=5000&size=8');
  const reader = socket[Symbol.asyncIterator]();
  await reader.next();
  await reader.return();
  let count = 0;
  socket.onmessage = () => (count += 1);
  assertEquals((await next(socket, 'close')).code, 1000);
  assert(count > 2_000, `${count} messages`);
});
