/** The errors of the MessagePack services: their names and properties are those of the Rust codecs' (crates/codec/src/error.rs). */

const FORMAT = "msgpack";

function fault(name: string, message: string, properties: object): Error {
  return Object.assign(Object.defineProperty(new Error(message), "name", { value: name, configurable: true, writable: true }), properties);
}

const NAMES = { maxInput: "the input in bytes", maxDepth: "the nesting depth", maxAllocation: "the memory in bytes" };

/** A limit was met, at a byte of the message or at a path into the value. */
export function limitError(limit: keyof typeof NAMES, max: number, at: number | string): Error {
  const place = typeof at === "number" ? { offset: at } : { path: at };
  const suspicion = limit === "maxDepth" && typeof at === "string" ? ", where a value may contain itself" : "";
  const where = typeof at === "number" ? `byte ${at}` : at;
  return fault("LimitError", `${NAMES[limit]} exceeds ${max} at ${where}${suspicion}; raise ${limit} if the source is trusted`, { limit, max, ...place });
}

export function truncatedError(offset: number, inside: string): Error {
  const message = `the msgpack data ends at byte ${offset}, inside ${inside}: it was cut off, or more is to come`;
  return fault("TruncatedError", message, { format: FORMAT, offset });
}

export function corruptError(offset: number, what: string, cause?: unknown): Error {
  const error = fault("CorruptError", `not valid msgpack data at byte ${offset}: ${what}`, { format: FORMAT, offset });
  return cause === undefined ? error : Object.defineProperty(error, "cause", { value: cause, configurable: true, writable: true });
}

export function trailingDataError(offset: number, length: number): Error {
  const message = `the msgpack data ends at byte ${offset}, but ${length} more bytes follow: pass only what belongs to it`;
  return fault("TrailingDataError", message, { format: FORMAT, offset, length });
}

/** A value that MessagePack, or what is written besides it, has no way to carry. */
export function unsupportedValueError(what: string, path: string, advice: string): Error {
  return fault("UnsupportedValueError", `${what} at ${path} cannot be carried by MessagePack: ${advice}`, { path });
}

export function outOfMemoryError(needed: number): Error {
  return fault("OutOfMemoryError", `no memory for ${needed} more bytes: use the streaming form, or smaller pieces`, { needed });
}
