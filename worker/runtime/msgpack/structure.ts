import type { Walk } from "./encode.js";
import { bytesOf, tagOf } from "./encode.js";
import type { Extensions } from "./options.js";
import { type Span, Spans, sparseIndices } from "./spans.js";
import { ERRORS, EXTENSION, HIDDEN, Kind, VIEWS } from "./structured-format.js";
import type { Writer } from "./writer.js";

/** Writes what MessagePack has no type for; see structured-format.ts. */
export class Structure {
  readonly #writer: Writer;
  readonly #walk: Walk;
  /** Numbers of the objects that the message has. */
  readonly #numbers = new Map<object, number>();
  readonly #extensions: Extensions;
  /** Looked for once there is a view of a part of a buffer. */
  #spans: Spans | undefined;

  constructor(writer: Writer, walk: Walk, extensions: Extensions) {
    this.#writer = writer;
    this.#walk = walk;
    this.#extensions = extensions;
  }

  /** Writes a reference to an object that the message has, or numbers it. */
  known(object: object): boolean {
    const number = this.#numbers.get(object);
    if (number === undefined) {
      this.#numbers.set(object, this.#numbers.size);
      return false;
    }
    this.leaf(Kind.Reference, uint32(number));
    return true;
  }

  /** Writes a value without parts, or the head of one with parts. */
  leaf(kind: Kind, content: readonly number[] | Uint8Array = []): void {
    const bytes = new Uint8Array(1 + content.length);
    bytes[0] = kind;
    bytes.set(content, 1);
    this.#writer.extension(EXTENSION, bytes);
  }

  string(value: string): void {
    if (isWellFormed(value)) return this.#writer.string(value);
    const units = new Uint8Array(value.length * 2);
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      units[2 * i] = unit >> 8;
      units[2 * i + 1] = unit;
    }
    this.leaf(Kind.Utf16, units);
  }

  bigint(value: bigint): void {
    // Two hexadecimal digits a byte, and a bit for the sign.
    let count = Math.ceil((value < 0n ? ~value : value).toString(16).length / 2);
    if (BigInt.asIntN(count * 8, value) !== value) count += 1;
    const digits = BigInt.asUintN(count * 8, value).toString(16).padStart(count * 2, "0");
    this.leaf(Kind.BigInt, Uint8Array.from({ length: count }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16)));
  }

  /** Writes a buffer or a view. */
  bytes(value: ArrayBufferView | ArrayBufferLike): void {
    if (!ArrayBuffer.isView(value)) return this.leaf(Kind.Buffer, bytesOf(value));
    const { byteOffset, byteLength } = value;
    const span = this.#span(value);
    // Zeros before the bytes, where the offsets of its views need them.
    const base = span.start - span.start % span.align;
    if (value instanceof Uint8Array && byteOffset === base && byteLength === span.end - base && !(span.key && this.#numbers.has(span.key))) {
      this.#numbers.set(span.key ??= {}, this.#numbers.size);
      return this.#walk.binary(value);
    }
    const kind = VIEWS.indexOf(tagOf(value) as (typeof VIEWS)[number]);
    if (kind < 0) throw this.#walk.unsupported(`a ${tagOf(value)}`, "pass its bytes");
    if (!span.key) {
      const bytes = new Uint8Array(span.end - base);
      bytes.set(new Uint8Array(value.buffer, span.start, span.end - span.start), span.start - base);
      span.key = bytes.buffer;
    }
    this.#parts(Kind.View, [kind], "Array", [span.key, byteOffset - base, value instanceof DataView ? byteLength : (value as Uint8Array).length]);
  }

  /** The bytes that the view's buffer has in the message. */
  #span(view: ArrayBufferView): Span {
    const { buffer } = view;
    const whole = { start: 0, end: buffer.byteLength, align: 1, key: buffer };
    if (view.byteLength === whole.end || this.#numbers.has(buffer)) return whole;
    this.#spans ??= new Spans(this.#walk.root, this.#extensions);
    const span = this.#spans.around(view);
    return span.start === 0 && span.end === whole.end ? whole : span;
  }

  /** Writes an array of which most is not there. */
  sparse(array: readonly unknown[]): boolean {
    const indices = sparseIndices(array);
    if (!indices) return false;
    const parts = indices.flatMap((index) => [index, array[index]]);
    this.#parts(Kind.Sparse, uint32(array.length), "Map", parts);
    return true;
  }

  /** Writes an object of another class than `Object`, if it is one that can be kept. */
  object(value: object, tag: string): boolean {
    if (value instanceof Map) this.#parts(Kind.Map, [], "Map", [...value].flat(1));
    else if (value instanceof Set) this.#parts(Kind.Set, [], "Set", [...value]);
    else if (value instanceof RegExp) this.#parts(Kind.RegExp, [], "Record", ["source", "flags"].map((name) => value[name as "source"]));
    else if (value instanceof Error || tag === "Error" || tag === "DOMException") this.#error(value as Error);
    else if (tag === "Number" || tag === "String" || tag === "Boolean" || tag === "BigInt") {
      this.#parts(Kind.Boxed, [], "Array", [value.valueOf()]);
    } else return false;
    return true;
  }

  #error(error: Error): void {
    const name = classOf(error);
    const own = (key: string) => Object.prototype.hasOwnProperty.call(error, key);
    const hidden = name === "DOMException" ? ["name", "message"] : HIDDEN.filter((key) => own(key) || (key === "stack" && error.stack));
    const keys = [...hidden, ...Object.keys(error).filter((key) => !HIDDEN.includes(key))];
    this.#parts(Kind.Error, [...name].map((c) => c.charCodeAt(0)), "Record", keys.flatMap((key) => [key, error[key as "message"]]));
  }

  #parts(kind: Kind, content: readonly number[], shape: "Array" | "Map" | "Set" | "Record", parts: readonly unknown[]): void {
    this.#walk.deepen();
    this.#writer.array(1 + parts.length);
    this.leaf(kind, content);
    this.#walk.push(shape, parts, undefined, parts.length);
  }
}

function uint32(value: number): number[] {
  return [value >>> 24, value >>> 16 & 0xff, value >>> 8 & 0xff, value & 0xff];
}

/** Name of the nearest class that is kept. */
function classOf(error: object): string {
  for (let at = error; at; at = Object.getPrototypeOf(at) as object) {
    const name = (at.constructor as { name?: string } | undefined)?.name;
    if (name !== undefined && ERRORS.includes(name)) return name;
  }
  return "Error";
}

/** Whether UTF-8 can say the string. */
export function isWellFormed(value: string & { isWellFormed?: () => boolean }): boolean {
  return value.isWellFormed ? value.isWellFormed() : !/\p{Surrogate}/u.test(value);
}
