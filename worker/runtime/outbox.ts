import { MAGIC, Up } from "./protocol.js";
import { carriedErrors, uncloneable } from "./failure.js";
import { copyOfPlain } from "./plain-copy.js";
import { isMade } from "./task.js";

/** Elements that follow each tag, needed to take a batch apart again when it could not be cloned as a whole. */
const FIELDS: Record<number, number> = {
  [Up.Loaded]: 1, [Up.Locked]: 1, [Up.Registered]: 2, [Up.RegisterFailed]: 2, [Up.Started]: 1, [Up.Done]: 3,
  [Up.Failed]: 3, [Up.Item]: 2, [Up.Progress]: 2, [Up.Crashed]: 2, [Up.Unreadable]: 1, [Up.Errors]: 1, [Up.Uncaught]: 1,
};

/** A finished call waits at most this long, in ms, for others to travel with while the worker runs on. */
export const HOLD = 2;

/** Collects what the worker says and sends it in as few messages as the reader will not notice. */
export class Outbox {
  /** Told of a stream whose value could not be sent: the page has been told that it failed. */
  onLost: (call: number) => void = () => {};
  #batch: unknown[] = [MAGIC];
  #transfer: Transferable[] = [];
  /** What each item moves, by its place in the batch. */
  #moves = new Map<number, readonly Transferable[]>();
  #since = 0;
  #scheduled = false;
  #closed = false;
  readonly #channel = new MessageChannel();

  constructor(readonly post: (message: unknown, transfer: readonly Transferable[]) => void) {
    this.#channel.port1.onmessage = () => {
      this.#scheduled = false;
      this.flush();
    };
  }

  /** Adds an item that may wait for company. */
  add(now: number, transfer: readonly Transferable[] | undefined, ...item: unknown[]): void {
    const batch = this.#batch;
    if (batch.length === 1) this.#since = now;
    if (transfer) {
      this.#moves.set(batch.length, transfer);
      this.#transfer.push(...transfer);
    }
    batch.push(...item);
  }

  /** Adds an item that ends with a value that others may hold. It arrives as it is now: an object waits for no company,
   *  unless it is so small that a copy of it can. */
  addValue(now: number, transfer: readonly Transferable[] | undefined, ...item: unknown[]): void {
    const value = item.at(-1);
    if (typeof value !== "object" || value === null || isMade(value)) return this.add(now, transfer, ...item);
    const copy = transfer ? undefined : copyOfPlain(value);
    if (copy) return this.add(now, undefined, ...item.slice(0, -1), copy);
    const errors = carriedErrors(value);
    if (errors) this.add(now, undefined, Up.Errors, errors);
    this.add(now, transfer, ...item);
    this.flush();
  }

  /** The common case, a returned call, without the cost of rest parameters. */
  done(now: number, call: number, run: number, value: unknown): void {
    if (typeof value === "object" && value !== null) return this.addValue(now, undefined, Up.Done, call, run, value);
    if (this.#batch.length === 1) this.#since = now;
    this.#batch.push(Up.Done, call, run, value);
  }

  /** Sends now if the oldest item has waited long enough. */
  flushIfDue(now: number): void {
    if (this.#batch.length > 1 && now - this.#since >= HOLD) this.flush();
  }

  /** The first sends at once, which a reader who waits for it notices; what follows in the same breath goes together. */
  flushFirst(): void {
    if (!this.#scheduled) this.flush();
    this.flushSoon();
  }

  /** Sends in a task of its own, after what is running now. */
  flushSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#channel.port2.postMessage(0);
  }

  flush(): void {
    if (this.#batch.length === 1 || this.#closed) return;
    const batch = this.#batch;
    const transfer = this.#transfer;
    const moves = this.#moves;
    this.#batch = [MAGIC];
    if (transfer.length > 0) {
      this.#transfer = [];
      this.#moves = new Map();
    }
    try {
      this.post(batch, transfer);
    } catch {
      this.#oneByOne(batch, moves);
    }
  }

  /** Nothing is said after a worker's last words. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  /** Something in the batch cannot be cloned. Only what holds it fails. */
  #oneByOne(batch: unknown[], moves: Map<number, readonly Transferable[]>): void {
    // A call whose value could not be sent has been told to have failed; nothing may be said of its number any more.
    const lost = new Set<unknown>();
    let errors: unknown[] = [];
    for (let at = 1; at < batch.length; ) {
      const tag = batch[at] as Up;
      const end = at + 1 + (FIELDS[tag] ?? 0);
      const item = batch.slice(at, end);
      const moved = moves.get(at) ?? [];
      at = end;
      if (tag === Up.Errors) {
        errors = item;
        continue;
      }
      const before = errors;
      errors = [];
      if ((tag === Up.Item || tag === Up.Done || tag === Up.Failed) && lost.has(item[1])) continue;
      try {
        this.post([MAGIC, ...before, ...item], moved);
      } catch (error) {
        if (tag === Up.Item) lost.add(item[1]);
        this.#lost(tag, item, moved, error);
      }
    }
  }

  #lost(tag: Up, item: unknown[], moved: readonly Transferable[], error: unknown): void {
    const id = item[1] as number;
    const value = item[item.length - 1];
    const thrown = () => uncloneable("What was thrown", (value as { value: unknown }).value, moved, error);
    switch (tag) {
      case Up.Done:
        return this.post([MAGIC, Up.Failed, id, 0, uncloneable("The result", value, moved, error)], []);
      case Up.Failed:
        return this.post([MAGIC, Up.Failed, id, 0, thrown()], []);
      case Up.Item:
        this.post([MAGIC, Up.Failed, id, 0, uncloneable("A value", value, moved, error)], []);
        return this.onLost(id);
      case Up.Uncaught:
        return this.post([MAGIC, tag, thrown()], []);
      case Up.RegisterFailed:
        return this.post([MAGIC, Up.RegisterFailed, id, thrown()], []);
      default:
        // Progress: the task runs on, and the page hears of it as of any error that no call could catch.
        reportError(error);
    }
  }
}
