/** Names that are remembered; of more than any page has, the oldest are forgotten. */
const MOST = 10_000;

/** A bounded set of names. */
export class Remembered {
  readonly #names = new Set<string>();

  /** Whether the name was new. */
  add(name: string): boolean {
    if (this.#names.has(name)) return false;
    this.#names.add(name);
    if (this.#names.size > MOST) this.#names.delete(this.#names.values().next().value as string);
    return true;
  }

  forget(name: string): void {
    this.#names.delete(name);
  }

  clear(): void {
    this.#names.clear();
  }
}
