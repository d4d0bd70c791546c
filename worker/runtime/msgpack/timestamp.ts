import { corruptError } from "./faults.js";
import type { Writer } from "./writer.js";

/** The extension type that the specification defines. */
export const TIMESTAMP = -1;

/** Milliseconds from 1970 that a `Date` reaches both ways (ECMAScript, time values and time range). */
const DATE_RANGE = 8.64e15;

const NANOS = 1_000_000_000;

const content = new DataView(new ArrayBuffer(12));

/** Writes a `Date`'s time in the shortest of the three forms. */
export function writeTimestamp(writer: Writer, millis: number): void {
  const seconds = Math.floor(millis / 1000);
  const nanoseconds = (millis - seconds * 1000) * 1_000_000;
  let length = 12;
  if (seconds >= 0 && seconds < 2 ** 32 && nanoseconds === 0) {
    content.setUint32(0, seconds);
    length = 4;
  } else if (seconds >= 0 && seconds < 2 ** 34) {
    // 30 bits of nanoseconds, 34 of seconds.
    content.setUint32(0, nanoseconds * 4 + Math.floor(seconds / 2 ** 32));
    content.setUint32(4, seconds >>> 0);
    length = 8;
  } else {
    content.setUint32(0, nanoseconds);
    content.setBigInt64(4, BigInt(seconds));
  }
  writer.extension(TIMESTAMP, new Uint8Array(content.buffer, 0, length));
}

/** The `Date` that an extension of `length` bytes at `at` says, what is finer than a millisecond cut off towards the past;
 *  nothing where a `Date` does not reach that far. */
export function readTimestamp(view: DataView, at: number, length: number): Date | undefined {
  let seconds: number;
  let nanoseconds = 0;
  if (length === 4) seconds = view.getUint32(at);
  else if (length === 8) {
    const high = view.getUint32(at);
    nanoseconds = high >>> 2;
    seconds = (high & 3) * 2 ** 32 + view.getUint32(at + 4);
  } else if (length === 12) {
    nanoseconds = view.getUint32(at);
    seconds = Number(view.getBigInt64(at + 4));
  } else throw corruptError(at + length, "a timestamp of a length other than 4, 8 or 12 bytes");
  if (nanoseconds >= NANOS) throw corruptError(at + length, "a timestamp with a second or more of nanoseconds");
  const millis = seconds * 1000 + Math.floor(nanoseconds / 1_000_000);
  return Math.abs(millis) <= DATE_RANGE ? new Date(millis) : undefined;
}
