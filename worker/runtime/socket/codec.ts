import { decode, encode, settings } from "../msgpack/index.js";
import { pack, unpack } from "../pack.js";
import { coder } from "../protobuf/index.js";
import type { Data } from "./data.js";

/** How values become messages, and messages values. */
export interface Codec {
  encode(value: unknown): Data;
  decode(data: string | ArrayBuffer): unknown;
}

/** Which: a name, or a type of a schema that the page has had compiled. */
export type CodecPlan = "raw" | "json" | "msgpack" | "pack" | { type: string; schema: Uint8Array };

const nobody = () => undefined;

export function codecOf(plan: CodecPlan): Codec {
  if (typeof plan === "object") {
    const { encode, decode } = coder(plan.schema);
    return binary((value) => encode(plan.type, value, undefined), (bytes) => decode(plan.type, bytes, undefined));
  }
  switch (plan) {
    case "raw":
      return { encode: (value) => value as Data, decode: (data) => data };
    case "json":
      return {
        encode(value) {
          const text = JSON.stringify(value) as string | undefined;
          if (text === undefined) throw new TypeError("JSON has nothing for such a value");
          return text;
        },
        decode: (data) => JSON.parse(typeof data === "string" ? data : new TextDecoder().decode(data)) as unknown,
      };
    case "msgpack": {
      const chosen = settings("msgpack", undefined, nobody);
      return binary((value) => encode(value, chosen), (bytes) => decode(bytes, chosen));
    }
    case "pack":
      return binary((value) => pack(value, undefined, nobody), (bytes) => unpack(bytes, undefined, nobody));
    default:
      throw new TypeError("codec must be 'raw', 'json', 'msgpack', 'pack' or { type, schema }");
  }
}

function binary(encode: Codec["encode"], decode: (bytes: Uint8Array) => unknown): Codec {
  return {
    encode,
    decode(data) {
      if (typeof data === "string") throw new TypeError("A text message came where the codec has bytes");
      return decode(new Uint8Array(data));
    },
  };
}
