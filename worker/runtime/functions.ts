import { importing } from "./base.js";
import { dynamicImports } from "./free-variables.js";
import { advised, missingNames } from "./missing-names.js";
import { shimsFor } from "./transpile-helpers.js";

/** How a function takes its arguments and gives its result. */
export const enum Form {
  /** `(resolve, reject, ...params)`: the original form. */
  Callback = 0,
  /** `(...params)`: the return value, promise or generator is the result. */
  Plain = 1,
}

/** A function that calls can name by number. */
export interface Registered {
  name: string;
  form: Form;
  run: (this: unknown, ...args: unknown[]) => unknown;
  /** Calls of it that follow each other run beside each other: a service that waits more than it works. */
  beside?: boolean;
}

/** The functions of this worker. */
export class Functions {
  readonly #table: (Registered | undefined)[] = [];

  set(id: number, entry: Registered): void {
    this.#table[id] = entry;
  }

  get(id: number): Registered | undefined {
    return this.#table[id];
  }

  /** The plain function of a name, registered last. */
  named(name: string): Registered["run"] | undefined {
    return this.#table.findLast((entry) => entry?.name === name && entry.form === Form.Plain)?.run;
  }
}

/** Sources that came with `run()` and stay compiled. More distinct one-off functions than this in flight at once are
 *  compiled again, which costs microseconds. */
const ONE_OFFS = 64;

/** The compiled functions of `run()`, oldest out first. */
export class OneOffs {
  readonly #compiled = new Map<string, Registered>();

  get(source: string, context: object): Registered {
    let entry = this.#compiled.get(source);
    if (!entry) {
      entry = { name: "run", form: Form.Plain, run: compile("run", source, context).run };
      if (this.#compiled.size >= ONE_OFFS) this.#compiled.delete(this.#compiled.keys().next().value as string);
      this.#compiled.set(source, entry);
    }
    return entry;
  }
}

/** Indirect, so that the source sees the worker's globals and none of this bundle's names. */
const evaluate = globalThis.eval as (source: string) => unknown;

/** A function made of its source, and the names that it uses and this worker lacks. */
export interface Compiled {
  run: Registered["run"];
  missing: string[];
}

/**
 * Makes a function of its source text.
 *
 * The source stands on the first line, so that a stack trace counts its lines from 1, and gets a `sourceURL`, so that
 * traces and debuggers name it. An arrow function takes `this` from where it is evaluated, so it is evaluated for each
 * call: another call's task would hear what it reports late. Without a task it gets `context`. Helpers of compilers are
 * parameters of what is around it, so that no global is made for them.
 */
export function compile(name: string, source: string, context: object): Compiled {
  // An address has no lone surrogates.
  const tail = `\n//# sourceURL=centaurus:///${encodeURIComponent(name.replace(/\p{Surrogate}/gu, "\ufffd"))}.js`;
  const [text, importName, importer] = importing(source, dynamicImports);
  const free = missingNames(source);
  const shims = shimsFor(free, source);
  const missing = free.filter((one) => !(one in shims));
  if (importName) shims[importName] = importer;
  const build = (body: string) => {
    const made = evaluate(`(function(${Object.keys(shims).join()}){return(${body}\n)})${tail}`) as (...args: unknown[]) => unknown;
    return (self: object) => made.apply(self, Object.values(shims));
  };
  let made: unknown;
  let make: ((self: object) => unknown) | undefined;
  try {
    make = build(text);
    made = make(context);
  } catch (error) {
    if (blockedByPolicy(error)) throw policyError(name, error);
    if (!(error instanceof SyntaxError)) throw error;
    make = undefined;
    made = compileMethod(text, (body) => build(body)(context), error);
  }
  if (typeof made !== "function") throw new TypeError(`'${name}' is not the source of a function`);
  if (/^class\b/.test(source)) throw new TypeError(`'${name}' is a class; register a function that makes one`);
  let run = made as Registered["run"];
  if (make && !NAMED.test(source)) {
    const arrow = make as (self: object) => Registered["run"];
    run = function (...args) {
      return arrow(this ?? context).apply(this, args);
    };
  }
  return { run: missing.length > 0 ? advised(run, missing) : run, missing };
}

/** A function expression, which has a `this` of its own and may keep something under its own name. */
const NAMED = /^(?:async(?:\s|\/\*[^]*?\*\/)*)?function\b/;

/** `{ name(a) {…} }` gives a source that is only valid inside an object literal. */
function compileMethod(source: string, make: (body: string) => unknown, first: SyntaxError): unknown {
  for (const method of methods(source)) {
    try {
      const holder = make(`{${method}\n}`) as Record<PropertyKey, unknown>;
      return holder[Reflect.ownKeys(holder)[0] as PropertyKey];
    } catch {
      // The next, if there is one.
    }
  }
  throw first;
}

/** The source as it is; or, where its key is computed from what only the page knows, with another key. Which of the
 *  brackets closes the key is for the parser to find out. */
function* methods(source: string): Generator<string> {
  yield source;
  const [, kind] = /^((?:async\b)?\s*\*?\s*)\[/.exec(source) ?? [];
  if (kind === undefined) return;
  for (let at = source.indexOf("]"); at >= 0; at = source.indexOf("]", at + 1)) {
    const rest = source.slice(at + 1);
    if (/^\s*\(/.test(rest)) yield `${kind}computed${rest}`;
  }
}

function blockedByPolicy(error: unknown): boolean {
  return error instanceof EvalError;
}

/** It runs in a thread of a server's runtime, not in a page's worker. */
const onServer = !!(globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node;

function policyError(name: string, cause: unknown): Error {
  return Object.assign(
    new EvalError(
      `${onServer ? "Node.js's flag --disallow-code-generation-from-strings" : "The Content Security Policy"} forbids making `
      + `'${name}' from its source. Export it from an ES module and use registerModule(url), which needs no `
      + `${onServer ? "source" : "'unsafe-eval'"}.`,
    ),
    { cause },
  );
}
