/** At most so many names are proposed: more would hide the right one. */
const PROPOSALS = 3;

/** The names nearest to a mistyped one, best first: those that differ in no more than a third of its letters, changed,
 *  missing, added or swapped, or only in case. */
export function nearest(name: string, known: Iterable<string>): string[] {
  // Whoever writes no types may ask for what is no name.
  const meant = `${name}`.toLowerCase();
  const allowed = Math.max(1, meant.length / 3);
  return [...known]
    .map((one) => ({ one, far: distance(meant, one.toLowerCase()) }))
    .filter(({ far }) => far <= allowed)
    .sort((a, b) => a.far - b.far)
    .slice(0, PROPOSALS)
    .map(({ one }) => one);
}

/** Optimal string alignment distance (Damerau 1964): edits and swaps of neighbours, none of them overlapping. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + cost);
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (beforeLast[j - 2] ?? Infinity) + 1);
      row[j] = best;
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] as number;
}
