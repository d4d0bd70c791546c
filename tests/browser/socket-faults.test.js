// Lines that break: what becomes of the socket, and of messages.

import {
  assert, assertEquals, assertRejects, connect, eventually, listen, next, nextAfter, openGate, pool, sleep, SOON, spyOnWorkers, test,
} from './sockets.js';

test('a server that goes away is come back to', async (t) => {
  // WebKit's library takes 1012 for a broken rule and says 1006.
  const socket = connect(t, '/ws/close?code=1011&after=50');
  const states = [];
  socket.addEventListener('open', () => states.push(socket.readyState));
  const { detail } = await next(socket, 'reconnecting');
  assertEquals([detail.code, detail.attempt, socket.readyState], [1011, 2, 0]);
  assert(detail.delay >= 10 && detail.delay <= 50, `a pause of ${detail.delay} ms`);
  await eventually(() => states.length >= 3);
  assertEquals(new Set(states), new Set([1]));
});

test('codes after which it does not come back', async (t) => {
  for (const [path, options, wanted] of [
    ['/ws/close?code=1000&reason=done', {}, [1000, 'done', true]],
    ['/ws/close?code=4401&reason=who', {}, [4401, 'who', true]],
    ['/ws/close?code=3999', { permanent: [3999] }, [3999, '', true]],
  ]) {
    const socket = connect(t, path, options);
    socket.onreconnecting = () => { throw new Error('it came back'); };
    const { code, reason, wasClean } = await next(socket, 'close');
    assertEquals([code, reason, wasClean, socket.readyState], wanted.concat(3));
  }
});

test('attempts have an end if one is set, and pauses the bounds that are set', async (t) => {
  const gate = await openGate(t);
  await gate.strike('refuse');
  const socket = connect(t, `${gate.origin}/ws/echo`, { backoff: { min: 10, initial: 20, max: 60, maxAttempts: 6 } });
  const pauses = [];
  socket.onreconnecting = ({ detail }) => pauses.push(detail);
  const waiting = socket.send('never');
  const failed = next(socket, 'error');
  const { code, wasClean } = await next(socket, 'close');
  assertEquals([code, wasClean, pauses.map(({ attempt }) => attempt)], [1006, false, [2, 3, 4, 5, 6]]);
  for (const { delay, attempt } of pauses) {
    const most = Math.min(60, 10 + 20 * 2 ** (attempt - 1));
    assert(delay >= 10 && delay <= most, `a pause of ${delay} ms before attempt ${attempt}`);
  }
  assertEquals((await failed).error.name, 'SocketClosedError');
  assert((await failed).error.message.includes('6 attempts'), (await failed).error.message);
  await assertRejects(waiting, 'SocketClosedError');
});

test('address and protocols are asked for anew for each attempt', async (t) => {
  let asked = 0;
  const socket = pool(t).socket(async () => `/ws/close?code=1011&after=10&token=${(asked += 1)}`, {
    protocols: () => ['centaurus.link.1'],
    backoff: SOON,
  });
  const urls = [];
  socket.onopen = () => urls.push([new URL(socket.url).searchParams.get('token'), socket.protocol]);
  await eventually(() => urls.length >= 3);
  assertEquals(urls.slice(0, 3), [1, 2, 3].map((token) => [`${token}`, 'centaurus.link.1']));
});

test('a function that fails is an attempt that failed', async (t) => {
  let asked = 0;
  const socket = pool(t).socket(() => {
    asked += 1;
    if (asked === 1) throw new Error('no token yet');
    return asked === 2 ? 'ftp://a' : '/ws/echo';
  }, { backoff: SOON });
  const errors = [];
  socket.onerror = ({ error }) => errors.push(error.message.slice(0, 12), error.name);
  await socket.send('at last');
  assertEquals(errors, ['no token yet', 'Error', "'ftp://a' is", 'SyntaxError']);
});

test('a connection that does not come about in time', async (t) => {
  const gate = await openGate(t);
  await gate.strike('freeze');
  const socket = connect(t, `${gate.origin}/ws/echo`, { connectTimeout: 100 });
  assert((await next(socket, 'reconnecting')).detail.reason.includes('connectTimeout'));
  await gate.strike('pass');
  await socket.send('through');
});

test('a line that looks open and is dead', async (t) => {
  const gate = await openGate(t);
  for (const options of [
    { heartbeat: { interval: 100, timeout: 150, message: 'ping' } },
    { acknowledged: true, heartbeat: { interval: 100, timeout: 150 } },
    { heartbeat: { interval: 100, timeout: 150 } },
  ]) {
    const socket = connect(t, `${gate.origin}/ws/echo`, options);
    await next(socket, 'open');
    const start = performance.now();
    const { detail } = await nextAfter(socket, 'reconnecting', () => gate.strike('freeze'));
    assert(detail.reason.includes('heartbeat'), detail.reason);
    assert(performance.now() - start < 5_000, 'it was noticed');
    await nextAfter(socket, 'open', () => gate.strike('pass'));
    socket.close();
  }
});

test('a silent line is left alone unless a heartbeat was asked for, or the server is known to answer', async (t) => {
  const [plain, answering] = [connect(t), connect(t, '/ws/echo', { acknowledged: true, heartbeat: { interval: 30, timeout: 5_000 } })];
  for (const socket of [plain, answering]) socket.onreconnecting = () => { throw new Error('it was given up'); };
  await Promise.all([next(plain, 'open'), next(answering, 'open')]);
  await eventually(async () => (await answering.stats()).roundTrip >= 0);
  assertEquals((await plain.stats()).roundTrip, undefined);
});

test('offline it waits, and online it comes back soon', async (t) => {
  const gate = await openGate(t);
  const socket = connect(t, `${gate.origin}/ws/echo`, { backoff: { min: 10, initial: 60_000 } });
  await next(socket, 'open');
  dispatchEvent(new Event('offline'));
  const { detail } = await nextAfter(socket, 'reconnecting', () => gate.strike('reset'));
  assertEquals(detail.delay, Infinity);
  dispatchEvent(new Event('online'));
  await socket.send('back');
});

test('who asks for another line gets one', async (t) => {
  const socket = connect(t);
  await next(socket, 'open');
  const [gone, back] = [next(socket, 'reconnecting'), next(socket, 'open')];
  socket.reconnect();
  await gone;
  await back;
  assertEquals((await socket.stats()).lines, 2);
});

test('a full outbox does what its policy says', async (t) => {
  const gate = await openGate(t);
  await gate.strike('refuse');
  const bytes = () => new Uint8Array(4);
  for (const [overflow, wanted] of [
    ['reject', ['sent', 'sent', 'OutboxFullError']],
    ['drop-newest', ['sent', 'sent', 'MessageDroppedError']],
    ['drop-oldest', ['MessageDroppedError', 'sent', 'sent']],
    ['wait', ['sent', 'sent', 'sent']],
  ]) {
    const socket = connect(t, `${gate.origin}/ws/echo`, { outbox: { maxBytes: 10, overflow } });
    await next(socket, 'reconnecting');
    const sent = [1, 2, 3].map(() => socket.send(bytes()).then(() => 'sent', ({ name }) => name));
    await assertRejects(socket.send(new Uint8Array(11)), 'OutboxFullError');
    assertEquals((await socket.stats()).queued, overflow === 'wait' ? 12 : 8);
    await gate.strike('pass');
    assertEquals(await Promise.all(sent), wanted, overflow);
    socket.close();
    await gate.strike('refuse');
  }
});

test('a message lives as long as it may', async (t) => {
  const gate = await openGate(t);
  await gate.strike('refuse');
  const socket = connect(t, `${gate.origin}/ws/echo`, { outbox: { ttl: 60_000 } });
  const short = socket.send('short', { ttl: 50 });
  const long = socket.send('long');
  await assertRejects(short, 'MessageExpiredError');
  const heard = listen(socket);
  await gate.strike('pass');
  await long;
  await eventually(() => heard.length > 0);
  assertEquals(heard, ['long']);
});

test('a message can be taken back while it waits', async (t) => {
  const gate = await openGate(t);
  await gate.strike('refuse');
  const socket = connect(t, `${gate.origin}/ws/echo`);
  const heard = listen(socket);
  const [early, late] = [new AbortController(), new AbortController()];
  const [first, second] = [socket.send('first', early), socket.send('second', late)];
  await assertRejects(socket.send('never', { signal: AbortSignal.abort(new Error('not at all')) }), Error, 'not at all');
  early.abort(new Error('changed my mind'));
  await assertRejects(first, Error, 'changed my mind');
  await gate.strike('pass');
  await second;
  late.abort();
  await second;
  await eventually(() => heard.length > 0);
  assertEquals(heard, ['second']);
});

test('a worker that dies is a line that is lost', async (t) => {
  const workers = spyOnWorkers(t);
  const socket = connect(t);
  const heard = listen(socket);
  await next(socket, 'open');
  const lost = next(socket, 'reconnecting');
  workers.at(-1).terminate();
  const sent = socket.send('to whoever comes next');
  const stats = socket.stats();
  assert((await lost).detail.reason.includes('worker died'));
  assertEquals(socket.readyState, 0);
  await sent;
  assertEquals((await stats).lines <= 1, true);
  await eventually(() => heard.length > 0);
  assertEquals(heard, ['to whoever comes next']);
});

/** Sends numbers, and gives what comes back, while something goes wrong again and again. */
async function storm(t, url, options, count, strike) {
  const socket = connect(t, url, options);
  const heard = listen(socket);
  let done = false;
  const striking = (async () => {
    await next(socket, 'open');
    while (!done) {
      await strike(socket);
      await sleep(60);
    }
  })();
  for (let sent = 0; sent < count; sent += 1) {
    void socket.send(`${sent}`);
    if (sent % 50 === 0) await sleep(4);
  }
  await eventually(() => heard.length >= count, { timeout: 25_000, message: `only ${heard.length} of ${count} came back` });
  done = true;
  await striking;
  await sleep(50);
  return [socket, heard];
}

const numbers = (count) => Array.from({ length: count }, (_, i) => `${i}`);

test('acknowledged messages come once and in order, however often the line breaks', async (t) => {
  const gate = await openGate(t);
  let breaks = 0;
  const [socket, heard] = await storm(t, `${gate.origin}/ws/echo`, { acknowledged: true }, 4_000, async (socket) => {
    breaks += 1;
    // A strike while there is no line would break nothing.
    await nextAfter(socket, 'open', () => gate.strike(breaks % 2 ? 'reset' : 'restart'));
  });
  assertEquals(heard, numbers(4_000));
  assert(breaks > 1, `${breaks} breaks`);
  assertEquals((await socket.stats()).lines, breaks + 1);
}, { timeout: 40_000 });

test('acknowledged messages come once and in order, however often the worker dies', async (t) => {
  const workers = spyOnWorkers(t);
  let deaths = 0;
  const [, heard] = await storm(t, '/ws/echo', { acknowledged: { window: 64 } }, 3_000, async (socket) => {
    if (deaths >= 5) return;
    deaths += 1;
    workers.at(-1).terminate();
    await next(socket, 'open');
  });
  assertEquals(heard, numbers(3_000));
  assert(deaths > 1, `${deaths} deaths`);
}, { timeout: 40_000 });

test('open says whether the session goes on', async (t) => {
  const gate = await openGate(t);
  const socket = connect(t, `${gate.origin}/ws/echo`, { acknowledged: true });
  const resumed = [];
  socket.onopen = ({ detail }) => resumed.push(detail.resumed);
  await socket.send('one');
  await gate.strike('reset');
  await eventually(() => resumed.length === 2);
  assertEquals(resumed, [false, true]);
});
