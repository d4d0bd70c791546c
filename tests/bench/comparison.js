// A bench of the project against others, as a table.

import { time, times } from './format.js';
import { median, quantile, ratio } from './stats.js';

export const OURS = 'centaurus';

/**
 * A table of what `rounds()` measured. The last column says how many times as long as the project each other took.
 *
 * @param {string} title
 * @param {Map<string, number[][]>} measured
 * @param {object} [options]
 * @param {string[]} [options.columns] more headings
 * @param {(name: string, median: number) => string[]} [options.cells] the cells below them
 * @param {string[]} [options.notes]
 */
export function comparison(title, measured, { columns = [], cells = () => [], notes } = {}) {
  const rows = [...measured].map(([name, samples]) => {
    const all = samples.flat();
    const middle = median(all);
    const against = name === OURS ? '' : times(timesAsLong(measured, name));
    return [name, time(middle), time(quantile(all, 0.99)), samples.length, ...cells(name, middle), against];
  });
  return { title, columns: ['', 'median', 'p99', 'rounds', ...columns, `time ÷ ${OURS}'s`], rows, notes };
}

/** One number of what each round's only sample says. */
export function part(measured, name) {
  return new Map([...measured].map(([who, list]) => [who, list.map(([sample]) => [sample[name]])]));
}

/** How many times as long as the project another took: more than 1 says that the project is faster. */
export function timesAsLong(measured, name) {
  return ratio(measured.get(OURS), measured.get(name));
}
