import { LONGEST_CHARACTER, WRITTEN_BY_HAND, writeText } from "../text.js";
import { limitError, outOfMemoryError } from "./faults.js";

/** Most bytes that stand before the content of any value: marker, length and an extension's number, or a number. */
const HEAD = 16;

/** Length of the piece of memory that is there from the beginning and stays, and of those that follow it. Memory that
 *  grew by doubling would be copied, and touched for the first time, twice as often. */
const FIRST = 64 * 1024;
const PIECE = 1024 * 1024;

const ENCODER = new TextEncoder();

/** Writes MessagePack. That as many values follow a head as it says is up to the caller. */
export class Writer {
  readonly #first = new Uint8Array(FIRST);
  /** What is complete, and its length. */
  #pieces: Uint8Array[] = [];
  #done = 0;
  /** What is being written to. */
  #bytes = this.#first;
  #view = new DataView(this.#first.buffer);
  #at = 0;
  #max = Infinity;

  /** Begins a message of at most `max` bytes. */
  begin(max: number): void {
    this.#pieces = [];
    this.#done = 0;
    this.#begin(this.#first);
    this.#max = max;
  }

  /** The message, in a buffer of its own. */
  finish(): Uint8Array<ArrayBuffer> {
    this.#claim(0);
    const length = this.#done + this.#at;
    const rest = this.#bytes.subarray(0, this.#at);
    try {
      if (this.#done === 0) return rest.slice();
      const message = new Uint8Array(length);
      let at = 0;
      for (const piece of [...this.#pieces, rest]) {
        message.set(piece, at);
        at += piece.length;
      }
      return message;
    } catch {
      throw outOfMemoryError(length);
    } finally {
      this.begin(0);
    }
  }

  nil(): void {
    this.#byte(0xc0);
  }

  bool(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2);
  }

  /** A number as an integer in its shortest form where it is a safe one, else as a double; −0 is a double. With `narrow`,
   *  integers beyond 32 bits are doubles too, which leaves the 64-bit forms to bigints. */
  number(value: number, narrow: boolean): void {
    if (this.#at + HEAD > this.#bytes.length) this.#room(HEAD);
    const bytes = this.#bytes;
    let at = this.#at;
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      if (value >= 0) {
        if (value < 0x80) bytes[at++] = value;
        else if (value < 0x100) {
          bytes[at] = 0xcc;
          bytes[at + 1] = value;
          at += 2;
        } else if (value < 0x10000) {
          bytes[at] = 0xcd;
          bytes[at + 1] = value >> 8;
          bytes[at + 2] = value;
          at += 3;
        } else {
          bytes[at] = 0xce;
          this.#view.setUint32(at + 1, value);
          at += 5;
        }
      } else if (value >= -0x20) bytes[at++] = value;
      else if (value >= -0x80) {
        bytes[at] = 0xd0;
        bytes[at + 1] = value;
        at += 2;
      } else if (value >= -0x8000) {
        bytes[at] = 0xd1;
        this.#view.setInt16(at + 1, value);
        at += 3;
      } else {
        bytes[at] = 0xd2;
        this.#view.setInt32(at + 1, value);
        at += 5;
      }
    } else if (value >>> 0 === value && value > 0) {
      bytes[at] = 0xce;
      this.#view.setUint32(at + 1, value);
      at += 5;
    } else if (!narrow && value !== 0 && Number.isSafeInteger(value)) {
      bytes[at] = value < 0 ? 0xd3 : 0xcf;
      this.#view.setInt32(at + 1, Math.floor(value / 2 ** 32));
      this.#view.setUint32(at + 5, value >>> 0);
      at += 9;
    } else {
      bytes[at] = 0xcb;
      this.#view.setFloat64(at + 1, value);
      at += 9;
    }
    this.#at = at;
  }

  /** A bigint of up to 64 bits in a 64-bit form. */
  int64(value: bigint): void {
    if (this.#at + HEAD > this.#bytes.length) this.#room(HEAD);
    const signed = BigInt.asIntN(64, value) === value;
    this.#bytes[this.#at] = signed ? 0xd3 : 0xcf;
    this.#view.setBigUint64(this.#at + 1, BigInt.asUintN(64, value));
    this.#at += 9;
  }

  /** A string. As in `TextEncoder`, a lone surrogate becomes U+FFFD. */
  string(value: string): void {
    const { length } = value;
    const most = length * LONGEST_CHARACTER + HEAD;
    if (this.#at + most > this.#bytes.length) this.#room(most, length);
    if (length > WRITTEN_BY_HAND) return this.#long(value);
    const bytes = this.#bytes;
    const start = this.#at;
    const head = length < 0x20 ? 1 : 2;
    let at = start + head;
    let i = 0;
    for (; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit >= 0x80) break;
      bytes[at++] = unit;
    }
    if (i < length) return this.#wide(value, i, head);
    if (head === 1) bytes[start] = 0xa0 | length;
    else {
      bytes[start] = 0xd9;
      bytes[start + 1] = length;
    }
    this.#at = at;
  }

  /** A short string as its bytes, all of them ASCII. */
  ascii(value: Uint8Array): void {
    const { length } = value;
    if (this.#at + length + HEAD > this.#bytes.length) this.#room(length + HEAD, length);
    const bytes = this.#bytes;
    let at = this.#at;
    if (length < 0x20) bytes[at++] = 0xa0 | length;
    else {
      bytes[at++] = 0xd9;
      bytes[at++] = length;
    }
    for (let i = 0; i < length; i++) bytes[at++] = value[i] as number;
    this.#at = at;
  }

  /** Writes a short string of which the first `i` units are ASCII and stand already behind a head of so many bytes. */
  #wide(value: string, i: number, head: number): void {
    const bytes = this.#bytes;
    const start = this.#at;
    const at = writeText(value, i, bytes, start + head + i);
    const count = at - start - head;
    const needed = count < 0x20 ? 1 : 2;
    if (needed !== head) {
      bytes.copyWithin(start + needed, start + head, at);
      head = needed;
    }
    if (head === 1) bytes[start] = 0xa0 | count;
    else {
      bytes[start] = 0xd9;
      bytes[start + 1] = count;
    }
    this.#at = start + head + count;
  }

  #long(value: string): void {
    // The head is as long as it has to be if all is ASCII.
    const { length } = value;
    const head = length < 0x100 ? 2 : length < 0x10000 ? 3 : 5;
    const { written } = ENCODER.encodeInto(value, this.#bytes.subarray(this.#at + head));
    const needed = written < 0x100 ? 2 : written < 0x10000 ? 3 : 5;
    if (needed !== head) this.#bytes.copyWithin(this.#at + needed, this.#at + head, this.#at + head + written);
    this.#head(0, 0, 0xd9, written);
    this.#at += written;
  }

  binary(value: Uint8Array): void {
    const { length } = value;
    this.#head(0, 0, 0xc4, length);
    this.#raw(value);
  }

  /** An extension. */
  extension(type: number, value: Uint8Array): void {
    const { length } = value;
    const fixed = [1, 2, 4, 8, 16].indexOf(length);
    if (fixed >= 0) this.#byte(0xd4 + fixed);
    else this.#head(0, 0, 0xc7, length);
    this.#byte(type);
    this.#raw(value);
  }

  /** The head of an array: so many values follow, each a byte at the least. */
  array(count: number): void {
    this.#claim(count);
    this.#head(0x90, 0x10, 0xdb, count);
  }

  /** The head of a map: so many pairs of key and value follow. */
  map(count: number): void {
    this.#claim(count * 2);
    this.#head(0x80, 0x10, 0xdd, count);
  }

  #byte(byte: number): void {
    if (this.#at === this.#bytes.length) this.#room(HEAD);
    this.#bytes[this.#at++] = byte;
  }

  /** Marker and length: `fix` with lengths below `below` in the marker, then the forms of 8, 16 and 32 bits from `first`
   *  on. Arrays and maps have none of 8 bits, whose place below their first is another's. */
  #head(fix: number, below: number, first: number, length: number): void {
    if (this.#at + HEAD > this.#bytes.length) this.#room(HEAD);
    const bytes = this.#bytes;
    if (length < below) bytes[this.#at++] = fix | length;
    else if (length < 0x100 && below === 0) {
      bytes[this.#at++] = first;
      bytes[this.#at++] = length;
    } else if (length < 0x10000) {
      bytes[this.#at] = first + 1;
      this.#view.setUint16(this.#at + 1, length);
      this.#at += 3;
    } else {
      bytes[this.#at] = first + 2;
      this.#view.setUint32(this.#at + 1, length);
      this.#at += 5;
    }
  }

  /** That so many bytes more are allowed. */
  #claim(count: number): void {
    const at = this.#done + this.#at;
    if (at + count > this.#max) throw limitError("maxAllocation", this.#max, at);
  }

  /** Makes room for `most` bytes, of which `least` will be written for certain. */
  #room(most: number, least = 0): void {
    this.#claim(least);
    if (this.#at + most <= this.#bytes.length) return;
    this.#complete();
    try {
      this.#begin(new Uint8Array(Math.max(most, PIECE)));
    } catch {
      throw outOfMemoryError(most);
    }
  }

  /** What has been written is a piece. */
  #complete(): void {
    if (this.#at > 0) this.#pieces.push(this.#bytes.subarray(0, this.#at));
    this.#done += this.#at;
    this.#begin(this.#bytes.subarray(this.#at));
  }

  #begin(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset);
    this.#at = 0;
  }

  /** Writes bytes as they are. */
  #raw(bytes: Uint8Array): void {
    if (bytes.length <= FIRST) {
      this.#room(bytes.length, bytes.length);
      this.#bytes.set(bytes, this.#at);
      this.#at += bytes.length;
      return;
    }
    // Whoever owns them is waiting: they need no copy before that into the message.
    this.#claim(bytes.length);
    this.#complete();
    this.#pieces.push(bytes);
    this.#done += bytes.length;
  }
}
