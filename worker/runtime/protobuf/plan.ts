import { LONGEST_CHARACTER } from "../text.js";
import { TRIES } from "./texts.js";

/** A schema's table, as `crates/codec/src/protobuf/describe.rs` writes it. */
export type Table = [messages: MessageRow[], enums: EnumRow[]];
type MessageRow = [name: string, isTimestamp: boolean, oneofs: number, fields: FieldRow[], names: Map<string, number>];
type FieldRow = [number: number, kind: string, shape: string, of: number | null, packed: boolean, oneof: number | null, name: string, original: string, fallback: unknown];
type EnumRow = [labels: Map<number, string>, numbers: Map<string, number>];

/** What a field's values are. */
export const enum Kind {
  Double,
  Float,
  Int32,
  Int64,
  Uint32,
  Uint64,
  Sint32,
  Sint64,
  Fixed32,
  Fixed64,
  Sfixed32,
  Sfixed64,
  Bool,
  String,
  Bytes,
  Enum,
  Message,
  Group,
}

/** As the table names them. */
const KINDS = [
  "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64", "bool", "string", "bytes",
  "enum", "message", "group",
];

/** Wire types. */
export const enum Wire {
  Varint,
  Fixed64,
  Length,
  Group,
  GroupEnd,
  Fixed32,
}

/** How a field's values stand in a message and in an object. */
export const enum Way {
  Scalar,
  /** A string, as most values are. */
  Text,
  Message,
  List,
  Map,
}

/** What stands in an object where a message has nothing of a field. */
export const enum Absent {
  Nothing,
  /** {@link Field.fallback}. */
  Value,
  /** A copy of that. */
  Bytes,
  List,
  Object,
}

/** How values are decoded. */
export interface Manner {
  int64: "number-or-bigint" | "bigint" | "string";
  enums: "name" | "number";
  defaults: "implicit" | "all" | "none";
  names: "camel" | "proto";
}

/** Bytes reckoned for a value or a key beside its content: no less than MessagePack's decoder or its format take for one,
 *  with the digits of a 64-bit integer. */
const VALUE = 64;

/** Tags below this are found without a search. */
const DENSE = 2048;

/** A field, ready for both directions. */
export class Field {
  readonly kind: Kind;
  readonly way: Way;
  readonly tag: number;
  /** The tag of many values in one, of a list that can have it. */
  readonly packedTag: number | undefined;
  /** Whether a list is written so. */
  readonly packed: boolean;
  /** The default is not written. */
  readonly implicit: boolean;
  readonly required: boolean;
  /** Its oneof's number, or -1. */
  readonly oneof: number;
  readonly name: string;
  /** Whether every object has something of that name. */
  readonly inherited: boolean;
  readonly absent: Absent;
  readonly fallback: unknown;
  /** What is read where an entry of a map has no value of this field, bytes and messages apart. */
  readonly zero: unknown;
  /** 64-bit integers are read so. */
  readonly int64: Manner["int64"];
  /** An enum's names by number, unless numbers are asked for, and its numbers by name. */
  readonly labels: ReadonlyMap<number, string> | undefined;
  readonly numbers: ReadonlyMap<string, number> | undefined;
  /** Most that a value of it may cost beside what it takes of the message. */
  readonly cost: number;
  /** Bytes of the length that was written last: the next is likely to take as many. */
  head = 1;
  /** How many of its strings will be looked for among those that came before; below zero, how many were not. */
  luck = TRIES;
  readonly #of: number | null;
  readonly #plans: Plans;
  #plan: Plan | undefined;

  constructor(plans: Plans, enums: EnumRow[], readonly index: number, row: FieldRow) {
    const [number, kind, shape, of, packed, oneof, name, original, fallback] = row;
    const { manner } = plans;
    this.kind = KINDS.indexOf(kind);
    const wire = wireOf(this.kind);
    this.way = shape === "map" ? Way.Map
      : shape === "repeated" ? Way.List
      : this.kind === Kind.Message ? Way.Message
      : this.kind === Kind.String ? Way.Text : Way.Scalar;
    this.tag = number * 8 + wire;
    const packable = wire !== Wire.Length && wire !== Wire.Group;
    this.packedTag = this.way === Way.List && packable ? number * 8 + Wire.Length : undefined;
    this.packed = packed;
    this.implicit = shape === "implicit";
    this.required = shape === "required";
    this.oneof = oneof ?? -1;
    this.name = manner.names === "proto" ? original : name;
    this.inherited = this.name in Object.prototype;
    this.int64 = manner.int64;
    if (this.kind === Kind.Enum) {
      const [labels, numbers] = enums[of as number] as EnumRow;
      this.labels = manner.enums === "name" ? labels : undefined;
      this.numbers = numbers;
    }
    this.#of = of;
    this.#plans = plans;
    const known = this.#shown(fallback);
    const filled = fallback !== null && (manner.defaults === "all" || (manner.defaults === "implicit" && (this.implicit || this.way >= Way.List)));
    this.absent = !filled ? Absent.Nothing
      : this.way === Way.List ? Absent.List
      : this.way === Way.Map ? Absent.Object
      : known instanceof Uint8Array ? Absent.Bytes : Absent.Value;
    this.fallback = known;
    this.zero = this.kind === Kind.String ? "" : this.kind === Kind.Bool ? false : this.#shown(isWide(this.kind) ? 0n : 0);
    let longest = 0;
    for (const label of this.numbers?.keys() ?? []) longest = Math.max(longest, label.length);
    this.cost = VALUE + longest * LONGEST_CHARACTER;
  }

  /** The plan of its messages, or of a map's entries. */
  get plan(): Plan {
    return this.#plan ??= this.#plans.message(this.#of as number);
  }

  /** A number of the table's as it is decoded. */
  #shown(value: unknown): unknown {
    if (this.kind === Kind.Enum) return this.labels?.get(value as number) ?? value;
    if (typeof value !== "bigint" || this.int64 === "bigint") return value;
    const number = Number(value);
    return this.int64 === "string" ? String(value) : Number.isSafeInteger(number) ? number : value;
  }
}

/** A key that names a field. */
export interface Named {
  key: string;
  field: Field;
}

/** A message. */
export class Plan {
  readonly isTimestamp: boolean;
  readonly fields: Field[];
  readonly oneofs: number;
  /** Places for its values: the fields', and what each oneof has. */
  readonly width: number;
  readonly names = new Map<string, Named>();
  /** Keys as they came last: objects that are alike have theirs in the same order. */
  readonly order: Named[] = [];
  /** Most that the keys and the values of one cost that are neither text nor binary data nor inside something. */
  readonly cost: number;
  readonly #dense: (Field | undefined)[] = [];
  readonly #sparse = new Map<number, Field>();

  constructor(plans: Plans, enums: EnumRow[], [, isTimestamp, oneofs, rows, names]: MessageRow) {
    this.isTimestamp = isTimestamp;
    this.fields = rows.map((row, index) => new Field(plans, enums, index, row));
    this.oneofs = oneofs;
    this.width = rows.length + oneofs;
    let cost = VALUE;
    for (const [key, index] of names) {
      this.names.set(key, { key, field: this.fields[index] as Field });
      cost += VALUE + key.length * LONGEST_CHARACTER;
    }
    for (const field of this.fields) {
      const { fallback } = field;
      cost += field.cost + (typeof fallback === "string" || fallback instanceof Uint8Array ? fallback.length * LONGEST_CHARACTER : 0);
      for (const tag of [field.tag, field.packedTag]) {
        if (tag === undefined) continue;
        if (tag >= DENSE) this.#sparse.set(tag, field);
        else {
          while (this.#dense.length <= tag) this.#dense.push(undefined);
          this.#dense[tag] = field;
        }
      }
    }
    this.cost = cost;
  }

  /** The field that a tag begins. */
  tagged(tag: number): Field | undefined {
    return tag < this.#dense.length ? this.#dense[tag] : this.#sparse.get(tag);
  }
}

/** The messages of a schema, as they are decoded in one manner. */
export class Plans {
  readonly #table: Table;
  readonly #made: Plan[] = [];

  constructor(table: Table, readonly manner: Manner) {
    this.#table = table;
  }

  message(index: number): Plan {
    const [messages, enums] = this.#table;
    return this.#made[index] ??= new Plan(this, enums, messages[index] as MessageRow);
  }
}

export function isWide(kind: Kind): boolean {
  return kind === Kind.Int64 || kind === Kind.Uint64 || kind === Kind.Sint64 || kind === Kind.Fixed64 || kind === Kind.Sfixed64;
}

/** The wire type of a single value. */
function wireOf(kind: Kind): Wire {
  switch (kind) {
    case Kind.Double:
    case Kind.Fixed64:
    case Kind.Sfixed64:
      return Wire.Fixed64;
    case Kind.Float:
    case Kind.Fixed32:
    case Kind.Sfixed32:
      return Wire.Fixed32;
    case Kind.String:
    case Kind.Bytes:
    case Kind.Message:
      return Wire.Length;
    case Kind.Group:
      return Wire.Group;
    default:
      return Wire.Varint;
  }
}
