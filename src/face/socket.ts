import type { SocketOptions, SocketSendOptions } from "../centaurus.js";
import { type Line, Order } from "../../worker/runtime/socket/messages.js";
import { brand } from "./brand.js";
import { CallStream } from "./call-stream.js";
import type { Conversation } from "./conversation.js";
import { decode, failure, SocketClosedError } from "./errors.js";
import { descriptors } from "./descriptors.js";
import { exact } from "./exact.js";
import { watch } from "./signals.js";
import type { Sockets } from "./sockets.js";

const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3];
/** Bytes that a close frame has for its reason (RFC 6455, section 5.5). */
const MAX_REASON = 123;

/** What can be seen of a socket. The conversation with its worker keeps it up to date. */
export interface Seen {
  state: number;
  url: string;
  line: Partial<Line>;
  /** Bytes that were to be sent and have not been, those that came too late among them. */
  buffered: number;
}

/** What the conversation needs of the page's script. */
export interface Page {
  socket: CentaurusSocket;
  seen: Seen;
  sockets: Sockets;
  where: unknown;
  options: SocketOptions;
  raw: boolean;
  decode: typeof decode;
  descriptors: typeof descriptors;
  address: typeof address;
  names: typeof names;
  sizeOf: typeof sizeOf;
  watch: typeof watch;
  CloseEvent: typeof CloseEvent;
  ErrorEvent: typeof ErrorEvent;
  SocketClosedError: typeof SocketClosedError;
}

/** A WebSocket that lives in a worker and comes back: the interface of the platform's, and what that lacks. What it
 *  says to its worker is loaded with the first socket; until then it waits, in order. */
export class CentaurusSocket extends EventTarget {
  binaryType: BinaryType = "blob";
  readonly #seen: Seen = { state: CONNECTING, url: "", line: {}, buffered: 0 };
  readonly #raw: boolean;
  #conversation: Conversation | undefined;
  /** What is to be said once the conversation is there. */
  readonly #waiting: { run: (conversation: Conversation) => void; fail: (error: unknown) => void }[] = [];

  constructor(sockets: Sockets, where: unknown, options: SocketOptions = {}) {
    super();
    if (sockets.pool.ended) throw failure("TerminatedError");
    const seen = this.#seen;
    const raw = (this.#raw = (options.codec ?? "raw") === "raw");
    if (typeof where !== "function") seen.url = address(where);
    if (typeof options.protocols !== "function") names(options.protocols);
    sockets.open.add(this);
    const page = {
      socket: this, seen, sockets, where, options, raw, decode, descriptors, address, names, sizeOf, watch, CloseEvent, ErrorEvent, SocketClosedError,
    };
    sockets.begin(page).then((conversation) => {
      this.#conversation = conversation;
      for (const { run } of this.#waiting) run(conversation);
    }, (error: unknown) => {
      seen.state = CLOSED;
      for (const { fail } of this.#waiting) fail(error);
      sockets.open.delete(this);
      this.dispatchEvent(new ErrorEvent("error", { error, message: String(error) }));
      this.dispatchEvent(new CloseEvent("close", { code: 1006 }));
    });
  }

  get url(): string {
    return this.#seen.url;
  }

  get readyState(): number {
    return this.#seen.state;
  }

  get protocol(): string {
    return this.#seen.line.protocol ?? "";
  }

  get extensions(): string {
    return this.#seen.line.extensions ?? "";
  }

  get bufferedAmount(): number {
    return this.#seen.buffered;
  }

  send(value: unknown, { ttl = NaN, signal }: SocketSendOptions = {}): Promise<void> {
    if (this.#raw) value = isBytes(value) ? exact(value) : `${value as string}`;
    const open = this.#seen.state < CLOSING;
    this.#seen.buffered += sizeOf(value);
    const sent = new Promise<void>((resolve, reject) => {
      // What is sent is the value as it is now.
      const now = this.#conversation ? value : structuredClone(value);
      this.#say((conversation) => (open ? conversation.ask(Order.Send, resolve, reject, signal, now, ttl) : reject(conversation.late())), reject);
    });
    // As with the platform's socket, nobody has to care what becomes of a message.
    sent.catch(() => {});
    return sent;
  }

  stats(): Promise<object> {
    return new Promise((resolve, reject) => this.#say((conversation) => conversation.stats(resolve, reject), reject));
  }

  reconnect(): void {
    this.#say((conversation) => conversation.order([Order.Woken, 1]));
  }

  close(code: unknown = 1000, reason: unknown = ""): void {
    const number = Math.round(Number(code));
    if (number !== 1000 && !(number >= 3000 && number <= 4999)) {
      throw new DOMException(`A close code is 1000 or 3000 to 4999, not ${code as string}`, "InvalidAccessError");
    }
    const words = `${reason as string}`;
    if (sizeOf(words) > MAX_REASON) throw new DOMException(`The reason is longer than ${MAX_REASON} bytes`, "SyntaxError");
    const { state } = this.#seen;
    if (state >= CLOSING) return;
    this.#seen.state = CLOSING;
    this.#say((conversation) => conversation.close(state === CONNECTING, number, words));
  }

  /** Closes it, and ends when it has ended. */
  finish(): Promise<unknown> {
    this.close();
    return new Promise((resolve) => this.#say((conversation) => conversation.end.then(resolve), resolve));
  }

  [Symbol.asyncIterator](): CallStream<unknown> {
    const reader = {};
    return new CallStream<unknown>(
      {
        start: (item, end, fail) => this.#say((conversation) => conversation.read(reader, item, end, fail), fail),
        credit: (count) => this.#say((conversation) => conversation.credit(reader, count)),
        leave: () => this.#say((conversation) => conversation.leave(reader)),
      },
      1,
    );
  }

  #say(run: (conversation: Conversation) => void, fail: (error: unknown) => void = () => {}): void {
    if (this.#conversation) run(this.#conversation);
    else this.#waiting.push({ run, fail });
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

/** The address of a WebSocket, as the platform takes it (WebSockets, section 3.1). */
function address(given: unknown): string {
  let href = "";
  try {
    // `https` becomes `wss`.
    href = new URL(given as string, globalThis.document?.baseURI).href.replace(/^http/, "ws");
  } catch {
    // No address at all is as bad as a wrong one.
  }
  if (!/^wss?:[^#]+$/.test(href)) throw new DOMException(`'${given as string}' is not the address of a WebSocket: ws(s) or http(s), no fragment`, "SyntaxError");
  return href;
}

/** Names of subprotocols: tokens (RFC 9110, section 5.6.2), each once. */
function names(given: unknown = []): string[] {
  const list = [given].flat().map(String);
  if (new Set(list).size < list.length || !list.every((name) => /^[!#-'*+.^`|~\w-]+$/.test(name))) {
    throw new DOMException(`'${list}' are not subprotocols, each once`, "SyntaxError");
  }
  return list;
}

function isBytes(value: unknown): boolean {
  return /^(Blob|File|ArrayBuffer)$/.test(brand(value)) || ArrayBuffer.isView(value);
}

/** Bytes of what is sent as it is; what a codec makes of a value only the worker knows. */
function sizeOf(data: unknown): number {
  if (typeof data === "string") return new TextEncoder().encode(data).length;
  return isBytes(data) ? ((data as Blob).size ?? (data as ArrayBuffer).byteLength) : 0;
}
