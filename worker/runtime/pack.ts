import * as glue from "centaurus-worker-glue";
import { decode, encode, KNOWN, type Lookup, objectOf, settings } from "./msgpack/index.js";

/** Options of the format itself; all others are MessagePack's. */
const OWN = ["level", "dictionary", "maxOutput", "maxRatio"];

/** Bytes of a packed message that say what it is. */
const HEADER = 4;

/** Writes a value as MessagePack behind a header, and compresses it where that pays. */
export function pack(value: unknown, options: object | undefined, lookup: Lookup): Uint8Array<ArrayBuffer> {
  const [own, msgpack] = split("pack", options);
  const chosen = settings("pack", msgpack, lookup, true);
  return glue.pack(encode(value, chosen), chosen.structured, own) as Uint8Array<ArrayBuffer>;
}

/** Reads what {@link pack} wrote; the header says whether that was `structured`. */
export function unpack(bytes: Uint8Array, options: object | undefined, lookup: Lookup): unknown {
  const [own, msgpack] = split("unpack", options);
  const structured = glue.isStructured(bytes.subarray(0, HEADER));
  const chosen = settings("unpack", msgpack, lookup, structured);
  return decode(glue.unpack(bytes, own), chosen);
}

function split(service: string, options: object | undefined): [own: object, msgpack: object] {
  const all = objectOf(service, options, [...OWN, ...KNOWN]);
  const some = (own: boolean) => Object.fromEntries(Object.entries(all).filter(([name]) => OWN.includes(name) === own));
  return [some(true), some(false)];
}
