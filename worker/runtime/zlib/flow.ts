import * as glue from "centaurus-worker-glue";
import { piecesOf } from "../input.js";
import type { Moved, Task } from "../task.js";
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
): AsyncGenerator<Moved | undefined, void> {
  if (direction === "decompress") return inTurn(task, port, new glue.ZlibDecompressor(options));
  return shared(options, helpers) ? inBlocks(task, port, options, helpers) : inTurn(task, port, new glue.ZlibCompressor(options));
}

async function* inTurn(task: Task, port: MessagePort, codec: glue.ZlibCompressor | glue.ZlibDecompressor) {
  try {
    yield undefined;
    for await (const piece of piecesOf(port, task)) yield* moved(task, codec.push(piece));
    yield* moved(task, codec.finish());
  } finally {
    codec.free();
  }
}

async function* inBlocks(task: Task, port: MessagePort, options: Options | undefined, helpers: number) {
  const blocks = new Blocks(task, options, false, helpers);
  try {
    yield undefined;
    yield* moved(task, blocks.header());
    for await (const block of gathered(piecesOf(port, task), options)) {
      blocks.push(block);
      while (blocks.full) yield* moved(task, (await blocks.next()).part.slice());
    }
    while (blocks.length > 0) yield* moved(task, (await blocks.next()).part.slice());
    yield* moved(task, blocks.trailer());
  } finally {
    blocks.end();
  }
}

function* moved(task: Task, bytes: Uint8Array) {
  if (bytes.byteLength > 0) yield task.transfer(bytes, [bytes.buffer as ArrayBuffer]);
}
