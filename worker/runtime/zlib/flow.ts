import * as glue from "centaurus-worker-glue";
import { piecesOf } from "../input.js";
import { moveMade, type Task } from "../task.js";
import { Blocks } from "./blocks.js";
import { gathered } from "./gather.js";
import { type Options, shared } from "./options.js";

/** What comes through the port, compressed or decompressed. Gives nothing once it is set up, then what comes out. */
export function flow(
  task: Task,
  port: MessagePort,
  options: Options | undefined,
  direction: "compress" | "decompress",
  helpers: number,
): AsyncGenerator<Uint8Array | undefined, void> {
  if (direction === "decompress") return inTurn(task, port, new glue.ZlibDecompressor(options));
  return shared(options, helpers) ? inBlocks(task, port, options, helpers) : inTurn(task, port, new glue.ZlibCompressor(options));
}

async function* inTurn(task: Task, port: MessagePort, codec: glue.ZlibCompressor | glue.ZlibDecompressor) {
  try {
    yield undefined;
    for await (const piece of piecesOf(port, task)) yield* moved(codec.push(piece));
    yield* moved(codec.finish());
  } finally {
    codec.free();
  }
}

async function* inBlocks(task: Task, port: MessagePort, options: Options | undefined, helpers: number) {
  const blocks = new Blocks(task, options, false, helpers);
  // Goes with the first part: alone it would be what a reader gets before anything was written, and who writes next would
  // wait for another.
  let head: Uint8Array | undefined = blocks.header();
  const next = async () => {
    const { part } = await blocks.next();
    const whole = head ? (glue.joined([head, part]) as Uint8Array) : part.slice();
    head = undefined;
    return whole;
  };
  try {
    yield undefined;
    for await (const block of gathered(piecesOf(port, task), options)) {
      blocks.push(block);
      while (blocks.full) yield* moved(await next());
    }
    while (blocks.length > 0) yield* moved(await next());
    yield* moved(blocks.trailer());
  } finally {
    blocks.end();
  }
}

function* moved(bytes: Uint8Array) {
  if (bytes.byteLength > 0) yield moveMade(bytes);
}
