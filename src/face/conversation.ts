// A script of its own, loaded with the first socket: what there is to a socket on the page beyond its interface. What it
// needs of the page's script is given to it (`Page`), since importing that would bring it along a second time.

import type { SocketOptions } from "../centaurus.js";
import { breathe } from "../../worker/runtime/breath.js";
import type { CodecPlan } from "../../worker/runtime/socket/codec.js";
import { type Asked, type Closed, type Line, News, Order, type Plan, type Revived } from "../../worker/runtime/socket/messages.js";
import type { CallStream } from "./call-stream.js";
import type { Entry } from "./core.js";
import type { ServiceFile } from "./service-file.js";
import type { Page } from "./socket.js";

const [CONNECTING, OPEN, CLOSED] = [0, 1, 3];
/** How a line without a closing handshake is reported (RFC 6455, section 7.4.1). */
const BROKEN = 1006;
/** Messages taken that the worker is told of at a time while it holds none back; with acknowledgement the server waits for each. */
const TAKEN = 128;

/** Milliseconds that messages are given to the page for before it may do something else, such as draw a frame. */
const TURN = 4;

/** What was asked of the worker and has not been answered. The worker may die, so it is kept until then. */
interface Question {
  asked: Asked;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
  signal: AbortSignal | undefined;
  /** Ends the watch on the signal. */
  unwatch: (() => void) | undefined;
}

/** An iterator that takes messages. */
interface Reader {
  /** Of those that have come, how many it has taken. */
  taken: number;
  item: (value: unknown) => void;
  end: () => void;
  fail: (error: unknown) => void;
}

/** What a socket and its worker say to each other, for as long as the socket lives. */
export class Conversation {
  readonly #options: SocketOptions;
  readonly #questions = new Map<number, Question>();
  readonly #readers = new Map<unknown, Reader>();
  #port: MessagePort | undefined;
  #news: CallStream<unknown[]> | undefined;
  #count = 0;
  #closing: Asked | undefined;
  #stats: unknown;
  /** Why it is over, if not as it should be. */
  #why: unknown;
  #finished!: () => void;
  readonly end = new Promise<void>((resolve) => (this.#finished = resolve));
  readonly #watching = new AbortController();
  #type: BinaryType = "blob";
  #attempts = 0;
  #origin = "";
  /** Of the session: messages that have come, and that the server is known to have. */
  #came = 0;
  #acknowledged = 0;
  /** Messages that this worker has given, and of how many it knows that they were taken. */
  #received = 0;
  #told = 0;
  /** How many more make it worth telling. */
  #step = TAKEN;

  constructor(readonly page: Page) {
    const { signal } = (this.#options = page.options);
    // Here, and not in the page's script, for its size: as with the platform's socket, what is no type changes nothing.
    const typed = (type: BinaryType) => void (/^(blob|arraybuffer)$/.test(type) && (this.#type = type));
    typed(page.socket.binaryType);
    Object.defineProperty(page.socket, "binaryType", { get: () => this.#type, set: typed, enumerable: true });
    const abort = (error = signal?.reason as unknown) => this.#over({ error });
    if (signal && typeof signal.addEventListener !== "function") return abort(new TypeError("signal must be an AbortSignal")) as never;
    signal?.addEventListener("abort", () => abort(), this.#watching);
    if (signal?.aborted) return abort() as never;
    this.#watch();
    void this.#run();
  }

  /** Asks the worker for something. */
  ask(order: Order, resolve: (value: never) => void, reject: (error: unknown) => void, signal?: AbortSignal, ...more: unknown[]): void {
    const id = this.#count++;
    const asked: Asked = [order, id, ...more];
    if (this.page.seen.state === CLOSED) return reject(this.#why ?? this.late());
    if (signal?.aborted) {
      this.page.seen.buffered -= this.page.sizeOf(more[0]);
      return reject(signal.reason);
    }
    this.order(asked);
    const unwatch = signal && this.page.watch(signal, () => this.order([Order.Withdraw, id]));
    this.#questions.set(id, { asked, resolve, reject, signal, unwatch });
  }

  /** How it was doing at the end, or does now. */
  stats(resolve: (stats: never) => void, reject: (error: unknown) => void): void {
    if (this.page.seen.state === CLOSED) resolve(this.#stats as never);
    else this.ask(Order.Stats, resolve, reject);
  }

  /** What a message is rejected with that comes too late. */
  late(): Error {
    return new this.page.SocketClosedError("The socket is closed");
  }

  /** Tells the worker something. */
  order(asked: Asked): void {
    this.#port?.postMessage(asked);
  }

  /** `early`: it has never been open. */
  close(early: boolean, code: number, reason: string): void {
    this.order((this.#closing = [Order.Close, code, reason]));
    // As the platform has it, what is closed before it is open has failed.
    if (early) queueMicrotask(() => this.#over({ error: this.late() }));
  }

  /** An iterator begins to take messages. */
  read(reader: unknown, item: Reader["item"], end: Reader["end"], fail: Reader["fail"]): void {
    this.#readers.set(reader, { taken: this.#received, item, end, fail });
    if (this.page.seen.state !== CLOSED) return;
    if (this.#why && !this.#closing) fail(this.#why);
    else end();
  }

  /** It has taken so many. */
  credit(reader: unknown, count: number): void {
    const found = this.#readers.get(reader);
    if (found) found.taken += count;
    this.#taken();
  }

  /** It takes no more. */
  leave(reader: unknown): void {
    this.#readers.delete(reader);
    this.#taken();
  }

  /** From the first worker to the last. */
  async #run(): Promise<void> {
    const { protocols, codec: chosen, shared, signal: _, ...options } = this.#options;
    const codec = chosen ?? "raw";
    const asks = [this.page.where, protocols].some((given) => typeof given === "function");
    try {
      const plan = {
        url: asks ? undefined : this.page.seen.url,
        protocols: asks ? [] : this.page.names(protocols),
        codec: typeof codec === "object" ? await this.#coded(codec) : codec,
        shared: shared ? `${String(this.page.where)} ${String(protocols)} ${this.page.sockets.pool.settings.name}` : undefined,
        options,
      };
      for (let revived: Revived | undefined; ; ) {
        const { port1, port2 } = new MessageChannel();
        this.#port = port1;
        if (revived) for (const { asked } of this.#questions.values()) revived.orders.push(asked);
        else for (const { asked } of this.#questions.values()) port1.postMessage(asked);
        if (this.#closing) port1.postMessage(this.#closing);
        try {
          this.#news = await this.#start(port2, { ...plan, revived });
          let spent = 0;
          for await (const some of this.#news) {
            const start = performance.now();
            this.#hear(some);
            spent += performance.now() - start;
            if (spent < TURN) continue;
            await breathe();
            spent = 0;
          }
          return;
        } catch (error) {
          if (!((error as Error)?.name === "WorkerCrashError")) throw error;
          if (this.page.seen.state === OPEN) this.page.seen.state = CONNECTING;
          this.#received = this.#told = 0;
          this.#step = TAKEN;
          for (const reader of this.#readers.values()) reader.taken = 0;
          const [taken, acknowledged] = [this.#came, shared ? NaN : this.#acknowledged];
          revived = { attempts: ++this.#attempts, session: this.page.seen.line.session, taken, acknowledged, orders: [] };
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
          this.#error(this.page.decode(value, undefined));
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
          if (this.page.seen.state === OPEN) this.page.seen.state = CONNECTING;
          this.page.socket.dispatchEvent(new CustomEvent("reconnecting", { detail: value }));
          break;
        case News.Ask:
          void this.#find(value);
          break;
        case News.Error:
          this.#error(this.page.decode(value, undefined));
          break;
        case News.Full:
          this.#step = 1;
          break;
        default: {
          const { error, ...end } = value as Closed;
          this.#over({ ...end, error: this.page.decode(error, undefined) });
        }
      }
    }
    this.#taken();
  }

  #message(data: unknown): void {
    this.#came += 1;
    this.#received += 1;
    if (this.page.raw && this.#type === "blob" && data instanceof ArrayBuffer) data = new Blob([data]);
    if (this.page.seen.state !== OPEN) return;
    for (const { item } of this.#readers.values()) item(data);
    this.page.socket.dispatchEvent(new MessageEvent("message", { data, origin: this.#origin }));
  }

  /** Tells the worker how many messages the slowest reader has taken. */
  #taken(): void {
    const taken = Math.min(this.#received, ...[...this.#readers.values()].map((reader) => reader.taken));
    const count = taken - this.#told;
    if (count < (this.page.seen.line.session ? 1 : this.#step)) return;
    this.#told = taken;
    this.order([Order.Taken, count]);
  }

  #answer(well: boolean, [id, value]: [number, never]): void {
    const question = this.#questions.get(id);
    if (!question) return;
    this.#questions.delete(id);
    const { asked, resolve, reject, signal, unwatch } = question;
    unwatch?.();
    if (asked[0] === Order.Send && this.page.seen.state < CLOSED) this.page.seen.buffered -= this.page.sizeOf(asked[2]);
    if (well && asked[0] === Order.Send) this.#acknowledged += 1;
    if (well) return resolve(value);
    const error = this.page.decode(value, undefined) as Error;
    reject(error.name === "AbortError" ? signal?.reason : error);
  }

  #opened(line: Line): void {
    if (!line.resumed) this.#came = this.#acknowledged = 0;
    this.#came = line.came ?? this.#came;
    this.page.seen.line = line;
    this.page.seen.url = line.url;
    this.#origin = new URL(line.url).origin;
    this.#attempts = 0;
    if (this.page.seen.state === CONNECTING) this.page.seen.state = OPEN;
    this.page.socket.dispatchEvent(new CustomEvent("open", { detail: { resumed: line.resumed } }));
  }

  /** Finds where the next attempt is to go. */
  async #find(attempt: number): Promise<void> {
    const asked: Asked = [Order.Line, attempt];
    try {
      const [url, offered] = await Promise.all(
        [this.page.where, this.#options.protocols].map((given) => (typeof given === "function" ? (given as () => unknown)() : given)),
      );
      asked.push((this.page.seen.url = this.page.address(url)), this.page.names(offered));
    } catch (error) {
      this.#error(error);
    }
    this.order(asked);
  }

  #over({ code = BROKEN, reason = "", wasClean = false, error, stats }: Partial<Closed>): void {
    if (this.page.seen.state === CLOSED) return;
    this.page.seen.state = CLOSED;
    this.#stats = stats;
    this.#why = error;
    this.page.sockets.open.delete(this.page.socket);
    this.#watching.abort();
    void this.#news?.return();
    for (const { asked, resolve, reject, unwatch } of this.#questions.values()) {
      unwatch?.();
      if (asked[0] === Order.Stats && stats) resolve(stats as never);
      else reject(error ?? this.late());
    }
    this.#questions.clear();
    for (const reader of this.#readers.values()) {
      if (error && !this.#closing) reader.fail(error);
      else reader.end();
    }
    if (error) this.#error(error);
    this.page.socket.dispatchEvent(new this.page.CloseEvent("close", { code, reason, wasClean }));
    this.#finished();
  }

  #error(error: unknown): void {
    this.page.socket.dispatchEvent(new this.page.ErrorEvent("error", { error, message: String(error) }));
  }

  /** Starts the call that is a socket, once the files are there which its codec takes. */
  async #start(port: MessagePort, plan: Plan): Promise<CallStream<unknown[]>> {
    const { socket, services, protobuf } = this.page.sockets.files();
    const loaded = ({ gate }: Pick<ServiceFile<never>, "gate">) =>
      new Promise<void>((run, reject) => (gate ? gate.pass({ run, reject }) : run()));
    await loaded(socket);
    if (plan.codec === "pack") await loaded(services);
    if (typeof plan.codec === "object") await loaded(protobuf);
    return socket.core.stream(socket.entries.get("socket.open") as Entry, [port, plan], { transfer: [port] });
  }

  /** What a codec has to know of a type. */
  async #coded({ type, schema }: Exclude<SocketOptions["codec"], string | undefined>): Promise<CodecPlan> {
    const { descriptors, sockets } = this.page;
    const compiled = descriptors.get((typeof schema === "string" ? await sockets.compile(schema) : schema)?.encode);
    if (!compiled) throw new TypeError("codec.schema must be the text of a .proto file, or what c.protobuf() made of it");
    return { type, schema: compiled };
  }

  /** Has the worker hear what only a page hears, or hears for certain. */
  #watch(): void {
    const on = (target: EventTarget | undefined, type: string, told: () => Asked | undefined) =>
      target?.addEventListener?.(type, () => {
        const asked = told();
        if (asked) this.order(asked);
      }, this.#watching);
    for (const type of ["online", "offline"]) on(globalThis, type, () => [Order.Online, type === "online"]);
    on(globalThis.document, "visibilitychange", () => (document.hidden ? undefined : [Order.Woken]));
  }
}

// For pages bundled by Parcel: see `exported` in load.ts. The symbol's name, since importing it would bring its file along.
(globalThis as Record<symbol, unknown>)[Symbol.for("centaurus.Conversation")] = Conversation;
