import { freeVariables } from "./free-variables.js";
import type { Registered } from "./functions.js";
import { isGenerator, isPromise } from "./stream.js";
import { helperAdvice, isShort } from "./transpile-helpers.js";

/** Different kinds of advice that one message has. */
const MOST_ADVICE = 3;

/** The names that a source uses and its worker lacks. */
export function missingNames(source: string): string[] {
  try {
    return freeVariables(source).filter((name) => !(name in self));
  } catch {
    // A literal of many megabytes may be too much for an engine's regular expressions. It is only for a warning.
    return [];
  }
}

/** That a function uses such names, and what to do. */
export function missingMessage(name: string, names: readonly string[]): string {
  const list = names.map((one) => `'${one}'`).join(", ");
  return `The function '${name}' uses ${list}, which its worker does not have. ${advice(names)}`;
}

function advice(names: readonly string[]): string {
  const known = names.flatMap((name) => helperAdvice(name) ?? []);
  const rest = known.length < names.length || names.some(isShort)
    ? ["A function from source sees only its arguments and the worker's globals: pass the value as an argument, load it by loadScripts(), or set it by setup()."]
    : [];
  return [...known.slice(0, MOST_ADVICE), ...rest].join(" ");
}

/** A function whose ReferenceErrors for these names say what to do. Only a function that has such names is wrapped. */
export function advised(run: Registered["run"], names: readonly string[]): Registered["run"] {
  const fail = (error: unknown): never => {
    throw explained(error, names);
  };
  return function (this: unknown, ...args) {
    try {
      const result = run.apply(this, args);
      if (isPromise(result)) return result.then(undefined, fail);
      if (!isGenerator(result)) return result;
      return Symbol.iterator in (result as object) ? values(result as Generator, fail) : valuesLater(result as AsyncGenerator, fail);
    } catch (error) {
      return fail(error);
    }
  };
}

function* values(generator: Generator, fail: (error: unknown) => never): Generator {
  try {
    return yield* generator;
  } catch (error) {
    return fail(error);
  }
}

async function* valuesLater(generator: AsyncGenerator, fail: (error: unknown) => never): AsyncGenerator {
  try {
    return yield* generator;
  } catch (error) {
    return fail(error);
  }
}

function explained(error: unknown, names: readonly string[]): unknown {
  if (!(error instanceof ReferenceError)) return error;
  const { message, stack } = error;
  const name = names.find((one) => message.split(/[^\p{ID_Continue}$]+/u).includes(one));
  if (name === undefined) return error;
  const text = `${message}. ${advice([name])}`;
  // In a function that calls itself through another it may have been said already.
  if (message.includes(advice([name]))) return error;
  error.message = text;
  if (stack?.includes(message)) error.stack = stack.replace(message, () => text);
  return error;
}
