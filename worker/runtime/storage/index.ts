import type { Registered } from "../functions.js";
import type { Service } from "../services.js";
import type { Task } from "../task.js";
import { given } from "./content.js";
import { done, type Entry, TOGETHER, transact } from "./database.js";
import { find, get, piece } from "./get.js";
import { books, Fault, fault, load, NONE, program } from "./program.js";
import { put, type PutOptions } from "./put.js";
import { alive, booksOf, type Options, Store } from "./store.js";

interface ListOptions {
  prefix?: string;
  order?: "key" | "time" | "size" | "used";
  direction?: "ascending" | "descending";
  limit?: number;
  after?: string;
}

type Call<Own = object> = (this: Task, store: Store, options: Options, own: Own, ...args: never[]) => unknown;

/** The services over an instance of the storage's wasm; the digests and the compression are the other services'. */
export function storage({ module }: { module: WebAssembly.Module | BufferSource }): Record<string, Registered["run"]> {
  load(module);
  const offered: Record<string, Call<never>> = {
    async put(store, options, own: PutOptions, key: string, value: unknown) {
      return statOf(await put(this, store, options, key, given(value, own.type), own));
    },
    async get(store, options, { rev }: { rev?: number }, key: string) {
      const found = await get(store, key, rev);
      if (!found) return undefined;
      const { value, entry } = found;
      touch(store, options, entry);
      const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
      return entry.kind === "bytes" ? this.transfer(value, [buffer as ArrayBuffer]) : value;
    },
    /** A piece of a stream: its bytes, and where the next begins if there is one. */
    async read(store, options, { start = 0, end = Infinity }: { start?: number; end?: number }, key: string, from?: [at: number, rev: number]) {
      const [at, rev] = from ?? [start];
      const found = await find(store, key, undefined);
      if (!found && !from) throw fault(Fault.NotFound, { store: store.name, key });
      const bytes = !found || (rev && found.entry.rev !== rev) ? undefined : await piece(store, found, at, Math.min(end, found.entry.size));
      if (!found || !bytes) throw fault(Fault.Changed, { store: store.name, key });
      const { entry } = found;
      if (!from) touch(store, options, entry);
      const next = at + bytes.length;
      return this.transfer([bytes, bytes.length > 0 && next < Math.min(end, entry.size) ? [next, entry.rev] : undefined], [bytes.buffer]);
    },
    async has(store, _, __, key: string) {
      return !!(await store.look(key))[0];
    },
    async stat(store, _, __, key: string) {
      const [entry] = await store.look(key);
      return entry && statOf(entry);
    },
    async delete(store, _, { expect }: { expect?: number }, key: string) {
      return store.change(async (of, gone) => {
        const entry = await store.find(of, key);
        if (expect !== undefined && !program.is_expected(expect, entry?.rev ?? NONE)) {
          throw fault(Fault.Conflict, { store: store.name, key, rev: entry?.rev ?? 0, expect });
        }
        if (entry) await store.removeAll(of, [entry], gone);
        return !!entry;
      });
    },
    async clear(store) {
      return store.change(async (of, gone) => store.removeAll(of, (await done(of.entries.getAll())) as Entry[], gone));
    },
    list: (store, _, own: ListOptions) => list(store, own),
    async usage(store, { quota }) {
      const [, , bytes, stored, entries] = await transact(store.database, "readonly", TOGETHER, booksOf);
      return { bytes, stored, entries, quota, disk: await navigator.storage?.estimate?.(), persisted: await navigator.storage?.persisted?.() };
    },
  };
  return Object.fromEntries(Object.entries(offered).map(([name, run]) => [`storage.${name}`, guarded(run as Call)]));
}

/** Opens the store for a call, and says of an error whose it is. */
function guarded(run: Call): Registered["run"] {
  const service = async function (this: Task, options: Options, own: object | undefined, ...args: unknown[]) {
    const { name } = options;
    const [key] = args;
    if (typeof name !== "string") throw new TypeError("The name of a store must be a string");
    if (args.length > 0 && typeof key !== "string") throw new TypeError("A key must be a string");
    try {
      return await run.call(this, await Store.at(name), options, own ?? {}, ...(args as never[]));
    } catch (error) {
      if (!(error instanceof DOMException) || error === this.signal.reason || error.name === "DataCloneError") throw error;
      const kind = error.name === "QuotaExceededError" ? Fault.Disk : Fault.Io;
      throw fault(kind, { store: name, key, what: "do it", why: error.message }, error);
    }
  };
  return service as Service as Registered["run"];
}

/** Notes that an entry was used. It is not waited for: transactions have their turn in the order in which they were made. */
function touch(store: Store, { quota }: Options, { key, rev }: Entry): void {
  if (quota === undefined) return;
  transact(store.database, "readwrite", ["entries", "books"], async (of) => {
    const [row, entry] = await Promise.all([booksOf(of), done(of.entries.get(key)) as Promise<Entry | undefined>]);
    if (entry?.rev !== rev || entry.used === undefined) return;
    books().set(row);
    entry.used = program.books_touch();
    of.entries.put(entry);
    of.books.put(books().slice(), 0);
  }).catch(() => {});
}

async function list(store: Store, { prefix = "", order = "key", direction = "ascending", limit = Infinity, after }: ListOptions) {
  const all = (await transact(store.database, "readonly", ["entries"], ({ entries }) => done(entries.getAll(startingWith(prefix))))) as Entry[];
  const now = Date.now();
  const by = { key: () => 0, time: (entry: Entry) => entry.rev, size: (entry: Entry) => entry.size, used: (entry: Entry) => entry.used ?? 0 }[order];
  const living = all.filter((entry) => alive(entry, now));
  if (order !== "key") living.sort((a, b) => by(a) - by(b));
  if (direction === "descending") living.reverse();
  const first = after === undefined ? 0 : living.findIndex(({ key }) => key === after) + 1;
  return living.slice(first, first + limit).map(statOf);
}

/** The keys that begin so; they are ordered by their UTF-16 units. */
function startingWith(prefix: string): IDBKeyRange | undefined {
  const stem = prefix.replace(/\uffff+$/, "");
  if (!stem) return prefix ? IDBKeyRange.lowerBound(prefix) : undefined;
  const last = stem.length - 1;
  return IDBKeyRange.bound(prefix, stem.slice(0, last) + String.fromCharCode(stem.charCodeAt(last) + 1), false, true);
}

/** What the page learns of an entry. */
function statOf({ key, rev, used, size, stored, digest, kind, type, name, at, created, expires, meta }: Entry) {
  return { key, rev, size, stored, digest, kind, type, name, modified: at, created, expires, pinned: used === undefined, meta };
}
