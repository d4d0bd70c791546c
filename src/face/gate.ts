/** Something that waits for a gate to open. */
export interface Waiting {
  run: () => void;
  reject: (error: unknown) => void;
  /** It does not have the gate opened. If that cannot be opened it is rejected, but goes through all the same once the
   *  gate opens after all. */
  keep?: boolean;
}

/** Something that has to be passed before a call can be made. */
export interface Passage {
  /** Goes through now, or waits. */
  pass(waiting: Waiting): void;
  /** What waits has been settled otherwise. */
  leave(waiting: Waiting): void;
}

/** Holds back, in order, what cannot be done before something is loaded. */
export class Gate implements Passage {
  #state: "new" | "opening" | "open" | "ended" = "new";
  #waiting = new Set<Waiting>();
  #error: unknown;

  /** `begin` is called when something has to go through; a failed gate is tried again by the next that has to. */
  constructor(readonly begin: () => Promise<void>) {}

  get open(): boolean {
    return this.#state === "open";
  }

  /** Nothing that waits has to go through. */
  get asleep(): boolean {
    return this.#state === "new";
  }

  pass(waiting: Waiting): void {
    if (this.#state === "open") return waiting.run();
    if (this.#state === "ended") return waiting.reject(this.#error);
    this.#waiting.add(waiting);
    if (!waiting.keep) this.start();
  }

  start(): void {
    if (!this.asleep) return;
    this.#state = "opening";
    this.begin().then(
      () => {
        if (this.#state !== "opening") return;
        this.#state = "open";
        for (const one of this.#taken()) one.run();
      },
      (error: unknown) => {
        if (this.#state !== "opening") return;
        this.#state = "new";
        for (const one of this.#taken()) {
          if (one.keep) this.#waiting.add(one);
          one.reject(error);
        }
      },
    );
  }

  /** It will not open any more. */
  end(error: unknown): void {
    if (this.#state !== "open") this.#state = "ended";
    this.#error = error;
    for (const one of this.#taken()) one.reject(error);
  }

  leave(waiting: Waiting): void {
    this.#waiting.delete(waiting);
  }

  #taken(): Waiting[] {
    const all = [...this.#waiting];
    this.#waiting.clear();
    return all;
  }
}
