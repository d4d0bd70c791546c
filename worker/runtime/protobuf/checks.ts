import { GIVE_UP } from "./give-up.js";
import { Kind } from "./plan.js";

/** A 64-bit integer in decimal. */
export const DIGITS = /^-?\d{1,20}$/;

/** Digits that a double holds whatever they are. */
const SAFE_DIGITS = 15;

/** That it is an object of keys and values. */
export function assertPlain(value: unknown): asserts value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw GIVE_UP;
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== Object.prototype && prototype !== null) throw GIVE_UP;
}

export function int32(value: unknown): number {
  if (((value as number) | 0) !== value) throw GIVE_UP;
  return value;
}

export function uint32(value: unknown): number {
  if (((value as number) >>> 0) !== value) throw GIVE_UP;
  return value;
}

/** The key of an object, which is text whatever it stands for, as a map's own type. */
export function keyOf(kind: Kind, text: string): unknown {
  if (kind === Kind.String) return text;
  if (kind === Kind.Bool) return text === "true" ? true : text === "false" ? false : text;
  if (!DIGITS.test(text)) throw GIVE_UP;
  return text.length <= SAFE_DIGITS ? Number(text) : BigInt(text);
}
