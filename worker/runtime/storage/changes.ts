import { booksOf, done, type Entry } from "./database.js";
import { Fault } from "./numbers.js";
import { books, program } from "./program.js";
import type { Store } from "./store.js";

export interface ChangesOptions {
  since?: number | "now";
  live?: boolean;
}

interface Change {
  seq: number;
  key: string;
  rev: number;
  deleted: boolean;
}

/** Changes that are looked up at a time. */
const PAGE = 1000;

/** The feed: every change after one, in order; and, as long as it is `live` and nobody leaves, those to come. */
export async function* changes(signal: AbortSignal, store: Store, { since = 0, live = true }: ChangesOptions): AsyncGenerator<Change, void> {
  const channel = new BroadcastChannel(store.channel);
  let wake = () => {};
  signal.addEventListener("abort", () => wake());
  try {
    let from = since === "now" ? (await store.read(booksOf))[0] as number : since;
    while (!signal.aborted) {
      // Whatever comes while we look is looked for once more.
      const more = new Promise<unknown>((resolve) => (channel.onmessage = wake = resolve as () => void));
      const page = await look(store, from);
      yield* page;
      from = page.at(-1)?.seq ?? from;
      if (page.length > 0) continue;
      if (!live) return;
      await more;
    }
  } finally {
    channel.close();
  }
}

function look(store: Store, since: number): Promise<Change[]> {
  return store.read(async (of) => {
    const row = await booksOf(of);
    books().set(row);
    if (!program.books_tells(since)) throw store.fault(Fault.History, "", { since, horizon: row[6] });
    const range = IDBKeyRange.lowerBound(since, true);
    const [entries, keys, revs] = await Promise.all([
      done(of.entries.index("rev").getAll(range, PAGE)) as Promise<Entry[]>,
      done(of.tombstones.getAll(range, PAGE)) as Promise<string[]>,
      done(of.tombstones.getAllKeys(range, PAGE)) as Promise<number[]>,
    ]);
    const found = entries.map(({ key, rev }) => ({ seq: rev, key, rev, deleted: false }));
    keys.forEach((key, i) => found.push({ seq: revs[i] as number, key, rev: revs[i] as number, deleted: true }));
    return found.sort((a, b) => a.seq - b.seq).slice(0, PAGE);
  });
}
