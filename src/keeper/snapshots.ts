import type { CentaurusStorage } from "../centaurus.js";
import { deleteAll } from "./delete-all.js";
import { entry, namedEntry } from "./entry.js";
import type { Serving } from "./serving.js";
import { read, show, type Snapshot } from "./snapshot.js";
import type { Root } from "./watcher.js";

/** All keys of snapshots begin so. */
const PREFIX = "snapshot ";

/** The snapshots of a root: one an entry of the history. */
export class Snapshots {
  readonly #store: CentaurusStorage;
  readonly #root: Root;
  readonly #ttl: number;
  readonly #serving: Serving;
  /** The latest that was asked for. */
  #wanted = 0;

  constructor(store: CentaurusStorage, { root, snapshotTtl }: { root: Root; snapshotTtl: number }, serving: Serving) {
    this.#store = store;
    this.#root = root;
    this.#ttl = snapshotTtl;
    this.#serving = serving;
  }

  async take(id = namedEntry()): Promise<string> {
    const snapshot = read(this.#root, (element) => this.#serving.ownOf(element));
    await this.#store.put(PREFIX + id, snapshot, { ttl: this.#ttl });
    return id;
  }

  async restore(id = entry()): Promise<boolean> {
    this.#wanted += 1;
    const wanted = this.#wanted;
    const snapshot = id === undefined ? undefined : await this.#store.get<Snapshot>(PREFIX + id);
    if (!snapshot || wanted !== this.#wanted) return false;
    this.#serving.releaseBelow(this.#root);
    show(this.#root, snapshot);
    return true;
  }

  async clear(): Promise<void> {
    await deleteAll(this.#store, PREFIX);
  }
}
