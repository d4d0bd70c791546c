import { culprit } from "./culprit.js";

/** What travels when a call fails: a value as it was thrown, an error taken apart, because structured clone alone loses
 *  class names, own properties and, in some engines, stacks and causes; or word of something that cannot travel. */
export type EncodedFailure = { value: unknown } | { error: EncodedError } | { uncloneable: string; why: string };

/** An error as plain data. One that is reached twice is one object: structured clone keeps that. */
export interface EncodedError {
  /** Name of the nearest built-in class. */
  base: string;
  /** Name of the class itself. */
  class: string;
  name: string;
  message: string;
  stack: string;
  cause?: EncodedFailure;
  /** The members of an AggregateError. */
  errors?: EncodedFailure[];
  /** Own properties that can be cloned, and whether they are enumerable. */
  properties?: [string, EncodedFailure, boolean][];
}

/** Errors inside errors are followed so far: what is deeper would overflow the stack before it told anybody anything. */
const DEPTH = 100;

const BUILT_IN = new Set([
  "Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError", "AggregateError",
  "DOMException", "CompileError", "LinkError", "RuntimeError",
]);

/** Kept in fields of their own. */
const FIELDS = new Set(["name", "message", "stack", "cause", "errors"]);
/** Where the engines themselves put the place of an error. */
const PLACES = new Set(["fileName", "lineNumber", "columnNumber", "sourceURL", "line", "column"]);

/** Takes a thrown value apart. */
export function encodeError(thrown: unknown): EncodedFailure {
  try {
    return isError(thrown) ? { error: encode(thrown, new Map(), 0) } : { value: thrown };
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

function encode(error: Error & { errors?: unknown }, seen: Map<object, EncodedError>, depth: number): EncodedError {
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
  if (depth < DEPTH) {
    const inner = (value: unknown) => (isError(value) ? { error: encode(value, seen, depth + 1) } : clone(value));
    const orText = (value: unknown) => inner(value) ?? { value: text(() => value) };
    if ("cause" in error) encoded.cause = orText(error.cause);
    if (Array.isArray(error.errors)) encoded.errors = error.errors.map(orText);
    encoded.properties = properties(error, inner);
  }
  return encoded;
}

function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === "[object Error]"
    || (typeof DOMException === "function" && thrown instanceof DOMException);
}

function builtInOf(error: object): string {
  for (let at = Object.getPrototypeOf(error) as object | null; at; at = Object.getPrototypeOf(at) as object | null) {
    const name = text(() => at.constructor.name);
    if (BUILT_IN.has(name)) return name;
  }
  return "Error";
}

function properties(error: Error, encode: (value: unknown) => EncodedFailure | undefined) {
  const kept: [string, EncodedFailure, boolean][] = [];
  for (const key of Object.getOwnPropertyNames(error)) {
    const enumerable = Object.prototype.propertyIsEnumerable.call(error, key);
    if (FIELDS.has(key)) continue;
    try {
      const own = error[key as keyof Error] as unknown;
      // Assigning to such a property does not make it enumerable. What its stack does not say is not the engine's.
      if (!enumerable && PLACES.has(key) && isInStack(error, own)) continue;
      const value = encode(own);
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

function clone(value: unknown): EncodedFailure | undefined {
  try {
    return { value: structuredClone(value) };
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
