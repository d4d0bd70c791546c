import type { CallOptions, ProtobufSchema, SchemaOptions } from "../centaurus.js";
import type { Entry } from "./core.js";
import type { ServiceFile } from "./service-file.js";
import type { exact } from "./exact.js";

/** What a schema can do, first what takes values, then what takes bytes. */
const METHODS = ["encode", "fromJSON", "decode", "toJSON"] as const;

/** What came of compiling: imports that are still wanted, or the schema. */
interface Compiled {
  missing: string[];
  schema?: Uint8Array;
  types: string[];
}

/** The functions of a pool's schemas by what they were compiled to: the same schema is registered once. */
const registered = new WeakMap<object, Map<string, Promise<Entry[]>>>();

/** Compiles a schema in a worker, which asks for imports until it has them all, and has every worker keep it. `split`
 *  gives the options of a service and those of its call, `bytes` what is sent of bytes; `descriptors` are told what the schema
 *  was compiled to. */
export async function schema(
  file: ServiceFile<"protobuf.compile">,
  split: (options: object | undefined) => [own: object | undefined, call: CallOptions | undefined],
  source: string,
  given: (SchemaOptions & CallOptions) | null | undefined,
  descriptors: WeakMap<object, Uint8Array>,
  bytes: typeof exact,
): Promise<ProtobufSchema> {
  const { core, entries, gate } = file;
  let { resolve, name = "schema.proto", ...rest } = given ?? {};
  const [unknown, options] = split(rest);
  const sources = new Map<string, unknown>([[name, source]]);
  for (;;) {
    const compile = entries.get("protobuf.compile") as Entry;
    const { missing, schema, types } = (await core.call(compile, [name, sources, !!resolve, Object.keys(unknown ?? {})], options, gate)) as Compiled;
    if (schema) {
      const functions = await register(file, schema);
      const methods = METHODS.map((method, i) => [
        method,
        async (type: string, input: never, given?: CallOptions) => {
          const [own, call] = split(given);
          return core.call(functions[i] as Entry, [type, i > 1 ? bytes(input, call?.transfer) : input, own], call);
        },
      ]);
      const made = { types, ...Object.fromEntries(methods) } as ProtobufSchema;
      descriptors.set(made.encode, schema);
      return made;
    }
    for (const path of missing) {
      const found = await resolve?.(path);
      if (found == null) resolve = undefined;
      else sources.set(path, found);
    }
  }
}

function register(file: ServiceFile<"protobuf.compile">, schema: Uint8Array): Promise<Entry[]> {
  let known = registered.get(file);
  if (!known) registered.set(file, (known = new Map()));
  const key = new TextDecoder("latin1").decode(schema);
  let functions = known.get(key);
  if (!functions) {
    const entries = METHODS.map((method) => ({ name: `protobuf.${method}`, id: -1 }));
    known.set(key, (functions = file.register(entries, { schema }).then(() => entries)));
    functions.catch(() => known.delete(key));
  }
  return functions;
}
