// Schemas given at run time, in the pool. What every byte becomes is tested under node; here it is what a page sees.

import { assert, assertEquals, assertRejects, outcomes, page, pool, test } from './pool.js';

const source = `syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto";
enum Size { UNKNOWN = 0; SMALL = 1; LARGE = 2; }
message Item { string name = 1; double price = 2; repeated int32 ratings = 3; bytes picture = 4; Size size = 5; uint64 stock_count = 6; }
message Order {
  repeated Item items = 1;
  map<string, int32> counts = 2;
  map<int32, string> notes = 3;
  oneof payment { string card = 4; bool cash = 5; }
  google.protobuf.Timestamp made_at = 6;
  optional int32 discount = 7;
  Order previous = 8;
}
`;
const order = {
  items: [
    { name: 'Größe 💧', price: 9.5, ratings: [1, -2, 300_000], picture: new Uint8Array([0, 255]), size: 'LARGE', stockCount: 2n ** 64n - 1n },
    { name: '', price: -0, ratings: [], picture: new Uint8Array(0), size: 'UNKNOWN', stockCount: 7 },
  ],
  counts: { a: 1, ['__proto__']: 2 }, notes: { 1: 'one', '-5': 'minus five' }, card: '1234', madeAt: { seconds: 1_700_000_000, nanos: 5 }, discount: 0,
  previous: { items: [], counts: {}, notes: {}, cash: false },
};

test('a message goes there and back', async (t) => {
  const c = pool(t, { size: 1 });
  const shop = await c.protobuf(source);
  assertEquals(shop.types.filter((name) => name.startsWith('shop.')), ['shop.Item', 'shop.Order']);
  const bytes = await shop.encode('shop.Order', order);
  assert(bytes instanceof Uint8Array && bytes.buffer.byteLength === bytes.length);
  for (const input of [bytes, bytes.buffer, new DataView(bytes.buffer), new Blob([bytes])]) assertEquals(await shop.decode('shop.Order', input), order);
  assertEquals(await shop.decode('.shop.Order', new Uint8Array(0)), { items: [], counts: {}, notes: {} });
  assertEquals(await shop.encode('shop.Item', { name: undefined, price: null, ratings: [] }), new Uint8Array(0));
  assertEquals((await shop.decode('shop.Order', await shop.encode('shop.Order', { madeAt: new Date(1_500) }))).madeAt, { seconds: 1, nanos: 500_000_000 });
});

test('options of decoding', async (t) => {
  const c = pool(t, { size: 1 });
  const shop = await c.protobuf(source);
  const bytes = await shop.encode('shop.Order', { items: [{ stock_count: 5, size: 2 }, { size: 77 }], notes: new Map([[3, 'x']]) });
  const decode = (options) => shop.decode('shop.Order', bytes, options);
  const items = async (options) => (await decode({ defaults: 'none', ...options })).items;
  assertEquals(await items(), [{ size: 'LARGE', stockCount: 5 }, { size: 77 }]);
  assertEquals(await items({ int64: 'bigint', enums: 'number' }), [{ size: 2, stockCount: 5n }, { size: 77 }]);
  assertEquals(await items({ int64: 'string', names: 'proto' }), [{ size: 'LARGE', stock_count: '5' }, { size: 77 }]);
  assertEquals((await decode({ maps: 'map' })).notes, new Map([[3, 'x']]));
  assertEquals((await decode({ defaults: 'all' })).discount, 0);
  const narrow = await c.protobuf('syntax = "proto3"; message Order { map<int32, string> notes = 3; }');
  const kept = await narrow.decode('Order', bytes, { keepUnknown: true });
  assertEquals([kept.notes, kept.$unknown instanceof Uint8Array], [{ 3: 'x' }, true]);
  assertEquals(await shop.decode('shop.Order', await narrow.encode('Order', kept)), await decode());
  for (const options of [{ int64: 'number' }, { enums: 1 }, { maxdepth: 5 }, { keepUnknown: 'yes' }]) await assertRejects(decode(options), TypeError, Object.keys(options)[0]);
  await assertRejects(decode({ maxDepth: 5_000 }), RangeError, 'maxDepth');
});

test('the JSON mapping', async (t) => {
  const c = pool(t, { size: 1 });
  const shop = await c.protobuf(source);
  const json = { items: [{ name: 'x', picture: 'AP8=', size: 'SMALL', stockCount: '9007199254740993' }], madeAt: '2023-11-14T22:13:20Z', notes: { 1: 'one' } };
  const bytes = await shop.fromJSON('shop.Order', json);
  assertEquals(await shop.toJSON('shop.Order', bytes), json);
  assertEquals((await shop.decode('shop.Order', bytes)).items[0].stockCount, 9007199254740993n);
  await assertRejects(shop.fromJSON('shop.Order', { item: [] }), 'UnsupportedValueError', 'item');
  assertEquals(await shop.fromJSON('shop.Order', { item: [] }, { ignoreUnknown: true }), new Uint8Array(0));
  // What JSON.stringify would lose, or say otherwise.
  const large = { counts: new Map([['a', 1n]]), items: [{ stockCount: 2 ** 63, price: 2 ** 70, name: '"9223372036854775808\\' }, { stockCount: 2n ** 64n - 1n, price: 0.1234567890123456789 }], madeAt: new Date(1_500) };
  const read = await shop.decode('shop.Order', await shop.fromJSON('shop.Order', large));
  assertEquals(read.counts, { a: 1 });
  assertEquals(read.items.map(({ stockCount, price, name }) => [stockCount, price, name]), [[2n ** 63n, 2 ** 70, large.items[0].name], [2n ** 64n - 1n, 0.1234567890123456789, '']]);
  assertEquals(read.madeAt, { seconds: 1, nanos: 500_000_000 });
  for (const price of [NaN, -Infinity]) await assertRejects(shop.fromJSON('shop.Item', { price }), 'UnsupportedValueError', `"${price}"`);
  assertEquals((await shop.decode('shop.Item', await shop.fromJSON('shop.Item', { price: '-Infinity' }))).price, -Infinity);
});

test('what is wrong with a schema is told with its place', async (t) => {
  const c = pool(t, { size: 1 });
  const wrong = [
    ['syntax = "proto3";\nmessage A {\n  int32 a = ;\n}', 3, 13], ['syntax = "proto3";\nmessage A { Nothing a = 1; }', 2, 13], ['syntax = "proto3";\nmessage Ä { int32 a = 1; int32 b = 1; }', 2],
    ['syntax = "proto3";\nimport "other.proto";', 2], ['{'.repeat(10_000), 1, 101],
  ];
  for (const [text, line, column] of wrong) {
    const error = await assertRejects(c.protobuf(text, { name: 'wrong.proto' }), 'ProtoSyntaxError', 'wrong.proto');
    assertEquals([error.file, error.line, column && error.column], ['wrong.proto', line, column], error.message);
  }
  await assertRejects(c.protobuf('edition = "2023";', {}), 'ProtoSyntaxError', 'editions are not supported');
  for (const text of [5, undefined, null, {}]) await assertRejects(c.protobuf(text), TypeError, 'must be a string');
  for (const name of ['', 5, null]) await assertRejects(c.protobuf(source, { name }), TypeError, 'name must be');
  await assertRejects(c.protobuf(source, { resolver: () => '' }), TypeError, 'unknown option resolver');
  const circle = await assertRejects(c.protobuf('syntax = "proto3";\nimport "b.proto";', { resolve: () => 'import "schema.proto";' }), 'ProtoSyntaxError', 'cycle');
  assertEquals(circle.file, 'schema.proto');
  // A byte order mark is none of the text's.
  assertEquals((await c.protobuf('\ufeffsyntax = "proto3"; message A {}', null)).types, ['A']);
  assertEquals((await assertRejects(c.protobuf('\ufeff messag A {}'), 'ProtoSyntaxError')).column, 2);
});

test('imports come from the resolver, a level at a time', async (t) => {
  const c = pool(t, { size: 2 });
  const files = {
    'a.proto': 'syntax = "proto3"; import "b.proto"; import "dir/c.proto"; message A { B b = 1; c.C c = 2; }',
    'b.proto': 'syntax = "proto2"; import "dir/c.proto"; message B { required c.C c = 1; }',
    'dir/c.proto': 'syntax = "proto3"; package c; message C { int32 n = 1; }',
  };
  const asked = [];
  const resolve = async (path) => {
    asked.push(path);
    return files[path];
  };
  const schema = await c.protobuf('syntax = "proto3"; import "a.proto"; message Root { A a = 1; }', { resolve });
  assertEquals(asked, ['a.proto', 'b.proto', 'dir/c.proto']);
  const value = { a: { b: { c: { n: 1 } }, c: { n: 2 } } };
  assertEquals(await schema.decode('Root', await schema.encode('Root', value)), value);
  const missing = await assertRejects(c.protobuf('syntax = "proto3";\n\nimport "none.proto";', { resolve }), 'ProtoSyntaxError', 'none.proto');
  assertEquals([missing.line, missing.file], [3, 'schema.proto']);
  const broken = await assertRejects(c.protobuf('import "b.proto";', { resolve: () => 'syntax = "proto3";\nmessage B {' }), 'ProtoSyntaxError', 'b.proto');
  assertEquals([broken.file, broken.line], ['b.proto', 2]);
  await assertRejects(c.protobuf('import "b.proto";', { resolve: () => Promise.reject(new Error('offline')) }), Error, 'offline');
  await assertRejects(c.protobuf('import "b.proto";', { resolve: () => 5 }), TypeError, 'b.proto');
  let n = 0;
  await assertRejects(c.protobuf('import "f.proto";', { resolve: () => `import "${n++}.proto";` }), 'ProtoSyntaxError', 'files');
});

test('values that do not fit are told with their path', async (t) => {
  const c = pool(t, { size: 1 });
  const shop = await c.protobuf(source);
  const wrong = [
    [{ items: [{}, { name: 5 }] }, '$.items[1].name', 'string'], [{ items: {} }, '$.items', 'array'], [{ discount: 2 ** 31 }, '$.discount', 'int32'], [{ discount: 0.5 }, '$.discount', 'int32'],
    [{ counts: { 'a b': 'x' } }, '$.counts["a b"]', 'int32'], [{ notes: { x: 'y' } }, '$.notes.x', 'int32'], [{ previous: { previous: { nothing: 1 } } }, '$.previous.previous.nothing', 'no field'],
    [{ items: [{ size: 'HUGE' }] }, '$.items[0].size', 'shop.Size'], [{ items: [{ picture: [1] }] }, '$.items[0].picture', 'binary'], [{ items: [{ stockCount: -1 }] }, '$.items[0].stockCount', 'uint64'],
    [{ card: 'x', cash: true }, '$', 'payment'], [[], '$', 'object'], [{ items: [null] }, '$.items[0]', 'null'], [{ items: [{ price: new Set() }] }, '$.items[0].price', 'Set'],
  ];
  for (const [value, path, message] of wrong) {
    const error = await assertRejects(shop.encode('shop.Order', value), 'UnsupportedValueError', message);
    assertEquals(error.path, path, error.message);
  }
  const required = await c.protobuf('message A { required int32 here = 1; optional A a = 2; }');
  const missing = await assertRejects(required.encode('A', { here: 1, a: {} }), 'MissingFieldError', 'here');
  assertEquals([missing.path, missing.field], ['$.a', 'here']);
  await assertRejects(required.decode('A', new Uint8Array(0)), 'MissingFieldError', 'here');
  assertEquals(await required.encode('A', {}, { partial: true }), new Uint8Array(0));
  assertEquals(await shop.encode('shop.Order', { nothing: [1, { a: 2 }] }, { ignoreUnknown: true }), new Uint8Array(0));
  const unknown = await assertRejects(shop.encode('order', {}), 'UnknownTypeError', 'shop.Order');
  assertEquals(unknown.type, 'order');
});

test('hostile bytes make errors, never a trap', async (t) => {
  const c = pool(t, { size: 1 });
  const shop = await c.protobuf(source);
  const nested = (levels) => {
    let bytes = [];
    for (let i = 0; i < levels; i++) {
      const length = bytes.length < 128 ? [bytes.length] : [bytes.length & 127 | 128, bytes.length >> 7];
      bytes = [0x42, ...length, ...bytes];
    }
    return new Uint8Array(bytes);
  };
  assertEquals((await shop.decode('shop.Order', nested(99))).previous !== undefined, true);
  const deep = await assertRejects(shop.decode('shop.Order', nested(100)), 'LimitError');
  assertEquals(deep.limit, 'maxDepth');
  await shop.decode('shop.Order', nested(900), { maxDepth: 1_000 });
  for (const call of [shop.toJSON, shop.decode]) {
    const broken = await assertRejects(call('shop.Order', new Uint8Array([0x0a, 5, 0x0a, 9])), 'TruncatedError');
    assertEquals([broken.offset, broken.format], [4, 'protobuf']);
    const utf8 = await assertRejects(call('shop.Item', new Uint8Array([0x0a, 2, 0x61, 0xff])), 'CorruptError', 'UTF-8');
    assertEquals(utf8.offset, 3);
    await assertRejects(call('shop.Item', new Uint8Array(10).fill(0xff)), 'CorruptError');
    assertEquals((await assertRejects(call('shop.Item', new Uint8Array(2_000_000), { maxInput: 100 }), 'LimitError')).limit, 'maxInput');
    const many = new Uint8Array(2_000_000).map((_, i) => (i % 2 ? 0 : 0x0a));
    assertEquals((await assertRejects(call('shop.Order', many, { maxAllocation: 10_000_000 }), 'LimitError')).limit, 'maxAllocation');
  }
  const circle = {};
  circle.previous = circle;
  await assertRejects(shop.encode('shop.Order', circle), 'LimitError');
  let long = {};
  for (let i = 0; i < 200; i++) long = { previous: long };
  assertEquals((await assertRejects(shop.encode('shop.Order', long), 'LimitError')).limit, 'maxDepth');
  await assertRejects(shop.encode('shop.Order', { previous: () => {} }), 'DataCloneError');
  assertEquals(c.stats().crashes, 0);
});

test('a worker that is replaced, or starts later, has every schema', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({ die: () => self.close() });
  const first = await c.protobuf(source);
  const second = await c.protobuf('message A { optional string only = 1; }');
  const bytes = await first.encode('shop.Order', order);
  await outcomes([c.die()]);
  assertEquals(await first.decode('shop.Order', bytes), order);
  assertEquals(await second.decode('A', await second.encode('A', { only: 'here' })), { only: 'here' });
  const wide = pool(t, { size: 4 });
  const schema = await wide.protobuf(source);
  const all = await Promise.all(Array.from({ length: 40 }, (_, i) => schema.encode('shop.Item', { stockCount: i })));
  assertEquals(await Promise.all(all.map(async (item) => (await schema.decode('shop.Item', item)).stockCount)), Array.from({ length: 40 }, (_, i) => i));
});

test('the calls take the options of every call', async (t) => {
  const c = pool(t, { size: 1 });
  const aborted = AbortSignal.abort(new Error('no more'));
  await assertRejects(c.protobuf(source, { signal: aborted }), Error, 'no more');
  await assertRejects(c.with({ signal: aborted }).protobuf(source), Error, 'no more');
  const shop = await c.protobuf(source, { timeout: 30_000 });
  await assertRejects(shop.encode('shop.Order', order, { signal: aborted }), Error, 'no more');
  await assertRejects(shop.decode('shop.Order', new Uint8Array(0), { timeout: 0 }), 'TimeoutError');
  const given = await shop.encode('shop.Order', order, { key: 'k', priority: 5 });
  assertEquals(await shop.decode('shop.Order', given, { transfer: [given.buffer] }), order);
  assertEquals(given.length, 0);
  for (const wrong of ['text', 5, null, {}, [1]]) await assertRejects(shop.decode('shop.Order', wrong), TypeError, 'must be');
  c.terminate();
  assertEquals(await outcomes([shop.encode('shop.Order', order), c.protobuf(source)]), ['TerminatedError', 'TerminatedError']);
});

test('the file is found, or the error says which is not', async (t) => {
  const c = pool(t, { wasm: { protobuf: '/pkg/nothing.wasm' } });
  await assertRejects(c.protobuf(source), 'WorkerLoadError', 'nothing.wasm');
  const other = pool(t, { wasm: { protobuf: '/pkg/centaurus.worker.wasm' } });
  await assertRejects(other.protobuf(source), 'WorkerLoadError');
  const mine = pool(t, { wasm: { protobuf: await (await fetch('/pkg/centaurus.protobuf.wasm')).arrayBuffer() } });
  assert((await mine.protobuf(source)).types.length > 0);
});

test('under a strict policy', async (t) => {
  assert(page.csp);
  const c = pool(t, { size: 1 });
  const shop = await c.protobuf(source);
  assertEquals(await shop.decode('shop.Order', await shop.encode('shop.Order', order)), order);
}, { csp: true });
