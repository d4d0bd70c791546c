import { decode } from "./decode.js";
import { encode } from "./encode.js";
import type { Terms } from "./give-up.js";
import type { Options } from "./index.js";
import { type Manner, type Plan, Plans, type Table } from "./plan.js";

/** Defaults and bounds as the Rust codec has them (crates/codec/src/protobuf/mod.rs, crates/codec/src/msgpack/mod.rs). */
const DEFAULTS: Terms = {
  maxInput: 512 * 2 ** 20, maxDepth: 100, maxAllocation: 2 ** 30, partial: false, keepUnknown: false, typedKeys: false,
};
const HIGHEST_MAX_DEPTH = 1000;
const MAX_INPUT = 2 ** 32 - 1;

/** Choices of the options of decoding, the usual one first. */
const MANNER: { [K in keyof Manner]: readonly Manner[K][] } = {
  int64: ["number-or-bigint", "bigint", "string"],
  enums: ["name", "number"],
  defaults: ["implicit", "all", "none"],
  names: ["camel", "proto"],
};

const LIMITS = ["maxInput", "maxDepth", "maxAllocation"];
const ENCODE = [...LIMITS, "partial", "ignoreUnknown"];
const DECODE = [...LIMITS, "partial", "keepUnknown", "maps", ...Object.keys(MANNER)];

/** What a call was asked for. */
interface Asked {
  terms: Terms;
  manner: Manner;
  /** Tells manners from each other. */
  id: number;
}

/** What can be done with a schema without the wasm, which gives the `table`. Either direction gives nothing where that has
 *  to look at it. */
export function plain(table: () => Table) {
  let known: { table: Table; types: Map<string, number> } | undefined;
  const made: Plans[] = [];
  const planOf = (type: string, { manner, id }: Asked): Plan | undefined => {
    if (!known) {
      const read = table();
      known = { table: read, types: new Map(read[0].map(([name], index) => [name, index])) };
    }
    const index = known.types.get(type) ?? (type.startsWith(".") ? known.types.get(type.slice(1)) : undefined);
    return index === undefined ? undefined : (made[id] ??= new Plans(known.table, manner)).message(index);
  };
  return {
    encode(type: string, value: unknown, options: Options): Uint8Array<ArrayBuffer> | undefined {
      const asked = understood(options, ENCODE);
      const plan = asked && typeof type === "string" ? planOf(type, asked) : undefined;
      return plan && encode(plan, value, (asked as Asked).terms);
    },
    decode(type: string, bytes: Uint8Array, options: Options): object | undefined {
      const asked = understood(options, DECODE);
      const plan = asked && typeof type === "string" ? planOf(type, asked) : undefined;
      return plan && decode(plan, bytes, (asked as Asked).terms);
    },
  };
}

const NOTHING_ASKED: Asked = { terms: DEFAULTS, manner: { int64: "number-or-bigint", enums: "name", defaults: "implicit", names: "camel" }, id: 0 };

/** Reads options; gives nothing for one that is not to be done here, or wrong. */
function understood(options: Options, own: readonly string[]): Asked | undefined {
  if (options === undefined || options === null) return NOTHING_ASKED;
  if (Object.getPrototypeOf(options) !== Object.prototype) return undefined;
  const terms = { ...DEFAULTS };
  const manner = { ...NOTHING_ASKED.manner };
  let id = 0;
  for (const [name, value] of Object.entries(options)) {
    if (!own.includes(name)) return undefined;
    if (value === undefined || value === null) continue;
    if (name === "partial" || name === "keepUnknown" || name === "ignoreUnknown") {
      if (typeof value !== "boolean") return undefined;
      // What is to be ignored is for the wasm in any case.
      if (name !== "ignoreUnknown") terms[name] = value;
    } else if (LIMITS.includes(name)) {
      const most = name === "maxDepth" ? HIGHEST_MAX_DEPTH : Infinity;
      if (typeof value !== "number" || !(value >= 0 && value <= most && (Number.isSafeInteger(value) || value === Infinity))) return undefined;
      terms[name as "maxDepth"] = value;
    } else if (name === "maps") {
      if (value !== "object" && value !== "map") return undefined;
      terms.typedKeys = value === "map";
    } else {
      const choice = MANNER[name as keyof Manner].indexOf(value as never);
      if (choice < 0) return undefined;
      (manner as unknown as Record<string, unknown>)[name] = value;
      id += choice * 4 ** Object.keys(MANNER).indexOf(name);
    }
  }
  terms.maxInput = Math.min(terms.maxInput, MAX_INPUT);
  return { terms, manner, id };
}
