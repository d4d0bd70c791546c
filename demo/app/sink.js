/** Where a stream of bytes goes: nowhere, to a file on the disk, or into memory up to a bound. */

import { bytes } from "./format.js";

/** Bytes that are kept for a download where the browser cannot write to the disk as they come. */
export const KEPT = 256 * 1024 * 1024;

/** Chunks are made into a Blob at this many bytes: the browser keeps Blobs outside the page's heap. */
const PIECE = 8 * 1024 * 1024;

/** Whether bytes can go to the disk as they come. */
export const canSave = "showSaveFilePicker" in globalThis;

/** Takes everything and keeps nothing. */
export const nowhere = () => ({ write() {}, end: async () => undefined, drop() {} });

/** Asks for a file and writes to it. The browser shows it under its name when it is whole. */
export async function toDisk(suggestedName) {
  const handle = await showSaveFilePicker({ suggestedName }).catch((cause) => {
    if (cause.name !== "AbortError") throw cause;
    throw new DOMException("No place to save the file was chosen.", "AbortError");
  });
  const file = await handle.createWritable();
  return {
    write: (chunk) => file.write(chunk),
    async end() {
      await file.close();
      return { said: `Saved as ${handle.name}.` };
    },
    drop: () => file.abort().catch(() => {}),
  };
}

/** Keeps what comes as a Blob. What is over the bound is not kept, nor what was before it: the end says so. */
export function toMemory() {
  let pieces = [];
  let chunks = [];
  let held = 0;
  let open = 0;
  const fold = () => {
    pieces.push(new Blob(chunks));
    [chunks, open] = [[], 0];
  };
  const drop = () => ([pieces, chunks] = [[], []]);
  return {
    write(chunk) {
      held += chunk.length;
      if (held > KEPT) return void drop();
      chunks.push(chunk);
      open += chunk.length;
      if (open >= PIECE) fold();
    },
    async end() {
      if (held > KEPT) {
        return { said: `Not kept: this browser cannot write to the disk, and ${bytes(KEPT)} is the most that is kept in memory.` };
      }
      fold();
      return { said: "Kept for the link below.", blob: new Blob(pieces, { type: "application/gzip" }) };
    },
    drop,
  };
}
