import type { SocketOptions, SocketSendOptions } from "../centaurus.js";
import { type Asked, type Closed, type Line, News, Order, type Revived } from "../../worker/runtime/socket/messages.js";
import { CallStream } from "./call-stream.js";
import { decode, failure, WorkerCrashError } from "./errors.js";
import { exact } from "./services.js";
import type { Sockets } from "./sockets.js";

const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3];
/** How a line without a closing handshake is reported (RFC 6455, section 7.4.1). */
const BROKEN = 1006;
/** Bytes that a close frame has for its reason (RFC 6455, section 5.5). */
const MAX_REASON = 123;
/** Messages taken that the worker is told of at a time; with acknowledgement the server waits for each. */
const TAKEN = 128;

/** What was asked of the worker and has not been answered. The worker may die, so it is kept until then. */
interface Question {
  asked: Asked;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
  signal: AbortSignal | undefined;
}

/** An iterator that takes messages. */
interface Reader {
  /** Of those that have come, how many it has taken. */
  taken: number;
  item: (value: unknown) => void;
  end: () => void;
  fail: (error: unknown) => void;
}

/** A WebSocket that lives in a worker and comes back: the interface of the platform's, and what that lacks. */
export class CentaurusSocket extends EventTarget {
  binaryType: BinaryType = "blob";
  readonly #sockets: Sockets;
  readonly #options: SocketOptions;
  readonly #where: unknown;
  readonly #questions = new Map<number, Question>();
  readonly #readers = new Set<Reader>();
  #state = CONNECTING;
  #url = "";
  #line: Partial<Line> = {};
  #port: MessagePort | undefined;
  #news: CallStream<unknown[]> | undefined;
  #count = 0;
  #closing: Asked | undefined;
  #stats: unknown;
  #finished!: () => void;
  readonly #end = new Promise<void>((resolve) => (this.#finished = resolve));
  /** Bytes of what came too late to be sent. */
  #late = 0;
  #attempts = 0;
  /** Of the session: messages that have come, and that the server is known to have. */
  #came = 0;
  #acknowledged = 0;
  /** Messages that this worker has given, and of how many it knows that they were taken. */
  #received = 0;
  #told = 0;

  constructor(sockets: Sockets, url: unknown, options: SocketOptions = {}) {
    super();
    if (sockets.pool.ended) throw failure("TerminatedError", undefined, undefined, undefined);
    const { protocols, signal } = options;
    if (typeof url !== "function") this.#url = address(url);
    if (typeof protocols !== "function") names(protocols);
    this.#sockets = sockets;
    this.#where = url;
    this.#options = options;
    const abort = () => this.#over({ error: signal?.reason as unknown });
    signal?.addEventListener("abort", abort);
    sockets.open.add(this);
    if (signal?.aborted) queueMicrotask(abort);
    else void this.#run();
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
    let sum = this.#late;
    for (const { asked } of this.#questions.values()) if (asked[0] === Order.Send) sum += sizeOf(asked[2]);
    return sum;
  }

  send(value: unknown, { ttl = NaN, signal }: SocketSendOptions = {}): Promise<void> {
    if (this.#raw) value = isBytes(value) ? exact(value) : `${value as string}`;
    if (this.#state >= CLOSING) this.#late += sizeOf(value);
    return this.#ask(Order.Send, signal, value, ttl);
  }

  stats(): Promise<object> {
    return this.#state === CLOSED ? Promise.resolve(this.#stats as object) : this.#ask(Order.Stats);
  }

  reconnect(): void {
    this.order([Order.Woken, 1]);
  }

  close(code: unknown = 1000, reason: unknown = ""): void {
    const number = Math.round(Number(code));
    if (number !== 1000 && !(number >= 3000 && number <= 4999)) {
      throw new DOMException(`A close code is 1000 or from 3000 to 4999, not ${code as string}`, "InvalidAccessError");
    }
    const words = `${reason as string}`;
    if (sizeOf(words) > MAX_REASON) throw new DOMException(`The reason is longer than ${MAX_REASON} bytes`, "SyntaxError");
    if (this.#state >= CLOSING) return;
    // As the platform has it, what is closed before it is open has failed.
    if (this.#state === CONNECTING) queueMicrotask(() => this.#over({ error: closed() }));
    this.#state = CLOSING;
    this.order((this.#closing = [Order.Close, number, words]));
  }

  /** Closes it, and ends when it has ended. */
  finish(): Promise<void> {
    this.close();
    return this.#end;
  }

  /** Tells the worker. */
  order(asked: Asked): void {
    this.#port?.postMessage(asked);
  }

  [Symbol.asyncIterator](): CallStream<unknown> {
    let reader!: Reader;
    return new CallStream<unknown>(
      {
        start: (item, end, fail) => {
          this.#readers.add((reader = { taken: this.#received, item, end, fail }));
          if (this.#state === CLOSED) end();
        },
        credit: (count) => {
          reader.taken += count;
          this.#taken();
        },
        leave: () => {
          this.#readers.delete(reader);
          this.#taken();
        },
      },
      1,
    );
  }

  get #raw(): boolean {
    return (this.#options.codec ?? "raw") === "raw";
  }

  #ask(order: Order, signal?: AbortSignal, ...more: unknown[]): Promise<never> {
    const id = this.#count++;
    const asked: Asked = [order, id, ...more];
    const promise = new Promise<never>((resolve, reject) => {
      if (signal?.aborted) throw signal.reason;
      if (this.#state >= CLOSING) throw closed();
      this.order(asked);
      this.#questions.set(id, { asked, resolve, reject, signal });
      signal?.addEventListener("abort", () => this.order([Order.Withdraw, id]));
    });
    // As with the platform's socket, nobody has to care what becomes of a message.
    promise.catch(() => {});
    return promise;
  }

  /** From the first worker to the last. */
  async #run(): Promise<void> {
    const { protocols, codec = "raw", shared, signal: _, ...options } = this.#options;
    const asks = [this.#where, protocols].some((given) => typeof given === "function");
    try {
      const plan = {
        url: asks ? undefined : this.#url,
        protocols: asks ? [] : names(protocols),
        codec: typeof codec === "object" ? await this.#sockets.coded(codec) : codec,
        shared: shared ? `${String(this.#where)} ${String(protocols)} ${this.#sockets.pool.settings.name}` : undefined,
        options,
      };
      for (let revived: Revived | undefined; ; ) {
        const { port1, port2 } = new MessageChannel();
        this.#port = port1;
        if (revived) for (const { asked } of this.#questions.values()) revived.orders.push(asked);
        else for (const { asked } of this.#questions.values()) port1.postMessage(asked);
        if (this.#closing) port1.postMessage(this.#closing);
        try {
          this.#news = await this.#sockets.start(port2, { ...plan, revived });
          for await (const some of this.#news) this.#hear(some);
          return;
        } catch (error) {
          if (!(error instanceof WorkerCrashError)) throw error;
          if (this.#state === OPEN) this.#state = CONNECTING;
          this.#received = this.#told = 0;
          for (const reader of this.#readers) reader.taken = 0;
          const [taken, acknowledged] = [this.#came, shared ? NaN : this.#acknowledged];
          revived = { attempts: ++this.#attempts, session: this.#line.session, taken, acknowledged, orders: [] };
        } finally {
          port1.close();
        }
      }
    } catch (error) {
      this.#over({ error });
    }
  }

  /** What the worker says. */
  #hear(some: unknown[]): void {
    for (let i = 0; i < some.length; i += 2) {
      const value = some[i + 1] as never;
      switch (some[i] as News) {
        case News.Message:
          this.#message(value);
          break;
        case News.Unreadable:
          this.#came += 1;
          this.#received += 1;
          this.#error(decode(value, undefined));
          break;
        case News.Done:
        case News.Failed:
          this.#answer(some[i] === News.Done, value);
          break;
        case News.Open:
          this.#opened(value);
          break;
        case News.Reconnecting:
          this.#attempts = (value as { attempt: number }).attempt - 1;
          if (this.#state === OPEN) this.#state = CONNECTING;
          this.#tell(new CustomEvent("reconnecting", { detail: value }));
          break;
        case News.Ask:
          void this.#find(value);
          break;
        case News.Error:
          this.#error(decode(value, undefined));
          break;
        default: {
          const { error, ...end } = value as Closed;
          this.#over({ ...end, error: decode(error, undefined) });
        }
      }
    }
    this.#taken();
  }

  #message(data: unknown): void {
    this.#came += 1;
    this.#received += 1;
    if (this.#raw && this.binaryType === "blob" && data instanceof ArrayBuffer) data = new Blob([data]);
    if (this.#state !== OPEN) return;
    for (const { item } of this.#readers) item(data);
    this.#tell(new MessageEvent("message", { data, origin: new URL(this.#url).origin }));
  }

  /** Tells the worker how many messages the slowest reader has taken. */
  #taken(): void {
    const taken = Math.min(this.#received, ...[...this.#readers].map((reader) => reader.taken));
    const count = taken - this.#told;
    if (count < (this.#line.session ? 1 : TAKEN)) return;
    this.#told = taken;
    this.order([Order.Taken, count]);
  }

  #answer(well: boolean, [id, value]: [number, never]): void {
    const question = this.#questions.get(id);
    if (!question) return;
    this.#questions.delete(id);
    const { asked, resolve, reject, signal } = question;
    if (well && asked[0] === Order.Send) this.#acknowledged += 1;
    if (well) return resolve(value);
    const error = decode(value, undefined) as Error;
    reject(error.name === "AbortError" ? signal?.reason : error);
  }

  #opened(line: Line): void {
    if (!line.resumed) this.#came = this.#acknowledged = 0;
    this.#came = line.came ?? this.#came;
    this.#line = line;
    this.#url = line.url;
    this.#attempts = 0;
    if (this.#state === CONNECTING) this.#state = OPEN;
    this.#tell(new CustomEvent("open", { detail: { resumed: line.resumed } }));
  }

  /** Finds where the next attempt is to go. */
  async #find(attempt: number): Promise<void> {
    const asked: Asked = [Order.Line, attempt];
    try {
      const [url, offered] = await Promise.all(
        [this.#where, this.#options.protocols].map((given) => (typeof given === "function" ? (given as () => unknown)() : given)),
      );
      asked.push((this.#url = address(url)), names(offered));
    } catch (error) {
      this.#error(error);
    }
    this.order(asked);
  }

  #over({ code = BROKEN, reason = "", wasClean = false, error, stats }: Partial<Closed>): void {
    if (this.#state === CLOSED) return;
    this.#late = this.bufferedAmount;
    this.#state = CLOSED;
    this.#stats = stats;
    this.#sockets.open.delete(this);
    void this.#news?.return();
    for (const { reject } of this.#questions.values()) reject(error ?? closed());
    this.#questions.clear();
    for (const reader of this.#readers) {
      if (error && !this.#closing) reader.fail(error);
      else reader.end();
    }
    if (error) this.#error(error);
    this.#tell(new CloseEvent("close", { code, reason, wasClean }));
    this.#finished();
  }

  #error(error: unknown): void {
    this.#tell(new ErrorEvent("error", { error, message: String(error) }));
  }

  #tell(event: Event): void {
    this.dispatchEvent(event);
  }
}

for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSING, CLOSED })) {
  for (const place of [CentaurusSocket, CentaurusSocket.prototype]) Object.defineProperty(place, name, { value, enumerable: true });
}

for (const type of ["open", "message", "error", "close", "reconnecting"]) {
  const handlers = new WeakMap<object, unknown>();
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

/** What a message is rejected with that comes too late. */
function closed(): Error {
  return Object.assign(new Error("The socket is closed"), { name: "SocketClosedError" });
}

/** The address of a WebSocket, as the platform takes it (WebSockets, section 3.1). */
function address(given: unknown): string {
  let href = "";
  try {
    // `https` becomes `wss`.
    href = new URL(given as string, globalThis.document?.baseURI).href.replace(/^http/, "ws");
  } catch {
    // No address at all is as bad as a wrong one.
  }
  if (!/^wss?:[^#]+$/.test(href)) {
    throw new DOMException(`'${given as string}' is not the address of a WebSocket: ws, wss, http or https, without a fragment`, "SyntaxError");
  }
  return href;
}

/** Names of subprotocols: tokens (RFC 9110, section 5.6.2), each once. */
function names(given: unknown = []): string[] {
  const list = [given].flat().map(String);
  if (new Set(list).size < list.length || !list.every((name) => /^[!#-'*+.^`|~\w-]+$/.test(name))) {
    throw new DOMException(`'${list}' are not names of subprotocols, each once`, "SyntaxError");
  }
  return list;
}

function isBytes(value: unknown): boolean {
  return value instanceof Blob || value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

/** Bytes of what is sent as it is; what a codec makes of a value only the worker knows. */
function sizeOf(data: unknown): number {
  if (typeof data === "string") return new TextEncoder().encode(data).length;
  return isBytes(data) ? ((data as Blob).size ?? (data as ArrayBuffer).byteLength) : 0;
}
