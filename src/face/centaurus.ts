import type { Calls, CallOptions, CentaurusEventMap, CentaurusOptions, CentaurusStorage, DigestOptions, MsgpackOptions, PlainCalls, ProtobufSchema, SchemaOptions, SocketOptions, Stats, Bytes, StorageOptions } from "../centaurus.js";
import { EXPOSED } from "../../worker/runtime/exposed.js";
import { Kind } from "../../worker/runtime/protocol.js";
import { Core, type Entry } from "./core.js";
import { failure } from "./errors.js";
import { onDemand } from "./on-demand.js";
import { absolute, type Places, settings } from "./options.js";
import { number } from "./service-file.js";
import { ServiceFiles, Services } from "./services.js";
import { CentaurusSocket } from "./socket.js";
import { Sockets } from "./sockets.js";
import { counted, emptyStats } from "./stats.js";

type AnyFunction = (...args: never[]) => unknown;
type Functions = Record<string, AnyFunction>;
type Missing = CentaurusEventMap["warning"]["detail"];
interface Found {
  names?: string[];
  missing?: Missing[];
}

/** The pool itself, behind every view of it that `with()` makes. */
const CORE = Symbol("core");
const SERVICES = Symbol("services");
const SOCKETS = Symbol("sockets");
const SELF = Symbol("self");
/** The options of calls through a view. */
const OPTIONS = Symbol("options");

/** How a function takes its arguments; the worker's `Form`. */
const CALLBACK = 0;
const PLAIN = 1;

/** Members that the language and libraries look for to learn what an object is. */
const PROBED = /^(then$|toJSON$|__|\$\$)/;

/** The class face: makes methods of registered functions, and hands everything on to the core. */
export class Centaurus extends EventTarget {
  readonly [CORE]: Core;
  readonly [SERVICES]: Services;
  readonly [SOCKETS]: Sockets;
  readonly [SELF]: this;
  readonly [OPTIONS]: CallOptions | undefined;
  /** What was registered from source. */
  readonly #sources = new Map<string, Entry[]>();
  #ready: { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } | undefined;

  constructor(places: Places, first?: string | URL | CentaurusOptions, second?: CentaurusOptions) {
    super();
    const event = (kind: string, detail: object) => this.dispatchEvent(new CustomEvent(kind, { detail, cancelable: true }));
    const core = new Core(settings(places, first, second), {
      event,
      state: (state) => (state === undefined ? this.#ready?.resolve() : this.#ready?.reject(state)),
      ended: (error) => {
        this.#ready?.reject(error);
        this.#ready = undefined;
        services.end(error);
      },
    });
    const services = new ServiceFiles(core);
    this[CORE] = core;
    this[SERVICES] = new Services(services);
    this[SOCKETS] = new Sockets(core, event, (source) => this.protobuf(source));
    this[SELF] = this;
    this[OPTIONS] = undefined;
    if (core.settings.own) this.#ofOwnWorkers(core);
  }

  static {
    for (const name of ["loadScripts", "registerFunctions", "define", "registerModule", "setup"] as const) {
      const register = this.prototype[name] as (...args: unknown[]) => Promise<unknown>;
      (this.prototype[name] as unknown) = function (this: Centaurus, ...args: unknown[]) {
        return onDemand(register.apply(this, args), () => this[CORE].wake());
      };
    }
    // Engines that lack the symbols have no use for the methods.
    for (const [symbol, method] of [[Symbol.dispose, "terminate"], [Symbol.asyncDispose, "close"]] as const) {
      if (symbol) Object.defineProperty(this.prototype, symbol, { value: this.prototype[method], configurable: true, writable: true });
    }
  }

  async loadScripts(...urls: (string | URL)[]): Promise<void> {
    const scripts = urls.map(absolute);
    await this[SELF].#register(Kind.Scripts, () => scripts);
  }

  registerFunctions<F extends Functions>(functions: F): Promise<this & Calls<F>> {
    return this[SELF].#registerSources(functions, CALLBACK, this) as Promise<this & Calls<F>>;
  }

  define<F extends Functions>(functions: F): Promise<this & PlainCalls<F>> {
    return this[SELF].#registerSources(functions, PLAIN, this) as Promise<this & PlainCalls<F>>;
  }

  async registerModule(url: string | URL, names?: readonly string[]): Promise<this> {
    const self = this[SELF];
    const href = absolute(url);
    if (names) {
      const entries = self.#enlist([...names]);
      await self.#register(Kind.Module, (first) => ({ url: href, names: number(entries, first) }), entries.length);
      return this;
    }
    await self.#discover(href);
    return this;
  }

  /** Has the workers tell the functions of a module; calls of names that are not known wait for that. */
  #discover(href: string): Promise<void> {
    const core = this[CORE];
    const unnamed = this.#register(Kind.Module, () => ({ url: href, names: null }), 0, (found, registration) => {
      const [usable, taken] = [[] as string[], [] as string[]];
      for (const name of found.names ?? []) (this.#isFree(name) ? usable : taken).push(name);
      if (taken.length > 0) {
        this.#warn({ message: `${href} offers ${taken}, which cannot become methods: the names are taken.`, names: taken });
      }
      const entries = this.#enlist(usable);
      core.proxy?.refresh(registration, (first) => ({ url: href, names: number(entries, first) }), entries.length);
    });
    core.unnamed.add(unnamed);
    const forget = () => void core.unnamed.delete(unnamed);
    unnamed.then(forget, forget);
    return unnamed;
  }

  /** The pool's workers are of the page's own making. Their functions can be called, by methods too, before they have told
   *  them, which the first such call has them do. */
  #ofOwnWorkers(core: Core): void {
    let asked: Promise<void> | undefined;
    core.discover = () => {
      asked ??= this.#discover(EXPOSED).then(() => (core.undiscovered = undefined), (error: unknown) => {
        core.undiscovered = error;
        asked = undefined;
      });
    };
    const methods = new Proxy(Object.create(Object.getPrototypeOf(this)) as object, {
      get: (target, key, receiver: Centaurus) =>
        typeof key !== "string" || key in target || PROBED.test(key) ? Reflect.get(target, key, receiver) : (...args: unknown[]) => receiver.call(key, args),
    });
    Object.setPrototypeOf(this, methods);
  }

  async setup(fn: AnyFunction, ...args: unknown[]): Promise<void> {
    const source = sourceOf("setup", fn);
    // Cloned now: workers that start later must get the same values.
    let values: unknown[];
    try {
      values = structuredClone(args);
    } catch (error) {
      throw failure("DataCloneError", new Error("setup"), args, error);
    }
    await this[SELF].#register(Kind.Setup, () => ({ source, args: values }));
  }

  async call(name: string, args: readonly unknown[] = [], options?: CallOptions): Promise<unknown> {
    const core = this[CORE];
    return core.call(core.find(name), [...args], options ? { ...this[OPTIONS], ...options } : this[OPTIONS]);
  }

  with(options: CallOptions): this {
    const merged = { ...this[OPTIONS], ...options };
    return Object.create(this[SELF], {
      [OPTIONS]: { value: merged },
      [SERVICES]: { get: () => this[SELF][SERVICES].with(merged) },
    }) as this;
  }

  async run(fn: AnyFunction, ...args: unknown[]): Promise<unknown> {
    const name = fn?.name || "run";
    return this[CORE].call({ name, source: sourceOf(name, fn) }, args, this[OPTIONS]);
  }

  async broadcast(name: string, ...args: unknown[]): Promise<unknown[]> {
    const core = this[CORE];
    return core.broadcast(core.find(name), args, this[OPTIONS]);
  }

  stream(name: string, ...args: unknown[]): AsyncIterableIterator<unknown, undefined, undefined> {
    const core = this[CORE];
    return core.stream(core.find(name), args, this[OPTIONS], undefined, true);
  }

  get ready(): Promise<void> {
    const self = this[SELF];
    if (!self.#ready) {
      const ready = withResolvers();
      self.#ready = ready;
      // Whoever never looks at `ready` learns of a failure by his calls.
      ready.promise.catch(() => {
        self.#ready = undefined;
      });
      if (self[CORE].ended) ready.reject(failure("TerminatedError"));
      else {
        self[CORE].discover?.();
        self[CORE].warm(ready.reject, ready.promise);
      }
    }
    return self.#ready.promise;
  }

  stats(): Stats {
    const core = this[CORE];
    const sockets = this[SOCKETS].core;
    const { name, min, max } = core.settings;
    return { name, size: { min, max }, ...counts(core), ...(sockets && { sockets: counts(sockets) }) };
  }

  terminate(): void {
    this[SOCKETS].terminate();
    this[CORE].terminate();
  }

  async close(): Promise<void> {
    await Promise.all([this[SOCKETS].close(), this[CORE].close()]);
  }

  socket(url: string | URL, options?: SocketOptions): CentaurusSocket {
    return new CentaurusSocket(this[SOCKETS], url, options);
  }

  get msgpack() {
    return this[SERVICES].msgpack;
  }

  get zlib() {
    return this[SERVICES].zlib;
  }

  pack(value: unknown, options?: MsgpackOptions & CallOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this[SERVICES].call("pack", value, options);
  }

  unpack(bytes: Bytes, options?: MsgpackOptions & CallOptions): Promise<unknown> {
    return this[SERVICES].onBytes("unpack", bytes, options);
  }

  digest(algorithms: string | readonly string[], data: Bytes | ReadableStream, options?: DigestOptions & CallOptions): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
    return this[SERVICES].digest(data, { ...options, algorithms } as CallOptions);
  }

  protobuf(source: string, options?: SchemaOptions & CallOptions): Promise<ProtobufSchema> {
    return this[SERVICES].protobuf(source, options);
  }

  storage(name: string, options?: StorageOptions): CentaurusStorage {
    return this[SERVICES].storage(name, options);
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

  async #registerSources<T>(functions: Functions, form: number, view: T): Promise<T> {
    const sources = sourcesOf(functions);
    const key = JSON.stringify([form, ...sources]);
    // The same again, of which nothing has been replaced: the workers have it.
    if (this.#sources.get(key)?.every((entry) => this[CORE].entries.get(entry.name) === entry)) return view;
    const entries = this.#enlist([...sources.keys()]);
    const payload = (first: number) =>
      number(entries, first).map(([name, id]) => ({ name, id, source: sources.get(name), form }));
    await this.#register(Kind.Functions, payload, entries.length);
    this.#sources.set(key, entries);
    return view;
  }

  /** A method of this name would hide no member of the pool's, and not make a promise of it. */
  #isFree(name: string): boolean {
    return name !== "then" && (!(name in this) || this[CORE].entries.has(name));
  }

  /** Makes methods of the names, at once. */
  #enlist(names: readonly string[]): Entry[] {
    const core = this[CORE];
    for (const name of names) {
      if (!this.#isFree(name)) {
        const why = name === "then" ? "what makes an object a promise" : "a member of Centaurus";
        throw new TypeError(`'${name}' cannot be the name of a function: it is ${why}`);
      }
    }
    return names.map((name) => {
      const entry: Entry = { name, id: -1 };
      core.entries.set(name, entry);
      const method = function (this: Centaurus | undefined, ...args: unknown[]) {
        return core.call(entry, args, this?.[OPTIONS]);
      };
      Object.defineProperty(this, name, { value: method, configurable: true, writable: true, enumerable: true });
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
      if (this[CORE].ended) throw failure("TerminatedError");
      this[CORE].enter((proxy) => {
        let id = -1;
        const settled = (told: Found | undefined) => {
          for (const missing of told?.missing ?? []) this.#warn(missing);
          if (told) found?.(told, id);
          resolve();
        };
        id = proxy.register(kind, payload, functions, settled, reject);
      }, reject, true);
    });
  }

  #warn(detail: Missing): void {
    const event = new CustomEvent("warning", { detail, cancelable: true });
    if (this.dispatchEvent(event)) console.warn(detail.message);
  }
}

function counts(core: Core) {
  return core.proxy ? counted(core.proxy.stats()) : emptyStats(core.waiting);
}

/** Sources of an object's functions, by name; of a class's instance its methods' too, and what else it has is left out. */
function sourcesOf(functions: object): Map<string, string> {
  const sources = new Map<string, string>();
  const above = (object: object) => Object.getPrototypeOf(object) as object | null;
  let at = Object(functions) as object;
  let next = above(at);
  const instance = next && above(next);
  for (const [name, value] of Object.entries(at)) if (!instance || typeof value === "function") sources.set(name, sourceOf(name, value));
  // The last prototype is Object's. Getters are not called.
  while (next && above((at = next))) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === "function" && name !== "constructor" && !sources.has(name) && !NATIVE.test(`${value}`)) sources.set(name, sourceOf(name, value));
    }
    next = above(at);
  }
  if (!sources.size) throw new TypeError("There is no function to register: pass { name: function }");
  return sources;
}

const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;

/** The source of a function that can be sent; native and bound functions have none. */
function sourceOf(name: string, fn: unknown): string {
  if (typeof fn !== "function") throw new TypeError(`'${name}' is not a function but ${fn === null ? "null" : typeof fn}`);
  const source = Function.prototype.toString.call(fn);
  if (NATIVE.test(source)) {
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
