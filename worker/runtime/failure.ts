import { culprit } from "./culprit.js";

/** A value as it travels: what structured clone carries, with the errors within it; an error taken apart, because
 *  structured clone alone loses class names, own properties and, in some engines, stacks and causes; several of these;
 *  or word of something that cannot travel. */
export type EncodedFailure =
  | { value: unknown; errors?: CarriedError[] }
  | { error: EncodedError }
  | { list: EncodedFailure[] }
  | { uncloneable: string; why: string };

/** An error within a value, and what structured clone loses of it. Both travel in one message, so that the error stays
 *  the object that the value holds. */
export type CarriedError = [error: Error, details: EncodedError];

/** An error as plain data. One that is reached twice is one object: structured clone keeps that. */
export interface EncodedError {
  /** Name of the nearest built-in class. */
  base: string;
  /** Name of the class itself. */
  class: string;
  name: string;
  message: string;
  stack: string;
  /** Own properties that can be cloned, and whether they are enumerable. */
  properties?: [string, EncodedFailure, boolean][];
}

type Seen = Map<object, EncodedError>;

/** Errors inside errors are followed so far: what is deeper would overflow the stack before it told anybody anything. */
const DEPTH = 100;
/** Values that are searched for errors, breadth first: a millisecond at the most, beside the clone of as many. */
const SEARCHED = 10_000;

const BUILT_IN = /^((Type|Range|Syntax|Reference|Eval|URI|Aggregate|Compile|Link|Runtime)?Error|DOMException)$/;

/** Kept in fields of their own. */
const FIELDS = new Set(["name", "message", "stack"]);
/** Where the engines themselves put the place of an error. */
const PLACES = new Set(["fileName", "lineNumber", "columnNumber", "sourceURL", "line", "column"]);

/** Takes a thrown value apart. */
export function encodeError(thrown: unknown): EncodedFailure {
  try {
    return isError(thrown) ? { error: encode(thrown, new Map(), 0) } : { value: thrown, errors: carriedErrors(thrown) };
  } catch (error) {
    // A proxy, or a getter, that throws again.
    return { uncloneable: "What was thrown", why: String(error) };
  }
}

/** Says that a value cannot travel; `what` is what the error calls it. */
export function uncloneable(what: string, value: unknown, moved: readonly unknown[], error: unknown): EncodedFailure {
  const path = culprit(value, moved);
  return { uncloneable: path ? `${what} (at ${path})` : what, why: text(() => (error as Error).message) };
}

/** The errors within a value that structured clone would carry, itself included; nothing where there are none. */
export function carriedErrors(value: unknown): CarriedError[] | undefined {
  const found = errorsIn(value);
  if (found.length === 0) return undefined;
  const seen: Seen = new Map();
  return found.map((error) => [error, encode(error, seen, 0)]);
}

/** The errors within a value, each once, the shallow ones first. */
export function errorsIn(value: unknown): Error[] {
  const found: Error[] = [];
  if (typeof value !== "object" || value === null) return found;
  const queue = new Set([value]);
  const add = (inner: unknown) => {
    if (typeof inner === "object" && inner !== null && queue.size < SEARCHED) queue.add(inner);
  };
  // A set is walked in the order of insertion, what is added meanwhile included.
  for (const one of queue) {
    try {
      if (isError(one)) found.push(one);
      else if (Array.isArray(one) || one instanceof Set) one.forEach(add);
      else if (one instanceof Map) one.forEach((inner, key) => (add(key), add(inner)));
      else if (!ArrayBuffer.isView(one)) Object.values(one).forEach(add);
    } catch {
      // A proxy, or a getter, that throws: cloning the value will tell.
    }
  }
  return found;
}

function encode(error: Error, seen: Seen, depth: number): EncodedError {
  const known = seen.get(error);
  if (known) return known;
  const encoded: EncodedError = {
    base: builtInOf(error),
    class: text(() => error.constructor.name) || "Error",
    name: text(() => error.name),
    message: text(() => error.message),
    stack: text(() => error.stack),
  };
  seen.set(error, encoded);
  if (depth < DEPTH) encoded.properties = properties(error, seen, depth + 1);
  return encoded;
}

function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === "[object Error]"
    || (typeof DOMException === "function" && thrown instanceof DOMException);
}

function builtInOf(error: object): string {
  for (let at = Object.getPrototypeOf(error) as object | null; at; at = Object.getPrototypeOf(at) as object | null) {
    const name = text(() => at.constructor.name);
    if (BUILT_IN.test(name)) return name;
  }
  return "Error";
}

/** Own properties; a cause, and the members of an `AggregateError`, wherever they come from. */
function properties(error: Error, seen: Seen, depth: number): EncodedError["properties"] {
  const kept: EncodedError["properties"] = [];
  for (const key of new Set([...Object.getOwnPropertyNames(error), "cause", "errors"])) {
    const enumerable = Object.prototype.propertyIsEnumerable.call(error, key);
    try {
      if (FIELDS.has(key) || !(key in error)) continue;
      const own = error[key as keyof Error] as unknown;
      // Assigning to such a property does not make it enumerable. What its stack does not say is not the engine's.
      if (!enumerable && PLACES.has(key) && isInStack(error, own)) continue;
      const inner = (value: unknown) => (isError(value) ? { error: encode(value, seen, depth) } : clone(value, seen, depth));
      const orText = (value: unknown) => inner(value) ?? { value: text(() => value) };
      const value = key === "cause" ? orText(own) : key === "errors" && Array.isArray(own) ? { list: own.map(orText) } : inner(own);
      // What cannot be cloned must not cost the caller the error itself; nor must a getter that throws.
      if (value) kept.push([key, value, enumerable]);
    } catch {
      continue;
    }
  }
  return kept;
}

function isInStack(error: Error, place: unknown): boolean {
  return typeof place === "number" ? new RegExp(`:${place}\\b`).test(error.stack ?? "") : typeof place === "string" && (error.stack ?? "").includes(place);
}

function clone(value: unknown, seen: Seen, depth: number): EncodedFailure | undefined {
  try {
    const errors = errorsIn(value);
    const [cloned, carried] = structuredClone([value, errors] as const);
    if (errors.length === 0) return { value: cloned };
    return { value: cloned, errors: errors.map((error, i) => [carried[i] as Error, encode(error, seen, depth)]) };
  } catch {
    return undefined;
  }
}

/** A getter of a hostile error may throw or give anything. */
function text(read: () => unknown): string {
  try {
    const value = read();
    return typeof value === "string" ? value : value === undefined ? "" : String(value);
  } catch {
    return "";
  }
}
