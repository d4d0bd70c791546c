import type { SocketOptions, SocketSendOptions } from "../centaurus.js";
import { type Closed, type Line, News, Order } from "../../worker/runtime/socket/messages.js";
import { decode, failure, WorkerCrashError } from "./errors.js";
import { exact } from "./services.js";
import type { Sockets } from "./sockets.js";

const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3];
/** How a line without a closing handshake is reported (RFC 6455, section 7.4.1). */
const BROKEN = 1006;
/** Bytes that a close frame has for its reason (RFC 6455, section 5.5). */
const MAX_REASON = 123;
/** Messages taken that the worker is told of at a time. */
const TAKEN = 128;

type Given<T> = T | ((() => T | Promise<T>));
type Order_ = [Order, ...unknown[]];

/** What was asked of the worker and has not been answered. The worker may die, so it is kept until then. */
interface Asked {
  order: Order_;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
  signal?: AbortSignal | undefined;
}

/** A WebSocket that lives in a worker and comes back: the interface of the platform's, and what that lacks. */
export class CentaurusSocket extends EventTarget {
  binaryType: BinaryType = "blob";
  readonly #sockets: Sockets;
  readonly #options: SocketOptions;
  readonly #asked = new Map<number, Asked>();
  #state = CONNECTING;
  #url = "";
  #line: Partial<Line> = {};
  #port: MessagePort | undefined;
  #number = 0;
  #closing: Order_ | undefined;
  #ended!: () => void;
  readonly #end = new Promise<void>((resolve) => (this.#ended = resolve));
  /** Bytes that were to be sent when it was too late. */
  #lost = 0;
  #attempts = 0;
  /** Of the session: messages that have come, and that the server has. */
  #came = 0;
  #acknowledged = 0;
  /** Messages that came by this line, and of how many the worker knows that they were taken. */
  #received = 0;
  #told = 0;

  constructor(sockets: Sockets, url: Given<string | URL>, options: SocketOptions = {}) {
    super();
    if (sockets.pool.ended) throw failure("TerminatedError", undefined, undefined, undefined);
    const { protocols, signal } = options;
    if (typeof url !== "function") this.#url = address(url);
    if (typeof protocols !== "function") names(protocols);
    this.#sockets = sockets;
    this.#options = { ...options, url } as SocketOptions;
    sockets.open.add(this);
    void this.#run();
    if (signal?.aborted) this.close();
    signal?.addEventListener("abort", () => this.close());
  }

  get url(): string {
    return this.#url;
  }

  get readyState(): number {
    return this.#state;
  }

  get protocol(): string {
    return this.#line.protocol ?? "";
  }

  get extensions(): string {
    return this.#line.extensions ?? "";
  }

  get bufferedAmount(): number {
    let sum = this.#lost;
    for (const { order } of this.#asked.values()) if (order[0] === Order.Send) sum += sizeOf(order[2]);
    return sum;
  }

  send(data: unknown, { ttl = NaN, signal }: SocketSendOptions = {}): Promise<void> {
    const value = typeof data === "object" && (data instanceof Blob || data instanceof ArrayBuffer || ArrayBuffer.isView(data)) ? exact(data) : `${data as string}`;
    if (this.#state >= CLOSING) this.#lost += sizeOf(value);
    return this.#ask([Order.Send, this.#number, value, ttl], signal);
  }

  close(code?: number, reason = ""): void {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw new DOMException(`A close code is 1000 or from 3000 to 4999, not ${code}`, "InvalidAccessError");
    }
    const words = `${reason}`;
    if (sizeOf(words) > MAX_REASON) throw new DOMException(`The reason is longer than ${MAX_REASON} bytes`, "SyntaxError");
    if (this.#state >= CLOSING) return;
    this.#state = CLOSING;
    this.#closing = [Order.Close, code ?? 1000, words];
    this.#port?.postMessage(this.#closing);
  }

  /** Closes it, and ends when it has ended. */
  finish(): Promise<void> {
    this.close();
    return this.#end;
  }

  #ask(order: Order_, signal?: AbortSignal): Promise<never> {
    const id = this.#number++;
    const promise = new Promise<never>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.#state >= CLOSING) return reject(closed());
      this.#port?.postMessage(order);
      this.#asked.set(id, { order, resolve, reject, signal });
      signal?.addEventListener("abort", () => this.#port?.postMessage([Order.Withdraw, id]));
    });
    // As with the platform's socket, nobody has to care what becomes of a message.
    promise.catch(() => {});
    return promise;
  }

  /** From the first worker to the last. */
  async #run(): Promise<void> {
    const { url, protocols, signal: _, ...options } = this.#options as SocketOptions & { url: unknown };
    const values = typeof url !== "function" && typeof protocols !== "function";
    const plan = { url: values ? this.#url : undefined, protocols: values ? names(protocols as string) : [], options, ping: undefined };
    let error: unknown;
    try {
      for (let revived; ; ) {
        const { port1, port2 } = new MessageChannel();
        const news = this.#sockets.start(port2, { ...plan, revived });
        this.#port = port1;
        if (this.#closing) port1.postMessage(this.#closing);
        try {
          for await (const some of news) this.#hear(some);
          return;
        } catch (failed) {
          if (!(failed instanceof WorkerCrashError)) throw failed;
          if (this.#state === OPEN) this.#state = CONNECTING;
          this.#received = this.#told = 0;
          revived = {
            attempts: (this.#attempts += 1),
            session: this.#line.session,
            taken: this.#came,
            acknowledged: this.#acknowledged,
            orders: [...this.#asked.values()].map(({ order }) => order),
          };
        } finally {
          port1.close();
        }
      }
    } catch (failed) {
      error = failed;
    } finally {
      if (this.#state !== CLOSED) this.#over({ code: BROKEN, reason: "", wasClean: false, error });
    }
  }

  /** What the worker says. */
  #hear(some: unknown[]): void {
    for (let i = 0; i < some.length; i += 2) {
      const value = some[i + 1] as never;
      switch (some[i] as News) {
        case News.Message:
          this.#came += 1;
          this.#received += 1;
          this.#deliver(value);
          break;
        case News.Done:
        case News.Failed:
          this.#answer(some[i] as News, value);
          break;
        case News.Open:
          this.#opened(value);
          break;
        case News.Reconnecting:
          this.#attempts = (value as { attempt: number }).attempt - 1;
          if (this.#state < CLOSING) this.#state = CONNECTING;
          this.#tell(new CustomEvent("reconnecting", { detail: value }));
          break;
        case News.Ask:
          void this.#line_(value);
          break;
        case News.Error:
          this.#error(decode(value, undefined));
          break;
        default:
          this.#over({ ...(value as Closed), error: decode((value as Closed).error, undefined) });
      }
    }
    this.#taken();
  }

  #deliver(data: unknown): void {
    if (this.binaryType === "blob" && data instanceof ArrayBuffer) data = new Blob([data]);
    if (this.#state === OPEN) this.#tell(new MessageEvent("message", { data, origin: new URL(this.#url).origin }));
  }

  #taken(): void {
    const count = this.#received - this.#told;
    if (count < (this.#line.session ? 1 : TAKEN)) return;
    this.#told = this.#received;
    this.#port?.postMessage([Order.Taken, count]);
  }

  #answer(how: News, [id, value]: [number, never]): void {
    const asked = this.#asked.get(id);
    if (!asked) return;
    this.#asked.delete(id);
    if (asked.order[0] === Order.Send && this.#line.session) this.#acknowledged += how === News.Done ? 1 : 0;
    if (how === News.Done) return asked.resolve(value);
    const error = decode(value, undefined) as Error;
    asked.reject(error.name === "AbortError" ? asked.signal?.reason : error);
  }

  #opened(line: Line): void {
    if (this.#line.session && !line.resumed) this.#came = this.#acknowledged = 0;
    this.#line = line;
    this.#url = line.url;
    this.#attempts = 0;
    if (this.#state === CONNECTING) this.#state = OPEN;
    this.#tell(new Event("open"));
  }

  /** Where the next attempt is to go. */
  async #line_(attempt: number): Promise<void> {
    const { url, protocols } = this.#options as { url: Given<string>; protocols?: Given<string | string[]> };
    const line: unknown[] = [Order.Line, attempt];
    try {
      const [where, offered] = await Promise.all([url, protocols].map((given) => (typeof given === "function" ? given() : given)));
      line.push(address(where as string), names(offered));
    } catch (error) {
      this.#error(error);
    }
    this.#port?.postMessage(line);
  }

  #over({ code, reason, wasClean, error }: Omit<Closed, "stats">): void {
    this.#state = CLOSED;
    this.#port = undefined;
    this.#sockets.open.delete(this);
    this.#lost = this.bufferedAmount;
    for (const { reject } of this.#asked.values()) reject(error ?? closed());
    this.#asked.clear();
    if (error) this.#error(error);
    this.#tell(new CloseEvent("close", { code, reason, wasClean }));
    this.#ended();
  }

  #error(error: unknown): void {
    this.#tell(new ErrorEvent("error", { error, message: (error as Error)?.message }));
  }

  #tell(event: Event): void {
    this.dispatchEvent(event);
  }
}

for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSING, CLOSED })) {
  for (const place of [CentaurusSocket, CentaurusSocket.prototype]) Object.defineProperty(place, name, { value, enumerable: true });
}

for (const type of ["open", "message", "error", "close", "reconnecting"]) {
  const handlers = new WeakMap<CentaurusSocket, unknown>();
  Object.defineProperty(CentaurusSocket.prototype, `on${type}`, {
    get(this: CentaurusSocket) {
      return handlers.get(this) ?? null;
    },
    set(this: CentaurusSocket, handler: unknown) {
      if (!handlers.has(this)) this.addEventListener(type, (event) => (handlers.get(this) as ((event: Event) => void) | null)?.call(this, event));
      handlers.set(this, typeof handler === "function" ? handler : null);
    },
    enumerable: true,
    configurable: true,
  });
}

function closed(): Error {
  return decode({ error: { base: "Error", class: "SocketClosedError", name: "SocketClosedError", message: "The socket is closed", stack: "" } }, undefined) as Error;
}

/** The address of a WebSocket, as the platform takes it (WebSockets, section 3.1). */
function address(given: string | URL): string {
  let url: URL | undefined;
  try {
    url = new URL(given, globalThis.document?.baseURI);
    // A setter would refuse to make a special scheme of another one; this way it is written out once.
    if (/^http/.test(url.protocol)) url = new URL(url.href.replace("http", "ws"));
  } catch {
    // As any other that is of no use.
  }
  if (!url || !/^wss?:$/.test(url.protocol) || url.href.includes("#")) {
    throw new DOMException(`'${given}' is not the address of a WebSocket: it begins with ws, wss, http or https, and has no fragment`, "SyntaxError");
  }
  return url.href;
}

/** Names of subprotocols: tokens (RFC 9110, section 5.6.2), each once. */
function names(given: string | string[] = []): string[] {
  const list = [given].flat().map(String);
  if (new Set(list).size < list.length || !list.every((name) => /^[!#-'*+.^`|~\w-]+$/.test(name))) {
    throw new DOMException(`'${list}' are not names of subprotocols, each once`, "SyntaxError");
  }
  return list;
}

/** Bytes of what is sent as it is. */
function sizeOf(data: unknown): number {
  if (typeof data === "string") return new TextEncoder().encode(data).length;
  return (data as Blob).size ?? (data as ArrayBuffer).byteLength;
}
