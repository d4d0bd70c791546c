import { readText } from "../text.js";
import { corruptError, limitError, outOfMemoryError, trailingDataError, truncatedError } from "./faults.js";
import type { Settings } from "./options.js";
import { type Opened, Restorer } from "./restore.js";
import { type Shape, Shapes } from "./shapes.js";
import { EXTENSION, Kind } from "./structured-format.js";
import { readTimestamp, TIMESTAMP } from "./timestamp.js";

/** Reads a message that is exactly one value. */
export function decode(message: Uint8Array, settings: Settings): unknown {
  if (message.length > settings.maxInput) throw limitError("maxInput", settings.maxInput, settings.maxInput);
  // What others may change meanwhile is copied first; no TextDecoder would take it anyway.
  const decoder = new Decoder(message.buffer instanceof ArrayBuffer ? message : copy(message), settings);
  const value = decoder.value();
  decoder.end();
  return value;
}

/** Bytes reckoned for each value, beside those of its text or binary content: about what an object takes in an engine. */
const VALUE_COST = 32;

/** Arrays up to this length are made in one piece. Only as many can be waiting for their elements as may be open. */
const WHOLE_ARRAY = 1024;

const shapes = new Shapes();

/** Stands for an element that leaves its place in an array as it is. */
const NOTHING = {};

/** What stands around the value that is being read. */
const enum Inside {
  Nothing,
  Array,
  /** A map of which all keys so far are strings. */
  Object,
  /** A map that waits for a key. */
  MapKey,
  /** A map that waits for the value of its key. */
  MapValue,
}

/** An array or a map that is not complete, while a value inside it is read. */
interface Frame {
  inside: Inside;
  container: unknown;
  /** Elements or pairs that are missing. */
  missing: number;
  /** Place of an array's next element. */
  index: number;
  /** An object's key. */
  shape: Shape;
  /** A map's key. */
  key: unknown;
  /** An array's number. */
  number: number;
  /** What an array turned out to be the parts of. */
  opened: Opened | undefined;
}

/**
 * Reads one value after another. JavaScript, because it makes JavaScript's values: from WebAssembly a call for each costs
 * more than all the decoding does. It does not recurse: what is open stands in a list.
 */
class Decoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #settings: Settings;
  readonly #restorer: Restorer | undefined;
  #at = 0;
  #left: number;

  constructor(bytes: Uint8Array, settings: Settings) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#settings = settings;
    this.#left = settings.maxAllocation;
    this.#restorer = settings.structured ? new Restorer((count) => this.#spend(count, this.#at)) : undefined;
    shapes.tidy();
  }

  /** That nothing follows. */
  end(): void {
    const rest = this.#bytes.length - this.#at;
    if (rest > 0) throw trailingDataError(this.#at, rest);
  }

  value(): unknown {
    const bytes = this.#bytes;
    const view = this.#view;
    const { bigint, maps, maxDepth } = this.#settings;
    const restorer = this.#restorer;
    const frames: Frame[] = []; let depth = 0;
    // The innermost frame, in variables of its own.
    let inside: Inside = Inside.Nothing;
    let container: unknown;
    let missing = 0;
    let index = 0;
    let shape = shapes.root();
    let key: unknown;
    let number = 0;
    let opened: Opened | undefined;

    for (;;) {
      const start = this.#at;
      if (start >= bytes.length) throw this.#truncated("a value");
      const marker = bytes[start] as number;
      this.#at = start + 1;
      if ((this.#left -= VALUE_COST) < 0) throw this.#tooMuch(start);
      let value: unknown;
      if (marker < 0x80) value = marker;
      else if (marker >= 0xe0) value = marker - 0x100;
      else if (marker >= 0xa0 && marker < 0xc0) value = this.#text(marker & 0x1f);
      else {
        // The count of an array or of a map.
        let count = -1;
        switch (marker) {
          case 0xc0:
            value = null;
            break;
          case 0xc2:
            value = false;
            break;
          case 0xc3:
            value = true;
            break;
          case 0xca:
            value = view.getFloat32(this.#number(4));
            break;
          case 0xcb:
            value = view.getFloat64(this.#number(8));
            break;
          case 0xcc:
            value = bytes[this.#number(1)];
            break;
          case 0xcd:
            value = view.getUint16(this.#number(2));
            break;
          case 0xce:
            value = view.getUint32(this.#number(4));
            break;
          case 0xcf: {
            const place = this.#number(8);
            const safe = view.getUint32(place) * 2 ** 32 + view.getUint32(place + 4);
            value = !bigint && Number.isSafeInteger(safe) ? safe : view.getBigUint64(place);
            break;
          }
          case 0xd0:
            value = view.getInt8(this.#number(1));
            break;
          case 0xd1:
            value = view.getInt16(this.#number(2));
            break;
          case 0xd2:
            value = view.getInt32(this.#number(4));
            break;
          case 0xd3: {
            const place = this.#number(8);
            const safe = view.getInt32(place) * 2 ** 32 + view.getUint32(place + 4);
            value = !bigint && Number.isSafeInteger(safe) ? safe : view.getBigInt64(place);
            break;
          }
          case 0xd9:
          case 0xda:
          case 0xdb:
            value = this.#text(this.#length(marker - 0xd9));
            break;
          case 0xc4:
          case 0xc5:
          case 0xc6: {
            const binary = copy(this.#content(this.#length(marker - 0xc4), "binary data"));
            if (restorer) {
              restorer.number(binary);
              restorer.number(binary.buffer);
            }
            value = binary;
            break;
          }
          case 0xdc:
          case 0xdd:
            count = this.#length(marker - 0xdb);
            break;
          case 0xde:
          case 0xdf:
            count = this.#length(marker - 0xdd);
            break;
          case 0xc1:
            throw corruptError(start, "the byte 0xc1, which no value begins with");
          default: {
            if (marker < 0xa0) {
              count = marker & 0x0f;
              break;
            }
            const length = marker >= 0xd4 ? 1 << (marker - 0xd4) : this.#length(marker - 0xc7);
            this.#need(1, "an extension");
            const type = view.getInt8(this.#at++);
            const content = this.#content(length, "an extension");
            if (!restorer || type !== EXTENSION) {
              value = this.#extension(type, content);
              restorer?.number(value as object);
              break;
            }
            if (content.length === 0) throw corruptError(start, "an extension that does not say what it is");
            const kind = content[0] as Kind;
            if (kind >= Kind.WithParts) {
              if (inside !== Inside.Array || opened || index > 0) throw corruptError(start, "a head of parts that is not the first of an array");
              opened = restorer.open(kind, content.subarray(1), number, start);
              container = [];
              index = -1;
              value = NOTHING;
            } else if (kind === Kind.Hole) {
              if (inside !== Inside.Array || opened) throw corruptError(start, "a hole that is in no array");
              (container as unknown[]).length = Math.max((container as unknown[]).length, index + 1);
              value = NOTHING;
            } else value = restorer.leaf(kind, content.subarray(1), start);
          }
        }
        if (count >= 0) {
          const isMap = marker < 0x90 || marker >= 0xde;
          // Each value takes a byte at the least: a claim beyond that is false, whatever follows.
          if ((isMap ? count * 2 : count) > bytes.length - this.#at) throw this.#truncated(isMap ? "a map" : "an array");
          if (depth >= maxDepth) throw limitError("maxDepth", maxDepth, start);
          value = isMap ? (maps ? new Map() : {}) : count <= WHOLE_ARRAY ? new Array(count) : [];
          const its = restorer ? restorer.number(value as object) : 0;
          if (count > 0) {
            if (depth === frames.length) frames.push({ inside, container, missing, index, shape, key, number, opened });
            else { const f = frames[depth] as Frame; f.inside = inside; f.container = container; f.missing = missing; f.index = index; f.shape = shape; f.key = key; f.number = number; f.opened = opened; }
            depth += 1;
            container = value;
            missing = count;
            number = its;
            opened = undefined;
            if (!isMap) {
              inside = Inside.Array;
              index = 0;
              continue;
            }
            const first = maps ? undefined : this.#key(shapes.root());
            inside = first ? Inside.Object : Inside.MapKey;
            if (first) shape = first;
            else container = this.#map(value as object, number);
            continue;
          }
        }
      }
      // A complete value goes to what is open, which it may complete in turn.
      for (;;) {
        if (inside === Inside.Array) {
          if (value !== NOTHING) (container as unknown[])[index] = value;
          index += 1;
          if (--missing > 0) break;
        } else if (inside === Inside.Object) {
          if (shape.inherited) define(container as object, shape.key, value);
          else (container as Record<string, unknown>)[shape.key] = value;
          if (--missing > 0) {
            const next = this.#key(shape);
            if (next) shape = next;
            else {
              container = this.#map(container as object, number);
              inside = Inside.MapKey;
            }
            break;
          }
        } else if (inside === Inside.MapKey) {
          key = value;
          inside = Inside.MapValue;
          break;
        } else if (inside === Inside.MapValue) {
          (container as Map<unknown, unknown>).set(key, value);
          inside = Inside.MapKey;
          if (--missing > 0) break;
        } else return value;
        value = opened ? (restorer as Restorer).close(opened, container as unknown[], this.#at) : container;
        const f = frames[--depth] as Frame; inside = f.inside; container = f.container; missing = f.missing; index = f.index; shape = f.shape; key = f.key; number = f.number; opened = f.opened;
      }
    }
  }

  /** The key that stands here, after others; nothing if it is no string. */
  #key(after: Shape): Shape | undefined {
    const bytes = this.#bytes;
    const start = this.#at;
    if (start >= bytes.length) throw this.#truncated("a value");
    const marker = bytes[start] as number;
    this.#at = start + 1;
    let length: number;
    if (marker >= 0xa0 && marker < 0xc0) length = marker & 0x1f;
    else if (marker >= 0xd9 && marker <= 0xdb) length = this.#length(marker - 0xd9);
    else {
      const text = this.#restorer && this.#utf16Key(marker);
      if (text !== undefined) return shapes.learn(after, text, bytes, 0, Infinity);
      this.#at = start;
      return undefined;
    }
    const place = this.#at;
    if ((this.#left -= VALUE_COST) < 0) throw this.#tooMuch(start);
    if (place + length <= bytes.length) {
      let known = after.next;
      if (known !== undefined && known.bytes.length === length) {
        const b = known.bytes;
        let i = 0;
        while (i < length && b[i] === bytes[place + i]) i++;
        if (i !== length) known = after.follow(bytes, place, length);
      } else known = after.follow(bytes, place, length);
      if (known) {
        this.#spend(length, place);
        this.#at = place + length;
        return known;
      }
    }
    return shapes.learn(after, this.#text(length), bytes, place, length);
  }

  /** A key with lone surrogates, if there is one behind this marker. */
  #utf16Key(marker: number): string | undefined {
    const isShort = marker >= 0xd4 && marker <= 0xd8;
    if (!isShort && !(marker >= 0xc7 && marker <= 0xc9)) return undefined;
    const length = isShort ? 1 << (marker - 0xd4) : this.#length(marker - 0xc7);
    this.#need(2, "an extension");
    if (length === 0 || this.#view.getUint16(this.#at) !== (EXTENSION << 8 | Kind.Utf16)) return undefined;
    this.#at += 1;
    return (this.#restorer as Restorer).leaf(Kind.Utf16, this.#content(length, "an extension").subarray(1), this.#at) as string;
  }

  /** An object turned out to be a map with other keys than strings; its pairs so far, in the object's order: keys that look
   *  like indices of an array come first. */
  #map(container: object, number: number): Map<unknown, unknown> {
    if (container instanceof Map) return container;
    const map = new Map<unknown, unknown>(Object.entries(container));
    this.#restorer?.replace(number, map);
    return map;
  }

  #extension(type: number, content: Uint8Array): unknown {
    const known = this.#settings.extensions.get(type)?.decode;
    if (known) return known(copy(content));
    const date = type === TIMESTAMP ? readTimestamp(this.#view, this.#at - content.length, content.length) : undefined;
    return date ?? { type, data: copy(content) };
  }

  /** A length of 1, 2 or 4 bytes: 2 to the `power`. */
  #length(power: number): number {
    this.#need(1 << power, "a length");
    const at = this.#at;
    this.#at = at + (1 << power);
    if (power === 0) return this.#view.getUint8(at);
    return power === 1 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #text(length: number): string {
    const bytes = this.#bytes;
    const start = this.#at;
    const end = start + length;
    if (end > bytes.length) throw this.#truncated("a string");
    this.#spend(length, start);
    this.#at = end;
    try {
      return readText(bytes, start, length);
    } catch (error) {
      if (error instanceof TypeError) throw corruptError(start, "a string that is not UTF-8");
      throw outOfMemoryError(length);
    }
  }

  #content(length: number, inside: string): Uint8Array {
    this.#need(length, inside);
    const start = this.#at;
    this.#spend(length, start);
    this.#at = start + length;
    return this.#bytes.subarray(start, start + length);
  }

  /** Takes a number's bytes and tells where they are. */
  #number(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw this.#truncated("a number");
    this.#at = at + length;
    return at;
  }

  #need(length: number, inside: string): void {
    if (this.#at + length > this.#bytes.length) throw this.#truncated(inside);
  }

  #spend(count: number, at: number): void {
    if ((this.#left -= count) < 0) throw this.#tooMuch(at);
  }

  #truncated(inside: string): Error {
    return truncatedError(this.#bytes.length, inside);
  }

  #tooMuch(at: number): Error {
    return limitError("maxAllocation", this.#settings.maxAllocation, at);
  }
}

/** Makes a property, whatever the prototype has under that name. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch {
    throw outOfMemoryError(bytes.length);
  }
}
