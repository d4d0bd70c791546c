/** What is to be done when a signal fires. */
class Watch {
  readonly fired = new Set<() => void>();

  handleEvent(): void {
    for (const run of this.fired) run();
  }
}

/** One listener stands for all calls of a signal: engines look through a signal's listeners for each that is added or
 *  removed, and Node.js warns of the eleventh. */
const watches = new WeakMap<AbortSignal, Watch>();

/** Has something done when the signal fires. Returns how to leave; the signal holds nothing of what has left. */
export function watch(signal: AbortSignal, run: () => void): () => void {
  let found = watches.get(signal);
  if (!found) watches.set(signal, (found = new Watch()));
  const { fired } = found;
  if (!fired.size) signal.addEventListener("abort", found);
  fired.add(run);
  return () => {
    if (fired.delete(run) && !fired.size) signal.removeEventListener("abort", found);
  };
}
