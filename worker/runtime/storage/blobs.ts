import { done, transact } from "./database.js";

/** Blobs whose entries are gone, to be removed once the transaction is through. */
export type Gone = (string | undefined)[];

/** Where blobs lie. A blob is written once, front to back, and never changed. */
export interface Blobs {
  create(id: string): Promise<Sink>;
  /** So many bytes of chunk `number`, which begins at byte `at`; fewer or none if they are not there. */
  read(id: string, number: number, at: number, length: number): Promise<Uint8Array | undefined>;
  remove(id: string): Promise<void>;
  list(): Promise<string[]>;
}

/** Blobs in a folder. */
export interface Files extends Blobs {
  /** Milliseconds that the quickest of them took beyond being written; 0 before the first. */
  ms: number;
  /** Removes the folder. */
  destroy(): Promise<void>;
}

/** A blob that is being written. */
export interface Sink {
  /** Gives how many bytes were taken, if one believes the engine. */
  write(bytes: Uint8Array<ArrayBuffer>, number: number, at: number): number | Promise<number>;
  flush(): void;
  /** In any case. */
  close(): void;
}

/** Rows of the database, one a chunk. */
export function rows(database: IDBDatabase): Blobs {
  const on = <T>(mode: IDBTransactionMode, body: (rows: IDBObjectStore) => IDBRequest<T>) =>
    transact(database, mode, ({ rows }) => done(body(rows)), ["rows"]);
  return {
    create: async (id) => ({
      async write(bytes, number) {
        await on("readwrite", (rows) => rows.put(bytes, [id, number]));
        return bytes.length;
      },
      flush() {},
      close() {},
    }),
    read: (id, number) => on("readonly", (rows) => rows.get([id, number]) as IDBRequest<Uint8Array>),
    remove: (id) => on("readwrite", (rows) => rows.delete(IDBKeyRange.bound([id], [id, []]))),
    list: async () => [...new Set((await on("readonly", (rows) => rows.getAllKeys())).map((key) => (key as [string])[0]))],
  };
}

/** Files of a directory of their own in the origin private file system; nothing where the engine has none to write to. */
export async function files(name: string): Promise<Files | undefined> {
  if (!("createSyncAccessHandle" in (globalThis.FileSystemFileHandle?.prototype ?? {}))) return undefined;
  let root: FileSystemDirectoryHandle;
  let directory: FileSystemDirectoryHandle;
  try {
    root = await navigator.storage.getDirectory();
    directory = await root.getDirectoryHandle(name, { create: true });
  } catch {
    // As in Firefox's private windows.
    return undefined;
  }
  const made: Files = {
    ms: 0,
    async create(id) {
      const begun = performance.now();
      const handle = await (await directory.getFileHandle(id, { create: true })).createSyncAccessHandle();
      const took = performance.now() - begun;
      return {
        write: (bytes, _, at) => handle.write(bytes, { at }),
        flush() {
          const full = performance.now();
          handle.flush();
          made.ms = Math.min(made.ms || Infinity, took + performance.now() - full);
        },
        close: () => handle.close(),
      };
    },
    // Not by a second kind of handle, of which there can be one at a time: as a File, any number can read it.
    async read(id, _, at, length) {
      const file = await (await directory.getFileHandle(id)).getFile();
      return new Uint8Array(await file.slice(at, at + length).arrayBuffer());
    },
    remove: (id) => directory.removeEntry(id),
    async list() {
      const ids = [];
      for await (const id of (directory as unknown as { keys(): AsyncIterable<string> }).keys()) ids.push(id);
      return ids;
    },
    destroy: () => root.removeEntry(name, { recursive: true }),
  };
  return made;
}
