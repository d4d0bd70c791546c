import { type Blobs, type Files, files, rows } from "./blobs.js";
import { type Content, done, type Entry, open, TOGETHER, transact } from "./database.js";
import { books, NONE, Place, program, Seen } from "./program.js";
import { digestOf } from "./seal.js";

/** How a page asked for a store, sent with every call. */
export interface Options {
  name: string;
  quota?: number;
  digest?: string;
  compress?: boolean;
  ttl?: number;
}

/** The object stores, inside a transaction. */
type Within = Parameters<Parameters<typeof transact>[3]>[0];

/** Stores that this worker has open. */
const opened = new Map<string, Promise<Store>>();

/** A store that is open in this worker. */
export class Store {
  readonly #channel: BroadcastChannel;

  private constructor(
    readonly name: string,
    readonly database: IDBDatabase,
    readonly rows: Blobs,
    readonly files: Files | undefined,
  ) {
    this.#channel = new BroadcastChannel(title(name));
  }

  /** The store of a name, opened once. What earlier writers left behind is collected then. */
  static at(name: string): Promise<Store> {
    let store = opened.get(name);
    if (!store) {
      store = Store.#open(name);
      opened.set(name, store);
      store.catch(() => opened.delete(name));
    }
    return store;
  }

  static async #open(name: string): Promise<Store> {
    const database = await open(title(name));
    const units = Uint8Array.from({ length: name.length * 2 }, (_, i) => name.charCodeAt(i >> 1) >> ((i & 1) * 8));
    // A name can be any text, and a folder's cannot.
    const store = new Store(name, database, rows(database), await files(`centaurus-${digestOf("sha-256", units).slice(8)}`));
    // Another tab destroys it, or the user clears the site's data.
    database.onversionchange = () => store.close();
    database.onclose = () => store.close();
    store.collect().catch(() => {});
    return store;
  }

  close(): void {
    opened.delete(this.name);
    this.database.close();
    this.#channel.close();
  }

  async destroy(): Promise<void> {
    await transact(this.database, "readwrite", [...TOGETHER, "rows"], async (of) => {
      await Promise.all(Object.values(of).map((store) => done(store.clear())));
    });
    await this.files?.destroy().catch(() => {});
    this.close();
    const request = indexedDB.deleteDatabase(title(this.name));
    // A frozen tab has it open: it is empty, and goes when that tab does.
    await new Promise<void>((resolve, reject) => {
      request.onblocked = request.onsuccess = () => resolve();
      request.onerror = () => reject(request.error);
    });
  }

  blobs(place: Place): Blobs {
    return place === Place.File && this.files ? this.files : this.rows;
  }

  /** The blobs that an entry's may be among. */
  blobsOf(id: string): Blobs {
    return this.blobs(id[0] === "f" ? Place.File : Place.Rows);
  }

  /** A new name for a blob, and how to let go of it. It is held by a lock of its own, for which nobody waits: while it is,
   *  nobody takes the blob for a leftover. */
  async hold(place: Place): Promise<[id: string, release: () => void]> {
    const id = `${place === Place.File ? "f" : "r"}${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
    return new Promise((resolve, reject) => {
      const held = () => new Promise<void>((release) => resolve([id, release]));
      // Where there are no locks, nothing is collected either.
      if (navigator.locks) navigator.locks.request(this.#lock(id), held).catch(reject);
      else void held();
    });
  }

  #lock(id: string): string {
    return `${title(this.name)} ${id}`;
  }

  /** Removes blobs that nothing names. Those that cannot be removed are left for the next time. */
  async drop(ids: readonly (string | undefined)[]): Promise<void> {
    await Promise.all(ids.map((id) => id && this.blobsOf(id).remove(id).catch(() => {})));
  }

  /** Tells readers of the feed, in this page and others, that there is something new. */
  announce(): void {
    this.#channel.postMessage(0);
  }

  /** Changes entries and books in one transaction. What loses its entry is removed afterwards. */
  async change<T>(body: (of: Within, gone: (string | undefined)[]) => Promise<T>): Promise<T> {
    const gone: (string | undefined)[] = [];
    const result = await transact(this.database, "readwrite", TOGETHER, (of) => body(of, gone));
    if (gone.length > 0) {
      await this.drop(gone);
      this.announce();
    }
    return result;
  }

  /** Removes an entry inside a transaction; the feed tells of it. `rev` is that of its deletion. */
  remove(of: Within, { key, blob }: Entry, rev: number, gone: (string | undefined)[]): void {
    of.entries.delete(key);
    of.contents.delete(key);
    of.tombstones.put(key, rev);
    gone.push(blob);
  }

  /** Removes entries inside a transaction, and writes the books. */
  async removeAll(of: Within, entries: Entry[], gone: (string | undefined)[]): Promise<void> {
    const row = await booksOf(of);
    books().set(row);
    for (const entry of entries) this.remove(of, entry, program.books_remove(entry.size, entry.stored), gone);
    await this.shut(of);
  }

  /** Writes the books that the program has before it, after as many tombstones have gone as are too many. */
  async shut(of: Within): Promise<void> {
    const surplus = program.books_surplus();
    let row = books().slice();
    if (surplus > 0) {
      const last = (await done(of.tombstones.getAllKeys(null, surplus))).at(-1) as number;
      of.tombstones.delete(IDBKeyRange.upperBound(last));
      books().set(row);
      program.books_forget(surplus, last);
      row = books().slice();
    }
    await done(of.books.put(row, 0));
  }

  /** What is there under a key, as far as its time is not over. */
  async find(of: Within, key: string): Promise<Entry | undefined> {
    const entry = (await done(of.entries.get(key))) as Entry | undefined;
    return entry && alive(entry) ? entry : undefined;
  }

  /** An entry and its content. */
  look(key: string): Promise<[Entry | undefined, Content | undefined]> {
    return transact(this.database, "readonly", TOGETHER, async (of) => {
      const [entry, content] = await Promise.all([this.find(of, key), done(of.contents.get(key)) as Promise<Content>]);
      return [entry, content];
    });
  }

  /** Removes what has expired, and the blobs that writers left behind who were cut short. */
  async collect(): Promise<void> {
    const now = Date.now();
    await this.change(async (of, gone) => {
      const mortal = (await done(of.entries.index("expires").getAll())) as Entry[];
      const over = mortal.filter((entry) => !alive(entry, now));
      // The clock has been set back since.
      for (const entry of mortal) if (program.seen(entry.at, entry.ttl, now) === Seen.Early) of.entries.put({ ...entry, at: now, expires: now + entry.ttl });
      if (over.length > 0) await this.removeAll(of, over, gone);
    });
    if (!navigator.locks) return;
    const there = (await Promise.all([this.files?.list(), this.rows.list()])).flatMap((ids) => ids ?? []);
    if (there.length === 0) return;
    const locks = new Set((await navigator.locks.query()).held?.map(({ name }) => name));
    const named = new Set(
      await transact(this.database, "readonly", TOGETHER, async ({ entries }) =>
        ((await done(entries.index("blob").getAll())) as Entry[]).map(({ blob }) => blob),
      ),
    );
    await this.drop(there.filter((id) => program.is_leftover(locks.has(this.#lock(id)), named.has(id))));
  }
}

/** The books as they stand in the database; of an empty store all are 0. */
export async function booksOf(of: Within): Promise<Float64Array> {
  return ((await done(of.books.get(0))) as Float64Array | undefined) ?? new Float64Array(books().length);
}

export function alive({ at, ttl }: Entry, now = Date.now()): boolean {
  return program.seen(at, ttl, now) !== Seen.Expired;
}

/** What the database and the channel of a store are called. */
function title(name: string): string {
  return `centaurus ${name}`;
}

export { NONE };
