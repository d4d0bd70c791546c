import { type Extensions, isType } from "./options.js";
import { HIDDEN } from "./structured-format.js";

/** An array of so many elements, or more, is looked at for gaps. */
const LONG = 1024;

/** How many of its elements are looked at. */
const PROBES = 64;

/** Consecutive bytes of a buffer, each of which at least one view shows. */
export interface Span {
  start: number;
  end: number;
  /** The largest element of its views: offsets have to be multiples of it. */
  align: number;
  /** The object that has the number of the span's buffer. */
  key?: object;
}

/**
 * Which bytes of each buffer a value shows. A view brings its own bytes into the message and no others: what lies beside it
 * in its buffer may be anybody's, as in Node.js, where small Buffers share a pool. Views that overlap or touch share a span,
 * and so a buffer. A buffer that is itself part of the value is one span.
 */
export class Spans {
  /** In ascending order, none touching another. */
  readonly #spans = new Map<ArrayBufferLike, Span[]>();

  constructor(root: unknown, extensions: Extensions) {
    for (const object of objectsOf(root, extensions)) {
      if (ArrayBuffer.isView(object)) this.#list(object.buffer).push(spanOf(object));
      else if (isBuffer(object)) this.#list(object).push({ start: 0, end: object.byteLength, align: 1 });
    }
    for (const [buffer, spans] of this.#spans) this.#spans.set(buffer, merged(spans));
  }

  /** The span that a view is in. */
  around(view: ArrayBufferView): Span {
    const own = spanOf(view);
    const spans = this.#spans.get(view.buffer) ?? [];
    let low = 0;
    for (let high = spans.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((spans[middle] as Span).end < own.end) low = middle + 1;
      else high = middle;
    }
    const found = spans[low];
    return found && found.start <= own.start ? found : own;
  }

  #list(buffer: ArrayBufferLike): Span[] {
    let list = this.#spans.get(buffer);
    if (!list) this.#spans.set(buffer, list = []);
    return list;
  }
}

export function isBuffer(value: unknown): value is ArrayBufferLike {
  return value instanceof ArrayBuffer || (typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer);
}

/** Indices of an array of which most is not there; of any other, nothing. */
export function sparseIndices(array: readonly unknown[]): number[] | undefined {
  const { length } = array;
  if (length < LONG) return undefined;
  let missing = 0;
  for (let probe = 0; probe < PROBES; probe++) if (!(Math.floor((length / PROBES) * probe) in array)) missing += 1;
  return missing < PROBES / 2 ? undefined : Object.keys(array).map(Number).filter((index) => index < length);
}

function spanOf(view: ArrayBufferView & { BYTES_PER_ELEMENT?: number }): Span {
  return { start: view.byteOffset, end: view.byteOffset + view.byteLength, align: view.BYTES_PER_ELEMENT ?? 1 };
}

function merged(spans: Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans.sort((a, b) => a.start - b.start)) {
    const last = result[result.length - 1];
    if (last && span.start <= last.end) {
      last.end = Math.max(last.end, span.end);
      last.align = Math.max(last.align, span.align);
    } else result.push(span);
  }
  return result;
}

/** Every object that the message will have, once. What it takes no part of must not be in here. */
function objectsOf(root: unknown, extensions: Extensions): Set<object> {
  const objects = new Set<object>();
  const add = (value: unknown) => {
    if (typeof value === "object" && value !== null) objects.add(value);
  };
  add(root);
  // A set's iterator comes to what is added meanwhile.
  for (const object of objects) {
    if (ArrayBuffer.isView(object) || isBuffer(object)) continue;
    if (Array.isArray(object)) {
      const indices = sparseIndices(object);
      if (indices) for (const index of indices) add(object[index]);
      else for (const value of object) add(value);
    } else if (object instanceof Map) {
      for (const [key, value] of object) {
        add(key);
        add(value);
      }
    } else if (object instanceof Set) for (const value of object) add(value);
    else if (!isExtension(object, extensions)) {
      for (const key of Object.keys(object)) add((object as Record<string, unknown>)[key]);
      if (object instanceof Error) for (const key of HIDDEN) if (Object.hasOwn(object, key)) add(object[key as "cause"]);
    }
  }
  return objects;
}

/** Whether the object is written as an extension that the caller knows: its data is not walked then. */
function isExtension(object: { type?: unknown; data?: unknown }, extensions: Extensions): boolean {
  if (extensions.size === 0 || Object.keys(object).length !== 2) return false;
  const extension = isType(object.type) ? extensions.get(object.type) : undefined;
  return extension !== undefined && (extension.encode !== undefined || object.data instanceof Uint8Array);
}
