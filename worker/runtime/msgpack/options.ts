import { EXTENSION } from "./structured-format.js";

/** What the services of MessagePack were asked for, checked. */
export interface Settings {
  maxInput: number;
  maxDepth: number;
  maxAllocation: number;
  /** 64-bit integers are bigints, all of them, and nothing else is. */
  bigint: boolean;
  /** All maps are `Map`s. */
  maps: boolean;
  /** Whatever structured clone holds is kept, by an extension type. */
  structured: boolean;
  extensions: Extensions;
}

export type Extensions = ReadonlyMap<number, Extension>;

/** An extension type that the caller knows, and the functions, registered in the pool, that know its contents. */
export interface Extension {
  encode?: Convert | undefined;
  decode?: Convert | undefined;
}
type Convert = (value: unknown) => unknown;

/** Gives the function registered by a name. */
export type Lookup = (name: string) => Convert | undefined;

/** Options of the services. */
export const KNOWN = ["maxInput", "maxDepth", "maxAllocation", "int64", "maps", "extensions", "structured"] as const;

/** Defaults and bounds as the Rust codec has them (crates/codec/src/msgpack/mod.rs). */
const DEFAULT_MAX_INPUT = 512 * 2 ** 20;
const DEFAULT_MAX_DEPTH = 1024;
const MAX_DEPTH = 4096;
const DEFAULT_MAX_ALLOCATION = 2 ** 30;

const NONE: Extensions = new Map();

/** Reads the options of a service; `defaults` are what it does where they say nothing. */
export function settings(service: string, options: unknown, lookup: Lookup, structured = false): Settings {
  const given = objectOf(service, options, KNOWN);
  const extensions = extensionsOf(service, given["extensions"], lookup);
  structured = flag(service, "structured", given["structured"]) ?? structured;
  if (structured && extensions.has(EXTENSION)) {
    throw new TypeError(`${service}: extension type ${EXTENSION} is taken where structured is true: use another number`);
  }
  return {
    maxInput: integer(service, "maxInput", given["maxInput"]) ?? DEFAULT_MAX_INPUT,
    maxDepth: integer(service, "maxDepth", given["maxDepth"], MAX_DEPTH) ?? DEFAULT_MAX_DEPTH,
    maxAllocation: integer(service, "maxAllocation", given["maxAllocation"]) ?? DEFAULT_MAX_ALLOCATION,
    bigint: choice(service, "int64", given["int64"], ["number-or-bigint", "bigint"]) === "bigint",
    maps: choice(service, "maps", given["maps"], ["object", "map"]) === "map",
    structured,
    extensions,
  };
}

/** An options object whose keys are all known. */
export function objectOf(service: string, options: unknown, known: readonly string[]): Record<string, unknown> {
  if (options === undefined || options === null) return {};
  if (typeof options !== "object") throw new TypeError(`${service}: the options must be an object`);
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw new TypeError(`${service}: unknown option ${key}; it knows ${known.join(", ")}`);
  }
  return options as Record<string, unknown>;
}

function integer(service: string, name: string, value: unknown, max = Infinity): number | undefined {
  if (value === undefined) return undefined;
  const accepted = max < Infinity ? `an integer from 0 to ${max}` : "a non-negative integer or Infinity";
  const message = `${service}: ${name} must be ${accepted}`;
  if (typeof value !== "number") throw new TypeError(message);
  if (!(Math.trunc(value) === value && value >= 0 && value <= max)) throw new RangeError(message);
  return value;
}

function flag(service: string, name: string, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === "boolean") return value;
  throw new TypeError(`${service}: ${name} must be true or false`);
}

function choice(service: string, name: string, value: unknown, choices: readonly string[]): unknown {
  if (value === undefined || choices.includes(value as string)) return value;
  throw new TypeError(`${service}: ${name} must be ${choices.map((one) => `'${one}'`).join(" or ")}`);
}

function extensionsOf(service: string, value: unknown, lookup: Lookup): Extensions {
  if (value === undefined) return NONE;
  const wrong = () =>
    new TypeError(
      `${service}: extensions must be an array of extension type numbers, integers from -128 to 127, `
        + "or of objects { type, encode, decode } with such a number and the names of registered functions",
    );
  if (!Array.isArray(value)) throw wrong();
  const extensions = new Map<number, Extension>();
  for (const one of value as unknown[]) {
    const { type, encode, decode } = (typeof one === "object" && one !== null ? one : { type: one }) as Record<string, unknown>;
    if (!isType(type)) throw wrong();
    const named = (name: unknown) => {
      if (name === undefined) return undefined;
      if (typeof name !== "string") throw wrong();
      const run = lookup(name);
      if (!run) throw new TypeError(`${service}: extension type ${type} wants the function '${name}', and none of that name is registered`);
      return (input: unknown) => {
        const output = run(input);
        if (typeof (output as PromiseLike<unknown> | null)?.then !== "function") return output;
        throw new TypeError(`${service}: '${name}' gave a promise: the function of an extension type must give its result at once`);
      };
    };
    extensions.set(type, { encode: named(encode), decode: named(decode) });
  }
  return extensions;
}

/** An extension type's number. */
export function isType(value: unknown): value is number {
  return typeof value === "number" && value << 24 >> 24 === value;
}
