import { done, type Entry } from "./database.js";
import { alive } from "./lifetime.js";
import { Fault } from "./numbers.js";
import type { Store } from "./store.js";

export interface ListOptions {
  prefix?: string;
  order?: "key" | "time" | "size" | "used";
  direction?: "ascending" | "descending";
  limit?: number;
  after?: string;
}

/** By which property entries are ordered. */
const BY = { key: "key", time: "rev", size: "size", used: "used" } as const;

/** The entries that are asked for, in their order. */
export function list(store: Store, { prefix = "", order = "key", direction, limit = Infinity, after }: ListOptions): Promise<Entry[]> {
  const now = Date.now();
  return store.read(async ({ entries }) => {
    const some = async (range?: IDBKeyRange, count?: number) => (await done(entries.getAll(range, count))) as Entry[];
    if (order === "key" && direction !== "descending") {
      const listed: Entry[] = [];
      while (listed.length < limit) {
        const wanted = limit - listed.length;
        // As many as there are, where no limit is below what the interface can say.
        const part = await some(startingWith(prefix, after), wanted < 2 ** 32 ? wanted : undefined);
        for (const entry of part) if (alive(entry, now)) listed.push(entry);
        // Nothing comes after them.
        if (part.length < wanted) break;
        after = part.at(-1)?.key;
      }
      return listed;
    }
    const by = (entry: Entry) => entry[BY[order]] ?? 0;
    const living = (await some(startingWith(prefix))).filter((entry) => alive(entry, now));
    if (order !== "key") living.sort((a, b) => (by(a) as number) - (by(b) as number));
    if (direction === "descending") living.reverse();
    let first = 0;
    if (after !== undefined) {
      const last = after;
      // In the order of the keys the place is known even of one that is gone.
      first = order === "key" ? living.findIndex(({ key }) => key < last) : living.findIndex(({ key }) => key === last) + 1;
      if (first < 0) return [];
      if (order !== "key" && first === 0) throw store.fault(Fault.NotFound, after);
    }
    return living.slice(first, first + limit);
  });
}

/** The keys that begin so, after one of them; they are ordered by their UTF-16 units. */
function startingWith(prefix: string, after?: string): IDBKeyRange | undefined {
  const stem = prefix.replace(/\uffff+$/, "");
  const last = stem.length - 1;
  const low = after !== undefined && after >= prefix ? after : prefix;
  if (last < 0) return IDBKeyRange.lowerBound(low, low === after);
  const end = stem.slice(0, last) + String.fromCharCode(stem.charCodeAt(last) + 1);
  return low < end ? IDBKeyRange.bound(low, end, low === after, true) : IDBKeyRange.only([]);
}
