import { GIVE_UP, type Terms } from "./give-up.js";
import { Absent, type Field, Kind, type Plan, Way, Wire } from "./plan.js";
import { Texts } from "./texts.js";

/** Reads a message that is plain and well-formed; gives nothing where the wasm has to. */
export function decode(plan: Plan, bytes: Uint8Array, terms: Terms): object | undefined {
  if (bytes.length > terms.maxInput || Object.getPrototypeOf(bytes) !== Uint8Array.prototype || !(bytes.buffer instanceof ArrayBuffer)) return undefined;
  try {
    return reader.read(plan, bytes, terms);
  } catch {
    return undefined;
  } finally {
    reader.close();
  }
}

/** Longest varint, and most of its last byte: 64 bits in groups of seven. */
const LONGEST = 10;
const MOST_LAST = 1;

const TWO_32 = 2 ** 32;

/** For making bigints. */
const scratch = new DataView(new ArrayBuffer(8));

const EMPTY = new Uint8Array(0);

class Reader {
  #bytes: Uint8Array = EMPTY;
  #view: DataView = scratch;
  #at = 0;
  /** What may be spent, levels that may be opened. */
  #left = 0;
  #depth = 0;
  #partial = false;
  #keepUnknown = false;
  #typedKeys = false;
  /** Values of the messages that are open, each in the place of its field, those of the innermost behind the others:
   *  fields come in any order, and an object has its keys in that of their numbers. */
  readonly #slots: unknown[] = [];
  #top = 0;
  /** The high half of the varint that was read last. */
  #high = 0;
  /** What objects have from the beginning, once a map has asked. */
  #inherited: ReadonlySet<string> | undefined;
  readonly #texts = new Texts();

  read(plan: Plan, bytes: Uint8Array, { maxDepth, maxAllocation, partial, keepUnknown, typedKeys }: Terms): object {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = 0;
    this.#left = maxAllocation - bytes.length;
    this.#depth = maxDepth;
    this.#partial = partial;
    this.#keepUnknown = keepUnknown;
    this.#typedKeys = typedKeys;
    return this.#message(plan, bytes.length);
  }

  /** Lets go of what was read. */
  close(): void {
    // Not empty if it was given up.
    if (this.#top > 0) this.#slots.fill(undefined);
    this.#top = 0;
    this.#texts.forget();
    this.#inherited = undefined;
    this.#bytes = EMPTY;
    this.#view = scratch;
  }

  #message(plan: Plan, end: number): object {
    if (this.#depth === 0) throw GIVE_UP;
    this.#depth -= 1;
    this.#spend(plan.cost);
    const slots = this.#slots;
    const base = this.#top;
    this.#top = base + plan.width;
    while (slots.length < this.#top) slots.push(undefined);
    while (this.#at < end) {
      const tag = this.#tag();
      const field = plan.tagged(tag);
      if (field === undefined) {
        this.#skip(tag, end);
        continue;
      }
      const slot = base + field.index;
      switch (field.way) {
        case Way.Text:
          if (field.oneof >= 0) this.#settle(base + plan.fields.length + field.oneof, slot);
          slots[slot] = this.#text(field, this.#length(end));
          break;
        case Way.Scalar:
          if (field.oneof >= 0) this.#settle(base + plan.fields.length + field.oneof, slot);
          slots[slot] = this.#scalar(field, end);
          break;
        case Way.Message:
          if (field.oneof >= 0) this.#settle(base + plan.fields.length + field.oneof, slot);
          // One that comes in parts is merged.
          if (slots[slot] !== undefined) throw GIVE_UP;
          slots[slot] = this.#message(field.plan, this.#length(end));
          break;
        case Way.List:
          if (tag !== field.tag) slots[slot] = this.#packed(field, slots[slot] as unknown[] | undefined, this.#length(end));
          else {
            this.#spend(field.cost);
            const list = (slots[slot] ??= []) as unknown[];
            list.push(field.kind === Kind.Message ? this.#message(field.plan, this.#length(end)) : this.#scalar(field, end));
          }
          break;
        case Way.Map:
          this.#pair(field.plan, (slots[slot] ??= {}) as Record<string, unknown>, this.#length(end));
      }
    }
    if (this.#at !== end) throw GIVE_UP;
    const object = this.#object(plan, base);
    this.#top = base;
    this.#depth += 1;
    return object;
  }

  /** Makes a message's object of the values in its slots, and empties them. */
  #object({ fields, width }: Plan, base: number): object {
    const slots = this.#slots;
    const object: Record<string, unknown> = {};
    const count = fields.length;
    for (let i = 0; i < count; i++) {
      const field = fields[i] as Field;
      let value = slots[base + i];
      if (value !== undefined) slots[base + i] = undefined;
      else {
        if (field.required && !this.#partial) throw GIVE_UP;
        if (field.absent === Absent.Nothing) continue;
        value = absent(field);
      }
      if (field.inherited) define(object, field.name, value);
      else object[field.name] = value;
    }
    for (let i = base + count; i < base + width; i++) slots[i] = undefined;
    return object;
  }

  /** Of a oneof the member that comes last counts. */
  #settle(oneof: number, slot: number): void {
    const slots = this.#slots;
    const other = slots[oneof] as number | undefined;
    if (other !== undefined && other !== slot) slots[other] = undefined;
    slots[oneof] = slot;
  }

  /** Many values in one, behind those that are there. Each kind of number has lists of its own: an engine remembers of each
   *  place where lists begin what came into them, and keeps doubles as such where there was nothing else. */
  #packed(field: Field, before: unknown[] | undefined, end: number): unknown[] {
    const { kind, cost } = field;
    const count = before?.length ?? 0;
    const bytes = this.#bytes;
    const view = this.#view;
    let at = this.#at;
    let list = before;
    switch (kind) {
      case Kind.Double: {
        const doubles = before ?? [];
        for (; at < end; at += 8) doubles.push(view.getFloat64(at, true));
        list = doubles;
        break;
      }
      case Kind.Float: {
        const floats = before ?? [];
        for (; at < end; at += 4) floats.push(view.getFloat32(at, true));
        list = floats;
        break;
      }
      case Kind.Int32:
      case Kind.Uint32:
      case Kind.Sint32:
      case Kind.Enum: {
        const integers = before ?? [];
        while (at < end) {
          let value = bytes[at] as number;
          if (value < 0x80) at += 1;
          else {
            this.#at = at;
            value = this.#varint();
            at = this.#at;
          }
          integers.push(integer(field, kind, value));
        }
        list = integers;
        break;
      }
      default:
        list = before ?? [];
        while (this.#at < end) list.push(this.#scalar(field, end));
        at = this.#at;
    }
    this.#at = at;
    if (at !== end) throw GIVE_UP;
    this.#spend((list.length - count) * cost);
    return list;
  }

  /** An entry of a map. */
  #pair({ fields: [key, value] }: Plan, map: Record<string, unknown>, end: number): void {
    if (!key || !value || (this.#typedKeys && key.kind !== Kind.String)) throw GIVE_UP;
    this.#spend(key.cost + value.cost);
    let name: unknown = key.zero;
    let content: unknown;
    while (this.#at < end) {
      const tag = this.#tag();
      if (tag === key.tag) name = this.#scalar(key, end);
      else if (tag !== value.tag) this.#skip(tag, end);
      else if (value.way !== Way.Message) content = this.#scalar(value, end);
      else if (content === undefined) content = this.#message(value.plan, this.#length(end));
      else throw GIVE_UP;
    }
    if (this.#at !== end) throw GIVE_UP;
    content ??= value.kind === Kind.Message ? this.#message(value.plan, end) : value.kind === Kind.Bytes ? new Uint8Array(0) : value.zero;
    const text = String(name);
    this.#inherited ??= new Set(Object.getOwnPropertyNames(Object.prototype));
    if (this.#inherited.has(text)) define(map, text, content);
    else map[text] = content;
  }

  /** A value of a field that is no message, behind its tag. */
  #scalar(field: Field, end: number): unknown {
    switch (field.kind) {
      case Kind.String:
        return this.#text(field, this.#length(end));
      case Kind.Bytes: {
        const stop = this.#length(end);
        const start = this.#at;
        this.#at = stop;
        return this.#bytes.slice(start, stop);
      }
      case Kind.Int32:
      case Kind.Uint32:
      case Kind.Sint32:
      case Kind.Enum:
        return integer(field, field.kind, this.#varint());
      case Kind.Bool:
        return (this.#varint() | this.#high) !== 0;
      case Kind.Double:
        return this.#view.getFloat64(this.#fixed(8), true);
      case Kind.Float:
        return this.#view.getFloat32(this.#fixed(4), true);
      case Kind.Fixed32:
        return this.#view.getUint32(this.#fixed(4), true);
      case Kind.Sfixed32:
        return this.#view.getInt32(this.#fixed(4), true);
      case Kind.Int64:
        return this.#long(field, this.#varint(), this.#high, true);
      case Kind.Uint64:
        return this.#long(field, this.#varint(), this.#high, false);
      case Kind.Sint64: {
        const low = this.#varint();
        const high = this.#high;
        const sign = -(low & 1);
        return this.#long(field, (low >>> 1 | high << 31) ^ sign, high >>> 1 ^ sign, true);
      }
      case Kind.Fixed64:
      case Kind.Sfixed64: {
        const at = this.#fixed(8);
        return this.#long(field, this.#view.getInt32(at, true), this.#view.getInt32(at + 4, true), field.kind === Kind.Sfixed64);
      }
      default:
        throw GIVE_UP;
    }
  }

  /** A 64-bit integer of its halves. */
  #long({ int64 }: Field, low: number, high: number, signed: boolean): unknown {
    const number = (signed ? high | 0 : high >>> 0) * TWO_32 + (low >>> 0);
    const safe = Number.isSafeInteger(number);
    if (safe && int64 !== "bigint") return int64 === "string" ? String(number) : number;
    scratch.setInt32(0, high);
    scratch.setInt32(4, low);
    const whole = signed ? scratch.getBigInt64(0) : scratch.getBigUint64(0);
    return int64 === "string" ? String(whole) : whole;
  }

  #text(field: Field, stop: number): string {
    const start = this.#at;
    this.#at = stop;
    return this.#texts.read(field, this.#bytes, start, stop - start);
  }

  /** The low half of a varint; `#high` has the other. Beyond the end there is no byte that ends one. */
  #varint(): number {
    const first = this.#bytes[this.#at] as number;
    this.#high = 0;
    if (first < 0x80) {
      this.#at += 1;
      return first;
    }
    return this.#longer(first);
  }

  #longer(first: number): number {
    const bytes = this.#bytes;
    let at = this.#at + 1;
    let byte = bytes[at++] as number;
    let low = first & 0x7f | (byte & 0x7f) << 7;
    if (byte < 0x80) {
      this.#at = at;
      return low;
    }
    byte = bytes[at++] as number;
    low |= (byte & 0x7f) << 14;
    if (byte < 0x80) {
      this.#at = at;
      return low;
    }
    byte = bytes[at++] as number;
    low |= (byte & 0x7f) << 21;
    if (byte < 0x80) {
      this.#at = at;
      return low;
    }
    byte = bytes[at++] as number;
    low |= (byte & 0x7f) << 28;
    let high = (byte & 0x7f) >> 4;
    for (let i = 5, shift = 3; !(byte < 0x80); i++, shift += 7) {
      if (i === LONGEST) throw GIVE_UP;
      byte = bytes[at++] as number;
      if (i === LONGEST - 1 && byte > MOST_LAST) throw GIVE_UP;
      high |= (byte & 0x7f) << shift;
    }
    this.#high = high;
    this.#at = at;
    return low;
  }

  /** A tag. 0 is none of any field. */
  #tag(): number {
    const low = this.#varint();
    if (this.#high !== 0) throw GIVE_UP;
    return low >>> 0;
  }

  /** Where what is so long as is written here ends. */
  #length(end: number): number {
    const length = this.#varint() >>> 0;
    const stop = this.#at + length;
    if (this.#high !== 0 || stop > end) throw GIVE_UP;
    return stop;
  }

  /** Where so many bytes are, which are gone past. That they are there is seen later. */
  #fixed(length: number): number {
    const at = this.#at;
    this.#at = at + length;
    return at;
  }

  /** Goes past what the schema has not. */
  #skip(tag: number, end: number): void {
    if (tag < 8 || this.#keepUnknown) throw GIVE_UP;
    switch (tag & 7) {
      case Wire.Varint:
        this.#varint();
        break;
      case Wire.Fixed64:
        this.#at += 8;
        break;
      case Wire.Length:
        this.#at = this.#length(end);
        break;
      case Wire.Fixed32:
        this.#at += 4;
        break;
      default:
        throw GIVE_UP;
    }
  }

  #spend(cost: number): void {
    if ((this.#left -= cost) < 0) throw GIVE_UP;
  }
}

const reader = new Reader();

/** A value of 32 bits. */
function integer({ labels }: Field, kind: Kind, value: number): unknown {
  switch (kind) {
    case Kind.Int32:
      return value | 0;
    case Kind.Uint32:
      return value >>> 0;
    case Kind.Sint32:
      return value >>> 1 ^ -(value & 1);
    default:
      return labels?.get(value | 0) ?? (value | 0);
  }
}

function absent({ absent, fallback }: Field): unknown {
  if (absent === Absent.List) return [];
  if (absent === Absent.Object) return {};
  return absent === Absent.Bytes ? (fallback as Uint8Array).slice() : fallback;
}

/** Makes a property, whatever the prototype has under that name. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
