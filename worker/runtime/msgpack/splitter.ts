import { limitError, truncatedError } from "./faults.js";

/** Memory to begin with. */
const FIRST = 4096;

/**
 * Finds where messages that come in pieces, cut anywhere, begin and end. Each byte is looked at once, and no piece of a
 * string or of binary data at all, however long a message is under way.
 */
export class Splitter {
  readonly #maxInput: number;
  /** What has come of the messages that are not given yet, `#length` bytes. */
  #bytes = new Uint8Array(FIRST);
  #length = 0;
  /** Where the message begins. */
  #start = 0;
  /** Where the next value in it begins: may lie beyond what has come. */
  #at = 0;
  /** Values that it lacks. */
  #missing = 1;

  constructor(maxInput: number) {
    this.#maxInput = maxInput;
  }

  /** Takes the next piece and gives the messages that are complete: views, good until the next call. */
  *push(piece: Uint8Array): Generator<Uint8Array, void> {
    this.#keep(piece);
    for (;;) {
      if (this.#at - this.#start > this.#maxInput) throw limitError("maxInput", this.#maxInput, this.#maxInput);
      if (this.#missing === 0) {
        if (this.#at > this.#length) return;
        yield this.#bytes.subarray(this.#start, this.#at);
        this.#start = this.#at;
        this.#missing = 1;
      } else if (this.#at >= this.#length || !this.#skip()) return;
    }
  }

  /** That the last message is complete. */
  end(): void {
    if (this.#start < this.#length) throw truncatedError(this.#length - this.#start, "a value");
  }

  /** Passes a value, or the head of an array or a map; not if its length has not come yet. */
  #skip(): boolean {
    const at = this.#at;
    const marker = this.#bytes[at] as number;
    let size = 1;
    let parts = 0;
    if (marker >= 0xa0 && marker < 0xc0) size += marker & 0x1f;
    else if (marker >= 0x90 && marker < 0xa0) parts = marker & 0xf;
    else if (marker >= 0x80 && marker < 0x90) parts = 2 * (marker & 0xf);
    else if (marker >= 0xc0 && marker < 0xe0) {
      const width = WIDTHS[marker - 0xc0] as number;
      if (width < 0) size -= width;
      else if (width > 0) {
        if (at + 1 + width > this.#length) return false;
        let length = 0;
        for (let i = 1; i <= width; i++) length = length * 0x100 + (this.#bytes[at + i] as number);
        size += width;
        if (marker >= 0xde) parts = 2 * length;
        else if (marker >= 0xdc) parts = length;
        else size += length + (marker >= 0xc7 && marker <= 0xc9 ? 1 : 0);
      }
    }
    this.#at += size;
    this.#missing += parts - 1;
    return true;
  }

  #keep(piece: Uint8Array): void {
    const kept = this.#length - this.#start;
    const needed = kept + piece.length;
    const place = needed > this.#bytes.length ? new Uint8Array(Math.max(needed, 2 * this.#bytes.length)) : this.#bytes;
    place.set(this.#bytes.subarray(this.#start, this.#length));
    place.set(piece, kept);
    this.#bytes = place;
    this.#at -= this.#start;
    this.#start = 0;
    this.#length = needed;
  }
}

/** Of the markers from 0xc0 to 0xdf: bytes of the length that follows, or, negative, bytes of the value. */
const WIDTHS = [
  0, 0, 0, 0, 1, 2, 4, 1, 2, 4, -4, -8, -1, -2, -4, -8, -1, -2, -4, -8, -2, -3, -5, -9, -17, 1, 2, 4, 2, 4, 2, 4,
];
