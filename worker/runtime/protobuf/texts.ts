import { readText } from "../text.js";
import type { Field } from "./plan.js";

/** Strings of up to so many bytes are looked for among those that came before, of which there are as many as this. */
const LONGEST = 24;
const KNOWN = 256;

/** After so many strings of a field that were looked for in vain, so many others are not. */
export const TRIES = 32;
const PAUSE = 512;

/** Short strings of a message. Real data says the same over and over: comparing bytes costs less than making a string. */
export class Texts {
  /** Where the bytes of each are, and how many. */
  readonly #starts = new Int32Array(KNOWN);
  readonly #lengths = new Int32Array(KNOWN);
  readonly #texts: string[] = new Array<string>(KNOWN).fill("");

  /** Reads so many bytes of the message, which are there. */
  read(field: Field, bytes: Uint8Array, start: number, length: number): string {
    if (length === 0 || length > LONGEST) return readText(bytes, start, length);
    const luck = field.luck - 1;
    field.luck = luck < -PAUSE ? TRIES : luck;
    if (luck < 0) return readText(bytes, start, length);
    const place = ((bytes[start] as number) * 31 + (bytes[start + (length >> 1)] as number) * 7 + (bytes[start + length - 1] as number) * 17 + length) % KNOWN;
    if (this.#lengths[place] === length) {
      const known = this.#starts[place] as number;
      let i = 0;
      while (i < length && bytes[known + i] === bytes[start + i]) i++;
      if (i === length) {
        field.luck = TRIES;
        return this.#texts[place] as string;
      }
    }
    const text = readText(bytes, start, length);
    this.#starts[place] = start;
    this.#lengths[place] = length;
    this.#texts[place] = text;
    return text;
  }

  /** Before another message comes. */
  forget(): void {
    this.#lengths.fill(0);
  }
}
