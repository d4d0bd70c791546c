// What messages are made of, decoded in the worker.

import { assert, assertEquals, assertRejects, connect, eventually, listen, next, pool, SOON, test } from './sockets.js';

const VALUE = { text: 'ä', list: [1, 2.5, null, true], inner: { big: 2 ** 40 } };

for (const codec of ['json', 'msgpack', 'pack']) {
  test(`values by ${codec}`, async (t) => {
    const socket = connect(t, '/ws/echo', { codec });
    const heard = listen(socket);
    await Promise.all([socket.send(VALUE), socket.send('text'), socket.send(0)]);
    await eventually(() => heard.length === 3);
    assertEquals(heard, [VALUE, 'text', 0]);
    const stats = await socket.stats();
    assertEquals([stats.sent.messages, stats.received.messages, stats.sent.bytes], [3, 3, stats.received.bytes]);
  });
}

test('pack keeps what structured clone holds', async (t) => {
  const socket = connect(t, '/ws/echo', { codec: 'pack' });
  const heard = listen(socket);
  const value = new Map([['when', new Date(0)], [1n, new Set([undefined])], ['bytes', new ArrayBuffer(2)]]);
  await socket.send(value);
  await eventually(() => heard.length === 1);
  assertEquals(heard[0], value);
});

test('messages of a schema, given as text or compiled', async (t) => {
  const c = pool(t);
  const text = 'syntax = "proto3"; message Point { int32 x = 1; repeated string names = 2; }';
  for (const schema of [text, await c.protobuf(text)]) {
    const socket = c.socket('/ws/echo', { codec: { type: 'Point', schema } });
    const heard = listen(socket);
    await socket.send({ x: -1, names: ['a'] });
    await eventually(() => heard.length === 1);
    assertEquals(heard[0], { x: -1, names: ['a'] });
    const error = await assertRejects(socket.send({ x: 'north' }));
    assert(/x/.test(error.message), error.message);
    socket.close();
  }
});

test('a value that the codec cannot say fails alone', async (t) => {
  const socket = connect(t, '/ws/echo', { codec: 'json' });
  const heard = listen(socket);
  const cycle = {};
  cycle.cycle = cycle;
  const [undefinedSent, cycleSent, cloneSent, good] = [undefined, cycle, () => {}, 1].map((value) => socket.send(value));
  await assertRejects(undefinedSent, TypeError);
  await assertRejects(cycleSent, TypeError);
  await assertRejects(cloneSent, 'DataCloneError');
  await good;
  await eventually(() => heard.length === 1);
  assertEquals(heard, [1]);
});

test('a message that the codec cannot read is an error event, and the line lives', async (t) => {
  const c = pool(t);
  const client = `codec ${Math.random()}`;
  const socket = c.socket(`/ws/flood?count=3&rate=1000&client=${client}`, { codec: 'json', backoff: SOON });
  const errors = [];
  socket.onerror = ({ error }) => errors.push(error.name);
  const { code, wasClean } = await next(socket, 'close');
  assertEquals([errors, code, wasClean], [['SyntaxError', 'SyntaxError', 'SyntaxError'], 1000, true]);
  const bytes = c.socket('/ws/echo', { codec: 'msgpack', heartbeat: { interval: 20, timeout: 5_000, message: { ping: 1 } } });
  assertEquals((await next(bytes, 'message')).data, { ping: 1 }, 'the heartbeat is a message of the codec too');
});

test('values keep what they were when they were sent', async (t) => {
  const socket = connect(t, '/ws/echo', { codec: 'json' });
  const heard = listen(socket);
  await next(socket, 'open');
  const value = { n: 1 };
  void socket.send(value);
  value.n = 2;
  await eventually(() => heard.length === 1);
  assertEquals(heard, [{ n: 1 }]);
});
