import type { CallOptions, CentaurusStorage, StorageOptions } from "../centaurus.js";
import type { Entry } from "./core.js";
import { feed } from "./feed.js";
import type { ServiceFile } from "./service-file.js";
import { exact } from "./services.js";

/** What a store can do, and how many arguments come before the options. */
const METHODS = { put: 2, get: 1, read: 2, has: 1, stat: 1, delete: 1, clear: 0, list: 0, usage: 0 };
type Name = keyof typeof METHODS;

export const STORAGE = Object.keys(METHODS).map((name) => `storage.${name}`);

/** A store: every method is a call. `split` gives the options of a service and those of its call. */
export function storage(
  file: ServiceFile<string>,
  split: (options: object | undefined) => [own: object | undefined, call: CallOptions | undefined],
  name: string,
  options: StorageOptions | undefined,
): CentaurusStorage {
  const { core, entries } = file;
  const store = { ...options, name };
  const call = (method: Name, ...args: unknown[]): Promise<unknown> => {
    const count = METHODS[method];
    const [own, call] = split(args[count] as object);
    const entry = entries.get(`storage.${method}`) as Entry;
    const given = [store, own, ...args.slice(0, count)];
    if (!(args[1] instanceof ReadableStream && method === "put")) return core.call(entry, given, call, file.gate);
    const ported = (port: MessagePort) =>
      core.stream(entry, [store, own, args[0], port], { ...call, retry: 0, transfer: [port] }, file.gate);
    return feed(args[1], ported, exact);
  };
  const methods = Object.fromEntries(Object.keys(METHODS).map((method) => [method, (...args: unknown[]) => call(method as Name, ...args)]));
  return Object.assign(methods, {
    name,
    getStream(key: string, options: object) {
      let next: unknown;
      return new ReadableStream({
        async pull(controller) {
          const [bytes, more] = (await call("read", key, next, options)) as [Uint8Array, unknown];
          next = more;
          if (bytes.length) controller.enqueue(bytes);
          if (!more) controller.close();
        },
      }, { highWaterMark: 0 });
    },
    persist: async () => navigator.storage?.persist?.() ?? false,
  }) as never;
}
