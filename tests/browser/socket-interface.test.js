// The interface of the platform's WebSocket, which a socket can stand in for.

import {
  assert, assertEquals, assertRejects, assertThrows, CentaurusSocket, connect, eventually, listen, next, pool, sleep, TerminatedError, test,
} from './sockets.js';

test('the constants', (t) => {
  const socket = connect(t);
  const constants = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
  for (const [name, value] of Object.entries(constants)) {
    assertEquals([CentaurusSocket[name], socket[name], WebSocket[name]], [value, value, value]);
    assertThrows(() => { 'use strict'; socket[name] = 9; }, TypeError);
  }
  assert(socket instanceof CentaurusSocket && socket instanceof EventTarget);
});

test('addresses are seen from the page, and http stands for ws', (t) => {
  const c = pool(t);
  const here = location.host;
  const seen = (url) => c.socket(url, { backoff: { maxAttempts: 1 } }).url;
  assertEquals(seen('/ws/echo'), `ws://${here}/ws/echo`);
  assertEquals(seen(new URL('/ws/echo?a=b', location)), `ws://${here}/ws/echo?a=b`);
  assertEquals(seen(`http://${here}/ws/echo`), `ws://${here}/ws/echo`);
  assertEquals(seen(`HTTPS://${here}/ä`), `wss://${here}/%C3%A4`);
  assertEquals(seen(`ws://${here}`), `ws://${here}/`);
});

test('an address that is none is a SyntaxError', (t) => {
  const c = pool(t);
  for (const url of ['ws://', 'ftp://a.b/', 'mailto:a@b', 'about:blank', 'ws://a/#', 'ws://a/#b', '/ws/echo#x', 'ws://a:99999/']) {
    const error = assertThrows(() => c.socket(url).url, DOMException);
    assertEquals(error.name, 'SyntaxError', url);
  }
});

test('subprotocols that are none are a SyntaxError', (t) => {
  const c = pool(t);
  for (const protocols of ['', 'a b', 'a,b', 'ä', 'a/b', ['a', 'a'], ['a', ''], '"', 'a\u0000', '\u007f', '(a)', '{a}']) {
    const error = assertThrows(() => c.socket('/ws/echo', { protocols }), DOMException);
    assertEquals(error.name, 'SyntaxError', JSON.stringify(protocols));
  }
  for (const protocols of ['a', ['a', 'A'], [], "!#$%&'*+-.^_`|~09"]) c.socket('/ws/echo', { protocols }).close();
});

test('text and bytes go out and come back, in order, more than one at a time', async (t) => {
  const socket = connect(t);
  socket.binaryType = 'arraybuffer';
  assertEquals([socket.readyState, socket.protocol, socket.extensions], [0, '', '']);
  const heard = listen(socket);
  const early = socket.send('before it is open');
  const open = await next(socket, 'open');
  assertEquals([open.type, socket.readyState], ['open', 1]);
  await early;
  for (let i = 0; i < 3_000; i += 1) void socket.send(`${i}`);
  await socket.send(new Uint8Array([9, 1, 2, 3]).subarray(1));
  await eventually(() => heard.length === 3_002);
  assertEquals(heard.slice(0, 3), ['before it is open', '0', '1']);
  assertEquals(heard.slice(1, -1), Array.from({ length: 3_000 }, (_, i) => `${i}`));
  assertEquals(heard.at(-1), new Uint8Array([1, 2, 3]).buffer);
});

test('whatever is no bytes is text', async (t) => {
  const socket = connect(t);
  const heard = listen(socket);
  for (const value of ['', 42, null, undefined, {}, [1, 2], true, 'ä€😀', 'lone \ud800', '\u0000']) void socket.send(value);
  await eventually(() => heard.length === 10);
  assertEquals(heard, ['', '42', 'null', 'undefined', '[object Object]', '1,2', 'true', 'ä€😀', 'lone \ufffd', '\u0000']);
  assertThrows(() => socket.send(Symbol('s')), TypeError);
});

test('bytes of every kind are sent as they are at that moment', async (t) => {
  const socket = connect(t);
  socket.binaryType = 'arraybuffer';
  const heard = listen(socket);
  const bytes = new Uint8Array([1, 2, 3, 4]);
  void socket.send(bytes.buffer);
  void socket.send(new DataView(bytes.buffer, 1, 2));
  void socket.send(new Uint16Array(bytes.buffer, 2));
  void socket.send(new Blob([bytes]));
  void socket.send(new Uint8Array(0));
  void socket.send('after the blob');
  bytes.fill(9);
  await eventually(() => heard.length === 6);
  const numbers = heard.map((data) => (typeof data === 'string' ? data : [...new Uint8Array(data)]));
  assertEquals(numbers, [[1, 2, 3, 4], [2, 3], [3, 4], [1, 2, 3, 4], [], 'after the blob']);
  assertEquals(bytes.buffer.byteLength, 4, 'nothing was moved');
});

test('bytes come as binaryType says when they come', async (t) => {
  const socket = connect(t);
  const heard = listen(socket);
  assertEquals(socket.binaryType, 'blob');
  await socket.send(new Uint8Array([7]));
  await eventually(() => heard.length === 1);
  assert(heard[0] instanceof Blob && heard[0].size === 1);
  socket.binaryType = 'arraybuffer';
  await socket.send(new Uint8Array([8]));
  await eventually(() => heard.length === 2);
  assertEquals(heard[1], new Uint8Array([8]).buffer);
  for (const none of ['nodebuffer', undefined, 5]) socket.binaryType = none;
  assertEquals(socket.binaryType, 'arraybuffer');
});

test('a large message', async (t) => {
  const socket = connect(t);
  socket.binaryType = 'arraybuffer';
  const heard = listen(socket);
  const bytes = crypto.getRandomValues(new Uint8Array(65_536));
  const large = new Uint8Array(4 << 20).map((_, i) => bytes[i & 65_535]);
  await socket.send(large);
  await eventually(() => heard.length === 1);
  assert(new Uint8Array(heard[0]).every((byte, i) => byte === large[i]) && heard[0].byteLength === large.length);
});

test('bufferedAmount counts bytes at once, and what comes too late for ever', async (t) => {
  const socket = connect(t);
  assertEquals(socket.bufferedAmount, 0);
  const sent = [socket.send('ä€'), socket.send(new Uint8Array(3)), socket.send(new Blob(['ab']))];
  assertEquals(socket.bufferedAmount, 5 + 3 + 2);
  await Promise.all(sent);
  assertEquals(socket.bufferedAmount, 0);
  socket.close();
  void socket.send('late');
  assertEquals(socket.bufferedAmount, 4);
  await next(socket, 'close');
  void socket.send('later');
  assertEquals(socket.bufferedAmount, 9);
});

test('events and their handlers', async (t) => {
  const socket = connect(t);
  const seen = [];
  for (const type of ['open', 'message', 'error', 'close', 'reconnecting']) {
    assertEquals(socket[`on${type}`], null);
    socket[`on${type}`] = 'no function';
    assertEquals(socket[`on${type}`], null);
    const handler = function (event) {
      seen.push([type, this === socket, event.target === socket]);
    };
    socket[`on${type}`] = handler;
    assertEquals(socket[`on${type}`], handler);
  }
  // What is sent and its echo may be told of at once.
  const answer = next(socket, 'message');
  await socket.send('x');
  const { data, origin, constructor } = await answer;
  assertEquals([data, origin, constructor.name], ['x', `ws://${location.host}`, 'MessageEvent']);
  socket.onmessage = null;
  const second = next(socket, 'message');
  await socket.send('y');
  await second;
  socket.close();
  const closed = await next(socket, 'close');
  assertEquals([closed.constructor.name, closed.wasClean], ['CloseEvent', true]);
  assertEquals(seen, [['open', true, true], ['message', true, true], ['close', true, true]]);
});

test('close codes and reasons', async (t) => {
  const socket = connect(t);
  await next(socket, 'open');
  for (const code of [0, 500, 999, 1001, 1005, 1006, 1011, 2999, 5000, 65_535, -1, NaN, null, 'x']) {
    assertEquals(assertThrows(() => socket.close(code), DOMException).name, 'InvalidAccessError', String(code));
  }
  assertEquals(assertThrows(() => socket.close(1000, 'x'.repeat(124)), DOMException).name, 'SyntaxError');
  assertEquals(assertThrows(() => socket.close(1000, 'ä'.repeat(62)), DOMException).name, 'SyntaxError');
  assertEquals(socket.readyState, 1);
  const closed = next(socket, 'close');
  socket.close(4999, 'ä'.repeat(61));
  assertEquals(socket.readyState, 2);
  socket.close(3000, 'again');
  const { code, reason, wasClean } = await closed;
  assertEquals([code, reason, wasClean, socket.readyState], [4999, 'ä'.repeat(61), true, 3]);
  socket.close();
});

test('closed without a code it is 1000 that is sent', async (t) => {
  const socket = connect(t);
  await next(socket, 'open');
  socket.close(undefined);
  const { code, wasClean } = await next(socket, 'close');
  assertEquals([code, wasClean], [1000, true]);
});

test('closed before it is open it fails, as the platform has it', async (t) => {
  const socket = connect(t);
  const waiting = socket.send('never');
  const seen = [];
  for (const type of ['open', 'error', 'close']) socket.addEventListener(type, () => seen.push(type));
  socket.close();
  assertEquals(socket.readyState, 2);
  const { code, wasClean } = await next(socket, 'close');
  assertEquals([seen, code, wasClean, socket.readyState], [['error', 'close'], 1006, false, 3]);
  await assertRejects(waiting, 'SocketClosedError');
  await assertRejects(socket.send('late'), 'SocketClosedError');
});

test('what waits is sent before it closes', async (t) => {
  const socket = connect(t);
  await next(socket, 'open');
  const sent = Array.from({ length: 500 }, (_, i) => socket.send(`${i}`));
  socket.close();
  const closed = next(socket, 'close');
  await Promise.all(sent);
  assertEquals((await closed).wasClean, true);
});

test('messages that nobody asks after do no harm', async (t) => {
  const socket = connect(t);
  socket.close();
  socket.send('ignored');
  await next(socket, 'close');
  socket.send('ignored');
  await sleep(20);
});

test('a subprotocol that the server speaks', async (t) => {
  const socket = connect(t, '/ws/echo', { protocols: ['other', 'centaurus.link.1'] });
  await next(socket, 'open');
  assertEquals(socket.protocol, 'centaurus.link.1');
});

test('a signal ends it at once', async (t) => {
  const controller = new AbortController();
  const socket = connect(t, '/ws/echo', { signal: controller.signal });
  await next(socket, 'open');
  const reason = new Error('enough');
  const closed = next(socket, 'close');
  const failed = next(socket, 'error');
  const unsent = socket.send(new Uint8Array(1 << 20));
  controller.abort(reason);
  assertEquals([socket.readyState, (await closed).code, (await failed).error], [3, 1006, reason]);
  await unsent.catch((error) => assertEquals(error, reason));
  const never = connect(t, '/ws/echo', { signal: AbortSignal.abort(reason) });
  assertEquals((await next(never, 'error')).error, reason);
  assertEquals(never.readyState, 3);
});

test('terminate ends sockets at once', async (t) => {
  const c = pool(t);
  const socket = c.socket('/ws/echo');
  await next(socket, 'open');
  const [failed, closed] = [next(socket, 'error'), next(socket, 'close')];
  c.terminate();
  assert((await failed).error instanceof TerminatedError);
  assertEquals([(await closed).code, socket.readyState], [1006, 3]);
  assertThrows(() => c.socket('/ws/echo'), TerminatedError);
});

test('close ends them in good order', async (t) => {
  const c = pool(t);
  const [first, second] = [c.socket('/ws/echo'), c.socket('/ws/echo')];
  await Promise.all([next(first, 'open'), next(second, 'open')]);
  const [sent, ends] = [first.send('last words'), [next(first, 'close'), next(second, 'close')]];
  await c.close();
  await sent;
  assertEquals([(await ends[0]).wasClean, (await ends[1]).code, first.readyState], [true, 1000, 3]);
});

test('fifty sockets of one page', async (t) => {
  const c = pool(t);
  const sockets = Array.from({ length: 50 }, () => c.socket('/ws/echo'));
  const heard = sockets.map(listen);
  await Promise.all(sockets.map((socket, i) => socket.send(`${i}`)));
  await eventually(() => heard.every((messages) => messages.length === 1));
  assertEquals(heard.flat(), sockets.map((_, i) => `${i}`));
  assertEquals([c.stats().sockets.workers.length, c.stats().workers.length <= 1], [1, true]);
});

test('under a strict policy', async (t) => {
  const socket = connect(t);
  const heard = listen(socket);
  await socket.send('self');
  await eventually(() => heard.length === 1);
}, { csp: true, skipIn: { webkit: "its connect-src 'self' does not hold for ws" } });

test('wrong options close it, and the error says which', async (t) => {
  for (const [options, name, text] of [
    [{ backoff: { min: -1 } }, 'RangeError', 'backoff.min'],
    [{ backoff: { max: 1, min: 2 } }, 'RangeError', 'backoff.max'],
    [{ backoff: 'soon' }, 'TypeError', 'backoff'],
    [{ outbox: { overflow: 'spill' } }, 'TypeError', 'outbox.overflow'],
    [{ outbox: { maxBytes: 1.5 } }, 'RangeError', 'outbox.maxBytes'],
    [{ heartbeat: { intervall: 1 } }, 'TypeError', 'heartbeat.intervall'],
    [{ permanent: [70_000] }, 'RangeError', 'permanent'],
    [{ connectTimeout: '1' }, 'TypeError', 'connectTimeout'],
    [{ codec: 'yaml' }, 'TypeError', 'codec'],
    [{ signal: 'stop' }, 'TypeError', 'signal must be an AbortSignal'],
    [{ codec: { type: 'a', schema: {} } }, 'TypeError', 'codec.schema'],
    [{ reconnectInterval: 1 }, 'TypeError', 'reconnectInterval'],
  ]) {
    const socket = connect(t, '/ws/echo', options);
    const { error } = await next(socket, 'error');
    assertEquals([error.name, error.message.includes(text)], [name, true], `${text}: ${error.message}`);
    assertEquals(socket.readyState, 3);
  }
});
