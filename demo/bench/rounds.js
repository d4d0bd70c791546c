// Contestants measured in turn, so that whatever the machine does besides happens to all of them.

/** Fewest rounds that a median is given of. */
export const ROUNDS = 10;
/** Rounds before those that count: engines compile what they have seen run. */
const WARM_UP = 2;

/** A task of its own, after which whatever was queued by the last contestant is done. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 2));

/**
 * Runs every contestant once a round, each round beginning with another.
 *
 * @param {{ name: string, run: () => Promise<number[]> }[]} contestants `run` gives the round's samples, in ms
 * @param {object} [options]
 * @param {number} [options.count] rounds that count
 * @param {number} [options.warmUp] rounds before them
 * @param {number} [options.limit] ms of running after which a contestant is left out of further rounds; everybody has one
 * @returns {Promise<Map<string, number[][]>>} the samples by name and round
 */
export async function rounds(contestants, { count = ROUNDS, warmUp = WARM_UP, limit = Infinity } = {}) {
  const samples = new Map(contestants.map(({ name }) => [name, []]));
  const spent = new Map(contestants.map(({ name }) => [name, 0]));
  for (let round = -warmUp; round < count; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const { name, run } = contestants[(round + warmUp + turn) % contestants.length];
      const taken = samples.get(name);
      if (spent.get(name) > limit && taken.length > 0) continue;
      // Nobody pays for the garbage of the one before. Only where the browser was started to allow it.
      globalThis.gc?.();
      await pause();
      const start = performance.now();
      const given = await run();
      spent.set(name, spent.get(name) + performance.now() - start);
      if (round >= 0) taken.push(given);
    }
  }
  return samples;
}
