// One line for all tabs. A pool of its own is, to the others, what another tab is; frames are there to be closed.

import { assertEquals, assertRejects, eventually, listen, next, openGate, pool, sleep, SOON, spyOnWorkers, test } from './sockets.js';

const share = (t, url, options) => pool(t).socket(url, { shared: true, backoff: SOON, ...options });

/** Connections that a gate has seen. */
const connections = async (gate) => (await gate.news()).attempts.length;

test('tabs share a line, and all get its messages', async (t) => {
  const gate = await openGate(t);
  const sockets = [0, 1, 2].map(() => share(t, `${gate.origin}/ws/echo`));
  await Promise.all(sockets.map((socket) => next(socket, 'open')));
  const heard = sockets.map(listen);
  await Promise.all(sockets.map((socket, i) => socket.send(`from ${i}`)));
  await eventually(() => heard.every((messages) => messages.length === 3));
  assertEquals(heard[0].toSorted(), ['from 0', 'from 1', 'from 2']);
  assertEquals([heard[1], heard[2]], [heard[0], heard[0]]);
  assertEquals(await connections(gate), 1);
  assertEquals((await sockets[2].stats()).received.messages, 3);
});

test('other addresses, other lines', async (t) => {
  const gate = await openGate(t);
  const sockets = ['a', 'b'].map((name) => share(t, `${gate.origin}/ws/echo?${name}`));
  await Promise.all(sockets.map((socket) => next(socket, 'open')));
  assertEquals(await connections(gate), 2);
});

test('who closes leaves the others their line; who held it hands it over', async (t) => {
  const gate = await openGate(t);
  const sockets = [];
  for (let i = 0; i < 3; i += 1) {
    sockets.push(share(t, `${gate.origin}/ws/echo`));
    await next(sockets[i], 'open');
  }
  const [first, second, third] = sockets;
  const heard = listen(second);
  third.close();
  assertEquals((await next(third, 'close')).wasClean, true);
  await second.send('still there');
  assertEquals(await connections(gate), 1);
  const again = next(second, 'reconnecting');
  first.close();
  await next(first, 'close');
  await again;
  await second.send('held here now');
  await eventually(() => heard.length === 2);
  assertEquals(heard, ['still there', 'held here now']);
  assertEquals(await connections(gate), 2);
});

/** A frame with a shared socket in it. */
async function frame(t, url, options) {
  const element = document.createElement('iframe');
  element.src = '/tests/browser/fixtures/empty.html';
  document.body.append(element);
  t.after(() => element.remove());
  await next(element, 'load');
  const { Centaurus } = await element.contentWindow.eval("import('/pkg/centaurus.js')");
  const socket = new Centaurus().socket(url, { shared: true, backoff: SOON, ...options });
  await next(socket, 'open');
  return { element, socket };
}

test('a tab that is gone without a word has its line taken over', async (t) => {
  const gate = await openGate(t);
  const url = `${gate.origin}/ws/echo`;
  const holder = await frame(t, url);
  const socket = share(t, url);
  await next(socket, 'open');
  holder.element.remove();
  await next(socket, 'reconnecting');
  const heard = listen(socket);
  await socket.send('mine');
  await eventually(() => heard.length === 1);
});

test('acknowledged: nothing is lost when the line is handed over, and what the server says comes once', async (t) => {
  const gate = await openGate(t);
  const url = `${gate.origin}/ws/echo`;
  const options = { acknowledged: { window: 64 } };
  const holders = [await frame(t, url, options), await frame(t, url, options)];
  const socket = share(t, url, options);
  await next(socket, 'open');
  const heard = listen(socket);
  const count = 1_500;
  const sent = [];
  for (let i = 0; i < count; i += 1) {
    sent.push(socket.send(`${i}`));
    if (i % 25 === 0) await sleep(4);
    if (i === 500 || i === 1_000) holders.shift().element.remove();
  }
  await Promise.all(sent);
  await eventually(() => new Set(heard).size === count, { message: 'something was lost' });
  await sleep(50);
  // One whose acknowledgement was under way at a hand-over may have been sent again; the rest is in order.
  const fresh = heard.filter((data, at) => heard.indexOf(data) === at);
  assertEquals(fresh, Array.from({ length: count }, (_, i) => `${i}`));
}, { timeout: 40_000 });

test('a worker that dies hands over too, and its page goes on', async (t) => {
  const workers = spyOnWorkers(t);
  const url = '/ws/echo?worker-dies';
  const first = share(t, url);
  await next(first, 'open');
  const dying = workers.at(-1);
  const second = share(t, url);
  await next(second, 'open');
  const heard = [listen(first), listen(second)];
  dying.terminate();
  await Promise.all([first.send('1'), second.send('2')]);
  // What came while its worker was gone a tab has missed, as any other that was not there.
  await eventually(() => heard[0].includes('1') && heard[1].length === 2);
  assertEquals(heard[1].toSorted(), ['1', '2']);
});

test('what the server ends is ended for all', async (t) => {
  const url = '/ws/close?code=4401&reason=who&after=300';
  const sockets = [share(t, url), share(t, url)];
  const closes = await Promise.all(sockets.map((socket) => next(socket, 'close')));
  assertEquals(closes.map(({ code, reason, wasClean }) => [code, reason, wasClean]), Array(2).fill([4401, 'who', true]));
});

test('messages of a tab fail and are taken back as any', async (t) => {
  const gate = await openGate(t);
  await gate.strike('refuse');
  const sockets = [0, 1].map(() => share(t, `${gate.origin}/ws/echo`, { outbox: { maxBytes: 10 } }));
  await Promise.all(sockets.map((socket) => next(socket, 'reconnecting')));
  for (const socket of sockets) {
    await assertRejects(socket.send('x'.repeat(11)), 'OutboxFullError');
    const controller = new AbortController();
    const sent = socket.send('x', controller);
    await sleep(50);
    controller.abort(new Error('no'));
    await assertRejects(sent, Error, 'no');
  }
});
