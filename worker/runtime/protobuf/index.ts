import type { Registered } from "../functions.js";
import { type Bytes, withBytes } from "../input.js";
import { outOfMemoryError } from "../msgpack/faults.js";
import { decode, encode, settings } from "../msgpack/index.js";
import type { Service } from "../services.js";
import { moveMade } from "../task.js";
import { Op } from "./numbers.js";
import { plain } from "./plain.js";
import type { Table } from "./plan.js";

/** The program of `worker/protobuf`. */
interface Program {
  memory: WebAssembly.Memory;
  argument(length: number): number;
  run(op: Op, schema: number): number;
  result_at(): number;
  result_length(): number;
  clear(): void;
}

export type Options = Record<string, unknown> | undefined;

/** How values pass as MessagePack. As deep as it goes: a message inside another can be an array and a map. */
const through = (options?: Options) => settings("protobuf", { maxDepth: 4096, ...options }, () => undefined);
const PLAIN = through();
const TABLE = through({ int64: "bigint", maps: "map" });

let program: Program;

/**
 * Protocol Buffers over an instance of their wasm: without a schema what compiles one, with one the functions of that
 * schema.
 */
export function protobuf({ module, schema }: { module?: WebAssembly.Module | BufferSource; schema?: Uint8Array }): Record<string, Registered["run"]> {
  if (!schema) {
    const compiled = module instanceof WebAssembly.Module ? module : new WebAssembly.Module(module as BufferSource);
    const exports = new WebAssembly.Instance(compiled).exports as unknown as Program;
    if (!exports.result_length) throw new TypeError("The WebAssembly is another program");
    program = exports;
    return { "protobuf.compile": compile as Registered["run"] };
  }
  const coding = coder(schema);
  const { call } = coding;
  const offered: Record<string, Service> = {
    "protobuf.encode"(type: string, value: unknown, options: Options) {
      return moveMade(coding.encode(type, value, options));
    },
    "protobuf.decode"(type: string, data: Bytes, options: Options) {
      return withBytes(data, (bytes) => coding.decode(type, bytes, options));
    },
    "protobuf.toJSON"(type: string, data: Bytes, options: Options) {
      const read = (result: Uint8Array) => JSON.parse(new TextDecoder().decode(result)) as unknown;
      return withBytes(data, (bytes) => call(Op.ToJson, type, options, bytes, read));
    },
    "protobuf.fromJSON"(type: string, value: unknown, options: Options) {
      return moveMade(call(Op.FromJson, type, options, text(json(value)), copied));
    },
  };
  return offered as unknown as Record<string, Registered["run"]>;
}

/** The calls of a schema, and what most of them are for: what is plain and well-formed is done here, all else by the wasm,
 *  which knows every case and every error. */
export function coder(schema: Uint8Array) {
  const id = run(Op.Load, 0, [schema], (bytes) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true));
  const call = <T>(op: Op, type: string, options: Options, content: Uint8Array, read: (result: Uint8Array) => T): T =>
    run(op, id, [text(String(type)), encode(options, PLAIN), content], read);
  const here = plain(() => run(Op.Table, id, [], (table) => decode(table, TABLE) as Table));
  /** Values go through MessagePack. */
  const whole = {
    encode: (type: string, value: unknown, options: Options) =>
      call(Op.Encode, type, options, encode(value, through(shared(options))), copied),
    decode: (type: string, bytes: Uint8Array, options: Options) => {
      const int64 = options?.["int64"] === "bigint" ? { int64: "bigint" } : {};
      return call(Op.Decode, type, options, bytes, (result) => decode(result, through({ ...shared(options), ...int64 })));
    },
  };
  return {
    call,
    here,
    whole,
    encode: (type: string, value: unknown, options: Options) => here.encode(type, value, options) ?? whole.encode(type, value, options),
    decode: (type: string, bytes: Uint8Array, options: Options) => here.decode(type, bytes, options) ?? whole.decode(type, bytes, options),
  };
}

/** Gives the schema, or which imports are missing where `more` can be asked for. `unknown` names options that the page
 *  was given and does not know. */
function compile(name: unknown, sources: Map<string, unknown>, more: boolean, [unknown]: string[]): object {
  if (unknown !== undefined) throw new TypeError(`protobuf: unknown option ${unknown}; it knows name, resolve`);
  if (typeof name !== "string" || !name) throw new TypeError("protobuf: name must be the path of the source, a string");
  for (const [path, source] of sources) {
    if (typeof source !== "string") throw new TypeError(`The source of ${path} must be a string`);
  }
  return run(Op.Compile, 0, [encode([name, sources, more], PLAIN)], unpacked);
}

/** Calls the program; `read` sees the result where it lies. */
function run<T>(op: Op, schema: number, args: Uint8Array[], read: (result: Uint8Array) => T): T {
  const { argument, clear } = program;
  try {
    for (const bytes of args) {
      const at = argument(bytes.length);
      if (!at && bytes.length) throw outOfMemoryError(bytes.length);
      new Uint8Array(program.memory.buffer).set(bytes, at);
    }
    const ok = program.run(op, schema);
    const result = new Uint8Array(program.memory.buffer, program.result_at(), program.result_length());
    if (!ok) throw fault(unpacked(result));
    return read(result);
  } finally {
    clear();
  }
}

const text = (value: string) => new TextEncoder().encode(value);
const copied = (bytes: Uint8Array) => bytes.slice();
const unpacked = (bytes: Uint8Array) => decode(bytes, PLAIN) as never;

/**
 * A value as JSON text. `JSON.stringify` alone would write `null` for what is no number of JSON and nothing for what a
 * `Map` holds, refuse bigints, and give an integer beyond 2^53 the fewest digits that its double can be told by, which are
 * another integer's.
 */
function json(value: unknown): string {
  let large = false;
  const written = JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === "bigint") return String(part);
    if (part instanceof Map) return Object.fromEntries(part) as unknown;
    if (typeof part !== "number") return part;
    large ||= Number.isInteger(part) && !Number.isSafeInteger(part);
    if (Number.isFinite(part)) return part;
    throw fault({ name: "UnsupportedValueError", message: `the JSON does not fit the type: ${part} is no number of JSON, which writes it as text: "${part}"` });
  }) ?? "null";
  return large ? written.replace(NUMBERS, (token) => (DIGITS.test(token) ? String(BigInt(Number(token))) : token)) : written;
}

/** Strings, so that none is looked into, and numbers. */
const NUMBERS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.e+-]*/g;

/** An integer that may be larger than 2^53. */
const DIGITS = /^-?\d{16,}$/;

/** What concerns MessagePack too. The program has checked it, or will. */
function shared(options: Options): Options {
  const max = options?.["maxAllocation"];
  return typeof max === "number" && max >= 0 ? { maxAllocation: max } : {};
}

/** An error that a program wrote down. */
export function fault({ name, message, ...details }: { name: string; message: string; [detail: string]: unknown }): Error {
  const known = { TypeError, RangeError }[name];
  const error = new (known ?? Error)(message);
  const define = (key: string, value: unknown, enumerable: boolean) =>
    Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
  if (!known) define("name", name, false);
  // Defined, not assigned: WebKit's errors have a `line` and a `column` of their own, which would stay hidden.
  for (const [key, value] of Object.entries(details)) define(key, value, true);
  return error;
}
