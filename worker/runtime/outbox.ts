import { MAGIC, Up } from "./protocol.js";
import { encodeError, type EncodedFailure } from "./failure.js";

/** Elements that follow each tag, needed to take a batch apart again when it could not be cloned as a whole. */
const FIELDS: Record<number, number> = {
  [Up.Loaded]: 1, [Up.Locked]: 0, [Up.Registered]: 2, [Up.RegisterFailed]: 2, [Up.Started]: 1, [Up.Done]: 3,
  [Up.Failed]: 3, [Up.Item]: 2, [Up.Progress]: 2, [Up.Crashed]: 2, [Up.Unreadable]: 1,
};

/** A finished call waits at most this long, in ms, for others to travel with while the worker runs on. */
export const HOLD = 2;

/** Collects what the worker says and sends it in as few messages as the reader will not notice. */
export class Outbox {
  #batch: unknown[] = [MAGIC];
  #transfer: Transferable[] = [];
  #since = 0;
  #scheduled = false;
  #closed = false;
  readonly #channel = new MessageChannel();

  constructor(readonly post: (message: unknown, transfer: Transferable[]) => void) {
    this.#channel.port1.onmessage = () => {
      this.#scheduled = false;
      this.flush();
    };
  }

  /** Adds an item that may wait for company. */
  add(now: number, transfer: readonly Transferable[] | undefined, ...item: unknown[]): void {
    if (this.#batch.length === 1) this.#since = now;
    this.#batch.push(...item);
    if (transfer) this.#transfer.push(...transfer);
  }

  /** The common case, a returned call, without the cost of rest parameters. */
  done(now: number, call: number, run: number, value: unknown): void {
    if (this.#batch.length === 1) this.#since = now;
    this.#batch.push(Up.Done, call, run, value);
  }

  /** Sends now if the oldest item has waited long enough. */
  flushIfDue(now: number): void {
    if (this.#batch.length > 1 && now - this.#since >= HOLD) this.flush();
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
    this.#batch = [MAGIC];
    this.#transfer = [];
    try {
      this.post(batch, transfer);
    } catch {
      this.#oneByOne(batch, transfer);
    }
  }

  /** Nothing is said after a worker's last words. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  /** Something in the batch cannot be cloned. Only what holds it fails; each item takes those of the batch's
   *  transferables along that its own value contains, which the engine tells by accepting them. */
  #oneByOne(batch: unknown[], transfer: Transferable[]): void {
    for (let i = 1; i < batch.length; ) {
      const tag = batch[i] as Up;
      const end = i + 1 + (FIELDS[tag] ?? 0);
      const item = batch.slice(i, end);
      i = end;
      try {
        this.post([MAGIC, ...item], holds(item, transfer));
      } catch (error) {
        if (tag === Up.Done || tag === Up.Failed || tag === Up.Item) {
          this.post([MAGIC, Up.Failed, item[1], 0, notCloneable("result", error)], []);
        } else if (tag === Up.Registered || tag === Up.RegisterFailed) {
          this.post([MAGIC, Up.RegisterFailed, item[1], notCloneable("registration's answer", error)], []);
        } else if (tag === Up.Crashed) {
          this.post([MAGIC, Up.Crashed, item[1], notCloneable("last error", error)], []);
        }
      }
    }
  }
}

/** Those of `transfer` that `item` reaches directly: a transferred value is nearly always the result itself or a
 *  property of it. What is not found is cloned, which is slower and never wrong. */
function holds(item: unknown[], transfer: Transferable[]): Transferable[] {
  const reached = new Set<unknown>();
  for (const field of item) {
    reached.add(field);
    if (ArrayBuffer.isView(field)) reached.add(field.buffer);
    else if (typeof field === "object" && field !== null) {
      for (const value of Object.values(field)) {
        reached.add(value);
        if (ArrayBuffer.isView(value)) reached.add(value.buffer);
      }
    }
  }
  return transfer.filter((one) => reached.has(one));
}

function notCloneable(what: string, cause: unknown): EncodedFailure {
  const message = cause instanceof Error ? cause.message : String(cause);
  return encodeError(new DOMException(`The ${what} cannot be cloned: ${message}`, "DataCloneError"));
}
