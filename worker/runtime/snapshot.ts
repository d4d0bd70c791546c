import { carriedErrors } from "./failure.js";
import { copyOfPlain } from "./plain-copy.js";
import { restore } from "./rebuild.js";

/** A value as it is now, and what is to be moved with it: objects are cloned, and `moved` is taken from who holds it. One
 *  that cannot be cloned is returned itself, so that sending it says where the fault is. */
export function snapshot<T>(value: T, moved: readonly Transferable[] = []): [value: T, moved: readonly Transferable[]] {
  if (typeof value !== "object" || value === null) return [value, moved];
  const copy = moved.length > 0 ? undefined : copyOfPlain(value);
  if (copy) return [copy as T, moved];
  try {
    const [cloned, list, errors] = structuredClone([value, moved, carriedErrors(value)] as const, { transfer: [...moved] });
    restore(errors, cloned);
    return [cloned, list];
  } catch {
    return [value, moved];
  }
}
