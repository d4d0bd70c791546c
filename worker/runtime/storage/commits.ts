import type { Gone } from "./blobs.js";
import { booksOf, type Content, done, type Entry, transact, type Within } from "./database.js";
import { alive } from "./lifetime.js";
import { Verdict } from "./numbers.js";
import { books, NONE, program } from "./program.js";
import type { Store } from "./store.js";

/** A write that wants to commit. */
export interface Ready {
  key: string;
  /** Its number in the program. */
  write: number;
  size: number;
  stored: number;
  content: Content;
  signal: AbortSignal;
  /** The entry under its revision. `found` is what it replaces. */
  entry(rev: number, use: number, found: Entry | undefined, now: number): Entry;
}

/** What became of it. Without an entry the program knows why. */
export interface Committed {
  entry?: Entry;
  found?: Entry | undefined;
  gone: Gone;
}

interface Waiting {
  ready: Ready;
  resolve(committed: Committed): void;
  reject(error: unknown): void;
}

/** The writes that want to commit: those that come while others are at it share the next transaction. */
export class Commits {
  readonly #group = program.group_new();
  readonly #waiting: Waiting[] = [];

  constructor(readonly store: Store) {}

  /** Resolves when the transaction is through that has the write. */
  join(ready: Ready): Promise<Committed> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ready, resolve, reject });
      program.group_join(this.#group, ready.stored);
      // Whoever comes in the same turn comes along.
      queueMicrotask(() => void this.#next());
    });
  }

  async #next(): Promise<void> {
    const group = this.#group;
    const count = program.group_begin(group);
    if (count === 0) return;
    const sharing = this.#waiting.splice(0, count);
    try {
      const settled = await transact(this.store.database, "readwrite", (of) => this.#commit(of, sharing));
      program.group_through(group);
      for (const settle of settled) settle();
    } catch (error) {
      if (program.group_undone(group)) this.#waiting.unshift(...sharing);
      else sharing[0]?.reject(error);
    }
    void this.#next();
  }

  /** Does what several writes want, one after another; each sees what those before it have left. Gives how to tell them. */
  async #commit(of: Within, sharing: Waiting[]): Promise<(() => void)[]> {
    const keys = [...new Set(sharing.map(({ ready }) => ready.key))];
    const [row, ...found] = await Promise.all([booksOf(of), ...keys.map((key) => done(of.entries.get(key)) as Promise<Entry | undefined>)]);
    const state = { row, entries: new Map(keys.map((key, i) => [key, found[i]])) };
    const settled: (() => void)[] = [];
    for (const { ready, resolve, reject } of sharing) {
      if (ready.signal.aborted) {
        settled.push(() => reject(ready.signal.reason));
        continue;
      }
      const committed = await this.#one(of, state, ready);
      settled.push(() => resolve(committed));
    }
    await this.store.shut(of, state.row);
    return settled;
  }

  async #one(of: Within, state: { row: Float64Array; entries: Map<string, Entry | undefined> }, ready: Ready): Promise<Committed> {
    const { store } = this;
    const { key, write, size, stored } = ready;
    const old = state.entries.get(key);
    const now = Date.now();
    const found = old && alive(old, now) ? old : undefined;
    const leaving: [Entry, rev: number][] = [];
    books().set(state.row);
    // What has expired under the key gives its room all the same.
    if (old && !found) leaving.push([old, program.books_remove(old.size, old.stored)]);
    let verdict = program.write_commit(write, found?.rev ?? NONE, found?.size ?? 0, found?.stored ?? 0, size, stored);
    if (verdict === Verdict.Room) {
      const order = of.entries.index("used").openCursor();
      for (let at = await done(order); at && verdict === Verdict.Room; at = await done(order)) {
        const other = at.value as Entry;
        const rev = other.key === key ? NONE : program.write_offer(write, other.size, other.stored);
        if (rev !== NONE) leaving.push([other, rev]);
        verdict = program.write_verdict(write, false);
        at.continue();
      }
      if (verdict === Verdict.Room) verdict = program.write_verdict(write, true);
    }
    if (verdict === Verdict.Stop) return { found, gone: [] };
    const rev = program.write_books(write);
    state.row = books().slice();
    const gone: Gone = [found?.blob];
    for (const [other, rev] of leaving) {
      store.remove(of, other, rev, gone);
      state.entries.delete(other.key);
    }
    const entry = ready.entry(rev, state.row[1] as number, found, now);
    state.entries.set(key, entry);
    of.entries.put(entry);
    of.contents.put(ready.content, key);
    return { entry, found, gone };
  }
}
