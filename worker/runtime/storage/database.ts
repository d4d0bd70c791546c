import { books } from "./program.js";
import { OUTLIVES_WORKERS, turnsOf } from "./turns.js";

/** An entry, as the database keeps it. */
export interface Entry {
  key: string;
  rev: number;
  /** Number of the last use. A pinned entry has none, so that it is not among those that may give way. */
  used?: number;
  /** Bytes of the content, and bytes that they take. */
  size: number;
  stored: number;
  digest?: string;
  kind: "value" | "bytes" | "blob" | "clone";
  /** Name of a view's class, MIME type of a Blob. */
  type: string;
  /** A File's. */
  name?: string;
  lastModified?: number;
  /** Name of the blob that has the content. */
  blob?: string;
  /** Whether its chunks have the pack header. */
  packed: boolean;
  /** Wall clock, ms: when it was put, and when first; when its time to live began. */
  modified: number;
  created: number;
  at: number;
  /** Milliseconds, and when they are over; -1 and nothing for ever. */
  ttl: number;
  expires?: number;
  meta?: unknown;
}

/** What belongs to an entry besides: its content; or of a blob the checks of its chunks, and how long each is. */
export type Content = Uint8Array | { value: unknown } | { checks: Uint8Array; lengths: number[] };

const INDICES = ["rev", "used", "expires", "digest", "blob"];
/** The rows of blobs are written and read outside of the transactions of all others. */
const TOGETHER = ["entries", "contents", "tombstones", "books"] as const;

/** The object stores, inside a transaction. */
export type Within = Record<(typeof TOGETHER)[number] | "rows", IDBObjectStore>;

export function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export function open(title: string): Promise<IDBDatabase> {
  const request = indexedDB.open(title, 1);
  request.onupgradeneeded = () => {
    const { result } = request;
    const entries = result.createObjectStore("entries", { keyPath: "key" });
    for (const index of INDICES) entries.createIndex(index, index);
    for (const store of ["contents", "tombstones", "books", "rows"]) result.createObjectStore(store);
  };
  return done(request);
}

/** The books as they stand; of an empty store all are 0. */
export async function booksOf(of: Within): Promise<Float64Array> {
  return ((await done(of.books.get(0))) as Float64Array | undefined) ?? new Float64Array(books().length);
}

/** Does something in one transaction: all of it, or nothing if it throws. What changes something waits for at least one answer. */
export async function transact<T>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  body: (of: Within) => Promise<T>,
  stores: readonly string[] = TOGETHER,
): Promise<T> {
  const transaction = OUTLIVES_WORKERS ? await inTurn(database, mode, stores) : database.transaction(stores, mode);
  const through = new Promise<unknown>((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  through.catch(() => {});
  try {
    const result = await body(Object.fromEntries(stores.map((store) => [store, transaction.objectStore(store)])) as Within);
    // What was read cannot be undone.
    if (mode === "readonly") return result;
    commit(transaction);
    await through;
    return result;
  } catch (error) {
    // It may have been aborted already.
    try {
      transaction.abort();
    } catch {}
    throw transaction.error ?? error;
  }
}

async function inTurn(database: IDBDatabase, mode: IDBTransactionMode, stores: readonly string[]): Promise<IDBTransaction> {
  const end = await turnsOf(database).take(mode);
  try {
    const transaction = database.transaction(stores, mode);
    for (const type of ["complete", "abort"]) transaction.addEventListener(type, end);
    return transaction;
  } catch (error) {
    end();
    throw error;
  }
}

/** Says that nothing more is asked of a transaction, which else would wait for every answer to come before it finds that
 *  out: half the time of a small write. Something of it must have been answered: see `OUTLIVES_WORKERS`. */
function commit(transaction: IDBTransaction): void {
  try {
    transaction.commit();
  } catch {
    // It asked for nothing at all, and is through.
  }
}
