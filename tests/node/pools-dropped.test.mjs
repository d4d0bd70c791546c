// Pools that are used and let go of.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import worker_threads from 'node:worker_threads';
import { Centaurus } from '../../pkg/centaurus.node.js';
import { collected, gc } from './support/collected.mjs';

test('their idle workers end when they are collected', async () => {
  const ended = [];
  const begin = async (options) => {
    const c = new Centaurus(options);
    // A thread that ends lets go of its end of a port.
    const { port1, port2 } = new worker_threads.MessageChannel();
    port1.unref();
    port1.on('close', () => ended.push(options));
    await c.setup(() => void (self.port = undefined));
    await c.with({ transfer: [port2] }).run((port) => void (self.port = port), port2);
    await c.protobuf('syntax = "proto3"; message A { string b = 1; }');
    await c.ready;
  };
  const many = 5;
  for (let i = 0; i < many; i += 1) await begin({ size: 1 });
  await begin({ idleTimeout: 100 });
  await collected(() => ended.length === many + 1, () => `${ended.length} of ${many + 1} have ended`);
});

test('a call, a registration, a stream and what is ready are awaited, whoever holds the pool', async () => {
  const wait = () => new Promise((resolve) => setTimeout(resolve, 200, 'waited'));
  const collecting = setInterval(gc, 10);
  try {
    assert.equal(await new Centaurus({ size: 1 }).run(wait), 'waited');
    await new Centaurus({ size: 1 }).setup(wait);
    await new Centaurus({ size: 1 }).ready;
    const values = await (async () => (await new Centaurus({ size: 1 }).define({ async *slow() { for (let i = 0; i < 5; i += 1) { await new Promise((resolve) => setTimeout(resolve, 30)); yield i; } } })).stream('slow'))();
    const seen = [];
    for await (const value of values) seen.push(value);
    assert.deepEqual(seen, [0, 1, 2, 3, 4]);
  } finally {
    clearInterval(collecting);
  }
});
