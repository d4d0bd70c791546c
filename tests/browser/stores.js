// What the suites of the storage begin with.

import { assert, assertEquals, eventually, pool } from './pool.js';

export * from './pool.js';

/** A store of its own for a test, which is destroyed with it. */
export function fresh(t, options, c = pool(t, { size: 2 })) {
  const s = c.storage(`${t.name} ${Math.random()}`, options);
  t.after(() => s.destroy().catch(() => {}));
  return s;
}

/** Bytes that nothing compresses. */
export function noise(length) {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** What cannot be compared byte by byte in a hurry. */
export async function sum(bytes) {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

export async function bytesOf(stream) {
  const parts = [];
  const reader = stream.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) parts.push(read.value);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** A stream of the bytes, in pieces of so many. */
export const streamOf = (bytes, size) => new ReadableStream({
  start: () => {},
  pull(controller) {
    if (bytes.length === 0) return controller.close();
    controller.enqueue(bytes.subarray(0, size));
    bytes = bytes.subarray(size);
  },
}, { highWaterMark: 0 });

/** The database of a store. The library's own are closed when this one is to be deleted, but not the other way round. */
export async function database(t, s) {
  const request = indexedDB.open(`centaurus ${s.name}`);
  const db = await new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  db.onversionchange = () => db.close();
  t.after(() => db.close());
  return db;
}

export const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** The folder of a store, where there is one. */
export async function folder(s) {
  const units = new Uint8Array(new Uint16Array(Array.from(s.name, (_, i) => s.name.charCodeAt(i))).buffer);
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle(`centaurus-${await sum(units)}`);
  } catch {
    return undefined;
  }
}

/** The names of all blobs on disk, and of those that entries name. */
export async function blobs(t, s) {
  const db = await database(t, s);
  const there = (await done(db.transaction('rows').objectStore('rows').getAllKeys())).map(([id]) => id);
  const directory = await folder(s);
  if (directory) for await (const id of directory.keys()) there.push(id);
  const entries = await done(db.transaction('entries').objectStore('entries').getAll());
  db.close();
  const named = entries.map(({ blob }) => blob).filter(Boolean);
  return { there: [...new Set(there)].sort(), named: named.sort() };
}

/** Waits until nothing is on disk that no entry names, and nothing is missing. */
export function tidy(t, s) {
  return eventually(async () => {
    const { there, named } = await blobs(t, s);
    return JSON.stringify(there) === JSON.stringify(named);
  }, { message: 'blobs and entries do not match' });
}

/** Checks that every entry is whole, that the books are right, and that nothing is left over. */
export async function sound(t, name) {
  const s = pool(t, { size: 1 }).storage(name);
  t.after(() => s.destroy().catch(() => {}));
  const stats = await s.list();
  for (const { key, meta, size } of stats) {
    const value = await s.get(key);
    assert(value.length === size && value.every((byte) => byte === meta), `${key} is torn`);
  }
  const { bytes, entries } = await s.usage();
  assertEquals([bytes, entries], [stats.reduce((sum, stat) => sum + stat.size, 0), stats.length]);
  await tidy(t, s);
  return stats;
}

/** Puts contents of both kinds, over each other, until it is stopped. Gives what has been acknowledged. */
export function write(s, acknowledged = new Map(), count = 1_000) {
  const length = (n) => (n % 10 === 0 ? 2 ** 20 : n % 4 === 0 ? 70_000 : 100) + n + 1;
  return Promise.allSettled(Array.from({ length: count }, async (_, n) => {
    const byte = n % 251;
    const { rev } = await s.put(`k${n % 40}`, new Uint8Array(length(n)).fill(byte), { meta: byte });
    if (rev > (acknowledged.get(`k${n % 40}`) ?? 0)) acknowledged.set(`k${n % 40}`, rev);
  }));
}

/** What was acknowledged is there, or something newer. */
export function noneLost(stats, acknowledged) {
  for (const [key, rev] of acknowledged) {
    const stat = stats.find((stat) => stat.key === key);
    assert(stat && stat.rev >= rev, `${key} of revision ${rev} is ${stat?.rev}`);
  }
}
