/** Messages that the page may have without its reader having taken them: at 100,000 a second, what comes while a page is
 *  busy for five frames. With fewer, a flood waited for the reader's news of what it had taken. */
const MESSAGES = 8192;
/** The same in bytes; a larger message goes alone. */
const BYTES = 8 << 20;
/** So many messages are left behind those that have gone before the row of them is made shorter. */
const SLACK = 1024;

/** Messages in the order in which they came: as many as the page's reader keeps up with go on, the others are held. */
export class Window<T> {
  readonly #held: { message: T; size: number }[] = [];
  /** Where those begin that have not gone on. */
  #first = 0;
  /** Bytes of those that have gone on and are not taken, from the oldest. */
  readonly #sizes = new Float64Array(MESSAGES);
  #oldest = 0;
  #untaken = 0;
  #bytes = 0;

  /** How many are held. */
  get held(): number {
    return this.#held.length - this.#first;
  }

  add(message: T, size: number): void {
    this.#held.push({ message, size });
  }

  /** The reader has taken so many. */
  taken(count: number): void {
    for (let left = Math.min(count, this.#untaken); left > 0; left -= 1) {
      this.#bytes -= this.#sizes[this.#oldest] as number;
      this.#oldest = (this.#oldest + 1) % MESSAGES;
      this.#untaken -= 1;
    }
  }

  /** The next that may go on. */
  next(): { message: T } | undefined {
    const next = this.#held[this.#first];
    if (!next) return undefined;
    const room = this.#untaken < MESSAGES && this.#bytes + next.size <= BYTES;
    if (!room && this.#untaken > 0) return undefined;
    this.#sizes[(this.#oldest + this.#untaken) % MESSAGES] = next.size;
    this.#untaken += 1;
    this.#bytes += next.size;
    this.#first += 1;
    if (this.#first === this.#held.length || this.#first > SLACK) {
      this.#held.splice(0, this.#first);
      this.#first = 0;
    }
    return next;
  }
}
