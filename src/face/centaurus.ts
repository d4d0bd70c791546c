import type { Calls, CallOptions, CentaurusOptions, MsgpackOptions, PlainCalls, Stats, Bytes } from "../centaurus.js";
import { Kind } from "../../worker/runtime/protocol.js";
import { Core, type Entry, type Target } from "./core.js";
import { type Places, settings } from "./options.js";
import { Services } from "./services.js";
import { counted, emptyStats } from "./stats.js";

type AnyFunction = (...args: never[]) => unknown;
type Functions = Record<string, AnyFunction>;
interface Found {
  names?: string[];
  missing?: { function: string; names: string[] }[];
}

/** The pool itself, behind every view of it that `with()` makes. */
const CORE = Symbol("core");
const SERVICES = Symbol("services");
const SELF = Symbol("self");
/** The options of calls through a view. */
const OPTIONS = Symbol("options");

/** How a function takes its arguments; the worker's `Form`. */
const CALLBACK = 0;
const PLAIN = 1;

/** The class face: makes methods of registered functions, and hands everything on to the core. */
export class Centaurus extends EventTarget {
  readonly [CORE]: Core;
  readonly [SERVICES]: Services;
  readonly [SELF]: this;
  readonly [OPTIONS]: CallOptions | undefined;
  #ready: { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } | undefined;

  constructor(places: Places, first?: string | URL | CentaurusOptions, second?: CentaurusOptions) {
    super();
    const named = typeof first === "string" || first instanceof URL;
    const options = (named ? second : first) ?? {};
    this[CORE] = new Core(settings(places, named ? first : undefined, options), {
      event: (kind, detail) => void this.dispatchEvent(new CustomEvent(kind, { detail })),
      state: (state) => (state === undefined ? this.#ready?.resolve() : this.#ready?.reject(state)),
    });
    this[SERVICES] = new Services(this[CORE]);
    this[SELF] = this;
    this[OPTIONS] = undefined;
  }

  loadScripts(...urls: (string | URL)[]): Promise<void> {
    return this.#register(Kind.Scripts, () => urls.map(absolute)).then(() => undefined);
  }

  registerFunctions<F extends Functions>(functions: F): Promise<this & Calls<F>> {
    return this.#registerSources(functions, CALLBACK) as Promise<this & Calls<F>>;
  }

  define<F extends Functions>(functions: F): Promise<this & PlainCalls<F>> {
    return this.#registerSources(functions, PLAIN) as Promise<this & PlainCalls<F>>;
  }

  async registerModule(url: string | URL, names?: readonly string[]): Promise<this> {
    const href = absolute(url);
    if (names) {
      const entries = this.#enlist(names);
      await this.#register(Kind.Module, (first) => ({ url: href, names: number(entries, first) }), entries.length);
      return this;
    }
    const core = this[CORE];
    const unnamed = this.#register(Kind.Module, () => ({ url: href, names: null }), 0, (found, registration) => {
      const entries = this.#enlist((found.names ?? []).filter((name) => !(name in this) || core.entries.has(name)));
      core.proxy?.refresh(registration, (first) => ({ url: href, names: number(entries, first) }), entries.length);
    });
    this[SELF].#unnamed.add(unnamed);
    const forget = () => void this[SELF].#unnamed.delete(unnamed);
    unnamed.then(forget, forget);
    await unnamed;
    return this;
  }
  /** Modules under way whose exports are not known yet: a name that is unknown now may be one of theirs. */
  readonly #unnamed = new Set<Promise<unknown>>();

  async setup(fn: AnyFunction, ...args: unknown[]): Promise<void> {
    const source = sourceOf("setup", fn);
    // Cloned now: workers that start later must get the same values.
    const values = structuredClone(args);
    await this.#register(Kind.Setup, () => ({ source, args: values }));
  }

  async call(name: string, args: readonly unknown[] = [], options?: CallOptions): Promise<unknown> {
    const core = this[CORE];
    while (!core.entries.has(name) && this[SELF].#unnamed.size > 0) await Promise.allSettled(this[SELF].#unnamed);
    const merged = options ? { ...this[OPTIONS], ...options } : this[OPTIONS];
    return core.call(await this.#find(name), [...args], merged);
  }

  with(options: CallOptions): this {
    return Object.create(this[SELF], { [OPTIONS]: { value: { ...this[OPTIONS], ...options } } }) as this;
  }

  async run(fn: AnyFunction, ...args: unknown[]): Promise<unknown> {
    const name = fn?.name || "run";
    return this[CORE].call({ name, source: sourceOf(name, fn) }, args, this[OPTIONS]);
  }

  broadcast(name: string, ...args: unknown[]): Promise<unknown[]> {
    return this[CORE].broadcast(name, args);
  }

  stream(name: string, ...args: unknown[]): AsyncIterableIterator<unknown, undefined, undefined> {
    const core = this[CORE];
    const known = core.entries.get(name);
    if (known) return core.stream(known, args, this[OPTIONS]);
    const failed = this.#find(name);
    failed.catch(() => {});
    return (async function* (options) {
      yield* core.stream(await failed, args, options);
      return undefined;
    })(this[OPTIONS]);
  }

  get ready(): Promise<void> {
    const self = this[SELF];
    if (!self.#ready) {
      const ready = Promise.withResolvers ? Promise.withResolvers<void>() : withResolvers();
      self.#ready = ready;
      // Whoever never looks at `ready` learns of a failure by his calls.
      ready.promise.catch(() => {
        self.#ready = undefined;
      });
      this[CORE].enter((proxy) => proxy.warm(), ready.reject);
    }
    return self.#ready.promise;
  }

  stats(): Stats {
    const core = this[CORE];
    const { name, min, max } = core.settings;
    return { name, size: { min, max }, ...(core.proxy ? counted(core.proxy.stats()) : emptyStats(core.gate.waiting)) };
  }

  terminate(): void {
    this[CORE].terminate();
    this[SERVICES].end(this[CORE].ended);
  }

  async close(): Promise<void> {
    await this[CORE].close();
    this[SERVICES].end(this[CORE].ended);
  }

  [Symbol.dispose](): void {
    this.terminate();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get msgpack() {
    return this[SERVICES].msgpack;
  }

  get zlib() {
    return this[SERVICES].zlib;
  }

  pack(value: unknown, options?: MsgpackOptions & CallOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this[SERVICES].call("pack", value, { ...this[OPTIONS], ...options });
  }

  unpack(bytes: Bytes, options?: MsgpackOptions & CallOptions): Promise<unknown> {
    return this[SERVICES].unpack(bytes, { ...this[OPTIONS], ...options });
  }

  // A view made by with() is no EventTarget of the platform's; the pool itself is.
  override addEventListener(...args: Parameters<EventTarget["addEventListener"]>): void {
    super.addEventListener.apply(this[SELF], args);
  }

  override removeEventListener(...args: Parameters<EventTarget["removeEventListener"]>): void {
    super.removeEventListener.apply(this[SELF], args);
  }

  override dispatchEvent(event: Event): boolean {
    return super.dispatchEvent.call(this[SELF], event);
  }

  async #find(name: string): Promise<Target> {
    const core = this[CORE];
    const entry = core.entries.get(name);
    if (entry) return entry;
    // The proxy knows the nearest names, so the answer waits for it.
    await new Promise<void>((resolve, reject) => core.enter(() => resolve(), reject));
    throw core.unknown(name);
  }

  async #registerSources(functions: Functions, form: number): Promise<this> {
    const names = Object.keys(functions);
    const sources = names.map((name) => sourceOf(name, functions[name] as AnyFunction));
    const entries = this.#enlist(names);
    const payload = (first: number) =>
      number(entries, first).map(([name, id], i) => ({ name, id, source: sources[i], form }));
    await this.#register(Kind.Functions, payload, entries.length);
    return this;
  }

  /** Makes methods of the names, at once. */
  #enlist(names: readonly string[]): Entry[] {
    const self = this[SELF];
    const core = this[CORE];
    for (const name of names) {
      if (name === "then" || (name in self && !core.entries.has(name))) {
        throw new TypeError(`'${name}' cannot be the name of a function: it is ${name === "then" ? "what makes an object a promise" : "a member of Centaurus"}`);
      }
    }
    return names.map((name) => {
      const entry: Entry = { name, id: -1 };
      core.entries.set(name, entry);
      const method = function (this: Centaurus | undefined, ...args: unknown[]) {
        return core.call(entry, args, this?.[OPTIONS]);
      };
      Object.defineProperty(self, name, { value: method, configurable: true, writable: true, enumerable: true });
      return entry;
    });
  }

  /** Adds an entry to the registration log. `payload` is made when the numbers are known. */
  #register(
    kind: Kind,
    payload: (first: number) => unknown,
    functions = 0,
    found?: (found: Found, registration: number) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      this[CORE].enter((proxy) => {
        let id = -1;
        const settled = (told: Found | undefined) => {
          if (told?.missing) this.#warn(told.missing);
          if (told && found) found(told, id);
          resolve();
        };
        id = proxy.register(kind, payload, functions, settled, reject);
      }, reject);
    });
  }

  #warn(missing: { function: string; names: string[] }[]): void {
    for (const { function: name, names } of missing) {
      const list = names.map((one) => `'${one}'`).join(", ");
      const message = `The function '${name}' uses ${list}, which its worker does not have. A registered function sees only its arguments and the worker's globals: pass the value as an argument, load it by loadScripts(), or set it by setup().`;
      const detail = { message, function: name, names };
      const event = new CustomEvent("warning", { detail, cancelable: true });
      if (this.dispatchEvent(event)) console.warn(message);
    }
  }
}

function number(entries: Entry[], first: number): [string, number][] {
  return entries.map((entry, i) => {
    entry.id = first + i;
    return [entry.name, entry.id];
  });
}

function absolute(url: string | URL): string {
  return new URL(url, document.baseURI).href;
}

/** The source of a function that can be sent; native and bound functions have none. */
function sourceOf(name: string, fn: unknown): string {
  if (typeof fn !== "function") throw new TypeError(`'${name}' is not a function but ${fn === null ? "null" : typeof fn}`);
  const source = Function.prototype.toString.call(fn);
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) {
    throw new TypeError(`'${name}' is a native or bound function and has no source to send; wrap it in a function of your own`);
  }
  return source;
}

function withResolvers() {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
