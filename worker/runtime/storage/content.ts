import type { Input } from "../input.js";
import { bytesOf, piecesOf } from "../input.js";
import { decode, encode, settings } from "../msgpack/index.js";
import type { Task } from "../task.js";
import type { Entry } from "./database.js";

/** Values are kept as MessagePack that holds all of structured clone. */
const FORMAT = settings("storage", undefined, () => undefined, true);

/** What is to be put: its bytes, or a value that has none. */
export interface Given extends Pick<Entry, "kind" | "type" | "name" | "lastModified"> {
  /** Where it is known. */
  size?: number;
  bytes?: Input;
  value?: unknown;
}

/** Takes a value as the page gave it; `type` is a stream's. */
export function given(value: unknown, type: string | undefined): Given {
  if (value instanceof MessagePort) return { kind: "blob", type: type ?? "", bytes: value };
  if (value instanceof Blob) {
    const { name, lastModified } = value as File;
    return { kind: "blob", type: type ?? value.type, size: value.size, bytes: value, ...(name !== undefined && { name, lastModified }) };
  }
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (ArrayBuffer.isView(value) || tag === "ArrayBuffer" || tag === "SharedArrayBuffer") {
    const bytes = bytesOf(value as ArrayBuffer) as Uint8Array;
    return { kind: "bytes", type: tag.replace("Shared", ""), size: bytes.length, bytes };
  }
  try {
    const bytes = encode(value, FORMAT);
    return { kind: "value", type: "", size: bytes.length, bytes };
  } catch {
    // It holds something of the platform's own, such as a Blob or a key, which only the database's clone can carry.
    return { kind: "clone", type: "", size: weigh(value), value };
  }
}

/** Makes of the bytes what was put. */
export function restored({ kind, type, name, lastModified }: Entry, parts: Uint8Array<ArrayBuffer>[]): unknown {
  if (kind === "blob") return name === undefined ? new Blob(parts, { type }) : new File(parts, name, { type, lastModified: lastModified as number });
  const bytes = joined(parts);
  if (kind === "value") return decode(bytes, FORMAT);
  return type === "ArrayBuffer" ? bytes.buffer : new (globalThis as never as Record<string, new (buffer: ArrayBuffer) => object>)[type]!(bytes.buffer);
}

function joined(parts: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only] = parts;
  if (parts.length === 1 && only && only.length === only.buffer.byteLength) return only;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Bytes of a Blob that are read at a time. Each read asks another process: to store 100 MB was measured to take 570 ms by
 *  parts of 1 MiB, and 400 by these. */
const BLOB_PART = 4 << 20;

/** The content in chunks of `size` bytes; only the last is shorter. At least one, which may be empty. */
export async function* chunksOf(bytes: Input, size: number, task: Task): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  let chunk = new Uint8Array(size);
  let length = 0;
  let some = false;
  for await (const piece of piecesOf(bytes, task, BLOB_PART)) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + size - length);
      chunk.set(part, length);
      length += part.length;
      at += part.length;
      if (length < size) continue;
      yield chunk;
      some = true;
      chunk = new Uint8Array(size);
      length = 0;
    }
  }
  if (length > 0 || !some) yield chunk.slice(0, length);
}

/** About how many bytes a value takes that only the database can measure. */
function weigh(value: unknown, seen = new Set<unknown>()): number {
  if (typeof value === "string") return value.length * 2;
  if (typeof value !== "object" || value === null || seen.has(value)) return 8;
  seen.add(value);
  const { size, byteLength } = value as { size?: unknown; byteLength?: unknown };
  if (value instanceof Blob || ArrayBuffer.isView(value)) return Number(size ?? byteLength);
  const parts = value instanceof Map || value instanceof Set ? [...value] : Object.values(value);
  return parts.reduce<number>((sum, part) => sum + weigh(part, seen), typeof byteLength === "number" ? byteLength : 16);
}
