import type { CallOptions, CentaurusStorage, StorageOptions } from "../centaurus.js";
import { brand } from "./brand.js";
import type { Entry } from "./core.js";
import { extra } from "./load.js";
import type { ServiceFile } from "./service-file.js";
import { exact } from "./exact.js";

/** What the workers can do with a store, and how many arguments come before the options. */
const CALLS = {
  put: 2, get: 1, read: 2, has: 1, stat: 1, byDigest: 1, mark: 1, delete: 1, clear: 0, list: 0, changes: 0, usage: 0, destroy: 0,
};
type Name = keyof typeof CALLS;
const NAMES = Object.keys(CALLS) as Name[];

export const STORAGE = NAMES.map((name) => `storage.${name}`);

/** A store: every method is a call. `split` gives the options of a service and those of its call. */
export function storage(
  file: ServiceFile<string>,
  split: (options: object | undefined) => [own: object | undefined, call: CallOptions | undefined],
  name: string,
  options: StorageOptions | undefined,
): CentaurusStorage {
  const { core, entries } = file;
  const store = { ...options, name };
  const call = async <R>(method: Name, ...args: unknown[]): Promise<R> => {
    const count = CALLS[method];
    const [own, call] = split(args[count] as object);
    const target = entries.get(`storage.${method}`) as Entry;
    // As the caller has them, so that an error names the argument that he gave.
    const given = [...args.slice(0, count), own, store];
    const value = args[1];
    if (!(method === "put" && brand(value) === "ReadableStream")) return core.call(target, given, call, file.gate) as Promise<R>;
    const ported = (port: MessagePort) => {
      given[1] = port;
      return core.stream<R>(target, given, { ...call, retry: 0, transfer: [port] }, file.gate);
    };
    const reader = (value as ReadableStream).getReader();
    return (await extra("feed", core.settings.extras))(reader, ported, exact);
  };
  const mark = (marks: object) => (key: string, options?: object) => call("mark", key, { ...options, ...marks });
  return {
    ...Object.fromEntries(NAMES.map((method) => [method, (...args: unknown[]) => call(method, ...args)])),
    name,
    pin: mark({ pin: true }),
    unpin: mark({ pin: false }),
    touch: mark({}),
    persist: async () => navigator.storage?.persist?.() ?? false,
    getStream(key: string, options: object) {
      let next: unknown;
      return new ReadableStream({
        async pull(controller) {
          const [bytes, more] = await call<[Uint8Array, unknown]>("read", key, next, options);
          next = more;
          if (bytes.length) controller.enqueue(bytes);
          if (!more) controller.close();
        },
      }, { highWaterMark: 0 });
    },
    changes(options: object | undefined) {
      const [own, call] = split(options);
      return core.stream(entries.get("storage.changes") as Entry, [own, store], call, file.gate);
    },
  } as never;
}
