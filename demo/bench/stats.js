// What the samples of a bench come to.

/** The value that a share `q` of the samples does not exceed (nearest rank). */
export function quantile(samples, q) {
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

export const median = (samples) => quantile(samples, 0.5);

export const mean = (samples) => samples.reduce((sum, sample) => sum + sample, 0) / samples.length;

/**
 * How many times as long `theirs` took as `ours`: the median over the rounds that both took part in. What disturbs the
 * machine for a while disturbs both sides of a round, so quotients within rounds stray less than the medians do.
 *
 * @param {number[][]} ours the samples of each round
 * @param {number[][]} theirs likewise
 */
export function ratio(ours, theirs) {
  const both = Math.min(ours.length, theirs.length);
  return median(theirs.slice(0, both).map((round, i) => mean(round) / mean(ours[i])));
}
