import { limitError, unsupportedValueError } from "./faults.js";
import type { Settings } from "./options.js";
import { isType } from "./options.js";
import { pathOf, type Open } from "./path.js";
import { LOST, Shapes, type Shape } from "./shapes.js";
import { isBuffer } from "./spans.js";
import { Kind } from "./structured-format.js";
import { Structure } from "./structure.js";
import { writeTimestamp } from "./timestamp.js";
import { Writer } from "./writer.js";

const writer = new Writer();
const shapes = new Shapes();
const ENCODER = new TextEncoder();

/** Writes a value as one MessagePack message. */
export function encode(value: unknown, settings: Settings): Uint8Array<ArrayBuffer> {
  writer.begin(settings.maxAllocation);
  shapes.tidy();
  new Walk(settings).value(value);
  return writer.finish();
}

/** Longest content of MessagePack, and its greatest count. */
const LONGEST = 2 ** 32 - 1;

/**
 * The walk over a value. JavaScript, because each step of it asks JavaScript: from WebAssembly a call a step costs four
 * times what all the encoding does.
 */
export class Walk {
  readonly #settings: Settings;
  /** What has been begun, outermost first. A list and no recursion: a value may be its own part. */
  readonly #open: Open[] = [];
  readonly #structure: Structure | undefined;
  /** The whole of what is written. */
  root: unknown;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#structure = settings.structured ? new Structure(writer, this, settings.extensions) : undefined;
  }

  /** Writes a value and all that is in it. */
  value(value: unknown): void {
    this.root = value;
    const structure = this.#structure;
    const open = this.#open;
    const narrow = this.#settings.bigint;
    this.#write(value);
    while (open.length > 0) {
      const top = open[open.length - 1] as Open;
      const { from, keys, count } = top;
      const depth = open.length;
      // Stays with what is open until something is opened inside it.
      let next = top.next;
      let shape = top.shape;
      for (;;) {
        if (next === count) {
          open.pop();
          break;
        }
        let value: unknown;
        if (keys) {
          const key = keys[next++] as string;
          const known = shape.after(key);
          if (known !== undefined) writer.ascii(known.bytes);
          shape = known ?? this.#key(shape, key);
          value = (from as Record<string, unknown>)[key];
        } else {
          value = (from as unknown[])[next++];
          if (value === undefined && structure && !(next - 1 in from)) {
            structure.leaf(Kind.Hole);
            continue;
          }
        }
        if (typeof value === "string" && !structure) writer.string(value);
        else if (typeof value === "number") writer.number(value, narrow);
        else {
          top.next = next;
          top.shape = shape;
          this.#write(value);
          if (open.length !== depth) break;
        }
      }
    }
  }

  /** Opens what is to be walked, of which the head has been written. */
  push(kind: Open["kind"], from: Open["from"], keys: readonly string[] | undefined, count: number): void {
    this.#open.push({ kind, from, keys, next: 0, count, shape: shapes.root() });
  }

  /** That one level more is allowed; asked before its head is written. */
  deepen(): void {
    const max = this.#settings.maxDepth;
    if (this.#open.length >= max) throw limitError("maxDepth", max, pathOf(this.#open));
  }

  unsupported(what: string, advice: string): Error {
    return unsupportedValueError(what, pathOf(this.#open), advice);
  }

  binary(bytes: Uint8Array): void {
    if (bytes.length > LONGEST) throw this.unsupported("binary data of 4 GiB or more", "pass it in pieces");
    writer.binary(bytes);
  }

  /** Writes a key that was not known to follow the one before, and learns it if it is plain enough. */
  #key(before: Shape, key: string): Shape {
    if (this.#structure) this.#structure.string(key);
    else writer.string(key);
    if (!shapes.keeps(before, key.length)) return LOST;
    const bytes = ENCODER.encode(key);
    return bytes.length === key.length ? shapes.learn(before, key, bytes, 0, bytes.length) : LOST;
  }

  /** Writes a leaf, or the head of what is opened to be walked. */
  #write(value: unknown): void {
    switch (typeof value) {
      case "string":
        if (this.#structure) return this.#structure.string(value);
        return writer.string(value);
      case "number":
        return writer.number(value, this.#settings.bigint);
      case "boolean":
        return writer.bool(value);
      case "object":
        return value === null ? writer.nil() : this.#object(value);
      case "undefined":
        return this.#structure ? this.#structure.leaf(Kind.Undefined) : writer.nil();
      case "bigint":
        return this.#bigint(value);
      default:
        throw this.unsupported(`a ${typeof value}`, "leave it out");
    }
  }

  #bigint(value: bigint): void {
    const fits = BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value;
    if (this.#settings.bigint && fits) return writer.int64(value);
    if (this.#structure) return this.#structure.bigint(value);
    if (!fits) throw this.unsupported("a bigint beyond 64 bits", "pass it as a string or as bytes, or ask for structured");
    const number = Number(value);
    if (Number.isSafeInteger(number)) writer.number(number, false);
    else writer.int64(value);
  }

  #object(value: object): void {
    if (this.#structure?.known(value)) return;
    if (Array.isArray(value)) return this.#array(value);
    const prototype = Object.getPrototypeOf(value) as unknown;
    if (prototype === Object.prototype || prototype === null) return this.#plain(value);
    if (ArrayBuffer.isView(value) || isBuffer(value)) {
      if (this.#structure) return this.#structure.bytes(value);
      return this.binary(bytesOf(value));
    }
    const tag = tagOf(value);
    switch (tag) {
      case "Date":
        return this.#date(value as Date);
      case "Map":
        if (!this.#structure && value instanceof Map) {
          this.deepen();
          writer.map(value.size);
          return this.push("Map", [...value].flat(1), undefined, value.size * 2);
        }
        break;
      case "Number":
      case "String":
      case "Boolean":
      case "BigInt":
        if (!this.#structure) {
          const primitive = value.valueOf() as unknown;
          if (typeof primitive !== "object") return this.#write(primitive);
        }
        break;
      // A class's instance that did not pass through structured clone, which would have made it plain.
      case "Object":
        return this.#plain(value);
    }
    if (this.#structure?.object(value, tag)) return;
    const article = /^[AEIOU]/.test(tag) ? "an" : "a";
    throw this.unsupported(`${article} ${tag}`, this.#structure ? OTHER_ADVICE : ADVICE[tag] ?? OTHER_ADVICE);
  }

  #array(value: readonly unknown[]): void {
    this.deepen();
    if (this.#structure?.sparse(value)) return;
    writer.array(value.length);
    this.push("Array", value, undefined, value.length);
  }

  #plain(value: object): void {
    const keys = Object.keys(value);
    if (keys.length === 2 && this.#settings.extensions.size > 0 && this.#extension(value as { type?: unknown; data?: unknown })) return;
    this.deepen();
    writer.map(keys.length);
    this.push("Object", value as Record<string, unknown>, keys, keys.length);
  }

  /** Writes `{ type, data }` as an extension if its type is one of those asked for. */
  #extension({ type, data }: { type?: unknown; data?: unknown }): boolean {
    const extension = isType(type) ? this.#settings.extensions.get(type) : undefined;
    if (!extension) return false;
    const bytes = extension.encode ? extension.encode(data) : data;
    if (bytes instanceof Uint8Array && bytes.length <= LONGEST) {
      writer.extension(type as number, bytes);
      return true;
    }
    if (extension.encode) throw new TypeError(`The function that encodes extension type ${String(type)} must give a Uint8Array`);
    return false;
  }

  #date(value: Date): void {
    const time = value.getTime();
    if (!Number.isNaN(time)) return writeTimestamp(writer, time);
    if (!this.#structure) throw this.unsupported("an invalid Date", "pass null");
    this.#structure.leaf(Kind.InvalidDate);
  }
}

const OTHER_ADVICE = "pass its parts as plain values or as bytes";

/** What to do with what only `structured` carries. */
const ADVICE: Record<string, string> = {
  Set: "pass an array of its values, or ask for structured",
  RegExp: "pass its source and its flags, or ask for structured",
  Error: "pass its name and its message, or ask for structured",
};

export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** The bytes of a buffer or of any view. */
export function bytesOf(data: ArrayBufferView | ArrayBufferLike): Uint8Array {
  if (data instanceof Uint8Array) return data;
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}

