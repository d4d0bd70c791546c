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
  /** Wall clock, ms: when it was written; when first. */
  at: number;
  created: number;
  /** Milliseconds, and when they are over; -1 and nothing for ever. */
  ttl: number;
  expires?: number;
  meta?: unknown;
}

/** What belongs to an entry besides: its content; or of a blob the checks of its chunks, and how long each is. */
export type Content = Uint8Array | { value: unknown } | { checks: Uint8Array; lengths: number[] };

const INDICES = ["rev", "used", "expires", "digest", "blob"] as const;
const STORES = ["entries", "contents", "tombstones", "books", "rows"] as const;
type Stores = (typeof STORES)[number];

/** All but the rows of blobs, which are written and read outside of the transactions of the others. */
export const TOGETHER: Stores[] = ["entries", "contents", "tombstones", "books"];

export function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    for (const store of STORES) {
      const made = request.result.createObjectStore(store, store === "entries" ? { keyPath: "key" } : undefined);
      if (store === "entries") for (const index of INDICES) made.createIndex(index, index);
    }
  };
  return done(request);
}

/** Does something in one transaction: all of it, or nothing if it throws. */
export async function transact<T>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  stores: Stores[],
  body: (of: Record<Stores, IDBObjectStore>) => Promise<T>,
): Promise<T> {
  const transaction = database.transaction(stores, mode);
  const through = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  through.catch(() => {});
  const of = Object.fromEntries(stores.map((store) => [store, transaction.objectStore(store)]));
  try {
    const result = await body(of as Record<Stores, IDBObjectStore>);
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
