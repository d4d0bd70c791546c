/** UTF-8 of short strings by hand, both ways: below some length a call of `TextDecoder` or `TextEncoder` costs more than it
 *  saves. */

/** Strings of up to so many bytes are read by hand. */
const SHORT = 40;

/** Strings of up to so many UTF-16 units are better written by hand. */
export const WRITTEN_BY_HAND = 64;

/** Most bytes of UTF-8 for one UTF-16 unit. */
export const LONGEST_CHARACTER = 3;

/** For the units of short strings, by length. */
const UNITS = Array.from({ length: SHORT + 1 }, (_, length) => new Array<number>(length).fill(0));

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads so many bytes, which are there. Throws a `TypeError` where they are no UTF-8, and something else where there is no
 *  memory. */
export function readText(bytes: Uint8Array, start: number, length: number): string {
  if (length === 0) return "";
  if (length <= SHORT) {
    const units = UNITS[length] as number[];
    let i = 0;
    for (; i < length; i++) {
      const byte = bytes[start + i] as number;
      if (byte >= 0x80) break;
      units[i] = byte;
    }
    if (i === length) return String.fromCharCode.apply(undefined, units);
    const text = wide(bytes, start + i, start + length, units, i);
    if (text !== undefined) return text;
  }
  return DECODER.decode(bytes.subarray(start, start + length));
}

/** Goes on where the first `count` units are ASCII; nothing where there are bytes that it does not know: those of four, and
 *  what is no UTF-8. */
function wide(bytes: Uint8Array, at: number, end: number, units: number[], count: number): string | undefined {
  while (at < end) {
    const first = bytes[at++] as number;
    let unit = first;
    if (first >= 0x80) {
      const second = bytes[at++] as number;
      if ((second & 0xc0) !== 0x80) return undefined;
      if (first < 0xe0) {
        if (first < 0xc2) return undefined;
        unit = (first & 0x1f) << 6 | second & 0x3f;
      } else {
        const third = bytes[at++] as number;
        unit = (first & 0x0f) << 12 | (second & 0x3f) << 6 | third & 0x3f;
        if (first >= 0xf0 || (third & 0xc0) !== 0x80 || unit < 0x800 || (unit & 0xf800) === 0xd800) return undefined;
      }
    }
    units[count++] = unit;
  }
  if (at !== end) return undefined;
  const all = UNITS[count] as number[];
  for (let i = 0; i < count; i++) all[i] = units[i] as number;
  return String.fromCharCode.apply(undefined, all);
}

/** Writes a string from its unit `i` on to `at`, where there is room, and gives where it ends. As in `TextEncoder`, a lone
 *  surrogate becomes U+FFFD. */
export function writeText(value: string, i: number, bytes: Uint8Array, at: number): number {
  const { length } = value;
  for (; i < length; i++) {
    let unit = value.charCodeAt(i);
    if (unit < 0x80) bytes[at++] = unit;
    else if (unit < 0x800) {
      bytes[at] = unit >> 6 | 0xc0;
      bytes[at + 1] = unit & 0x3f | 0x80;
      at += 2;
    } else {
      if ((unit & 0xf800) === 0xd800) {
        const next = unit < 0xdc00 && i + 1 < length ? value.charCodeAt(i + 1) : 0;
        if ((next & 0xfc00) === 0xdc00) {
          i++;
          unit = 0x10000 + ((unit & 0x3ff) << 10 | next & 0x3ff);
          bytes[at++] = unit >> 18 | 0xf0;
          bytes[at++] = unit >> 12 & 0x3f | 0x80;
          bytes[at++] = unit >> 6 & 0x3f | 0x80;
          bytes[at++] = unit & 0x3f | 0x80;
          continue;
        }
        unit = 0xfffd;
      }
      bytes[at] = unit >> 12 | 0xe0;
      bytes[at + 1] = unit >> 6 & 0x3f | 0x80;
      bytes[at + 2] = unit & 0x3f | 0x80;
      at += 3;
    }
  }
  return at;
}
