// Stores by the same few methods: the project's in its workers, the others where they run, on the main thread.

import { installed, vendored } from '../files.js';
import { OURS } from '../comparison.js';
import { Centaurus } from './centaurus.js';

/** Nothing of an earlier run is there. */
const name = (of) => `bench ${of} ${Date.now()}`;

/**
 * Every one with an empty store that `close` removes:
 * `put`, `get` of one; `putAll` of a Map and `getAll` of keys, at once; `list` of all entries, `clear`.
 */
export async function contestants() {
  return Promise.all([ours(), plain(), idbKeyval(), pouchDb()]);
}

async function ours() {
  const pool = new Centaurus();
  const store = pool.storage(name(OURS));
  await store.usage();
  return {
    name: OURS,
    put: (key, value) => store.put(key, value),
    get: (key) => store.get(key),
    putAll: (entries) => Promise.all([...entries].map(([key, value]) => store.put(key, value))),
    getAll: (keys) => Promise.all(keys.map((key) => store.get(key))),
    putBlob: (key, blob) => store.put(key, blob),
    getBlob: (key) => store.get(key),
    list: () => store.list(),
    clear: () => store.clear(),
    async close() {
      await store.destroy();
      pool.terminate();
    },
  };
}

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** As a page would write it that wants a transaction for each write, as the others have. */
async function plain() {
  const title = name('plain');
  const opening = indexedDB.open(title, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('values');
  const database = await done(opening);
  const write = (change) =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction('values', 'readwrite');
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
      change(transaction.objectStore('values'));
    });
  const read = (ask) => done(ask(database.transaction('values').objectStore('values')));
  const put = (key, value) => write((values) => values.put(value, key));
  const get = (key) => read((values) => values.get(key));
  return {
    name: 'plain IndexedDB',
    put,
    get,
    putAll: (entries) => Promise.all([...entries].map(([key, value]) => put(key, value))),
    getAll: (keys) => Promise.all(keys.map(get)),
    putBlob: put,
    getBlob: get,
    list: () => read((values) => values.getAllKeys()),
    clear: () => write((values) => values.clear()),
    async close() {
      database.close();
      await done(indexedDB.deleteDatabase(title));
    },
  };
}

/** With what it has for many at once: all of them in one transaction. */
async function idbKeyval() {
  const { createStore, set, get, setMany, getMany, keys, clear } = await import(installed('idb-keyval/dist/index.js'));
  const title = name('idb-keyval');
  const store = createStore(title, 'values');
  return {
    name: 'idb-keyval',
    put: (key, value) => set(key, value, store),
    get: (key) => get(key, store),
    putAll: (entries) => setMany([...entries], store),
    getAll: (wanted) => getMany(wanted, store),
    putBlob: (key, blob) => set(key, blob, store),
    getBlob: (key) => get(key, store),
    list: () => keys(store),
    clear: () => clear(store),
    // It gives no way to close a database; what is deleted goes with the page.
    close: () => clear(store),
  };
}

/** Its documents; a blob is an attachment. What is at once is one call, as it recommends. */
async function pouchDb() {
  const { default: PouchDB } = await firstOf(vendored('pouchdb.mjs'));
  const title = name('pouchdb');
  const options = { adapter: 'idb', auto_compaction: true };
  let database = new PouchDB(title, options);
  await database.info();
  return {
    name: 'PouchDB',
    put: (key, value) => database.put({ ...value, _id: key }),
    get: (key) => database.get(key),
    putAll: (entries) => database.bulkDocs([...entries].map(([key, value]) => ({ ...value, _id: key }))),
    getAll: async (keys) => (await database.bulkGet({ docs: keys.map((id) => ({ id })) })).results.map(({ docs: [{ ok }] }) => ok),
    putBlob: (key, blob) => database.putAttachment(key, 'content', blob, blob.type),
    getBlob: (key) => database.getAttachment(key, 'content'),
    list: async () => (await database.allDocs()).rows,
    async clear() {
      await database.destroy();
      database = new PouchDB(title, options);
      await database.info();
    },
    close: () => database.destroy(),
  };
}

async function firstOf(urls) {
  for (const url of urls) {
    if ((await fetch(url, { method: 'HEAD' })).ok) return import(url);
  }
  throw new Error('PouchDB is not there; "node demo/prepare.mjs" makes it');
}
