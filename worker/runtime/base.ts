// A worker that started from `blob:` has no base: an address like `/api` is none there. The page's base takes its place, as
// far as the platform lets anything take it. `location` and CSS stay as they are.

/** The members that take addresses, and which of their arguments is one; -1 for all of them. */
const CLASSES = ["Request", "WebSocket", "EventSource", "Worker", "WebTransport"];
const METHODS: [holder: string, method: string, argument: number][] = [
  ["", "fetch", 0], ["", "importScripts", -1], ["XMLHttpRequest.prototype", "open", 1], ["Response", "redirect", 0],
  ["CacheStorage.prototype", "match", 0],
  ...["match", "matchAll", "add", "addAll", "put", "delete", "keys"].map((name): [string, string, number] => ["Cache.prototype", name, 0]),
];

type AnyFunction = (...args: unknown[]) => unknown;

/** What `import()` of a function made from source becomes; nothing where the worker has a base of its own. */
let importer: ((specifier: unknown, options?: unknown) => Promise<unknown>) | undefined;

/** Indirect, since engines that do not know the second argument of `import()` would refuse this whole file. */
const evaluate = globalThis.eval as (source: string) => AnyFunction;

/** Has relative addresses seen from `base`, if this worker started from `blob:` or `data:`. */
export function seeFrom(base: string | undefined): void {
  if (!base || !/^(blob|data):$/.test(globalThis.location?.protocol)) return;
  const absolute = (given: unknown): unknown => {
    if (Array.isArray(given)) return given.map(absolute);
    // What is no text is whole, such as a URL or a Request.
    if (typeof given !== "string") return given;
    try {
      return new URL(given, base).href;
    } catch {
      // For the platform to refuse.
      return given;
    }
  };
  const seen = (args: unknown[], argument: number) => args.map((one, i) => (argument < 0 || i === argument ? absolute(one) : one));
  const scope = globalThis as unknown as Record<string, unknown>;
  for (const name of CLASSES) {
    const made = scope[name];
    if (typeof made !== "function") continue;
    const wrapped = new Proxy(made, {
      construct(target, args, newTarget) {
        const [address, ...rest] = seen(args, 0);
        // Engines before 2024 take no `http:` for a WebSocket.
        const first = name === "WebSocket" && typeof address === "string" ? address.replace(/^http/, "ws") : address;
        return Reflect.construct(target, args.length > 0 ? [first, ...rest] : [], newTarget) as object;
      },
    });
    replace(scope, name, wrapped);
    replace((made as { prototype: object }).prototype, "constructor", wrapped);
  }
  for (const [path, name, argument] of METHODS) {
    const holder = path.split(".").reduce<unknown>((at, key) => (key ? (at as Record<string, unknown> | undefined)?.[key] : at), scope);
    const method = (holder as Record<string, unknown> | undefined)?.[name];
    if (typeof method !== "function") continue;
    replace(holder as object, name, new Proxy(method, { apply: (target, self, args) => Reflect.apply(target, self, seen(args, argument)) as unknown }));
  }
  importer = async (specifier, options) => {
    const text = `${specifier as string}`;
    // A bare name is for the platform to resolve.
    const address = /^\.{0,2}\//.test(text) ? (absolute(text) as string) : text;
    return options ? evaluate("(address, options) => import(address, options)")(address, options) : import(/* webpackIgnore: true */ /* @vite-ignore */ `${address}`);
  };
}

function replace(holder: object, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { ...Object.getOwnPropertyDescriptor(holder, name), value, writable: true, configurable: true });
}

/** A source whose `import()` is called by another name, with that name and what it stands for. Such a call sees addresses
 *  from the script that evaluates it, which is the runtime's own. `imports` finds the places of `import` before a bracket. */
export function importing(source: string, imports: (source: string) => number[]): [source: string, name: string, value: unknown] {
  const places = importer ? imports(source) : [];
  if (places.length === 0) return [source, "", undefined];
  let name = "importFromPage";
  while (source.includes(name)) name += "_";
  let text = source;
  for (const at of places.reverse()) text = text.slice(0, at) + name + text.slice(at + "import".length);
  return [text, name, importer];
}
