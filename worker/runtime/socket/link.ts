import { encodeError } from "../failure.js";
import { encode, settings } from "../msgpack/index.js";
import { fault } from "../protobuf/index.js";
import { type Codec, codecOf } from "./codec.js";
import { bytesOf, type Data, sizeOf } from "./data.js";
import { type Asked, type Closed, type Line, News, Order, type Plan, type Revived } from "./messages.js";
import { Op, Row, Tell } from "./numbers.js";
import { read, Unread } from "./order.js";
import { program } from "./program.js";
import { Window } from "./window.js";

/** Who offers this speaks the frames of acknowledged delivery (crates/link/src/frame.rs). */
const SUBPROTOCOL = "centaurus.link.1";
/** Bytes that the line may hold back before it is waited for: the link's `line_buffer`. */
const LINE_BUFFER = 1 << 20;
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

interface Message {
  id: unknown;
  data: Data;
  size: number;
}

const text = new TextEncoder();

/** Carries out what the program decides for one socket: holds the line, the messages and the timer. */
export class Link {
  readonly #plan: Plan;
  readonly #codec: Codec;
  readonly #machine: number;
  readonly #acknowledged: boolean;
  readonly #ping: unknown;
  /** Messages by the program's numbers, and those by the page's. */
  readonly #messages = new Map<number, Message>();
  readonly #numbers = new Map<unknown, number>();
  #row = new Float64Array(0);
  #line: WebSocket | undefined;
  /** How the line's end was told. */
  #farewell: CloseEvent | undefined;
  #attempt = 0;
  #timer = 0;
  #armed = Infinity;
  #over = false;
  /** What is to be told of the end, until it has been. */
  #end: Closed | undefined;
  #leaving = false;
  /** Blobs are being read, and what has come behind them waits. */
  #reading: Promise<void> | undefined;
  readonly #window = new Window<string | ArrayBuffer>();
  /** The page has been told that messages are held. */
  #full = false;
  readonly #counts = { sent: { messages: 0, bytes: 0 }, received: { messages: 0, bytes: 0 }, lines: 0 };

  /** `say` is told the news, `end` that there will be no more. */
  constructor(plan: Plan, readonly say: (news: News, value: unknown) => void, readonly end: () => void) {
    const { heartbeat, ...others } = plan.options;
    const { message, ...beats } = Object(heartbeat) as { message?: unknown };
    this.#plan = plan;
    this.#codec = codecOf(plan.codec);
    this.#acknowledged = Boolean(others.acknowledged);
    this.#ping = message;
    const options = { ...others, heartbeat: typeof heartbeat === "object" ? beats : heartbeat };
    give(encode(options, settings("socket", undefined, () => undefined)));
    this.#machine = program.socket_new(Math.random());
    const wrong = this.#number(0);
    if (!wrong) return;
    const Class = wrong > 1 ? RangeError : TypeError;
    const why = this.#text();
    this.free();
    throw new Class(why);
  }

  /** Begins, or goes on where a worker has died. */
  async begin(revived: Revived | undefined): Promise<void> {
    const { session, taken = 0, acknowledged = 0, orders = [], attempts = 0 } = revived ?? {};
    if (!navigator.onLine) this.#tell(Tell.Online, 0);
    if (session) this.#tell(Tell.Resume, taken, acknowledged, session);
    // The link is to have all of them again before it connects: in a session they have numbers.
    for (const order of orders) this.#obey(await read(order), Tell.Restore);
    if (attempts) this.#tell(Tell.Revive, attempts, 0, text.encode("the worker died"));
    else this.#tell(Tell.Open);
  }

  /** Does what the page asks, in order: what comes behind a Blob waits until that has been read. */
  hear(asked: Asked): void {
    if (!this.#reading && !(asked[2] instanceof Blob)) return this.#obey(asked);
    const turn: Promise<void> = Promise.all([read(asked), this.#reading]).then(([read]) => {
      if (this.#reading === turn) this.#reading = undefined;
      this.#obey(read);
    });
    this.#reading = turn;
  }

  abort(): void {
    this.#leaving = true;
    this.#tell(Tell.Abort);
    if (this.#over) this.#finish();
  }

  free(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    program.socket_free(this.#machine);
  }

  #obey([order, a, b, c]: Asked, how: Tell.Send | Tell.Restore = Tell.Send): void {
    // What is held may still be taken, and asked after.
    if (this.#over && order !== Order.Taken && order !== Order.Stats) return;
    switch (order) {
      case Order.Send:
        return this.#send(a, b, c as number, how);
      case Order.Withdraw: {
        const number = this.#numbers.get(a);
        if (number !== undefined) this.#tell(Tell.Withdraw, number);
        return;
      }
      case Order.Stats:
        return this.say(News.Done, [a, this.#stats()]);
      case Order.Taken:
        return this.#taken(a as number);
      case Order.Close:
        // From here on nobody wants to hear anything.
        this.#leaving = true;
        return this.#tell(Tell.Close, a as number, 0, text.encode(b as string));
      case Order.Line:
        if (a !== this.#attempt) return;
        if (b) return this.#connect(b as string, c as string[]);
        return this.#lost(BROKEN, "its address could not be had");
      case Order.Online:
        return this.#tell(Tell.Online, a ? 1 : 0);
      default:
        if (a) this.#lost(BROKEN, "the page asked for another");
        this.#tell(Tell.Woken);
    }
  }

  #send(id: unknown, value: unknown, ttl: number, how: Tell.Send | Tell.Restore): void {
    let data: Data;
    try {
      if (value instanceof Unread) throw value.error;
      data = this.#codec.encode(value);
    } catch (error) {
      return this.say(News.Failed, [id, encodeError(error)]);
    }
    const size = sizeOf(data);
    const number = program.socket_tell(this.#machine, performance.now(), how, size, ttl);
    if (number < 0) {
      this.say(News.Failed, [id, encodeError(this.#fault())]);
    } else {
      this.#messages.set(number, { id, data, size });
      this.#numbers.set(id, number);
    }
    this.#carryOut();
  }

  #tell(what: Tell, a = 0, b = 0, bytes?: Uint8Array): void {
    if (this.#over) return;
    if (bytes) give(bytes);
    program.socket_tell(this.#machine, performance.now(), what, a, b);
    this.#carryOut();
  }

  /** The line is of no use, or gone. */
  #lost(code: number, reason: string): void {
    this.#drop();
    this.#tell(Tell.Lost, code, 0, text.encode(reason));
  }

  #number(at: number): number {
    // Detached when the memory grows.
    if (this.#row.length === 0) this.#row = new Float64Array(program.memory.buffer, program.row_at(this.#machine), Row.Length);
    return this.#row[at] as number;
  }

  #bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(program.memory.buffer, program.bytes_at(this.#machine), this.#number(Row.Bytes)).slice() as Uint8Array<ArrayBuffer>;
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
          if (!this.#number(Row.Waits)) return this.#arm(this.#number(Row.Wake));
          if (!this.#flows()) return this.#arm(Math.min(this.#number(Row.Wake), performance.now() + LOOK));
          break;
        case Op.Connect:
          this.#attempt = a;
          if (this.#plan.url === undefined) this.say(News.Ask, a);
          else this.#connect(this.#plan.url, this.#plan.protocols);
          break;
        case Op.Transmit:
          this.#transmit(this.#messages.get(a) as Message);
          break;
        case Op.Control:
          if (this.#acknowledged) this.#line?.send(this.#bytes());
          else if (this.#ping !== undefined) this.#line?.send(this.#codec.encode(this.#ping) as string);
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
          this.#farewell = undefined;
          this.say(News.Reconnecting, { attempt: a, delay: this.#number(1), code: this.#number(2), reason: this.#text() });
          break;
        case Op.Closed:
          return this.#closed(a > 0);
        default:
          // A browser's WebSocket cannot be paused. What it brings is held here, where the page does not feel it.
      }
    }
  }

  /** Whether the line can take more, which the link is told if so. */
  #flows(): boolean {
    const bufferedAmount = this.#line?.bufferedAmount ?? 0;
    if (bufferedAmount >= LINE_BUFFER) return false;
    program.socket_tell(this.#machine, performance.now(), Tell.Buffered, bufferedAmount, 0);
    return true;
  }

  #connect(url: string, protocols: string[]): void {
    let line: WebSocket;
    try {
      line = new WebSocket(url, this.#acknowledged ? [...protocols, SUBPROTOCOL] : protocols);
    } catch (error) {
      this.say(News.Error, encodeError(error));
      return this.#lost(BROKEN, String(error));
    }
    this.#line = line;
    this.#farewell = undefined;
    line.binaryType = "arraybuffer";
    // What is told of a line that has been dropped is of no interest.
    const ours = () => this.#line === line && !this.#over;
    line.onopen = () => {
      if (!ours()) return;
      if (!this.#acknowledged || line.protocol === SUBPROTOCOL) this.#tell(Tell.Connected);
      else this.#lost(MISSING_EXTENSION, `the server does not speak ${SUBPROTOCOL}`);
    };
    line.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (ours()) this.#receive(data);
    };
    line.onclose = (event) => {
      if (!ours()) return;
      this.#farewell = event;
      this.#lost(event.code, event.reason);
    };
  }

  #transmit({ data, size }: Message): void {
    const { sent } = this.#counts;
    sent.messages += 1;
    sent.bytes += size;
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
    const now = performance.now();
    if (this.#acknowledged) {
      const bytes = bytesOf(data);
      give(bytes.subarray(0, HEAD));
      fresh = program.socket_tell(this.#machine, now, Tell.Frame, 0, 0);
      const payload = bytes.subarray(Math.abs(fresh));
      message = fresh < 0 ? new TextDecoder().decode(payload) : payload.slice().buffer;
    } else {
      fresh = program.socket_tell(this.#machine, now, Tell.Received, 0, 0);
    }
    if (fresh) {
      const { received } = this.#counts;
      const size = sizeOf(message);
      received.messages += 1;
      received.bytes += size;
      this.#window.add(message, size);
      this.#release();
    }
    this.#carryOut();
  }

  /** Lets the page have as many messages as its reader keeps up with. */
  #release(): void {
    for (let next = this.#window.next(); next; next = this.#window.next()) {
      const { message } = next;
      try {
        this.say(News.Message, this.#codec.decode(message));
      } catch (error) {
        this.say(News.Unreadable, encodeError(error));
      }
    }
    if (this.#window.held === 0 || this.#full) return;
    this.#full = true;
    this.say(News.Full, undefined);
  }

  #taken(count: number): void {
    this.#window.taken(count);
    this.#release();
    this.#tell(Tell.Taken, count);
    if (this.#over) this.#finish();
  }

  #settle(number: number, well: boolean): void {
    const message = this.#messages.get(number);
    if (!message) return;
    this.#messages.delete(number);
    this.#numbers.delete(message.id);
    if (well) this.say(News.Done, [message.id, undefined]);
    else this.say(News.Failed, [message.id, encodeError(this.#fault())]);
  }

  #opened(resumed: boolean): void {
    this.#counts.lines += 1;
    const { url, protocol, extensions } = this.#line as WebSocket;
    const session = this.#acknowledged ? this.#bytes() : undefined;
    this.say(News.Open, { url, protocol, extensions, resumed, session } satisfies Line);
  }

  /** What comes of the line from now on is of no interest. */
  #drop(): void {
    const line = this.#line;
    this.#line = undefined;
    line?.close();
  }

  #closed(shaken: boolean): void {
    const { code = BROKEN, reason = "", wasClean = false } = (shaken && this.#farewell) || {};
    const error = wasClean ? undefined : encodeError(this.#fault());
    this.#end = { code, reason, wasClean, error, stats: this.#stats() };
    this.#over = true;
    this.#finish();
  }

  /** Tells of the end, once the page's reader has had what came before it. */
  #finish(): void {
    if (!this.#end || (this.#window.held > 0 && !this.#leaving)) return;
    this.say(News.Closed, this.#end);
    this.#end = undefined;
    this.end();
  }

  #stats(): object {
    const ask = (what: Tell) => program.socket_tell(this.#machine, performance.now(), what, 0, 0);
    const roundTrip = ask(Tell.RoundTrip);
    return {
      ...this.#counts,
      attempts: this.#attempt,
      queued: ask(Tell.Queued),
      buffered: this.#line?.bufferedAmount ?? 0,
      held: this.#window.held,
      roundTrip: roundTrip >= 0 ? roundTrip : undefined,
    };
  }

  /** Has the timer fire when the link next wants it. One that fires too early does no harm, so it is only ever moved
   *  forward. */
  #arm(wake: number): void {
    if (wake >= this.#armed) return;
    this.#armed = wake;
    clearTimeout(this.#timer);
    const wait = Math.min(Math.max(0, Math.ceil(wake - performance.now())), LONGEST_TIMER);
    this.#timer = setTimeout(() => {
      this.#armed = Infinity;
      this.#tell(Tell.Tick);
    }, wait) as unknown as number;
  }
}

/** Hands bytes to the program. */
function give(bytes: Uint8Array): void {
  const at = program.room(bytes.length);
  new Uint8Array(program.memory.buffer).set(bytes, at);
}
