// Errors by their classes: what the entry exports is what is thrown, whatever made it.

import * as centaurus from '/pkg/centaurus.js';
import { assert, assertEquals, assertRejects, pool, test } from './pool.js';

const { Centaurus } = centaurus;
const classes = Object.entries(centaurus).filter(([name]) => name.endsWith('Error'));

/** What a call fails with, once it is known to be of that class, and of the name that its class has. */
async function failsWith(name, promise, properties = {}) {
  const error = await assertRejects(promise, () => true);
  assert(error instanceof centaurus[name] && error instanceof Error, `${error} is no ${name}`);
  assertEquals([error.name, error.constructor === centaurus[name]], [name, true]);
  for (const [key, value] of Object.entries(properties)) assertEquals(error[key], value, `${name}.${key}`);
  for (const [other, kind] of classes) assert(other === name || !(error instanceof kind), `${name} is a ${other} too`);
}

test('every error class is exported, under its name', () => {
  assert(classes.length > 20, `${classes.length} classes`);
  for (const [name, kind] of classes) {
    assertEquals([kind.name, kind.prototype instanceof Error, kind.prototype.name], [name, true, name]);
  }
});

test('errors of codecs are of the exported classes', async (t) => {
  const c = pool(t, { size: 1 });
  const bytes = (...values) => new Uint8Array(values);
  await failsWith('LimitError', c.msgpack.decode(await c.msgpack.encode([1, 2, 3]), { maxInput: 1 }), { limit: 'maxInput', max: 1 });
  await failsWith('TruncatedError', c.msgpack.decode(bytes(0x92, 1)), { offset: 2 });
  await failsWith('CorruptError', c.msgpack.decode(bytes(0xc1)));
  await failsWith('TrailingDataError', c.msgpack.decode(bytes(1, 2)));
  await failsWith('UnsupportedValueError', c.msgpack.encode(new Map([[new Map(), 1]]).set(2n ** 70n, 1)));
  const packed = await c.zlib.compress(bytes(1, 2, 3, 4));
  await failsWith('TruncatedError', c.zlib.decompress(packed.subarray(0, 5)));
  packed[packed.length - 1] ^= 1;
  await failsWith('ChecksumError', c.zlib.decompress(packed));
  const dictionary = bytes(1, 2, 3, 4);
  await failsWith('DictionaryError', c.zlib.decompress(await c.zlib.compress(dictionary, { dictionary })));
  await failsWith('ProtoSyntaxError', c.protobuf('syntax = "proto3"; message'), { line: 1 });
  const schema = await c.protobuf('syntax = "proto2"; message Tea { required string name = 1; }');
  await failsWith('UnknownTypeError', schema.encode('Coffee', {}));
  await failsWith('MissingFieldError', schema.encode('Tea', {}), { field: 'name' });
});

test('errors of storage are of the exported classes', async (t) => {
  const c = pool(t, { size: 1 });
  const s = c.storage('error-classes');
  t.after(() => s.destroy());
  await s.put('key', 1);
  await failsWith('ConflictError', s.put('key', 2, { expect: 0 }), { store: 'error-classes', key: 'key' });
  await failsWith('NotFoundError', s.pin('other'), { key: 'other' });
  await failsWith('StorageFullError', c.storage('error-classes', { quota: 10 }).put('large', new Uint8Array(1000)));
});

test('errors of sockets are of the exported classes', async (t) => {
  const c = pool(t, { size: 1 });
  const s = c.socket('ws://127.0.0.1:9/', { outbox: { maxBytes: 4 } });
  await failsWith('OutboxFullError', s.send('too long for it'));
  const waits = s.send('x');
  const ended = new Promise((resolve) => s.addEventListener('close', resolve, { once: true }));
  s.close();
  await failsWith('SocketClosedError', waits);
  await ended;
  await failsWith('SocketClosedError', s.send('late'));
});

test('what a function throws keeps the class that it has', async (t) => {
  const c = pool(t, { size: 1 });
  const own = await assertRejects(c.run(() => {
    class ConflictError extends Error {}
    throw new ConflictError('of the program');
  }), () => true);
  assertEquals([own.constructor.name, own instanceof centaurus.ConflictError], ['ConflictError', false]);
});

test('the classic script has every class as a static property', async () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'Centaurus');
  try {
    await new Promise((resolve, reject) => {
      document.head.append(Object.assign(document.createElement('script'), { src: '/pkg/centaurus.global.js', onload: resolve, onerror: reject }));
    });
    const script = globalThis.Centaurus;
    assert(script !== Centaurus);
    for (const [name, kind] of classes) {
      assertEquals([script[name]?.name, script[name]?.length], [name, kind.length]);
    }
    const c = new script({ size: 1 });
    const error = await assertRejects(c.msgpack.decode(new Uint8Array([0xc1])), () => true);
    c.terminate();
    assert(error instanceof script.CorruptError);
  } finally {
    delete globalThis.Centaurus;
    if (before) Object.defineProperty(globalThis, 'Centaurus', before);
  }
});
