import type { CentaurusStorage } from "../centaurus.js";

/** Deletes what lies in a store under keys that begin so. */
export async function deleteAll(store: CentaurusStorage, prefix: string): Promise<void> {
  for (const { key } of await store.list({ prefix })) await store.delete(key);
}
