/** Waits with an end: what a network or a worker never answers must not keep the page waiting for ever. */

/** The promise's outcome, or what `late` makes, thrown, if that takes more milliseconds. */
export function within(ms, promise, late) {
  let timer;
  const limit = new Promise((_, reject) => (timer = setTimeout(() => reject(late()), ms)));
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}
