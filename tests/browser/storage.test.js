// A store of files and values: what is put comes back, in every shape.

import {
  assert, assertEquals, assertRejects, assertThrows, bytesOf, database, done, fresh, hex, noise, page, pool, streamOf, sum, test, tidy,
} from './stores.js';

const MB = 2 ** 20;

test('a value is put, found, listed, counted and deleted', async (t) => {
  const s = fresh(t);
  assertEquals(await s.get('a'), undefined);
  assertEquals(await s.has('a'), false);
  const before = Date.now();
  const stat = await s.put('a', { hello: 'world' }, { meta: { from: 'me' } });
  assert(stat.rev > 0 && stat.size > 0 && stat.modified >= before, JSON.stringify(stat));
  assertEquals([stat.key, stat.kind, stat.meta, stat.pinned], ['a', 'value', { from: 'me' }, false]);
  assertEquals(await s.get('a'), { hello: 'world' });
  assertEquals(await s.has('a'), true);
  assertEquals(await s.stat('a'), stat);
  assertEquals(await s.list(), [stat]);
  const usage = await s.usage();
  assertEquals([usage.entries, usage.bytes, usage.seq], [1, stat.size, stat.rev]);
  assertEquals(await s.delete('a'), true);
  assertEquals(await s.delete('a'), false);
  assertEquals([await s.get('a'), await s.stat('a'), await s.list()], [undefined, undefined, []]);
  assertEquals((await s.usage()).bytes, 0);
});

for (const digest of ['blake3', 'sha-256']) {
  test(`bytes of every size come back, and the digest is that of the bytes: ${digest}`, async (t) => {
    const c = pool(t, { size: 2 });
    const s = fresh(t, { digest }, c);
    for (const length of [0, 1, 1000, 65_536, 65_537, MB - 1, MB, MB + 1, 3 * MB, 3 * MB + 17]) {
      const bytes = noise(length);
      const stat = await s.put('bytes', bytes);
      assertEquals(stat.size, length);
      const { [digest]: wanted } = await c.digest(digest, bytes);
      assertEquals(stat.digest, `${digest}:${hex(wanted)}`, `${digest} of ${length}`);
      assertEquals(await s.byDigest(stat.digest), stat);
      const back = await s.get('bytes');
      assert(back instanceof Uint8Array);
      assertEquals([back.length, await sum(back)], [length, await sum(bytes)]);
      assertEquals((await s.usage()).bytes, length);
    }
    assertEquals(await s.byDigest(`${digest}:00`), undefined);
    await tidy(t, s);
  }, { timeout: 60_000 });
}

test('every type that structured clone holds', async (t) => {
  const s = fresh(t);
  const cycle = { name: 'loop', list: [1] };
  cycle.self = cycle;
  cycle.list.push(cycle.list);
  const sparse = [1, , 3];
  const shared = { x: 1 };
  const values = {
    undefined: undefined, null: null, true: true, zero: 0, minus: -0, nan: NaN, infinity: Infinity, pi: 3.14, big: 2 ** 60,
    bigint: 123456789012345678901234567890n, string: 'text', empty: '', lone: '\ud800 and \udc00', emoji: '🦄',
    date: new Date(0), invalid: new Date(NaN), regexp: /a+/giu, boxed: Object(5), map: new Map([[{ a: 1 }, new Set([1, 'x'])]]),
    set: new Set([new Map()]), array: [1, [2, [3]]], sparse, object: { a: { b: null }, c: undefined }, cycle, twice: [shared, shared],
    error: new RangeError('wrong'), proto: JSON.parse('{"__proto__": 1}'),
    views: [new Float64Array([1.5, -0]), new BigInt64Array([-1n]), new DataView(new ArrayBuffer(3), 1), new Uint8ClampedArray([255])],
  };
  for (const [key, value] of Object.entries(values)) {
    await s.put(key, value);
    assertEquals(await s.get(key), value, key);
  }
  assertEquals(Object.keys(await s.get('sparse')), ['0', '2']);
  const twice = await s.get('twice');
  assert(twice[0] === twice[1], 'what was one object is one');
  assertEquals(await s.has('undefined'), true);
});

test('buffers and views come back as what they were, without what they were cut from', async (t) => {
  const s = fresh(t);
  const buffer = Uint8Array.from({ length: 64 }, (_, i) => i).buffer;
  const values = [
    buffer, new Uint8Array(buffer, 8, 8), new Int8Array(buffer), new Uint16Array(buffer, 2, 3), new Float32Array(buffer, 4, 2),
    new Float64Array(buffer), new BigUint64Array(buffer, 8), new DataView(buffer, 3, 5), new Uint8ClampedArray(buffer), new Uint8Array(0),
  ];
  for (const value of values) {
    const stat = await s.put('k', value);
    assertEquals([stat.kind, stat.type, stat.size], ['bytes', value.constructor.name, value.byteLength]);
    const back = await s.get('k');
    assertEquals(back, value);
    assertEquals((back.buffer ?? back).byteLength, value.byteLength);
  }
  assertEquals(buffer.byteLength, 64);
  const mine = noise(1000);
  const copy = mine.slice();
  await s.put('moved', mine, { transfer: [mine.buffer] });
  assertEquals(mine.length, 0);
  assertEquals(await s.get('moved'), copy);
});

test('Blobs and Files keep their type, their name and their time', async (t) => {
  const s = fresh(t);
  for (const length of [0, 10, 100_000, 2 * MB + 5]) {
    const bytes = noise(length);
    await s.put('blob', new Blob([bytes], { type: 'image/png' }));
    const blob = await s.get('blob');
    assertEquals([blob.constructor, blob.type, blob.size], [Blob, 'image/png', length]);
    assertEquals(await sum(await blob.arrayBuffer()), await sum(bytes));
    const stat = await s.put('file', new File([bytes], 'näme.txt', { type: 'text/plain', lastModified: 12345 }));
    assertEquals([stat.kind, stat.type, stat.name, stat.size], ['blob', 'text/plain', 'näme.txt', length]);
    const file = await s.get('file');
    assert(file instanceof File);
    assertEquals([file.name, file.type, file.lastModified, file.size], ['näme.txt', 'text/plain', 12345, length]);
  }
});

test('values that hold what only the platform can clone', async (t) => {
  const s = fresh(t);
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt']);
  const stat = await s.put('key', { key, file: new File(['abc'], 'a.txt'), image: new ImageData(2, 3), rect: new DOMRect(1, 2, 3, 4) });
  assertEquals([stat.kind, stat.digest], ['clone', undefined]);
  const { key: again, file, image, rect } = await s.get('key');
  assert(again instanceof CryptoKey && !again.extractable);
  assertEquals([await file.text(), file.name, image.width, image.height, rect.width], ['abc', 'a.txt', 2, 3, 3]);
  await assertRejects(bytesOf(s.getStream('key')));
  assert(stat.size >= 3);
});

test('keys of any text', async (t) => {
  const s = fresh(t);
  const keys = ['', ' ', '../../etc/passwd', '/', '\\', 'a/b', '\0', '\u0000a', 'ключ', '🦄', '\ud800', '\udc00\ud800', '__proto__', 'constructor', 'x'.repeat(100_000), '\uffff', 'CON', '.', '..'];
  for (const [i, key] of keys.entries()) await s.put(key, i);
  for (const [i, key] of keys.entries()) {
    assertEquals(await s.get(key), i, JSON.stringify(key).slice(0, 40));
    await s.put(key, noise(70_000));
    assertEquals((await s.stat(key)).size, 70_000);
  }
  assertEquals((await s.list()).map(({ key }) => key), [...keys].sort());
  assertEquals((await s.list({ prefix: '\uffff' })).map(({ key }) => key), ['\uffff']);
  assertEquals((await s.list({ prefix: 'x' })).map(({ key }) => key.length), [100_000]);
  for (const key of keys) assertEquals(await s.delete(key), true);
  await tidy(t, s);
});

test('stores of any name, each for itself', async (t) => {
  const c = pool(t, { size: 2 });
  const stores = ['', '../x', '\ud800', '🦄', `long ${'n'.repeat(3000)}`].map((name) => c.storage(name));
  for (const s of stores) t.after(() => s.destroy());
  for (const [i, s] of stores.entries()) await s.put('k', noise(100_000 + i));
  for (const [i, s] of stores.entries()) assertEquals([(await s.get('k')).length, (await s.list()).length], [100_000 + i, 1]);
});

test('wrong input is told, and loses nothing', async (t) => {
  const c = pool(t, { size: 1 });
  const s = fresh(t, {}, c);
  await s.put('kept', 1);
  for (const key of [undefined, null, 1, {}, Symbol.iterator.toString]) {
    await assertRejects(s.put(key, 1), (error) => error instanceof TypeError || error.name === 'DataCloneError');
    await assertRejects(s.get(key), (error) => error instanceof TypeError || error.name === 'DataCloneError');
  }
  await assertRejects(s.put('f', { at: () => {} }), (error) => error.name === 'DataCloneError' && error.message.includes('Argument 2 (at .at) of'));
  await assertRejects(s.put('k', 1, { ttl: -1 }), TypeError, 'ttl');
  await assertRejects(s.put('k', 1, { ttl: 'soon' }), TypeError, 'ttl');
  await assertRejects(s.put('k', 1, { pinned: true }), TypeError, 'unknown option pinned');
  await assertRejects(s.put('k', 1, { expect: '1' }), TypeError, 'expect');
  await assertRejects(s.list({ order: 'name' }), TypeError, 'order');
  await assertRejects(s.list({ limit: -1 }), TypeError, 'limit');
  await assertRejects(s.list({ limit: NaN }), TypeError, 'limit');
  await assertRejects(c.storage('x', { digest: 'md5' }).get('k'), TypeError, 'digest');
  await assertRejects(c.storage('x', { quota: '5 MB' }).get('k'), TypeError, 'quota');
  for (const name of [5, null, undefined]) await assertRejects(c.storage(name).get('k'), TypeError, 'storage: name must be a string');
  await assertRejects(s.put('k', 1, { ttl: null }), TypeError, 'storage.put: ttl must be a number, zero or more, not null');
  await assertRejects(s.delete('k', { expect: 'x' }), TypeError, 'expect must be a number, zero or more or null');
  await assertRejects(s.getStream('kept', { start: -1 }).getReader().read(), TypeError, 'storage.getStream: start');
  await assertRejects(s.pin('nobody'), 'NotFoundError', '"nobody"');
  assertEquals((await s.list()).map(({ key }) => key), ['kept']);
});

test('a stream is put as it comes and read in any range', async (t) => {
  const s = fresh(t);
  for (const length of [0, 5, 65_536, 65_537, MB, 3 * MB + 100]) {
    const bytes = noise(length);
    const stat = await s.put('s', streamOf(bytes, 40_000), { type: 'video/mp4' });
    assertEquals([stat.size, stat.kind, stat.type], [length, 'blob', 'video/mp4']);
    const ranges = [[], [0, 10], [0, 0], [length, length], [length + 5], [1], [length - 1], [100, 60_000], [MB - 1, MB + 1], [MB], [2 * MB, 2 * MB + 3], [5, 3]];
    for (const [start, end] of ranges.filter(([start]) => start === undefined || start >= 0)) {
      const part = await bytesOf(s.getStream('s', { start, end }));
      const wanted = bytes.subarray(start ?? 0, Math.max(start ?? 0, end ?? length));
      assertEquals([part.length, await sum(part)], [wanted.length, await sum(wanted)], `${start} to ${end} of ${length}`);
    }
  }
  assertEquals((await s.get('s')).type, 'video/mp4');
  await assertRejects(bytesOf(s.getStream('nobody')), 'NotFoundError');
  await tidy(t, s);
}, { timeout: 60_000 });

test('a stream that fails, holds no bytes, or is aborted leaves what was there', async (t) => {
  const s = fresh(t);
  await s.put('k', 'old');
  let pulls = 0;
  const failing = new ReadableStream({
    pull(controller) {
      if ((pulls += 1) > 30) controller.error(new RangeError('the source broke'));
      else controller.enqueue(noise(100_000));
    },
  });
  await assertRejects(s.put('k', failing), RangeError, 'the source broke');
  await assertRejects(s.put('k', new ReadableStream({ start: (controller) => controller.enqueue('text') })), TypeError);
  const aborting = new AbortController();
  let cancelled;
  const endless = new ReadableStream({
    pull(controller) {
      controller.enqueue(noise(200_000));
      if ((pulls += 1) > 60) aborting.abort(new Error('enough'));
    },
    cancel: (reason) => (cancelled = reason),
  });
  await assertRejects(s.put('k', endless, { signal: aborting.signal }), Error, 'enough');
  assertEquals([await s.get('k'), cancelled?.message], ['old', 'enough']);
  await tidy(t, s);
});

test('a stream that nobody finishes reading keeps nobody waiting', async (t) => {
  const c = pool(t, { size: 1 });
  const s = fresh(t, {}, c);
  await s.put('k', noise(5 * MB));
  const reader = s.getStream('k').getReader();
  await reader.read();
  assertEquals((await s.put('other', 1)).key, 'other');
  assertEquals(await s.get('other'), 1);
  await s.put('k', 'replaced');
  await assertRejects(reader.read(), 'ConflictError', 'while it was read');
  assertEquals(await s.get('k'), 'replaced');
});

test('what compresses takes less, what does not takes no more', async (t) => {
  const s = fresh(t);
  const text = new TextEncoder().encode('to be or not to be, that is the question. '.repeat(100_000));
  const stat = await s.put('text', text);
  assertEquals(stat.size, text.length);
  assert(stat.stored < text.length / 10, `${stat.stored}`);
  assertEquals(await sum(await s.get('text')), await sum(text));
  assertEquals(await bytesOf(s.getStream('text', { start: 2_000_000, end: 2_000_042 })), text.slice(2_000_000, 2_000_042));
  const loud = await s.put('noise', noise(2 * MB));
  assert(loud.stored <= loud.size + 64, `${loud.stored}`);
  const plain = fresh(t, { compress: false });
  const raw = await plain.put('text', text);
  assertEquals([raw.stored, await sum(await plain.get('text'))], [text.length, await sum(text)]);
  const { bytes, stored } = await s.usage();
  assertEquals([bytes, stored], [stat.size + loud.size, stat.stored + loud.stored]);
});

test('lists in every order, in parts, by prefix', async (t) => {
  const s = fresh(t);
  const keys = async (options) => (await s.list(options)).map(({ key }) => key).join(' ');
  for (const [key, length] of [['b', 30], ['a/2', 10], ['a/1', 20], ['c', 5]]) await s.put(key, noise(length));
  assertEquals(await keys(), 'a/1 a/2 b c');
  assertEquals(await keys({ direction: 'descending' }), 'c b a/2 a/1');
  assertEquals(await keys({ order: 'size' }), 'c a/2 a/1 b');
  assertEquals(await keys({ order: 'time' }), 'b a/2 a/1 c');
  assertEquals(await keys({ order: 'time', direction: 'descending', limit: 2 }), 'c a/1');
  assertEquals(await keys({ prefix: 'a/' }), 'a/1 a/2');
  assertEquals(await keys({ prefix: 'a/', direction: 'descending', limit: 1 }), 'a/2');
  assertEquals(await keys({ limit: 0 }), '');
  assertEquals(await keys({ limit: 2 }), 'a/1 a/2');
  assertEquals(await keys({ limit: 2, after: 'a/2' }), 'b c');
  assertEquals(await keys({ after: 'a/3' }), 'b c');
  assertEquals(await keys({ after: 'bb', direction: 'descending' }), 'b a/2 a/1');
  assertEquals(await keys({ after: 'c' }), '');
  assertEquals(await keys({ order: 'size', after: 'a/2' }), 'a/1 b');
  await assertRejects(s.list({ order: 'size', after: 'gone' }), 'NotFoundError');
});

test('ten thousand entries are listed', async (t) => {
  const s = fresh(t);
  const count = 10_000;
  await Promise.all(Array.from({ length: count }, (_, i) => s.put(`key ${String(i).padStart(5, '0')}`, i)));
  const all = await s.list();
  assertEquals([all.length, all[0].key, all[count - 1].key], [count, 'key 00000', 'key 09999']);
  assertEquals((await s.list({ prefix: 'key 0123' })).length, 10);
  let after;
  let seen = 0;
  for (;;) {
    const part = await s.list({ limit: 1000, after });
    if (part.length === 0) break;
    seen += part.length;
    after = part.at(-1).key;
  }
  assertEquals([seen, (await s.usage()).entries], [count, count]);
  await s.clear();
  assertEquals([(await s.list()).length, (await s.usage()).bytes], [0, 0]);
}, { timeout: 120_000 });

test('destroyed, a store begins anew', async (t) => {
  const c = pool(t, { size: 2 });
  const s = fresh(t, {}, c);
  await Promise.all(Array.from({ length: 10 }, (_, i) => s.put(`k${i}`, noise(MB + i))));
  await s.destroy();
  assertEquals([await s.list(), await s.get('k1')], [[], undefined]);
  assertEquals((await s.put('k', 1)).rev, 1);
  const db = await database(t, s);
  assertEquals(await done(db.transaction('rows').objectStore('rows').count()), 0);
  await tidy(t, s);
});

test('persist and usage tell what the browser grants', async (t) => {
  const s = fresh(t, { quota: 1000 });
  const usage = await s.usage();
  assertEquals([usage.quota, usage.bytes, usage.entries], [1000, 0, 0]);
  if (usage.disk) assert(usage.disk.quota > 0, JSON.stringify(usage.disk));
  // Firefox asks the user, and waits for the answer.
  if (page.engine !== 'firefox') assertEquals(typeof (await s.persist()), 'boolean');
});

test('through a view its options hold; a pool that has ended says so', async (t) => {
  const c = pool(t, { size: 1 });
  const s = fresh(t, {}, c);
  const reason = new Error('called off');
  await assertRejects(c.with({ signal: AbortSignal.abort(reason) }).storage(s.name).put('k', 1), Error, 'called off');
  assertEquals(await s.get('k'), undefined);
  c.terminate();
  await assertRejects(s.get('k'), 'TerminatedError');
  assertThrows(() => c.storage('x').nothing(), TypeError);
});
