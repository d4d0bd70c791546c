/** The messages of a port, one after another. */
export class Inbox<T, Message = T> {
  readonly #messages: T[];
  #wake = () => {};

  /** `signal` ends it. `read` is given every message as it comes; what it gives waits. Some may have come `before`. */
  constructor(port: MessagePort, readonly signal: AbortSignal, read: (message: Message) => T, before: Message[] = []) {
    this.#messages = before.map(read);
    port.onmessage = ({ data }) => {
      this.#messages.push(read(data as Message));
      this.#wake();
    };
    signal.addEventListener("abort", () => this.#wake());
  }

  get empty(): boolean {
    return this.#messages.length === 0;
  }

  /** The next message, awaited; nothing once the signal has fired. */
  async next(): Promise<T | undefined> {
    while (this.#messages.length === 0 && !this.signal.aborted) await new Promise<void>((wake) => (this.#wake = wake));
    return this.signal.aborted ? undefined : this.#messages.shift();
  }
}
