import type { Shape } from "./shapes.js";

/** What has been begun and is being walked. */
export interface Open {
  /** `Record`: the properties of something else than a plain object, keys and values in turn. */
  kind: "Array" | "Object" | "Map" | "Set" | "Record";
  /** An array's elements, a set's values, or keys and values in turn; of an object, the object. */
  from: Record<string, unknown> | readonly unknown[];
  /** Keys of an object; of all else nothing. */
  keys: readonly string[] | undefined;
  /** How many elements or properties have been taken. */
  next: number;
  count: number;
  /** The key that was written last, of an object. */
  shape: Shape;
}

/** Steps that are shown from either end of a longer path. */
const SHOWN = 8;

/** Longest key that is shown whole. */
const LONGEST = 40;

/** The path to what was taken last from each of what is open, outermost first, as one would write it in JavaScript. */
export function pathOf(open: readonly Open[]): string {
  const steps = open.map(step);
  if (steps.length > 2 * SHOWN) steps.splice(SHOWN, steps.length - 2 * SHOWN, ` … ${steps.length - 2 * SHOWN} more … `);
  return `$${steps.join("")}`;
}

function step({ kind, from, keys, next }: Open): string {
  const taken = Math.max(next - 1, 0);
  if (keys) return property(keys[taken]);
  if (kind === "Array") return `[${taken}]`;
  if (kind === "Set") return `.values()[${taken}]`;
  const key = (from as unknown[])[taken - taken % 2];
  if (kind === "Record") return property(key);
  return taken % 2 === 0 ? `.keys()[${taken / 2}]` : `.get(${shown(key)})`;
}

function property(key: unknown): string {
  if (typeof key === "string" && key.length <= LONGEST && /^[a-z_$][\w$]*$/i.test(key)) return `.${key}`;
  return `[${shown(key)}]`;
}

/** A key as a literal. */
function shown(key: unknown): string {
  if (typeof key === "bigint") return `${key}n`;
  if (typeof key === "object" && key !== null) return "…";
  const literal = JSON.stringify(key) ?? String(key);
  return literal.length > LONGEST ? `${literal.slice(0, LONGEST)}…` : literal;
}
