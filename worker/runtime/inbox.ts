/** The messages of a port, one after another. */
export class Inbox<T> {
  readonly #messages: T[] = [];
  #wake = () => {};

  /** `signal` ends it. */
  constructor(port: MessagePort, readonly signal: AbortSignal) {
    port.onmessage = ({ data }) => {
      this.#messages.push(data as T);
      this.#wake();
    };
    signal.addEventListener("abort", () => this.#wake());
  }

  /** The next message, awaited; nothing once the signal has fired. */
  async next(): Promise<T | undefined> {
    while (this.#messages.length === 0 && !this.signal.aborted) await new Promise<void>((wake) => (this.#wake = wake));
    return this.signal.aborted ? undefined : this.#messages.shift();
  }
}
