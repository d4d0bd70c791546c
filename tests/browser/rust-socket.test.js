// The socket of Rust programs in a page: crates/client over the browser's WebSocket (tests/rust/src/socket.rs).

import init, { testSocketLife, testSocketOverRestarts } from '/tests/rust/pkg/centaurus_rust_tests.js';
import { openGate, test } from './sockets.js';

const ready = init();
const address = (path) => new URL(path, location.href.replace(/^http/, 'ws')).href;

test('text and bytes, closing, and mistakes', async () => {
  await ready;
  await testSocketLife(address('/ws/echo'), address('/ws/close?code=4403&reason=not+you&after=100'));
});

test('acknowledged messages come once and in order while the server restarts', async (t) => {
  await ready;
  const gate = await openGate(t);
  await testSocketOverRestarts(`${gate.origin}/ws/echo`, () => gate.strike('restart'));
}, { timeout: 60_000 });
