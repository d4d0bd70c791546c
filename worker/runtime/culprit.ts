/** Values that are tried before the search is given up: it must not cost more than the call would have. */
const TRIES = 1_000;

/**
 * Where in a value that cannot be cloned the culprit is, as one would write it behind the value's name: `.on[0]`.
 * Nothing where it is the value itself. What is in `moved` goes another way and is never to blame.
 */
export function culprit(value: unknown, moved: readonly unknown[]): string {
  return search(value, new Set(moved), { tries: TRIES }) ?? "";
}

/** Whether the value cannot be cloned, moved parts aside. */
export function isUncloneable(value: unknown, moved: readonly unknown[]): boolean {
  return search(value, new Set(moved), { tries: TRIES }) !== undefined;
}

/** The path to what cannot be cloned; nothing where everything can. */
function search(value: unknown, visited: Set<unknown>, left: { tries: number }): string | undefined {
  if (visited.has(value) || left.tries <= 0) return undefined;
  left.tries -= 1;
  try {
    structuredClone(value);
    return undefined;
  } catch {
    visited.add(value);
    let skipped = false;
    for (const key of keys(value)) {
      const inner = get(value as object, key);
      skipped ||= visited.has(inner);
      const path = search(inner, visited, left);
      if (path !== undefined) return (Array.isArray(value) ? `[${key}]` : `.${key}`) + path;
    }
    return skipped ? undefined : "";
  }
}

/** What structured clone walks of a value: the properties of plain objects and of arrays. A proxy may throw. */
function keys(value: unknown): string[] {
  try {
    return /^\[object (Object|Array)\]$/.test(Object.prototype.toString.call(value)) ? Object.keys(value as object) : [];
  } catch {
    return [];
  }
}

/** A getter may throw, which is not cloneable either. */
function get(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return () => {};
  }
}
