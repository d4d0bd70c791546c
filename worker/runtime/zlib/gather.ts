import { bytesOf } from "../input.js";
import { BLOCK, type Block, WINDOW } from "./blocks.js";
import type { Options } from "./options.js";

/** Blocks of pieces of any length. */
export async function* gathered(pieces: AsyncIterable<Uint8Array>, options: Options | undefined): AsyncGenerator<Block, void> {
  const bytes = new Uint8Array(WINDOW + BLOCK);
  const dictionary = await dictionaryOf(options);
  bytes.set(dictionary);
  let before = dictionary.byteLength;
  let length = before;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.byteLength; ) {
      // Only once more has come is it known that a full block is not the last.
      if (length === before + BLOCK) {
        yield { bytes: bytes.slice(0, length), before, last: false };
        bytes.copyWithin(0, length - WINDOW, length);
        before = length = WINDOW;
      }
      const count = Math.min(piece.byteLength - at, before + BLOCK - length);
      bytes.set(piece.subarray(at, at + count), length);
      length += count;
      at += count;
    }
  }
  yield { bytes: bytes.slice(0, length), before, last: true };
}

/** What stands before the first block. */
export async function dictionaryOf(options: Options | undefined): Promise<Uint8Array> {
  return options?.dictionary ? (await bytesOf(options.dictionary)).slice(-WINDOW) : new Uint8Array(0);
}
