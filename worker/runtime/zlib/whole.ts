import * as glue from "centaurus-worker-glue";
import { breathe } from "../breath.js";
import { type Bytes, bytesOf, type Input, lengthOf, piecesOf, Progress } from "../input.js";
import type { Task } from "../task.js";
import { type Threads, threads } from "../threads.js";
import { type Block, Blocks, counted, WINDOW } from "./blocks.js";
import { dictionaryOf } from "./gather.js";
import { type Options, shared } from "./options.js";

/** Inputs below this are done in one go: 10 ms of work at most. */
const LARGE = 768 * 1024;

/** Bytes of the largest and the smallest blocks: 4 ms and 1 ms of work at level 6. */
const LARGE_BLOCK = 512 * 1024;
const SMALL_BLOCK = 128 * 1024;

/** Bytes that threads are given at a time: 35 ms of work for two of them, after which aborts are heard. */
const BATCH = 8 << 20;

/** The whole input, compressed; by this worker and others that have nothing better to do. */
export async function compress(task: Task, data: Input, options: Options | undefined, helpers = 0): Promise<Uint8Array> {
  if (isSmall(data)) return glue.zlibCompress(await bytesOf(data), options);
  if (data instanceof MessagePort || !shared(options, helpers)) return inSteps(task, true, data, options);
  const many = options?.dictionary ? undefined : threads(helpers + 1);
  if (many) return inThreads(task, many, data, options);
  const blocks = new Blocks(task, options, true, helpers);
  try {
    const parts = [blocks.header()];
    const progress = new Progress(task, lengthOf(data));
    for await (const block of blocksOf(data, options)) blocks.push(block);
    while (blocks.length > 0) {
      const { part, length } = await blocks.next();
      parts.push(part);
      progress.add(length);
    }
    progress.end();
    parts.push(blocks.trailer());
    return glue.joined(parts);
  } finally {
    blocks.end();
  }
}

/** The same in threads, to the same bytes. */
async function inThreads(task: Task, many: Threads, data: Bytes, options: Options | undefined): Promise<Uint8Array> {
  const frame = new glue.ZlibFrame(options, true);
  try {
    const parts = [frame.header()];
    const size = lengthOf(data) as number;
    const progress = new Progress(task, size);
    for (let at = 0; at < size; ) {
      const before = Math.min(at, WINDOW);
      const ends: number[] = [];
      let end = at;
      while (end < size && end - at < BATCH) ends.push((end += blockOf(size - end)) - at + before);
      const bytes = data instanceof Blob ? await bytesOf(data.slice(at - before, end)) : (await bytesOf(data)).subarray(at - before, end);
      const made = many.deflateBlocks(bytes, before, Uint32Array.from(ends), end === size, options?.format ?? "zlib", options?.level ?? 6);
      made.forEach((part, i) => parts.push(counted(frame, part, (ends[i] as number) - (ends[i - 1] ?? before))));
      progress.add(end - at);
      at = end;
      await breathe();
      task.signal.throwIfAborted();
    }
    progress.end();
    parts.push(frame.trailer());
    return glue.joined(parts);
  } finally {
    frame.free();
  }
}

/** The whole input, decompressed. */
export async function decompress(task: Task, data: Input, options: object | undefined): Promise<Uint8Array> {
  return isSmall(data) ? glue.zlibDecompress(await bytesOf(data), options) : inSteps(task, false, data, options);
}

function isSmall(data: Input): data is Exclude<Input, MessagePort> {
  const length = lengthOf(data);
  return length !== undefined && length < LARGE;
}

/** The input piece by piece, so that aborts are heard and no Blob is in memory as a whole. */
async function inSteps(task: Task, compress: boolean, data: Input, options: object | undefined): Promise<Uint8Array> {
  const job = new glue.ZlibJob(compress, options);
  try {
    for await (const piece of piecesOf(data, task)) job.push(piece);
    return job.finish();
  } finally {
    job.free();
  }
}

/** Bytes of the next block of so many that are left: large ones cost less, small ones at the end let everybody be done at
 *  the same time. It depends on nothing else, so that an input always becomes the same bytes. */
function blockOf(left: number): number {
  return Math.min(left, Math.max(SMALL_BLOCK, Math.min(LARGE_BLOCK, left >> 2)));
}

/** The blocks of what is there, none of it copied or read before somebody works on it. */
async function* blocksOf(data: Exclude<Input, MessagePort>, options: Options | undefined): AsyncGenerator<Block, void> {
  const source = data instanceof Blob ? data : await bytesOf(data);
  const size = lengthOf(data) as number;
  const part = (start: number, end: number) => (source instanceof Blob ? source.slice(start, end) : source.subarray(start, end));
  const dictionary = await dictionaryOf(options);
  for (let at = 0, end; at < size; at = end) {
    end = at + blockOf(size - at);
    const last = end === size;
    const before = at === 0 ? dictionary.byteLength : Math.min(at, WINDOW);
    let bytes: Uint8Array | Blob;
    if (at > 0 || before === 0) {
      bytes = part(at - before, end);
    } else {
      bytes = new Uint8Array(before + end);
      bytes.set(dictionary);
      bytes.set(await bytesOf(part(0, end)), before);
    }
    yield { bytes, before, last };
  }
}
