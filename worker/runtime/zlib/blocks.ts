import * as glue from "centaurus-worker-glue";
import { breathe } from "../breath.js";
import { Inbox } from "../inbox.js";
import { bytesOf } from "../input.js";
import { Task } from "../task.js";
import type { Options } from "./options.js";

/** Bytes of a block: 3 ms of work at level 6, so that a helper's messages cost nothing beside it, and what a block costs
 *  in size (its end, and code tables of its own) is a few parts in a thousand. */
export const BLOCK = 256 * 1024;
/** How far back a match can reach (RFC 1951). */
export const WINDOW = 32 * 1024;
/** Blocks that a helper has in hand: one to work on, and one to go on with while the next is on its way. */
const AHEAD = 2;
/** Time that a helper works for us, in ms, before its worker is free for others: the next one asks in turn with them. */
const TURN = 50;
/** A helper that says nothing for so long, in ms, is not waited for: its worker may be dead. */
const PATIENCE = 1_000;

/** A part of the input. Its first `before` bytes stand before it. */
export interface Block {
  bytes: Uint8Array | Blob;
  before: number;
  last: boolean;
}

interface Job {
  number: number;
  block: Block;
  length: number;
  /** What it became, with its check sum behind. */
  part?: Uint8Array<ArrayBuffer>;
}

interface Helper {
  port: MessagePort;
  /** It has come. */
  here: boolean;
  /** Blocks that it was given, less those that came back. */
  inHand: number;
}

type Work = [number: number, block: Block, options: object];
type Answer = [number: number, part: Uint8Array<ArrayBuffer> | null];

/**
 * Compresses blocks of one stream, here and in whatever workers of the pool have nothing better to do, and gives the
 * parts in order.
 *
 * A helper is a call like any other, asked for through the page, at a lower priority than ours. Nothing depends on one:
 * what none has done, or not in time, is done here. The page ends them when our call ends, however it ends.
 */
export class Blocks {
  readonly #frame: glue.ZlibFrame;
  readonly #options: object;
  readonly #helpers = new Set<Helper>();
  /** Not yet given to anybody. */
  readonly #waiting: Job[] = [];
  /** Not yet taken by the reader. */
  readonly #jobs: Job[] = [];
  #count = 0;
  /** When we last had nothing to do, and how long the block before that took, in ms. */
  #rested = 0;
  #took: number;
  #wake = () => {};

  /** With so many helpers at most. The limits are those of a `whole` input, or those of a stream. */
  constructor(readonly task: Task, options: Options | undefined, whole: boolean, readonly most: number) {
    this.#frame = new glue.ZlibFrame(options, whole);
    this.#options = { format: options?.format, level: options?.level };
    this.#took = whole ? Infinity : 0;
  }

  /** What goes before the first part. */
  header(): Uint8Array {
    return this.#frame.header();
  }

  /** What goes behind the last part. */
  trailer(): Uint8Array {
    return this.#frame.trailer();
  }

  /** Blocks under way. */
  get length(): number {
    return this.#jobs.length;
  }

  /** Whether everybody who works on them has enough: another block would only take memory. */
  get full(): boolean {
    let hands = 0;
    for (const helper of this.#helpers) if (helper.here) hands += 1;
    // As many for ourselves as for a helper, so that nobody waits for whoever happens to have the first.
    return this.#jobs.length > (hands && hands + 1) * (AHEAD + 1);
  }

  push(block: Block): void {
    const size = block.bytes instanceof Blob ? block.bytes.size : block.bytes.byteLength;
    const job = { number: this.#count++, block, length: size - block.before };
    this.#jobs.push(job);
    this.#waiting.push(job);
    // Of no use for an input of one block, nor for a stream that comes slower than it is compressed.
    const busy = performance.now() - this.#rested < this.#took;
    if (busy && this.#helpers.size < this.most) this.#ask();
    this.#deal();
  }

  /** The part that the first block under way became, and that block's length. */
  async next(): Promise<{ part: Uint8Array<ArrayBuffer>; length: number }> {
    const { signal } = this.task;
    const job = this.#jobs[0] as Job;
    while (!job.part) {
      signal.throwIfAborted();
      const own = this.#waiting.shift();
      if (own) {
        const start = performance.now();
        own.part = await compress(own.block, this.#options);
        this.#rested = performance.now();
        this.#took = this.#rested - start;
        // Lets the helpers' answers in.
        await breathe();
      } else if (!(await this.#news())) {
        for (const helper of this.#helpers) if (helper.inHand > 0) this.#dismiss(helper);
        job.part ??= await compress(job.block, this.#options);
      }
    }
    this.#jobs.shift();
    const { part, length } = job;
    const end = part.byteLength - 4;
    this.#frame.add(new DataView(part.buffer, part.byteOffset).getUint32(end, true), length, end);
    return { part: part.subarray(0, end), length };
  }

  end(): void {
    for (const helper of this.#helpers) this.#dismiss(helper);
    this.#frame.free();
  }

  /** Gives out blocks. */
  #deal(): void {
    for (const helper of this.#helpers) {
      while (helper.here && helper.inHand < AHEAD && this.#waiting.length > 0) {
        const { number, block } = this.#waiting.shift() as Job;
        // A copy, since the block is done here if the helper dies; of a view, or all of its buffer would be cloned.
        const copy = block.bytes instanceof Blob ? undefined : block.bytes.slice();
        const work: Work = [number, copy ? { ...block, bytes: copy } : block, this.#options];
        helper.port.postMessage(work, copy ? [copy.buffer] : []);
        helper.inHand += 1;
      }
    }
  }

  #ask(): void {
    const { port1: port, port2 } = new MessageChannel();
    const helper: Helper = { port, here: false, inHand: 0 };
    port.onmessage = ({ data }) => {
      if (data !== null) {
        this.#answer(helper, data as Answer);
      } else if (this.#helpers.has(helper)) {
        helper.here = true;
        setTimeout(() => this.#dismiss(helper), TURN);
      }
      this.#deal();
      this.#wake();
    };
    this.#helpers.add(helper);
    Task.ask(this.task, port2, [port2]);
  }

  #answer(helper: Helper, [number, part]: Answer): void {
    helper.inHand -= 1;
    const job = this.#jobs.find((one) => one.number === number);
    // What a helper could not do fails here too, and here it fails the call.
    if (job && part) job.part ??= part;
    else if (job && !job.part) this.#waiting.unshift(job);
  }

  /** Its worker is free once it has done what it has in hand; the answers are still heard. */
  #dismiss(helper: Helper): void {
    if (this.#helpers.delete(helper)) helper.port.postMessage(null);
  }

  /** Whether somebody has said something, within patience. */
  #news(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PATIENCE, false);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}

/** Compresses blocks for a call in another worker, until it has no more for us. */
export async function help(task: Task, port: MessagePort): Promise<void> {
  const inbox = new Inbox<Work | null>(port, task.signal);
  port.postMessage(null);
  try {
    for (let work = await inbox.next(); work; work = await inbox.next()) {
      const [number, block, options] = work;
      let part: Uint8Array<ArrayBuffer> | null = null;
      try {
        part = await compress(block, options);
      } finally {
        port.postMessage([number, part] satisfies Answer, part ? [part.buffer] : []);
      }
    }
  } finally {
    port.close();
  }
}

async function compress({ bytes, before, last }: Block, options: object): Promise<Uint8Array<ArrayBuffer>> {
  return glue.zlibBlock(await bytesOf(bytes), before, last, options) as Uint8Array<ArrayBuffer>;
}
