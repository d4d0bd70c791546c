// What goes wrong around a store: bytes that change on disk, disks that are full, workers, pages and pools that end in the
// middle of a write. Nothing is torn, nothing is left over.

import {
  assert, assertEquals, assertRejects, blobs, bytesOf, database, done, eventually, fixture, folder, fresh, noise, noneLost, page, pool, sleep, sound, streamOf, sum,
  test, tidy, write,
} from './stores.js';

const MB = 2 ** 20;

/** Has whatever a store has on disk for its large contents changed: `change` gives other bytes for a blob's. */
async function tamper(t, s, change) {
  const directory = await folder(s);
  let count = 0;
  if (directory) {
    for await (const [, handle] of directory.entries()) {
      const bytes = change(new Uint8Array(await (await handle.getFile()).arrayBuffer()));
      const writable = await handle.createWritable();
      await writable.write(bytes);
      await writable.close();
      count += 1;
    }
  }
  const db = await database(t, s);
  const rows = db.transaction('rows', 'readwrite').objectStore('rows');
  for (const key of await done(rows.getAllKeys())) {
    await done(rows.put(change(await done(rows.get(key))), key));
    count += 1;
  }
  db.close();
  assert(count > 0, 'there was nothing to change');
}

const flip = (at) => (bytes) => {
  const changed = bytes.slice();
  changed[(at + changed.length) % changed.length] ^= 1;
  return changed;
};

for (const compress of [true, false]) {
  test(`bytes that changed on disk are found, compress: ${compress}`, async (t) => {
    for (const change of [flip(0), flip(-1), flip(70_000), (bytes) => bytes.slice(0, -1), () => new Uint8Array(0)]) {
      const s = fresh(t, { compress });
      const bytes = noise(3 * MB + 10);
      const { rev, digest } = await s.put('k', bytes);
      await s.put('other', 'fine');
      await tamper(t, s, change);
      const error = await assertRejects(s.get('k'), 'StorageCorruptError', '"k"');
      assertEquals([error.key, error.store, error.digest], ['k', s.name, digest]);
      await assertRejects(bytesOf(s.getStream('k')), 'StorageCorruptError');
      assertEquals([await s.get('other'), (await s.stat('k')).rev], ['fine', rev]);
      await s.put('k', bytes);
      assertEquals(await sum(await s.get('k')), await sum(bytes));
      await tidy(t, s);
    }
  }, { timeout: 90_000 });
}

test('a range beside the damage is read, one that meets it is not', async (t) => {
  const s = fresh(t, { compress: false });
  const bytes = noise(3 * MB);
  await s.put('k', bytes);
  await tamper(t, s, page.engine === 'webkit' ? ((n) => (row) => ((n += 1) === 2 ? flip(5)(row) : row))(0) : flip(MB + 5));
  assertEquals(await sum(await bytesOf(s.getStream('k', { start: 10, end: 1000 }))), await sum(bytes.slice(10, 1000)));
  assertEquals((await bytesOf(s.getStream('k', { start: 2 * MB }))).length, MB);
  await assertRejects(bytesOf(s.getStream('k', { start: MB + 100, end: MB + 200 })), 'StorageCorruptError');
  const reader = s.getStream('k').getReader();
  assertEquals((await reader.read()).value.length, MB);
  await assertRejects(reader.read(), 'StorageCorruptError');
});

test('small contents that changed in the database are found', async (t) => {
  const s = fresh(t);
  await s.put('k', { hello: 'world' });
  await s.put('gone', noise(100));
  const db = await database(t, s);
  const contents = db.transaction('contents', 'readwrite').objectStore('contents');
  await done(contents.put(flip(-1)(await done(contents.get('k'))), 'k'));
  await done(contents.delete('gone'));
  await assertRejects(s.get('k'), 'StorageCorruptError');
  await assertRejects(s.get('gone'), 'StorageCorruptError');
});

test('a blob that is gone is told as corruption', async (t) => {
  const s = fresh(t);
  await s.put('k', noise(2 * MB));
  const directory = await folder(s);
  const [id] = (await blobs(t, s)).there;
  if (directory && page.engine !== 'webkit') await directory.removeEntry(id);
  else {
    const db = await database(t, s);
    await done(db.transaction('rows', 'readwrite').objectStore('rows').clear());
  }
  await assertRejects(s.get('k'), 'StorageCorruptError', 'missing');
  assertEquals(await s.delete('k'), true);
});

const full = [
  ['Chromium’s number beyond any length', () => 4_294_967_288],
  ['a short write, as Firefox’s', (bytes) => bytes.byteLength - 1],
  ['an exception', () => { throw new DOMException('no room', 'QuotaExceededError'); }],
];
for (const [what, answer] of full) {
  test(`a full disk: ${what}`, async (t) => {
    const c = pool(t, { size: 1 });
    await c.define({
      full: (source) => {
        const answer = (0, eval)(`(${source})`);
        self.FileSystemSyncAccessHandle.prototype.write = answer;
      },
    });
    const s = fresh(t, {}, c);
    await s.put('k', 'old');
    await c.full(String(answer));
    const error = await assertRejects(s.put('k', noise(3 * MB)), 'StorageFullError', 'disk');
    assertEquals([error.key, await s.get('k'), (await s.usage()).entries], ['k', 'old', 1]);
    await assertRejects(s.put('k', streamOf(noise(MB), 100_000)), 'StorageFullError');
    await s.put('small', 1);
    await tidy(t, s);
  }, { skipIn: { webkit: 'it has no sync access handles, so no write that lies' } });
}

test('a full database', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({
    full: () => {
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (...args) {
        if (this.name === 'contents' || this.name === 'rows') throw new DOMException('no room', 'QuotaExceededError');
        return put.apply(this, args);
      };
    },
  });
  const s = fresh(t, {}, c);
  await s.put('k', 'old');
  await c.full();
  const error = await assertRejects(s.put('k', 'new'), 'StorageFullError');
  assertEquals([error.cause?.name, await s.get('k')], ['QuotaExceededError', 'old']);
  await assertRejects(s.put('k', noise(2 * MB)), 'StorageFullError');
  assertEquals(await s.get('k'), 'old');
  await tidy(t, s);
});

test('two pools write at once, and every entry is whole', async (t) => {
  const pools = [pool(t, { size: 2 }), pool(t, { size: 2 })];
  const name = `${t.name} ${Math.random()}`;
  const both = pools.map((c) => c.storage(name));
  t.after(() => both[0].destroy());
  const keys = Array.from({ length: 6 }, (_, i) => `k${i}`);
  const size = (n) => (n % 3 === 0 ? MB + n : 10 + n);
  await Promise.all(both.map(async (s, who) => {
    for (let n = 0; n < 30; n += 1) {
      const key = keys[(n * (who + 1)) % keys.length];
      await s.put(key, new Uint8Array(size(n)).fill(n), { meta: { n } });
      if (n % 10 === 9) await s.delete(keys[n % keys.length]);
    }
  }));
  const stats = await both[0].list();
  for (const { key, meta: { n }, size: length } of stats) {
    const value = await both[1].get(key);
    assertEquals([value.length, length, value.findIndex((byte) => byte !== n)], [size(n), size(n), -1], `${key} of ${n}, ${value[0]}`);
  }
  const { bytes, entries } = await both[1].usage();
  assertEquals([bytes, entries], [stats.reduce((sum, stat) => sum + stat.size, 0), stats.length]);
  await tidy(t, both[0]);
}, { timeout: 90_000 });

test('a pool that is terminated in the middle of 1,000 puts', async (t) => {
  for (const wait of [30, 150, 400, 900]) {
    const c = pool(t, { size: 2 });
    const name = `${t.name} ${Math.random()}`;
    const acknowledged = new Map();
    const writing = write(c.storage(name, { compress: false }), acknowledged);
    await sleep(wait);
    c.terminate();
    await writing;
    noneLost(await sound(t, name), acknowledged);
  }
}, { timeout: 120_000 });

test('a pool that is terminated while it opens a store or writes leaves one that can be destroyed, and begun anew', async (t) => {
  // Millisecond by millisecond: WebKit has moments at which what a worker has begun outlives it.
  for (let wait = 0; wait < 80; wait += 1) {
    const c = pool(t, { size: 2 });
    const name = `${t.name} ${Math.random()}`;
    const writing = write(c.storage(name), new Map(), 10);
    await sleep(wait);
    c.terminate();
    await writing;
    const next = pool(t, { size: 1 });
    const s = next.storage(name);
    await s.destroy();
    assertEquals([(await s.put('k', 'anew')).rev, await s.get('k')], [1, 'anew'], `after ${wait} ms`);
    await s.destroy();
    next.terminate();
  }
}, { timeout: 60_000 });

test('workers that die in the middle of 1,000 puts, again and again', async (t) => {
  const c = pool(t, { size: 2 });
  await c.define({ quit: () => self.close() });
  const name = `${t.name} ${Math.random()}`;
  const acknowledged = new Map();
  let over = false;
  const writing = write(c.storage(name, { compress: false }), acknowledged).then((settled) => {
    over = true;
    return settled;
  });
  for (let i = 0; i < 8 && !over; i += 1) {
    await sleep(100);
    await c.with({ priority: 1 }).quit().catch(() => {});
  }
  const settled = await writing;
  const names = new Set(settled.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.name));
  assert(names.size === 0 || (names.size === 1 && names.has('WorkerCrashError')), [...names].join());
  assert(acknowledged.size > 0);
  noneLost(await sound(t, name), acknowledged);
}, { timeout: 120_000 });

test('a worker killed in the middle of one large put: its blob is collected, what was there stays', async (t) => {
  const c = pool(t, { size: 1 });
  const s = fresh(t, {}, c);
  await s.put('k', noise(2 * MB));
  const before = await s.stat('k');
  const stream = new ReadableStream({ pull: async (controller) => {
    await sleep(10);
    controller.enqueue(noise(MB));
  } });
  const putting = s.put('k', stream);
  putting.catch(() => {});
  await eventually(async () => (await blobs(t, s)).there.length === 2, { message: 'no blob was begun' });
  // Whoever looks for leftovers meanwhile takes it for none.
  const other = pool(t, { size: 1 }).storage(s.name);
  assertEquals(await other.stat('k'), before);
  await sleep(300);
  assertEquals((await blobs(t, s)).there.length, 2);
  c.terminate();
  await assertRejects(putting, 'TerminatedError');
  const last = pool(t, { size: 1 }).storage(s.name);
  t.after(() => last.destroy());
  assertEquals(await last.stat('k'), before);
  await tidy(t, s);
  assertEquals((await last.get('k')).length, 2 * MB);
}, { timeout: 60_000 });

/** A page in a frame that writes until it is taken away. */
async function frame(t, name) {
  const iframe = document.createElement('iframe');
  iframe.src = `${fixture('writer.html')}?store=${encodeURIComponent(name)}`;
  document.body.append(iframe);
  t.after(() => iframe.remove());
  await new Promise((resolve) => addEventListener('message', function begun({ source, data }) {
    if (source !== iframe.contentWindow || data !== 'begun') return;
    removeEventListener('message', begun);
    resolve();
  }));
  return iframe;
}

test('pages that are taken away in the middle of their puts', async (t) => {
  const name = `${t.name} ${Math.random()}`;
  for (let round = 0; round < 3; round += 1) {
    const frames = await Promise.all([frame(t, name), frame(t, name)]);
    await sleep(100 + 200 * round);
    for (const iframe of frames) iframe.remove();
  }
  const stats = await sound(t, name);
  assert(stats.length > 0);
}, { timeout: 60_000 });

test('a page that stands still holds nobody up', async (t) => {
  const name = `${t.name} ${Math.random()}`;
  const c = pool(t, { size: 1 });
  const standing = c.storage(name);
  // It gives one chunk and no more, as the page of a frozen tab: its put is in the middle.
  const putting = standing.put('k', new ReadableStream({ start: (controller) => controller.enqueue(noise(2 * MB)) }));
  putting.catch(() => {});
  const s = pool(t, { size: 1 }).storage(name);
  await s.list();
  await eventually(async () => (await blobs(t, s)).there.length === 1);
  await s.put('k', noise(2 * MB));
  await s.put('k', 'small');
  assertEquals([await s.get('k'), (await s.list()).length], ['small', 1]);
  await s.clear();
  c.terminate();
  await s.destroy();
  assertEquals(await s.list(), []);
  t.after(() => s.destroy());
});
