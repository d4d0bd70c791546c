import { breathe } from "./breath.js";
import { Inbox } from "./inbox.js";
import { type Bytes, bytesOf } from "./input.js";
import { Task } from "./task.js";

/** Parts that a helper has in hand: one to work on, and one to go on with while the next is on its way. */
const AHEAD = 2;
/** Of one that has run dry, since messages take longer than that where it runs: one more each time, up to this. */
const MOST_AHEAD = 6;
/** Time that a helper works for us, in ms, before its worker is free for others: the next one asks in turn with them. */
const TURN = 50;
/** A helper that is at one part for so long, in ms, is not waited for: its worker may be dead. Or for so many times what
 *  a part took here, if that is longer. To be wrong costs what is done twice. */
const PATIENCE = 20;
const PATIENCE_PARTS = 4;

/** Makes something of bytes. */
export type Compute = (bytes: Uint8Array, ...how: never[]) => Uint8Array<ArrayBuffer>;

/** A part of the work. */
interface Part {
  number: number;
  bytes: Bytes;
  how: unknown[];
  /** The bytes, being read ahead of their turn. */
  reading?: Promise<Uint8Array> | undefined;
  result?: Uint8Array<ArrayBuffer>;
}

interface Helper {
  port: MessagePort;
  /** It has come. */
  here: boolean;
  /** What it has in hand, in that order. */
  hand: Part[];
  /** Parts that it was given and has not answered, with those that were taken from it again. */
  open: number;
  /** So many it should have. */
  ahead: number;
}

/** `null` says that nothing is wanted any more. */
export type Work = [kind: string, number: number, bytes: Bytes, how: unknown[]] | null;
/** Nothing in the place of the result says that the helper could not; `dry`, that it has no other part. The buffer of the
 *  bytes comes back, to be used again. `true` says that the helper has come; `null`, that it leaves. */
type Answer = [number: number, result: Uint8Array<ArrayBuffer> | undefined, dry: boolean, buffer: ArrayBuffer | undefined] | true | null;

/**
 * Work in parts, done here and in whatever workers of the pool have nothing better to do. Gives the results in order.
 *
 * A helper is a call like any other, asked for through the page, at a lower priority than ours. Nothing depends on one:
 * it finds its first parts waiting when it comes, and what it has not begun when there is nothing else left to do, or
 * not done in time, is done here. The page ends helpers when our call ends, however it ends.
 */
export class Parts {
  readonly #helpers = new Set<Helper>();
  /** Not yet given to anybody. */
  readonly #waiting: Part[] = [];
  /** Not yet taken by the reader. */
  readonly #parts: Part[] = [];
  /** What is being read for us. */
  #ahead: Part | undefined;
  /** Buffers for copies: new memory costs more than what is copied to it. */
  readonly #buffers: ArrayBuffer[] = [];
  #count = 0;
  #complete = false;
  /** When we last had nothing to do, and how long the part before that took, in ms. */
  #rested = 0;
  #took = 0;
  #wake = () => {};

  /** With so many helpers at most, which know what is to be done by the name `kind`; `compute` does it here. If the input
   *  is `whole`, all of it comes at once; otherwise helpers are asked for if it comes faster than it is worked off. */
  constructor(readonly task: Task, readonly kind: string, readonly compute: Compute, readonly most: number, readonly whole: boolean) {
    task.signal.addEventListener("abort", () => this.#wake());
  }

  /** Results that have not been taken. */
  get length(): number {
    return this.#parts.length;
  }

  /** Whether everybody who works has enough: another part would only take memory. */
  get full(): boolean {
    let hands = 0;
    for (const helper of this.#helpers) if (helper.here) hands += 1;
    // As many for ourselves as for a helper, so that nobody waits for whoever happens to have the first.
    return this.#parts.length > (hands && hands + 1) * (AHEAD + 1);
  }

  /** Adds a part; `how` is what else `compute` gets. */
  push(bytes: Bytes, how: unknown[], last: boolean): void {
    const part = { number: this.#count++, bytes, how };
    this.#complete = last;
    this.#parts.push(part);
    this.#waiting.push(part);
    // Of no use for an input of one part, nor for a stream that comes slower than it is worked off.
    const wanted = this.whole ? part.number > 0 : performance.now() - this.#rested < this.#took;
    if (wanted && this.#helpers.size < this.most) this.#ask();
    this.#deal();
  }

  /** What the first part became. */
  async next(): Promise<Uint8Array<ArrayBuffer>> {
    const { signal } = this.task;
    const part = this.#parts[0] as Part;
    while (!part.result) {
      signal.throwIfAborted();
      const own = this.#take();
      if (own) await this.#do(own);
      else if (!(await this.#news())) this.#giveUp();
    }
    this.#parts.shift();
    return part.result;
  }

  end(): void {
    for (const { port } of this.#helpers) port.postMessage(null satisfies Work);
    this.#helpers.clear();
  }

  async #do(part: Part): Promise<void> {
    const bytes = await (part.reading ?? bytesOf(part.bytes));
    const start = performance.now();
    part.result ??= this.compute(bytes, ...(part.how as never[]));
    this.#rested = performance.now();
    this.#took = this.#rested - start;
    // Lets in what the helpers say, and the page.
    await breathe();
  }

  /** The next part for us. */
  #take(): Part | undefined {
    const part = this.#ahead ?? this.#undone() ?? this.#notBegun();
    this.#ahead = undefined;
    // A Blob is read while the part before it is worked on.
    if (this.#waiting[0]?.bytes instanceof Blob) {
      this.#ahead = this.#waiting.shift() as Part;
      this.#ahead.reading = read(this.#ahead.bytes) as Promise<Uint8Array>;
    }
    return part;
  }

  /** The first that waits. Of one that was given up on, the answer may have come after all. */
  #undone(): Part | undefined {
    for (;;) {
      const part = this.#waiting.shift();
      if (!part?.result) return part;
    }
  }

  /** The last part that somebody has in hand without being at it. */
  #notBegun(): Part | undefined {
    let most: Helper | undefined;
    const spare = ({ here, hand }: Helper) => hand.length - (here ? 1 : 0);
    for (const helper of this.#helpers) if (spare(helper) > (most ? spare(most) : 0)) most = helper;
    return most?.hand.pop();
  }

  /** Gives out parts. */
  #deal(): void {
    for (const helper of this.#helpers) {
      for (let part; (part = this.#forHelper(helper)); ) {
        const [work, moved] = this.#work(part);
        helper.port.postMessage(work, moved);
      }
      if (helper.hand.length === 0 && this.#complete) this.#dismiss(helper);
    }
  }

  /** The next part for a helper, if it should have another. */
  #forHelper(helper: Helper): Part | undefined {
    const { here, hand, open } = helper;
    if (open >= helper.ahead) return undefined;
    const part = this.#undone() ?? (here && open === 0 ? this.#notBegun() : undefined);
    if (!part) return undefined;
    hand.push(part);
    helper.open += 1;
    return part;
  }

  #work({ number, bytes, how }: Part): [Work, Transferable[]] {
    if (bytes instanceof Blob) return [[this.kind, number, bytes, how], []];
    // A copy, since the part is done here if the helper dies.
    const source = bytesOf(bytes) as Uint8Array;
    const { length } = source;
    const last = this.#buffers.pop();
    const buffer = last && last.byteLength >= length ? last : new ArrayBuffer(length);
    const copy = new Uint8Array(buffer, 0, length);
    copy.set(source);
    return [[this.kind, number, copy, how], [buffer]];
  }

  /** Asks for a helper, with its first parts: through the port they would come later than it does. */
  #ask(): void {
    const { port1: port, port2 } = new MessageChannel();
    const helper: Helper = { port, here: false, hand: [], open: 0, ahead: AHEAD };
    port.onmessage = ({ data }) => this.#hear(helper, data as Answer);
    this.#helpers.add(helper);
    const first: Work[] = [];
    const moved: Transferable[] = [port2];
    for (let part; (part = this.#forHelper(helper)); ) {
      const [work, buffers] = this.#work(part);
      first.push(work);
      moved.push(...buffers);
    }
    Task.ask(this.task, [[port2, first], moved], moved);
  }

  #hear(helper: Helper, answer: Answer): void {
    if (answer === true) {
      helper.here = true;
    } else if (answer === null) {
      // What it still has, whoever is next has; somebody else in its place, if there is enough to do.
      this.#waiting.unshift(...helper.hand.splice(0));
      if (this.#helpers.delete(helper) && this.#waiting.length > 0) this.#ask();
    } else {
      const [number, result, dry, buffer] = answer;
      if (dry && helper.ahead < MOST_AHEAD) helper.ahead += 1;
      if (buffer) this.#buffers.push(buffer);
      helper.open -= 1;
      helper.hand = helper.hand.filter((part) => part.number !== number);
      const part = this.#parts.find((one) => one.number === number);
      // What a helper could not do fails here too, and here it fails the call.
      if (part && result) part.result ??= result;
      else if (part && !part.result) this.#waiting.unshift(part);
    }
    this.#deal();
    this.#wake();
  }

  #dismiss(helper: Helper): void {
    helper.port.postMessage(null satisfies Work);
    this.#helpers.delete(helper);
  }

  /** Nobody has said anything for too long. If one of them says something after all, it is still heard. */
  #giveUp(): void {
    for (const helper of this.#helpers) {
      this.#waiting.push(...helper.hand.splice(0));
      this.#dismiss(helper);
    }
  }

  /** Whether somebody has said something, within patience. */
  #news(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(PATIENCE, PATIENCE_PARTS * this.#took), false);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}

/** Works for a call in another worker, from its `first` parts on, until that has no more for us or our turn is over.
 *  `kinds` is what we know to do. */
export async function help(task: Task, port: MessagePort, first: Work[], kinds: Record<string, Compute>): Promise<void> {
  const over = new AbortController();
  const leave = () => over.abort();
  task.signal.addEventListener("abort", leave);
  setTimeout(leave, TURN);
  // What comes while we work is read meanwhile.
  const begun = (work: Work) => (work ? { work, bytes: read(work[2]) } : leave());
  const inbox = new Inbox(port, over.signal, begun, first);
  port.postMessage(true satisfies Answer);
  try {
    for (let next = await inbox.next(); next; next = await inbox.next()) {
      const [kind, number, given, how] = next.work;
      let result: Uint8Array<ArrayBuffer> | undefined;
      let buffer: ArrayBuffer | undefined;
      try {
        const bytes = await next.bytes;
        if (!(given instanceof Blob)) buffer = bytes.buffer as ArrayBuffer;
        result = (kinds[kind] as Compute)(bytes, ...(how as never[]));
      } finally {
        port.postMessage([number, result, inbox.empty, buffer] satisfies Answer, [result?.buffer, buffer].filter((one) => one !== undefined));
      }
      // Lets in whoever ends this.
      await breathe();
    }
  } finally {
    port.postMessage(null satisfies Answer);
    port.close();
  }
}

/** Begins to read; whoever awaits it is told of what goes wrong. */
function read(bytes: Bytes): Uint8Array | Promise<Uint8Array> {
  const reading = bytesOf(bytes);
  if (reading instanceof Promise) reading.catch(() => {});
  return reading;
}
