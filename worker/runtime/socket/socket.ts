import { encodeError } from "../failure.js";
import type { Registered } from "../functions.js";
import { encode, settings } from "../msgpack/index.js";
import { fault } from "../protobuf.js";
import type { Task } from "../task.js";
import { type Closed, type Line, News, Order, type Plan, type Revived, SUBPROTOCOL } from "./messages.js";
import { Op, type Program, Row, Tell } from "./program.js";

/** Messages that the page may have without its reader having taken them. */
const WINDOW = 1024;
/** How often a line that holds much back is looked at, in ms. */
const LOOK = 10;
/** The longest that a timer of the platform can wait, in ms (HTML: a signed 32-bit number). */
const LONGEST_TIMER = 2 ** 31 - 1;
/** Bytes that tell a frame's kind and where its payload begins; frames of the link's own are shorter. */
const HEAD = 64;
/** How a line without a closing handshake is reported (RFC 6455, section 7.4.1). */
const BROKEN = 1006;
/** The server lacks what the client needs (RFC 6455, section 7.4.1). */
const MISSING_EXTENSION = 1010;

type Data = string | ArrayBuffer | ArrayBufferView;

interface Message {
  id: number;
  data: Data;
  size: number;
}

type Asked = [Order, ...unknown[]];

let program: Program;

/** Sockets over an instance of their wasm. */
export function sockets({ module }: { module: WebAssembly.Module | BufferSource }): Record<string, Registered["run"]> {
  const compiled = module instanceof WebAssembly.Module ? module : new WebAssembly.Module(module);
  program = new WebAssembly.Instance(compiled).exports as unknown as Program;
  if (!program.socket_tell) throw new TypeError("The WebAssembly is another program");
  return {
    "socket.open"(this: Task, port: MessagePort, plan: Plan) {
      const socket = new Socket(this, port, plan);
      void socket.begin(plan.revived);
      return socket.news();
    },
  } as unknown as Record<string, Registered["run"]>;
}

const text = new TextEncoder();

/** Carries out what a link decides: holds the line, the messages and the timer. */
class Socket {
  readonly #task: Task;
  readonly #port: MessagePort;
  readonly #plan: Plan;
  readonly #machine: number;
  readonly #acknowledged: boolean;
  readonly #messages = new Map<number, Message>();
  readonly #ids = new Map<number, number>();
  #row = new Float64Array(0);
  #line: WebSocket | undefined;
  /** How the line's end was told. */
  #farewell: CloseEvent | undefined;
  #attempt = 0;
  #timer = 0;
  #armed = Infinity;
  #news: unknown[] = [];
  #moves: Transferable[] = [];
  #wake = () => {};
  #over = false;
  /** Blobs are being read, and what has come behind them waits. */
  #reading: Promise<void> | undefined;
  #untaken = 0;
  readonly #held: unknown[] = [];
  readonly #counts = { sent: { messages: 0, bytes: 0 }, received: { messages: 0, bytes: 0 }, lines: 0 };

  constructor(task: Task, port: MessagePort, plan: Plan) {
    this.#task = task;
    this.#port = port;
    this.#plan = plan;
    this.#acknowledged = Boolean((plan.options as { acknowledged?: unknown }).acknowledged);
    this.#give(encode(plan.options, settings("socket", undefined, () => undefined)));
    this.#machine = program.socket_new(Math.random());
    const wrong = this.#number(0);
    if (wrong) throw new (wrong > 1 ? RangeError : TypeError)(this.#text());
    task.signal.addEventListener("abort", () => this.#tell(Tell.Abort));
  }

  /** Begins, or goes on where a worker has died. */
  async begin(revived: Revived | undefined): Promise<void> {
    if (!navigator.onLine) this.#tell(Tell.Online, 0);
    if (revived?.session) this.#tell(Tell.Resume, revived.taken, revived.acknowledged, revived.session);
    // The link is to have all of them again before it connects: in a session they have numbers.
    for (const order of revived?.orders ?? []) this.#obey((await whole(order as Asked)), Tell.Restore);
    if (revived) this.#tell(Tell.Revive, revived.attempts, 0, text.encode("its worker died"));
    else this.#tell(Tell.Open);
    this.#port.onmessage = ({ data }) => this.#hear(data as Asked);
  }

  /** What the page is to hear, as much at a time as there is. */
  async *news(): AsyncGenerator<unknown, void> {
    try {
      for (;;) {
        while (this.#news.length === 0 && !this.#over) await new Promise<void>((wake) => (this.#wake = wake));
        if (this.#news.length === 0) return;
        const news = this.#news;
        const moves = this.#moves;
        this.#news = [];
        this.#moves = [];
        yield this.#task.transfer(news, moves);
      }
    } finally {
      this.#port.close();
      program.socket_free(this.#machine);
    }
  }

  #say(news: News, value: unknown): void {
    this.#news.push(news, value);
    this.#wake();
  }

  /** Does what the page asks, in order: what comes behind a Blob waits until that has been read. */
  #hear(asked: Asked): void {
    if (!this.#reading && !(asked[2] instanceof Blob)) return this.#obey(asked);
    const turn = Promise.all([whole(asked), this.#reading]).then(([read]) => {
      if (this.#reading === turn) this.#reading = undefined;
      this.#obey(read);
    });
    this.#reading = turn;
  }

  #obey([order, a, b, c]: Asked, how: Tell.Send | Tell.Restore = Tell.Send): void {
    if (this.#over) return;
    switch (order) {
      case Order.Send:
        return this.#send(a as number, b as Data, c as number, how);
      case Order.Withdraw: {
        const message = this.#ids.get(a as number);
        if (message !== undefined) this.#tell(Tell.Withdraw, message);
        return;
      }
      case Order.Stats:
        return this.#say(News.Done, [a, this.#stats()]);
      case Order.Taken:
        return this.#taken(a as number);
      case Order.Close:
        return this.#tell(Tell.Close, a as number, 0, text.encode(b as string));
      case Order.Line:
        if (a !== this.#attempt) return;
        if (b) return this.#connect(b as string, c as string[]);
        return this.#tell(Tell.Lost, BROKEN, 0, text.encode("its address could not be had"));
      case Order.Online:
        return this.#tell(Tell.Online, a ? 1 : 0);
      default:
        this.#tell(Tell.Woken);
    }
  }

  #send(id: number, data: Data, ttl: number, how: Tell.Send | Tell.Restore): void {
    if (data instanceof Error) return this.#say(News.Failed, [id, encodeError(data)]);
    const size = typeof data === "string" ? text.encode(data).length : data.byteLength;
    const number = program.socket_tell(this.#machine, performance.now(), how, size, ttl);
    if (number < 0) {
      this.#say(News.Failed, [id, encodeError(this.#fault())]);
    } else {
      this.#messages.set(number, { id, data, size });
      this.#ids.set(id, number);
    }
    this.#carryOut();
  }

  /** Hands bytes to the program. */
  #give(bytes: Uint8Array): void {
    const at = program.room(bytes.length);
    new Uint8Array(program.memory.buffer).set(bytes, at);
  }

  #tell(what: Tell, a = 0, b = 0, bytes?: Uint8Array): void {
    if (this.#over) return;
    if (bytes) this.#give(bytes);
    program.socket_tell(this.#machine, performance.now(), what, a, b);
    this.#carryOut();
  }

  #number(at: number): number {
    if (this.#row.length === 0) this.#row = new Float64Array(program.memory.buffer, program.row_at(this.#machine), Row.Length);
    return this.#row[at] as number;
  }

  #bytes(): Uint8Array {
    return new Uint8Array(program.memory.buffer, program.bytes_at(this.#machine), this.#number(Row.Bytes)).slice();
  }

  #text(): string {
    return new TextDecoder().decode(this.#bytes());
  }

  /** What the program writes down as `Name: why`. */
  #fault(): Error {
    const [name, ...message] = this.#text().split(": ");
    return fault({ name: name as string, message: message.join(": ") });
  }

  /** Does what has been decided, until there is nothing more. */
  #carryOut(): void {
    for (;;) {
      const op = program.socket_poll(this.#machine);
      const a = this.#number(0);
      switch (op) {
        case Op.Nothing:
          if (!this.#number(Row.Waits) || this.#over) return this.#arm(this.#number(Row.Wake));
          if (!this.#flows()) return this.#arm(Math.min(this.#number(Row.Wake), performance.now() + LOOK));
          break;
        case Op.Connect:
          this.#attempt = a;
          if (this.#plan.url === undefined) this.#say(News.Ask, a);
          else this.#connect(this.#plan.url, this.#plan.protocols);
          break;
        case Op.Transmit:
          this.#transmit(this.#messages.get(a) as Message);
          break;
        case Op.Control:
          if (this.#acknowledged) this.#line?.send(this.#bytes() as Uint8Array<ArrayBuffer>);
          else if (this.#plan.ping !== undefined) this.#line?.send(this.#plan.ping as string);
          break;
        case Op.Disconnect:
          this.#line?.close(a, this.#text());
          break;
        case Op.Abort:
          this.#drop();
          break;
        case Op.Settle:
          this.#settle(a, this.#number(1) > 0);
          break;
        case Op.Opened:
          this.#opened(a > 0);
          break;
        case Op.Reconnecting:
          this.#drop();
          this.#say(News.Reconnecting, { attempt: a, delay: this.#number(1), code: this.#number(2), reason: this.#text() });
          break;
        case Op.Closed:
          return this.#closed();
        default:
          // A browser's WebSocket cannot be paused. What it brings is held here, and not where the page would feel it.
      }
    }
  }

  /** Whether the line can take more, which is told if so. */
  #flows(): boolean {
    const { bufferedAmount } = this.#line as WebSocket;
    if (bufferedAmount >= LINE_BUFFER) return false;
    program.socket_tell(this.#machine, performance.now(), Tell.Buffered, bufferedAmount, 0);
    return true;
  }

  #connect(url: string, protocols: string[]): void {
    let line: WebSocket;
    try {
      line = new WebSocket(url, this.#acknowledged ? [...protocols, SUBPROTOCOL] : protocols);
    } catch (error) {
      this.#say(News.Error, encodeError(error));
      return this.#tell(Tell.Lost, BROKEN, 0, text.encode(String(error)));
    }
    this.#line = line;
    this.#farewell = undefined;
    line.binaryType = "arraybuffer";
    const ours = () => this.#line === line && !this.#over;
    line.onopen = () => {
      if (!ours()) return;
      if (!this.#acknowledged || line.protocol === SUBPROTOCOL) return this.#tell(Tell.Connected);
      this.#drop();
      this.#tell(Tell.Lost, MISSING_EXTENSION, 0, text.encode(`the server does not speak ${SUBPROTOCOL}`));
    };
    line.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (ours()) this.#receive(data);
    };
    line.onclose = (event) => {
      if (!ours()) return;
      this.#farewell = event;
      this.#line = undefined;
      this.#tell(Tell.Lost, event.code, 0, text.encode(event.reason));
    };
  }

  #transmit({ data, size }: Message): void {
    this.#counts.sent.messages += 1;
    this.#counts.sent.bytes += size;
    const line = this.#line as WebSocket;
    if (!this.#number(Row.Bytes)) return line.send(data as string);
    const head = this.#bytes();
    const frame = new Uint8Array(head.length + size);
    frame.set(head);
    frame.set(bytesOf(data), head.length);
    // The program does not know which it is.
    if (typeof data === "string") (frame[0] as number) -= 1;
    line.send(frame);
  }

  #receive(data: string | ArrayBuffer): void {
    let message = data;
    let fresh: number;
    if (this.#acknowledged) {
      const bytes = typeof data === "string" ? text.encode(data) : new Uint8Array(data);
      this.#give(bytes.subarray(0, HEAD));
      fresh = program.socket_tell(this.#machine, performance.now(), Tell.Frame, 0, 0);
      const payload = bytes.subarray(Math.abs(fresh));
      message = fresh < 0 ? new TextDecoder().decode(payload) : payload.slice().buffer;
    } else {
      fresh = program.socket_tell(this.#machine, performance.now(), Tell.Received, 0, 0);
    }
    if (fresh) this.#deliver(message);
    this.#carryOut();
  }

  #deliver(message: string | ArrayBuffer): void {
    const { received } = this.#counts;
    received.messages += 1;
    received.bytes += typeof message === "string" ? text.encode(message).length : message.byteLength;
    this.#held.push(message);
    this.#release();
  }

  /** Lets the page have as many messages as its reader keeps up with. */
  #release(): void {
    for (const message of this.#held.splice(0, Math.max(0, WINDOW - this.#untaken))) {
      this.#untaken += 1;
      if (message instanceof ArrayBuffer) this.#moves.push(message);
      this.#say(News.Message, message);
    }
  }

  #taken(count: number): void {
    this.#untaken -= count;
    this.#release();
    this.#tell(Tell.Taken, count);
  }

  #settle(number: number, well: boolean): void {
    const message = this.#messages.get(number);
    if (!message) return;
    this.#messages.delete(number);
    this.#ids.delete(message.id);
    if (well) this.#say(News.Done, [message.id, undefined]);
    else this.#say(News.Failed, [message.id, encodeError(this.#fault())]);
  }

  #opened(resumed: boolean): void {
    this.#counts.lines += 1;
    const { url, protocol, extensions } = this.#line as WebSocket;
    const session = this.#acknowledged ? this.#bytes() : undefined;
    this.#say(News.Open, { url, protocol, extensions, resumed, session } satisfies Line);
  }

  /** What comes of the line from now on is of no interest. */
  #drop(): void {
    const line = this.#line;
    this.#line = undefined;
    line?.close();
  }

  #closed(): void {
    const { code = BROKEN, reason = "", wasClean = false } = this.#farewell ?? {};
    const error = wasClean ? undefined : encodeError(this.#fault());
    clearTimeout(this.#timer);
    this.#over = true;
    this.#say(News.Closed, { code, reason, wasClean, error, stats: this.#stats() } satisfies Closed);
  }

  #stats(): object {
    const ask = (what: Tell) => program.socket_tell(this.#machine, performance.now(), what, 0, 0);
    const roundTrip = ask(Tell.RoundTrip);
    return { ...this.#counts, queued: ask(Tell.Queued), buffered: this.#line?.bufferedAmount ?? 0, roundTrip: roundTrip >= 0 ? roundTrip : undefined };
  }

  /** Has the timer fire when the link next wants it. One that fires too early does no harm, so it is only ever moved
   *  forward. */
  #arm(wake: number): void {
    if (wake >= this.#armed) return;
    this.#armed = wake;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#armed = Infinity;
      this.#tell(Tell.Tick);
    }, Math.min(Math.max(0, Math.ceil(wake - performance.now())), LONGEST_TIMER)) as unknown as number;
  }
}

/** What the page asks, with a Blob in it read. */
async function whole(asked: Asked): Promise<Asked> {
  if (asked[2] instanceof Blob) asked[2] = await asked[2].arrayBuffer().catch((error: unknown) => error);
  return asked;
}

function bytesOf(data: Data): Uint8Array {
  if (typeof data === "string") return text.encode(data);
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}

/** Bytes that the line may hold back before the link waits for it: its `line_buffer`. */
const LINE_BUFFER = 1 << 20;
