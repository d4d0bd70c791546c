import * as glue from "centaurus-worker-glue";
import { Parts } from "../helpers.js";
import type { Task } from "../task.js";
import type { Options } from "./options.js";

/** Bytes of a block: 3 ms of work at level 6, so that a helper's messages cost nothing beside it, and what a block costs
 *  in size (its end, and code tables of its own) is a few parts in a thousand. */
export const BLOCK = 256 * 1024;
/** How far back a match can reach (RFC 1951). */
export const WINDOW = 32 * 1024;

/** A part of the input. Its first `before` bytes stand before it. */
export interface Block {
  bytes: Uint8Array | Blob;
  before: number;
  last: boolean;
}

/** Compresses blocks of one stream, here and in other workers, and gives the parts in order. */
export class Blocks {
  readonly #frame: glue.ZlibFrame;
  readonly #options: object;
  readonly #parts: Parts;
  /** Of the blocks under way. */
  readonly #lengths: number[] = [];

  /** With so many helpers at most. The limits are those of a `whole` input, or those of a stream. */
  constructor(task: Task, options: Options | undefined, whole: boolean, helpers: number) {
    this.#frame = new glue.ZlibFrame(options, whole);
    this.#options = { format: options?.format, level: options?.level };
    this.#parts = new Parts(task, "deflate", deflate, helpers, whole);
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
    return this.#parts.length;
  }

  /** Whether another block would only take memory. */
  get full(): boolean {
    return this.#parts.full;
  }

  push({ bytes, before, last }: Block): void {
    this.#lengths.push((bytes instanceof Blob ? bytes.size : bytes.byteLength) - before);
    this.#parts.push(bytes, [before, last, this.#options], last);
  }

  /** The part that the first block under way became, and that block's length. */
  async next(): Promise<{ part: Uint8Array<ArrayBuffer>; length: number }> {
    const part = await this.#parts.next();
    const length = this.#lengths.shift() as number;
    return { part: counted(this.#frame, part, length), length };
  }

  end(): void {
    this.#parts.end();
    this.#frame.free();
  }
}

/** A block counted into the frame, without the check sum behind it. */
export function counted(frame: glue.ZlibFrame, part: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const end = part.byteLength - 4;
  frame.add(new DataView(part.buffer, part.byteOffset).getUint32(end, true), length, end);
  return part.subarray(0, end);
}

/** What a block becomes, with its check sum behind. */
export function deflate(bytes: Uint8Array, before: number, last: boolean, options: object): Uint8Array<ArrayBuffer> {
  return glue.zlibBlock(bytes, before, last, options) as Uint8Array<ArrayBuffer>;
}
