import { STREAM_WINDOW } from "../../worker/runtime/protocol.js";

/** What a stream needs of the pool. */
export interface Source {
  /** Starts the call. */
  start(onItem: (value: unknown) => void, onEnd: () => void, onError: (error: unknown) => void): void;
  /** The reader has taken so many values. */
  credit(count: number): void;
  /** The reader left. */
  leave(): void;
}

/** What hears of the values of a call, and of a port's messages. */
export interface Listener {
  output(value: unknown): void;
  over(_: unknown): void;
  fail(error: unknown): void;
  ask(_: unknown): void;
}

interface Reader<T> {
  resolve: (result: IteratorResult<T, undefined>) => void;
  reject: (error: unknown) => void;
  /** Kept for as long as somebody waits for it: he may hold nothing but the promise. */
  iterator: unknown;
}

/** Values that have arrived and readers that wait; never both. Kept apart from the iterator, so that the iterator can
 *  be collected while the call is under way, and the call ended then. */
class Channel<T> {
  values: T[] = [];
  readers: Reader<T>[] = [];
  state: "new" | "running" | "ended" | "failed" = "new";
  error: unknown;
  #taken = 0;

  constructor(readonly source: Source, readonly step: number) {}

  next(iterator: unknown): Promise<IteratorResult<T, undefined>> {
    if (this.state === "new") this.#start();
    if (this.values.length > 0) {
      const value = this.values.shift() as T;
      this.#took();
      return Promise.resolve({ value, done: false });
    }
    if (this.state === "failed") {
      // An iterator fails once and is at its end afterwards, as a generator is.
      this.state = "ended";
      return Promise.reject(this.error);
    }
    if (this.state === "ended") return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => this.readers.push({ resolve, reject, iterator }));
  }

  leave(): void {
    const running = this.state === "running";
    this.state = "ended";
    this.values = [];
    if (running) this.source.leave();
    for (const reader of this.readers.splice(0)) reader.resolve({ value: undefined, done: true });
  }

  #start(): void {
    this.state = "running";
    this.source.start(
      (value) => {
        if (this.state !== "running") return;
        const reader = this.readers.shift();
        if (!reader) return void this.values.push(value as T);
        reader.resolve({ value: value as T, done: false });
        this.#took();
      },
      () => {
        if (this.state !== "running") return;
        this.state = "ended";
        for (const reader of this.readers.splice(0)) reader.resolve({ value: undefined, done: true });
      },
      (error) => {
        if (this.state !== "running") return;
        this.state = "failed";
        this.error = error;
        const [first, ...rest] = this.readers.splice(0);
        if (!first) return;
        this.state = "ended";
        first.reject(error);
        for (const reader of rest) reader.resolve({ value: undefined, done: true });
      },
    );
  }

  #took(): void {
    this.#taken += 1;
    if (this.#taken < this.step || this.state !== "running") return;
    this.source.credit(this.#taken);
    this.#taken = 0;
  }
}

const collected = new FinalizationRegistry<Channel<unknown>>((channel) => {
  if (channel.state === "running") channel.leave();
});

/** The values of a stream call. The call starts when the first value is asked for and ends when the reader leaves. */
export class CallStream<T> implements AsyncIterableIterator<T, undefined, undefined> {
  /** Neither private nor an object: a stream may be behind a Proxy, such as Vue's, that wraps what objects it is asked for. */
  readonly channel: () => Channel<T>;

  /** Credit goes back in halves of the window: often enough that the worker never waits for a reader who keeps up. */
  constructor(source: Source, step = STREAM_WINDOW / 2) {
    const channel = new Channel<T>(source, step);
    this.channel = () => channel;
    collected.register(this, channel as Channel<unknown>);
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return this.channel().next(this);
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.channel().leave();
    return Promise.resolve({ value: undefined, done: true });
  }

  throw(error: unknown): Promise<IteratorResult<T, undefined>> {
    this.channel().leave();
    return Promise.reject(error);
  }

  /** Tells a listener of everything, and holds it weakly: what reads a call must not be held by it. A method, since the
   *  build would put a function into its only caller, whose scope holds the listener. */
  async tell(port: MessagePort, listener: WeakRef<Listener>): Promise<void> {
    // In a frame of its own: what an async function has touched may stay in its frame while it waits.
    const tell = (what: keyof Listener, value?: unknown) => listener.deref()?.[what](value);
    port.onmessage = () => tell("ask");
    try {
      for await (const value of this) tell("output", value);
      tell("over");
    } catch (error) {
      tell("fail", error);
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
