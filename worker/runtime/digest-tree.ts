import * as glue from "centaurus-digest-glue";
import { Parts } from "./helpers.js";
import { type Bytes, bytesOf, lengthOf, Progress } from "./input.js";
import type { Task } from "./task.js";

/** Bytes of a part, a power of two: a millisecond of work, beside which the messages for it cost little. */
const PART = 1 << 20;

type Secret = { secret?: BufferSource | undefined };

/** What the parts of a BLAKE3 tree give, computed here and in other workers. */
export async function values(task: Task, data: Bytes, options: Secret, helpers: number): Promise<Uint8Array[]> {
  const size = lengthOf(data) as number;
  const source = data instanceof Blob ? data : (bytesOf(data) as Uint8Array);
  const parts = new Parts(task, "blake3", chainingValue, helpers, true);
  const progress = new Progress(task, size);
  try {
    for (let at = 0; at < size; at += PART) {
      const end = Math.min(at + PART, size);
      parts.push(source instanceof Blob ? source.slice(at, end) : source.subarray(at, end), [at, options], end === size);
    }
    const given: Uint8Array[] = [];
    while (parts.length > 0) {
      given.push(await parts.next());
      progress.add(Math.min(PART, size - (given.length - 1) * PART));
    }
    progress.end();
    return given;
  } finally {
    parts.end();
  }
}

/** What the part at `offset` gives. */
export function chainingValue(bytes: Uint8Array, offset: number, options: Secret): Uint8Array<ArrayBuffer> {
  const part = new glue.DigestPart(options, offset, PART);
  part.update(bytes);
  return part.finish() as Uint8Array<ArrayBuffer>;
}
