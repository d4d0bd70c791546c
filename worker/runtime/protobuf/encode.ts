import { LONGEST_CHARACTER, WRITTEN_BY_HAND, writeText } from "../text.js";
import { assertPlain, DIGITS, int32, keyOf, uint32 } from "./checks.js";
import { GIVE_UP, type Terms } from "./give-up.js";
import { type Field, isWide, Kind, type Named, type Plan, Way } from "./plan.js";

/** Writes a message of a value that is plain and fits; gives nothing where the wasm has to. */
export function encode(plan: Plan, value: unknown, terms: Terms): Uint8Array<ArrayBuffer> | undefined {
  try {
    return writer.write(plan, value, terms);
  } catch {
    return undefined;
  } finally {
    writer.close();
  }
}

/** Bytes of the memory that is there from the beginning, and of what a larger message takes at first and leaves behind. */
const FIRST = 64 * 1024;
const KEPT = 1024 * 1024;

/** Most bytes of a tag and a number, or of a tag and a length. */
const HEAD = 24;

const TWO_32 = 2 ** 32;

/** What protobuf-es marks its messages with. */
const TYPE_NAME = "$typeName";

const ENCODER = new TextEncoder();

/** For taking bigints apart. */
const scratch = new DataView(new ArrayBuffer(8));

const PLAIN = {};

class Writer {
  #bytes = new Uint8Array(FIRST);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  /** Most that may be written, and what it would cost as MessagePack beyond that. */
  #max = 0;
  #cost = 0;
  /** Levels that may be opened. */
  #depth = 0;
  #partial = false;
  /** Values of the messages that are open, each in the place of its field, those of the innermost behind the others: an
   *  object has its keys in any order, a message in that of their numbers. */
  readonly #slots: unknown[] = [];
  #top = 0;
  /** The two halves of the 64-bit integer that was taken apart last. */
  #low = 0;
  #high = 0;

  write(plan: Plan, value: unknown, { maxDepth, maxAllocation, partial }: Terms): Uint8Array<ArrayBuffer> {
    // What every object has would stand among the keys of each.
    for (const _ in PLAIN) throw GIVE_UP;
    this.#max = maxAllocation;
    this.#depth = maxDepth;
    this.#partial = partial;
    this.#message(plan, value);
    this.#within();
    return this.#bytes.slice(0, this.#at);
  }

  /** Lets go of what was written. */
  close(): void {
    // Not empty if it was given up.
    if (this.#top > 0) this.#slots.fill(undefined);
    this.#top = 0;
    this.#at = 0;
    this.#cost = 0;
    if (this.#bytes.length > KEPT) this.#use(new Uint8Array(KEPT));
  }

  #message(plan: Plan, value: unknown): void {
    if (plan.isTimestamp && value instanceof Date) return this.#timestamp(value);
    assertPlain(value);
    if (this.#depth === 0) throw GIVE_UP;
    this.#depth -= 1;
    this.#cost += plan.cost;
    this.#within();
    const slots = this.#slots;
    const base = this.#top;
    const { fields, order, oneofs } = plan;
    const count = fields.length;
    this.#top = base + plan.width;
    while (slots.length < this.#top) slots.push(undefined);
    let place = 0;
    for (const key in value) {
      const part = value[key];
      let named: Named | undefined = order[place];
      if (named === undefined || named.key !== key) {
        named = plan.names.get(key);
        if (named === undefined) {
          if (key !== TYPE_NAME || typeof part !== "string") throw GIVE_UP;
          this.#cost += part.length * LONGEST_CHARACTER;
          continue;
        }
        order[place] = named;
      }
      place += 1;
      if (part === undefined || part === null) continue;
      const slot = base + named.field.index;
      // By another name it was there already.
      if (slots[slot] !== undefined) throw GIVE_UP;
      slots[slot] = part;
    }
    for (let i = 0; i < count; i++) {
      const part = slots[base + i];
      const field = fields[i] as Field;
      if (part === undefined) {
        if (field.required && !this.#partial) throw GIVE_UP;
        continue;
      }
      slots[base + i] = undefined;
      if (field.oneof >= 0) {
        const oneof = base + count + field.oneof;
        if (slots[oneof] !== undefined) throw GIVE_UP;
        slots[oneof] = true;
      }
      switch (field.way) {
        case Way.Text:
          if (typeof part !== "string") throw GIVE_UP;
          if (part === "" && field.implicit) break;
          this.#tag(field);
          this.#text(part);
          break;
        case Way.Scalar: {
          const start = this.#at;
          this.#tag(field);
          if (this.#scalar(field, part) && field.implicit) this.#at = start;
          break;
        }
        case Way.Message:
          this.#nested(field, part);
          break;
        case Way.List:
          this.#list(field, part);
          break;
        case Way.Map:
          this.#map(field, part);
      }
    }
    if (oneofs > 0) slots.fill(undefined, base + count, this.#top);
    this.#top = base;
    this.#depth += 1;
  }

  /** A message behind its tag and its length. */
  #nested(field: Field, value: unknown): void {
    this.#tag(field);
    const { head } = field;
    const start = this.#open(head);
    this.#message(field.plan, value);
    this.#close(field, start, head);
  }

  #list(field: Field, value: unknown): void {
    if (!Array.isArray(value)) throw GIVE_UP;
    const list = value as readonly unknown[];
    const { length } = list;
    if (length === 0) return;
    this.#cost += length * field.cost;
    if (field.packed) {
      this.#room(HEAD);
      this.#number(field.packedTag as number);
      const { head } = field;
      const start = this.#open(head);
      for (let i = 0; i < length; i++) this.#scalar(field, list[i]);
      this.#close(field, start, head);
    } else if (field.kind === Kind.Message) {
      for (let i = 0; i < length; i++) this.#nested(field, list[i]);
    } else {
      for (let i = 0; i < length; i++) {
        this.#tag(field);
        this.#scalar(field, list[i]);
      }
    }
  }

  #map(field: Field, value: unknown): void {
    const [key] = field.plan.fields;
    if (key === undefined) throw GIVE_UP;
    if (value instanceof Map) {
      for (const [one, content] of value as Map<unknown, unknown>) this.#pair(field, typeof one === "string" ? keyOf(key.kind, one) : one, content);
      return;
    }
    assertPlain(value);
    for (const one in value) this.#pair(field, keyOf(key.kind, one), value[one]);
  }

  /** An entry of a map. */
  #pair(field: Field, name: unknown, content: unknown): void {
    const [key, value] = field.plan.fields as [Field, Field];
    this.#cost += key.cost + value.cost;
    this.#tag(field);
    const { head } = field;
    const start = this.#open(head);
    this.#tag(key);
    this.#scalar(key, name);
    if (value.way === Way.Message) this.#nested(value, content);
    else {
      this.#tag(value);
      this.#scalar(value, content);
    }
    this.#close(field, start, head);
  }

  /** Begins what has a length, of which the bytes are left free: as many as the last one of that field took. */
  #open(head: number): number {
    if (this.#at + HEAD > this.#bytes.length) this.#room(HEAD);
    const start = this.#at;
    this.#at = start + head;
    return start;
  }

  /** Ends it. */
  #close(field: Field, start: number, head: number): void {
    const length = this.#at - start - head;
    field.head = this.#length(length, start, head);
    this.#at += length;
  }

  /** Writes the length of what stands behind so many bytes for it. How many it takes. */
  #length(length: number, start: number, head: number): number {
    const needed = sizeOf(length);
    if (needed !== head) {
      if (this.#at + HEAD > this.#bytes.length) this.#room(HEAD);
      this.#bytes.copyWithin(start + needed, start + head, start + head + length);
    }
    this.#at = start;
    this.#number(length);
    return needed;
  }

  /** A moment as a `google.protobuf.Timestamp`. */
  #timestamp(value: Date): void {
    const time = value.getTime();
    if (Number.isNaN(time)) throw GIVE_UP;
    const seconds = Math.floor(time / 1000);
    const nanos = (time - seconds * 1000) * 1_000_000;
    this.#room(2 * HEAD);
    if (seconds !== 0) {
      this.#bytes[this.#at++] = 1 << 3;
      this.#low = seconds >>> 0;
      this.#high = Math.floor(seconds / TWO_32);
      this.#long();
    }
    if (nanos !== 0) {
      this.#bytes[this.#at++] = 2 << 3;
      this.#number(nanos);
    }
  }

  #tag({ tag }: Field): void {
    if (this.#at + HEAD + HEAD > this.#bytes.length) this.#room(HEAD + HEAD);
    if (tag < 0x80) this.#bytes[this.#at++] = tag;
    else this.#number(tag);
  }

  /** Writes a value that is no message, behind its tag. Whether it is zero or empty. */
  #scalar(field: Field, value: unknown): boolean {
    if (this.#at + HEAD > this.#bytes.length) this.#room(HEAD);
    const { kind } = field;
    switch (kind) {
      case Kind.String:
        if (typeof value !== "string") throw GIVE_UP;
        this.#text(value);
        return value === "";
      case Kind.Bytes: {
        if (!(value instanceof Uint8Array)) throw GIVE_UP;
        const { length } = value;
        this.#room(length + HEAD);
        this.#number(length);
        this.#bytes.set(value, this.#at);
        this.#at += length;
        return length === 0;
      }
      case Kind.Bool:
        if (typeof value !== "boolean") throw GIVE_UP;
        this.#bytes[this.#at++] = value ? 1 : 0;
        return !value;
      case Kind.Double:
        if (typeof value !== "number") throw GIVE_UP;
        this.#view.setFloat64(this.#at, value, true);
        this.#at += 8;
        return Object.is(value, 0);
      case Kind.Float:
        if (typeof value !== "number" || (Math.abs(Math.fround(value)) === Infinity && Number.isFinite(value))) throw GIVE_UP;
        this.#view.setFloat32(this.#at, value, true);
        this.#at += 4;
        return Object.is(value, 0);
      case Kind.Enum: {
        const number = typeof value === "string" ? field.numbers?.get(value) : value;
        this.#signed(int32(number));
        return number === 0;
      }
      case Kind.Int32:
        this.#signed(int32(value));
        return value === 0;
      case Kind.Sint32: {
        const number = int32(value);
        this.#number((number << 1 ^ number >> 31) >>> 0);
        return number === 0;
      }
      case Kind.Sfixed32:
        this.#view.setInt32(this.#at, int32(value), true);
        this.#at += 4;
        return value === 0;
      case Kind.Uint32:
        this.#number(uint32(value));
        return value === 0;
      case Kind.Fixed32:
        this.#view.setUint32(this.#at, uint32(value), true);
        this.#at += 4;
        return value === 0;
      default:
        if (!isWide(kind)) throw GIVE_UP;
        return this.#integer64(kind, value);
    }
  }

  #integer64(kind: Kind, value: unknown): boolean {
    this.#halve(typeof value === "string" && DIGITS.test(value) ? BigInt(value) : value, kind === Kind.Uint64 || kind === Kind.Fixed64);
    const low = this.#low;
    const high = this.#high;
    if (kind === Kind.Fixed64 || kind === Kind.Sfixed64) {
      this.#view.setInt32(this.#at, low, true);
      this.#view.setInt32(this.#at + 4, high, true);
      this.#at += 8;
    } else {
      if (kind === Kind.Sint64) {
        const sign = high >> 31;
        this.#low = low << 1 ^ sign;
        this.#high = (high << 1 | low >>> 31) ^ sign;
      }
      this.#long();
    }
    return (low | high) === 0;
  }

  /** Takes an integer apart. */
  #halve(value: unknown, unsigned: boolean): void {
    if (typeof value === "number") {
      if (!Number.isSafeInteger(value) || (unsigned && value < 0)) throw GIVE_UP;
      this.#low = value | 0;
      this.#high = Math.floor(value / TWO_32) | 0;
    } else if (typeof value === "bigint" && (unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value)) === value) {
      scratch.setBigInt64(0, value);
      this.#low = scratch.getInt32(4);
      this.#high = scratch.getInt32(0);
    } else throw GIVE_UP;
  }

  /** Writes a varint of up to 32 bits. */
  #number(value: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    while (value > 0x7f) {
      bytes[at++] = value & 0x7f | 0x80;
      value >>>= 7;
    }
    bytes[at++] = value;
    this.#at = at;
  }

  /** Writes 32 bits with their sign, which takes ten bytes if there is one. */
  #signed(value: number): void {
    if (value >= 0) return this.#number(value);
    this.#low = value;
    this.#high = -1;
    this.#long();
  }

  /** Writes the two halves as a varint. */
  #long(): void {
    let low = this.#low >>> 0;
    let high = this.#high >>> 0;
    const bytes = this.#bytes;
    let at = this.#at;
    while (high > 0) {
      bytes[at++] = low & 0x7f | 0x80;
      low = (low >>> 7 | high << 25) >>> 0;
      high >>>= 7;
    }
    this.#at = at;
    this.#number(low);
  }

  /** A string behind its length. */
  #text(value: string): void {
    const { length } = value;
    const most = length * LONGEST_CHARACTER + HEAD;
    if (this.#at + most > this.#bytes.length) this.#room(most);
    const bytes = this.#bytes;
    // The length is as long as it has to be if all is ASCII.
    const start = this.#at;
    const head = sizeOf(length);
    let end = start + head;
    if (length > WRITTEN_BY_HAND) end += ENCODER.encodeInto(value, bytes.subarray(end)).written;
    else {
      let i = 0;
      for (; i < length; i++) {
        const unit = value.charCodeAt(i);
        if (unit >= 0x80) break;
        bytes[end++] = unit;
      }
      if (i === length) {
        bytes[start] = length;
        this.#at = end;
        return;
      }
      end = writeText(value, i, bytes, end);
    }
    const written = end - start - head;
    this.#length(written, start, head);
    this.#at += written;
  }

  /** That as many bytes may come, as MessagePack and as a message. */
  #within(): void {
    if (this.#cost + this.#at > this.#max) throw GIVE_UP;
  }

  /** Makes room for so many bytes. */
  #room(count: number): void {
    const { length } = this.#bytes;
    const needed = this.#at + count;
    if (needed <= length) return;
    if (this.#at > this.#max) throw GIVE_UP;
    const larger = new Uint8Array(Math.max(length * 2, needed, KEPT));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#use(larger);
  }

  #use(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

const writer = new Writer();

/** Bytes that a length takes. */
function sizeOf(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x4000) return 2;
  return length < 0x20_0000 ? 3 : length < 0x1000_0000 ? 4 : 5;
}
