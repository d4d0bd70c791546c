/**
 * What structured clone holds and MessagePack has no type for, written by one extension type. The first byte of the
 * extension says what it is.
 *
 * A value without parts is the extension alone. One with parts is an array whose first element is the extension and
 * whose others are the parts, so that the whole is one ordinary message, which other readers can walk.
 *
 * Objects are numbered from 0 in the order in which the message comes to them, each before its parts: arrays, maps,
 * timestamps, extensions that the caller knows, and what stands below with a star. Binary data takes two numbers, the
 * second for its buffer. A reference is such a number; cycles and sharing are kept by it.
 *
 * Rows are maps with all of their keys, although keys written once for all of them would win: of 42,000 cities, 6.4 MB of
 * MessagePack, msgpackr's records make 2.7 MB. But deflate finds the keys too (1.45 MB against 1.26), and plain data would
 * no longer be plain MessagePack, byte for byte, in every reader. Protocol Buffers do as well (2.9 MB, deflated 1.31), by a
 * format that others read.
 */

/** Number of the extension type: `C`. */
export const EXTENSION = 0x43;

/** The first byte of its content. */
export const enum Kind {
  /** `undefined`. */
  Undefined = 0,
  /** An element that an array lacks. */
  Hole = 1,
  /** A bigint: two's complement, the highest byte first. */
  BigInt = 2,
  /** A string with lone surrogates: UTF-16, the higher byte first. */
  Utf16 = 3,
  /** An object that stands in the message already: its number, four bytes, the highest first. */
  Reference = 4,
  /** A `Date` that is no moment. (*) */
  InvalidDate = 5,
  /** An `ArrayBuffer`: its bytes. (*) */
  Buffer = 6,

  /** Least of those with parts, which all have a star: the array's number is theirs. */
  WithParts = 16,
  /** A `Map`: keys and values in turn. */
  Map = 16,
  /** A `Set`: its values. */
  Set = 17,
  /** A `RegExp`: source and flags. */
  RegExp = 18,
  /** An error: property names and values in turn. The name of its class follows this byte, in ASCII. */
  Error = 19,
  /** A primitive in its wrapper object: the primitive. */
  Boxed = 20,
  /** A view: its buffer, its offset there in bytes, its length in elements. Its place in `VIEWS` follows this byte.
   *  Elements are little-endian. The buffer need not be all of what it was: see spans.ts. */
  View = 21,
  /** An array of which most is not there: indices and elements in turn. Its length follows this byte, as in a reference. */
  Sparse = 22,
}

/** Kinds of views by number. Never changes but at the end. */
export const VIEWS = [
  "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array",
  "Float64Array", "BigInt64Array", "BigUint64Array", "DataView", "Float16Array",
] as const;

/** Classes of errors that are kept; others become `Error`, as in structured clone. */
export const ERRORS: readonly string[] = [
  "Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError", "AggregateError", "DOMException",
];

/** Properties of an error that `Object.keys` does not tell. */
export const HIDDEN: readonly string[] = ["name", "message", "stack", "cause", "errors"];
