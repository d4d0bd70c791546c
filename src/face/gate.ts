/** Something that waits for a gate to open. */
export interface Waiting {
  run: () => void;
  reject: (error: unknown) => void;
}

/** Holds back, in order, what cannot be done before something is loaded. */
export class Gate {
  #state: "new" | "opening" | "open" | "ended" = "new";
  #waiting: Waiting[] = [];
  #error: unknown;

  /** `begin` is called when there is first something to wait; a failed gate is tried again by the next that comes. */
  constructor(readonly begin: () => Promise<void>) {}

  get open(): boolean {
    return this.#state === "open";
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Goes through now, or waits. */
  pass(waiting: Waiting): void {
    if (this.#state === "open") return waiting.run();
    if (this.#state === "ended") return waiting.reject(this.#error);
    this.#waiting.push(waiting);
    if (this.#state === "opening") return;
    this.#state = "opening";
    this.begin().then(
      () => {
        if (this.#state !== "opening") return;
        this.#state = "open";
        for (const one of this.#take()) one.run();
      },
      (error: unknown) => {
        if (this.#state !== "opening") return;
        this.#state = "new";
        for (const one of this.#take()) one.reject(error);
      },
    );
  }

  /** It will not open any more. */
  end(error: unknown): void {
    if (this.#state !== "open") this.#state = "ended";
    this.#error = error;
    for (const one of this.#take()) one.reject(error);
  }

  /** What waits has been settled otherwise. */
  leave(waiting: Waiting): void {
    const at = this.#waiting.indexOf(waiting);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  #take(): Waiting[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }
}
