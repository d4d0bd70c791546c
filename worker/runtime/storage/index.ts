import type { Registered } from "../functions.js";
import type { Service } from "../services.js";
import type { Task } from "../task.js";
import { changes, type ChangesOptions } from "./changes.js";
import { given } from "./content.js";
import { booksOf, done, type Entry, transact, type Within } from "./database.js";
import { type Found, get, look, piece } from "./get.js";
import { alive, live } from "./lifetime.js";
import { list, type ListOptions } from "./list.js";
import { check, methodOf, type Options } from "./options.js";
import { Fault } from "./numbers.js";
import { books, fault, load, program } from "./program.js";
import { put, type PutOptions } from "./put.js";
import { Store } from "./store.js";

type Call<Own = object> = (this: Task, store: Store, options: Options, own: Own, ...args: never[]) => unknown;

/** Those of which several run at a time, if they follow each other. Whatever else is asked for in between sees what those
 *  before it did, and nothing of those after it. */
export const BESIDE: ReadonlySet<string> = new Set(["put", "get", "read", "has", "stat"].map((name) => `storage.${name}`));

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
      if (options.quota !== undefined) use(store, entry);
      return entry.kind === "bytes" ? this.transfer(value, [((value as Uint8Array).buffer ?? value) as ArrayBuffer]) : value;
    },
    /** A piece of a stream: its bytes, and where the next begins if there is one. */
    async read(store, options, { start = 0, end = Infinity }: { start?: number; end?: number }, key: string, from?: [at: number, rev: number]) {
      const [at, rev] = from ?? [start];
      const found = (await look(store, key)) as Found;
      const { entry } = found;
      if (!entry && !from) throw store.fault(Fault.NotFound, key);
      const stop = Math.min(end, entry?.size);
      const bytes = rev !== undefined && entry?.rev !== rev ? undefined : at < stop ? await piece(store, found, at, stop) : new Uint8Array(0);
      if (!bytes) throw store.fault(Fault.Changed, key);
      if (!from && options.quota !== undefined) use(store, entry);
      const next = at + bytes.length;
      return this.transfer([bytes, next < stop ? [next, entry.rev] : undefined], [bytes.buffer]);
    },
    async has(store, _, __, key: string) {
      return !!(await store.read((of) => store.find(of, key)));
    },
    async stat(store, _, __, key: string) {
      return statOf(await store.read((of) => store.find(of, key)));
    },
    async byDigest(store, _, __, digest: string) {
      const entries = (await store.read(({ entries }) => done(entries.index("digest").getAll(digest)))) as Entry[];
      return statOf(entries.find((entry) => alive(entry)));
    },
    async mark(store, _, { pin, ttl }: { pin?: boolean; ttl?: number }, key: string) {
      return store.change(async (of) => {
        const entry = await store.find(of, key);
        if (!entry) throw store.fault(Fault.NotFound, key);
        if (pin !== undefined) delete entry.used;
        if (ttl !== undefined) live(entry, ttl);
        await touch(of, entry, pin ?? entry.used === undefined);
        return statOf(entry);
      });
    },
    async delete(store, _, { expect }: { expect?: number | null }, key: string) {
      return store.change(async (of, gone) => {
        const entry = await store.expect(of, key, expect);
        await store.removeAll(of, [entry], gone);
        return !!entry;
      });
    },
    async clear(store) {
      return store.change(async (of, gone) => store.removeAll(of, (await done(of.entries.getAll())) as Entry[], gone));
    },
    destroy: (store) => store.destroy(),
    async list(store, _, own: ListOptions) {
      return (await list(store, own)).map(statOf);
    },
    changes(store, _, own: ChangesOptions) {
      return changes(this.signal, store, own);
    },
    async usage(store, { quota }) {
      const [seq, , bytes, stored, entries] = await store.read(booksOf);
      const { storage } = navigator;
      return { bytes, stored, entries, seq, quota, disk: await storage?.estimate?.(), persisted: await storage?.persisted?.() };
    },
  };
  return Object.fromEntries(Object.entries(offered).map(([name, run]) => [`storage.${name}`, guarded(name, run as Call)]));
}

/** Opens the store for a call, and says of an error whose it is. */
function guarded(call: string, run: Call): Registered["run"] {
  const service = async function (this: Task, ...args: unknown[]) {
    const options = args.pop() as Options;
    const own = args.pop() as object | undefined ?? {};
    const { name } = options;
    const [key] = args;
    check("", options);
    check(call, own);
    if (args.length > 0 && typeof key !== "string") throw fault(Fault.WrongKey, { method: methodOf(call), found: typeof key });
    try {
      return await run.call(this, await Store.at(name), options, own, ...(args as never[]));
    } catch (error) {
      if (!(error instanceof DOMException) || error === this.signal.reason || error.name === "DataCloneError") throw error;
      throw fault(error.name === "QuotaExceededError" ? Fault.Disk : Fault.Io, { store: name, key, why: error.message }, error);
    }
  };
  return service as Service as Registered["run"];
}

/** Notes that an entry was used. It is not waited for: transactions have their turn in the order in which they were made. */
function use(store: Store, { key, rev }: Entry): void {
  const noted = async (of: Within) => {
    const entry = await store.find(of, key);
    if (entry?.rev === rev && entry.used) await touch(of, entry, false);
  };
  transact(store.database, "readwrite", noted).catch(() => {});
}

/** Writes an entry with its last use. */
async function touch(of: Within, entry: Entry, pinned: boolean): Promise<void> {
  books().set(await booksOf(of));
  if (!pinned) entry.used = program.books_touch();
  of.entries.put(entry);
  of.books.put(books().slice(), 0);
}

/** What the page learns of an entry. */
function statOf(entry: Entry | undefined) {
  if (!entry) return undefined;
  const { key, rev, used, size, stored, digest, kind, type, name, modified, created, expires, meta } = entry;
  return { key, rev, size, stored, digest, kind, type, name, modified, created, expires, pinned: used === undefined, meta };
}
