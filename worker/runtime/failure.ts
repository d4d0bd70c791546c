/** What travels when a call fails: a value as it was thrown, or an error taken apart, because structured clone alone
 *  loses class names, own properties and, in some engines, stacks and causes. */
export type EncodedFailure = { value: unknown } | { error: EncodedError };

/** An error as plain data. */
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
  /** Own enumerable properties that can be cloned. */
  properties?: [string, EncodedFailure][];
}

/** Causes are followed so far; a longer chain is nearly always a circle. */
const CAUSES = 16;

const BUILT_IN = new Set([
  "Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError", "AggregateError",
  "DOMException", "CompileError", "LinkError", "RuntimeError",
]);

/** Takes a thrown value apart. */
export function encodeError(thrown: unknown, depth = 0): EncodedFailure {
  if (!isError(thrown)) return { value: thrown };
  const error = thrown as Error & { errors?: unknown };
  const encoded: EncodedError = {
    base: builtInOf(error),
    class: text(() => error.constructor.name) || "Error",
    name: text(() => error.name),
    message: text(() => error.message),
    stack: text(() => error.stack),
  };
  if (depth < CAUSES) {
    if ("cause" in error) encoded.cause = cloneable(error.cause, depth + 1);
    if (Array.isArray(error.errors)) encoded.errors = error.errors.map((one) => cloneable(one, depth + 1));
    encoded.properties = properties(error, depth + 1);
  }
  return { error: encoded };
}

function isError(thrown: unknown): boolean {
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

function properties(error: object, depth: number): [string, EncodedFailure][] {
  const kept: [string, EncodedFailure][] = [];
  for (const key of Object.keys(error)) {
    if (key === "name" || key === "message" || key === "stack" || key === "cause" || key === "errors") continue;
    try {
      const value = (error as Record<string, unknown>)[key];
      if (isError(value)) kept.push([key, encodeError(value, depth)]);
      else kept.push([key, { value: structuredClone(value) }]);
    } catch {
      // A property that cannot be cloned must not cost the caller the error itself.
    }
  }
  return kept;
}

function cloneable(value: unknown, depth: number): EncodedFailure {
  if (isError(value)) return encodeError(value, depth);
  try {
    return { value: structuredClone(value) };
  } catch {
    return { value: String(value) };
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
