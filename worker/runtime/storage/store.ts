import { isWellFormed } from "../msgpack/structure.js";
import { type Blobs, type Files, files, type Gone, rows } from "./blobs.js";
import { Commits } from "./commits.js";
import { booksOf, done, type Entry, open, transact, type Within } from "./database.js";
import { alive, live } from "./lifetime.js";
import { Fault, Place, Seen } from "./numbers.js";
import { books, fault, NONE, program } from "./program.js";
import { digestOf } from "./seal.js";
import { OUTLIVES_WORKERS } from "./turns.js";

/** Milliseconds after which a store that is in use is looked through again for what has expired. */
const ROUND = 60_000;
/** The same where a blob is held that nothing names: by a writer, or by one who was just killed. */
const SOON = 1_000;

/** Stores that this worker has open. */
const opened = new Map<string, Promise<Store>>();

/** A store that is open in this worker. */
export class Store {
  readonly #channel: BroadcastChannel;
  readonly commits = new Commits(this);
  #collected = 0;
  #told: Promise<void> | undefined;

  private constructor(
    readonly name: string,
    /** What its folder is called, and its locks: a name can be any text, and theirs cannot. */
    readonly folder: string,
    readonly database: IDBDatabase,
    readonly rows: Blobs,
    readonly files: Files | undefined,
  ) {
    this.#channel = new BroadcastChannel(this.channel);
    // Another tab destroys it, or the user clears the site's data.
    database.onversionchange = database.onclose = () => this.close();
  }

  /** The store of a name, opened once. Now and then what has been left behind is collected. */
  static async at(name: string): Promise<Store> {
    let store = opened.get(name);
    if (!store) {
      opened.set(name, (store = Store.#open(name)));
      store.catch(() => opened.delete(name));
    }
    void (await store).#round();
    return store;
  }

  static async #open(name: string): Promise<Store> {
    // As under Node.js.
    if (!globalThis.indexedDB) throw fault(Fault.Io, { store: name, why: "there is no IndexedDB here" });
    const units = Uint8Array.from({ length: name.length * 2 }, (_, i) => name.charCodeAt(i >> 1) >> ((i & 1) * 8));
    const folder = `centaurus-${digestOf("sha-256", units).slice(8)}`;
    const database = await open(titleOf(name, folder));
    return new Store(name, folder, database, rows(database), await files(folder));
  }

  /** Where pages tell each other of changes. */
  get channel(): string {
    return `centaurus ${this.name}`;
  }

  close(): void {
    opened.delete(this.name);
    this.database.close();
    this.#channel.close();
  }

  async destroy(): Promise<void> {
    await this.change((of) => Promise.all(Object.values(of).map((store) => done(store.clear()))));
    await this.drop(await this.#blobs());
    // A deletion might never end.
    if (OUTLIVES_WORKERS) return;
    await this.files?.destroy().catch(() => {});
    this.close();
    const request = indexedDB.deleteDatabase(titleOf(this.name, this.folder));
    // Where a frozen tab has it open, it is empty, and goes when that tab does.
    await Promise.race([done(request), new Promise((resolve) => (request.onblocked = resolve))]);
  }

  /** An error that concerns the store, or an entry of it. */
  fault(kind: Fault, key?: string, more?: object, cause?: unknown): Error {
    return fault(kind, { store: this.name, key, ...more }, cause);
  }

  blobs(place: Place): Blobs {
    return (place === Place.File && this.files) || this.rows;
  }

  blobsOf(id: string): Blobs {
    return this.blobs(Number(id[0]));
  }

  /** A new name for a blob, and how to let go of it. It is held by a lock of its own, for which nobody waits: while it is,
   *  nobody takes the blob for a leftover. */
  hold(place: Place): Promise<[id: string, release: () => void]> {
    const id = `${place}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
    return new Promise((resolve, reject) => {
      const held = () => new Promise<void>((release) => resolve([id, release]));
      // Where there are no locks, nothing is collected either.
      if (navigator.locks) navigator.locks.request(this.folder + id, held).catch(reject);
      else void held();
    });
  }

  /** Removes blobs that nothing names. Those that cannot be removed are left for the next time. */
  async drop(ids: Gone): Promise<void> {
    await Promise.all(ids.map((id) => id && this.blobsOf(id).remove(id).catch(() => {})));
  }

  read<T>(body: (of: Within) => Promise<T>): Promise<T> {
    return transact(this.database, "readonly", body);
  }

  /** Changes entries and books in one transaction. */
  async change<T>(body: (of: Within, gone: Gone) => Promise<T>): Promise<T> {
    const gone: Gone = [];
    const result = await transact(this.database, "readwrite", (of) => body(of, gone));
    await this.release(gone);
    return result;
  }

  /** After a transaction, which nothing undoes any more: removes the blobs whose entries are gone, and tells the readers of
   *  the feed, in this page and others. */
  async release(gone: Gone): Promise<void> {
    await this.drop(gone);
    // Once for all that are through in the same turn.
    await (this.#told ??= Promise.resolve().then(() => this.#tell()));
  }

  #tell(): void {
    this.#told = undefined;
    try {
      this.#channel.postMessage(0);
    } catch {
      // The store was destroyed meanwhile, and the channel is closed.
    }
  }

  /** Removes an entry inside a transaction; the feed tells of it. `rev` is that of its deletion. */
  remove(of: Within, { key, blob }: Entry, rev: number, gone: Gone): void {
    of.entries.delete(key);
    of.contents.delete(key);
    of.tombstones.put(key, rev);
    gone.push(blob);
  }

  /** Removes entries inside a transaction, and writes the books. */
  async removeAll(of: Within, entries: (Entry | undefined)[], gone: Gone): Promise<void> {
    books().set(await booksOf(of));
    for (const entry of entries) if (entry) this.remove(of, entry, program.books_remove(entry.size, entry.stored), gone);
    await this.shut(of, books().slice());
  }

  /** Writes the books, after as many tombstones have gone as are too many. */
  async shut(of: Within, row: Float64Array): Promise<void> {
    books().set(row);
    const surplus = program.books_surplus();
    if (surplus > 0) {
      const last = (await done(of.tombstones.getAllKeys(null, surplus))).at(-1) as number;
      of.tombstones.delete(IDBKeyRange.upperBound(last));
      books().set(row);
      program.books_forget(surplus, last);
      row.set(books());
    }
    of.books.put(row, 0);
  }

  /** What is there under a key, as far as its time is not over. */
  async find(of: Within, key: string): Promise<Entry | undefined> {
    const entry = (await done(of.entries.get(key))) as Entry | undefined;
    return entry && alive(entry) ? entry : undefined;
  }

  /** The same, or an error if it is not what was expected. */
  async expect(of: Within, key: string, expect: number | null | undefined): Promise<Entry | undefined> {
    const entry = await this.find(of, key);
    const rev = entry?.rev ?? 0;
    if (expect === undefined || program.is_expected(expect ?? 0, rev || NONE)) return entry;
    throw this.fault(Fault.Conflict, key, { rev, expect: expect ?? 0 });
  }

  async #round(): Promise<void> {
    if (performance.now() - this.#collected < ROUND && this.#collected > 0) return;
    this.#collected = performance.now();
    await this.#collect().catch(() => {});
  }

  /** Removes what has expired, and the blobs that writers left behind who were cut short. */
  async #collect(): Promise<void> {
    const now = Date.now();
    const mortal = (of: Within) => done(of.entries.index("expires").getAll()) as Promise<Entry[]>;
    if ((await this.read(mortal)).some((entry) => program.seen(entry.at, entry.ttl, now) !== Seen.Alive)) {
      await this.change(async (of, gone) => {
        const entries = await mortal(of);
        // The clock has been set back since.
        for (const entry of entries) {
          if (program.seen(entry.at, entry.ttl, now) === Seen.Early) of.entries.put(live(entry, entry.ttl));
        }
        await this.removeAll(of, entries.filter((entry) => !alive(entry, now)), gone);
      });
    }
    const there = await this.#blobs();
    if (!navigator.locks || there.length === 0) return;
    const held = new Set((await navigator.locks.query()).held?.map(({ name }) => name));
    const named = new Set(await this.read(async (of) => ((await done(of.entries.index("blob").getAll())) as Entry[]).map(({ blob }) => blob)));
    await this.drop(there.filter((id) => program.is_leftover(held.has(this.folder + id), named.has(id))));
    if (!there.some((id) => held.has(this.folder + id) && !named.has(id))) return;
    setTimeout(() => {
      this.#collected = 0;
      if (opened.has(this.name)) void this.#round();
    }, SOON);
  }

  async #blobs(): Promise<string[]> {
    return [...((await this.files?.list()) ?? []), ...(await this.rows.list())];
  }
}

/** What the database is called. Firefox opens none whose name has lone surrogates. */
function titleOf(name: string, folder: string): string {
  return isWellFormed(name) ? `centaurus ${name}` : folder;
}
