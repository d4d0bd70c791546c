import { SnapshotError } from "./snapshot-error.js";

/** The property of `history.state` that names an entry where the Navigation API does not. */
const PROPERTY = "centaurusEntry";

/** The name that an entry's state bears. */
export function nameIn(state: unknown): string | undefined {
  const name = typeof state === "object" && state !== null ? (state as Record<string, unknown>)[PROPERTY] : undefined;
  return typeof name === "string" ? name : undefined;
}

/** A state that bears a name, and all that it had; nothing where it can bear none. */
export function named(state: unknown, name: string): object | undefined {
  if (state === null || state === undefined) return { [PROPERTY]: name };
  const plain = typeof state === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(state));
  return plain ? { ...(state as object), [PROPERTY]: name } : undefined;
}

/** What names the current entry of the history, if anything does. */
export function entry(): string | undefined {
  const { navigation } = globalThis as { navigation?: { currentEntry: { key: string } | null } };
  return navigation?.currentEntry?.key || nameIn(history.state);
}

/** The same; it is given a name if it has none. */
export function namedEntry(): string {
  const there = entry();
  if (there) return there;
  const name = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
  const state = named(history.state, name);
  if (!state) throw new SnapshotError("history.state is no plain object, so it cannot name its entry: pass snapshot() an id");
  history.replaceState(state, "");
  return name;
}
