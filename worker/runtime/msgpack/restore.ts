import { corruptError } from "./faults.js";
import { ERRORS, HIDDEN, Kind, VIEWS } from "./structured-format.js";

/** A value with parts that is not complete. */
export interface Opened {
  kind: Kind;
  /** The object, where it can be made before its parts are there: they may refer to it. */
  object: object | undefined;
  /** Its number. */
  number: number;
  /** What follows the first byte. */
  content: Uint8Array;
}

/** What an array of this length takes of an engine's memory, if it chooses so, though nothing is in it: lengths up to
 *  here may be reckoned as elements, of 8 bytes each. */
const DENSE = 2 ** 25;
const ELEMENT = 8;

/** Makes what {@link Kind} says of a message's bytes. */
export class Restorer {
  /** By number; `undefined` while not complete. */
  readonly #objects: (object | undefined)[] = [];
  readonly #spend: (bytes: number) => void;

  /** `spend` is told what memory is taken beyond the message's contents. */
  constructor(spend: (bytes: number) => void) {
    this.#spend = spend;
  }

  /** Gives an object the next number. */
  number(object: object | undefined): number {
    return this.#objects.push(object) - 1;
  }

  /** The object of this number is another. */
  replace(number: number, object: object): void {
    this.#objects[number] = object;
  }

  /** The array of this number turned out to be a value with parts. */
  open(kind: Kind, content: Uint8Array, number: number, at: number): Opened {
    const object = this.#empty(kind, content, at);
    this.#objects[number] = object;
    return { kind, object, number, content };
  }

  #empty(kind: Kind, content: Uint8Array, at: number): object | undefined {
    switch (kind) {
      case Kind.Map:
        return new Map();
      case Kind.Set:
        return new Set();
      case Kind.Error: {
        const name = String.fromCharCode(...content.subarray(0, LONGEST_NAME));
        if (!ERRORS.includes(name)) throw corruptError(at, "an error of an unknown class");
        if (name === "DOMException") return undefined;
        const Class = (globalThis as unknown as Record<string, ErrorConstructor>)[name] as ErrorConstructor;
        const error = name === "AggregateError" ? new AggregateError([]) : new Class();
        for (const key of Object.getOwnPropertyNames(error)) delete (error as unknown as Record<string, unknown>)[key];
        return error;
      }
      case Kind.Sparse: {
        const length = uint32(content, at);
        this.#spend(Math.min(length, DENSE) * ELEMENT);
        const array: unknown[] = [];
        if (length > 0) {
          // An element far off makes engines keep the array as a table; a length alone makes some reserve all of it.
          array[length - 1] = 0;
          delete array[length - 1];
        }
        return array;
      }
      case Kind.RegExp:
      case Kind.Boxed:
      case Kind.View:
        return undefined;
      default:
        throw corruptError(at, "a kind of value that this version of the library does not know");
    }
  }

  /** The parts are there; `at` is where they end. */
  close(opened: Opened, parts: readonly unknown[], at: number): object {
    const object = this.#complete(opened, parts, at);
    this.#objects[opened.number] = object;
    return object;
  }

  #complete({ kind, object, content }: Opened, parts: readonly unknown[], at: number): object {
    switch (kind) {
      case Kind.Map:
        pairs(parts, at, (key, value) => (object as Map<unknown, unknown>).set(key, value));
        return object as object;
      case Kind.Set:
        for (const part of parts) (object as Set<unknown>).add(part);
        return object as object;
      case Kind.Sparse:
        pairs(parts, at, (index, value) => {
          if (!isCount(index) || index >= (object as unknown[]).length) throw corruptError(at, "an index that an array does not have");
          (object as unknown[])[index] = value;
        });
        return object as object;
      case Kind.Error:
        return restoreError(object, parts, at);
      case Kind.RegExp: {
        const [source, flags] = parts;
        if (parts.length !== 2 || typeof source !== "string" || typeof flags !== "string") throw corruptError(at, "a RegExp without source and flags");
        return attempt(at, "a RegExp that this engine does not take", () => new RegExp(source, flags));
      }
      case Kind.Boxed:
        if (parts.length !== 1 || typeof parts[0] === "object" || parts[0] === undefined) throw corruptError(at, "a wrapper object without a primitive");
        return Object(parts[0]) as object;
      default:
        return view(content, parts, at);
    }
  }

  /** A value without parts. Arrays lack their holes, so those are for the caller to see to. */
  leaf(kind: Kind, content: Uint8Array, at: number): unknown {
    switch (kind) {
      case Kind.Undefined:
        return undefined;
      case Kind.BigInt:
        return bigint(content, at);
      case Kind.Utf16:
        return utf16(content, at);
      case Kind.Reference: {
        const object = this.#objects[uint32(content, at)];
        if (!object) throw corruptError(at, "a reference to an object that is not there");
        return object;
      }
      case Kind.InvalidDate: {
        const date = new Date(NaN);
        this.number(date);
        return date;
      }
      case Kind.Buffer: {
        const { buffer } = content.slice();
        this.number(buffer);
        return buffer;
      }
      default:
        throw corruptError(at, "a kind of value that this version of the library does not know");
    }
  }
}

const LONGEST_NAME = 32;

function uint32(bytes: Uint8Array, at: number): number {
  if (bytes.length !== 4) throw corruptError(at, "a number of another length than four bytes");
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}

function bigint(bytes: Uint8Array, at: number): bigint {
  if (bytes.length === 0) throw corruptError(at, "a bigint without bytes");
  let digits = "0x";
  for (const byte of bytes) digits += byte.toString(16).padStart(2, "0");
  return attempt(at, "a bigint that this engine does not take", () => BigInt.asIntN(bytes.length * 8, BigInt(digits)));
}

function utf16(bytes: Uint8Array, at: number): string {
  if (bytes.length % 2 === 1) throw corruptError(at, "half a unit of UTF-16");
  let text = "";
  for (let i = 0; i < bytes.length; i += 2) text += String.fromCharCode((bytes[i] as number) << 8 | (bytes[i + 1] as number));
  return text;
}

function pairs(parts: readonly unknown[], at: number, take: (key: unknown, value: unknown) => void): void {
  if (parts.length % 2 === 1) throw corruptError(at, "a key without a value");
  for (let i = 0; i < parts.length; i += 2) take(parts[i], parts[i + 1]);
}

function restoreError(object: object | undefined, parts: readonly unknown[], at: number): object {
  const properties = new Map<string, unknown>();
  pairs(parts, at, (key, value) => {
    if (typeof key !== "string") throw corruptError(at, "a property of an error whose name is no string");
    properties.set(key, value);
  });
  let error = object;
  if (!error) {
    const [message, name] = ["message", "name"].map((key) => properties.get(key));
    if (typeof message !== "string" || typeof name !== "string") throw corruptError(at, "a DOMException without name and message");
    error = new DOMException(message, name);
    properties.delete("message");
    properties.delete("name");
  }
  for (const [key, value] of properties) {
    Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: !HIDDEN.includes(key) });
  }
  return error;
}

function view(content: Uint8Array, [buffer, offset, length, ...more]: readonly unknown[], at: number): ArrayBufferView {
  const name = VIEWS[content[0] as number];
  if (content.length !== 1 || name === undefined) throw corruptError(at, "a view of an unknown kind");
  const Class = (globalThis as unknown as Record<string, Uint8ArrayConstructor | undefined>)[name];
  if (!Class) throw corruptError(at, `a ${name}, which this engine does not have`);
  if (!(buffer instanceof ArrayBuffer) || !isCount(offset) || !isCount(length) || more.length > 0) {
    throw corruptError(at, "a view without a buffer, an offset and a length");
  }
  return attempt(at, "a view that is not inside its buffer", () => new Class(buffer, offset, length));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function attempt<T>(at: number, what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw corruptError(at, what, error);
  }
}
