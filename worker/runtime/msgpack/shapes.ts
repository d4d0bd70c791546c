/**
 * Keys of maps, known by the keys before them. Rows repeat their keys in the same order, so the next key is nearly always
 * the one that followed the last time: who reads compares its bytes and makes no string, who writes copies its bytes.
 */
export class Shape {
  /** Those that followed, the usual one first. */
  next: Shape | undefined;
  others: Shape[] | undefined;
  /** Whether assigning to the key may do something else than make a property: `Object.prototype` has one of that name,
   *  such as `__proto__`. */
  readonly inherited: boolean;

  constructor(
    readonly key: string,
    readonly bytes: Uint8Array,
    /** How many keys stand before; -1 where nothing is to be remembered of it. */
    readonly depth: number,
  ) {
    this.inherited = key in Object.prototype;
  }

  /** The key that follows, if it is known and stands there. */
  follow(message: Uint8Array, start: number, length: number): Shape | undefined {
    const { next, others } = this;
    if (next === undefined) return undefined;
    if (next.is(message, start, length)) return next;
    return others?.find((other) => other.is(message, start, length));
  }

  /** The key that follows, if it is known to follow here. */
  after(key: string): Shape | undefined {
    const { next, others } = this;
    if (next === undefined || next.key === key) return next;
    return others?.find((other) => other.key === key);
  }

  is(message: Uint8Array, start: number, length: number): boolean {
    const { bytes } = this;
    if (bytes.length !== length) return false;
    let i = 0;
    while (i < length && bytes[i] === message[start + i]) i++;
    return i === length;
  }
}

/** What is remembered: hostile messages have a million keys. */
const LONGEST_KEY = 64;
const DEEPEST = 64;
const MOST_OTHERS = 7;
const MOST = 4096;

const NONE = new Uint8Array(0);

/** What follows a key that is not remembered. */
export const LOST = new Shape("", NONE, -1);

/** All that is remembered, from one message to the next. */
export class Shapes {
  #root = new Shape("", NONE, 0);
  #count = 0;

  /** Where a map begins. */
  root(): Shape {
    return this.#root;
  }

  /** For the beginning of a message: nobody is on the way from the root. */
  tidy(): void {
    if (this.#count < MOST) return;
    this.#root = new Shape("", NONE, 0);
    this.#count = 0;
  }

  /** Whether a key of so many bytes would be remembered. */
  keeps({ depth, others }: Shape, length: number): boolean {
    return depth >= 0 && depth < DEEPEST && length <= LONGEST_KEY && this.#count < MOST && (others?.length ?? 0) < MOST_OTHERS;
  }

  /** Learns a key that was not known to follow. */
  learn(after: Shape, key: string, message: Uint8Array, start: number, length: number): Shape {
    if (!this.keeps(after, length)) return new Shape(key, NONE, -1);
    const { depth, others } = after;
    const shape = new Shape(key, message.slice(start, start + length), depth + 1);
    this.#count += 1;
    if (!after.next) after.next = shape;
    else if (others) others.push(shape);
    else after.others = [shape];
    return shape;
  }
}
