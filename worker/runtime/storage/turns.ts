/** Whether what a worker has begun in a database may outlive it. WebKit never closes the connection of a worker that is killed
 *  in the middle of a transaction, so that a deletion waits for ever; and a transaction that had to wait behind another of the
 *  same worker, or was told to commit before it had begun, is never ended either: no other begins from then on. */
export const OUTLIVES_WORKERS = /AppleWebKit(?!.*Chrom)/.test(globalThis.navigator?.userAgent ?? "");

/** The turns of the transactions of one connection, in the order in which they are asked for: those that read have theirs
 *  together, one that writes has it alone. Other engines see to that themselves; here none is made that would wait. */
export class Turns {
  #writers = Promise.resolve();
  #all = Promise.resolve();

  /** Resolves when it is one's turn, to what ends it. */
  async take(mode: IDBTransactionMode): Promise<() => void> {
    let end = () => {};
    const over = new Promise<void>((resolve) => (end = resolve));
    const before = mode === "readonly" ? this.#writers : this.#all;
    // Not what they resolve to, which would hold that of all before.
    this.#all = Promise.all([this.#all, over]).then(() => {});
    if (mode !== "readonly") this.#writers = this.#all;
    await before;
    return end;
  }
}

const turns = new WeakMap<IDBDatabase, Turns>();

/** Those of a connection. */
export function turnsOf(database: IDBDatabase): Turns {
  let of = turns.get(database);
  if (!of) turns.set(database, (of = new Turns()));
  return of;
}
