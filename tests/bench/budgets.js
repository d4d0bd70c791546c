// What the project has promised itself, and whether it holds.

import { times } from './format.js';

const rows = [];

/** The project must be at least `wanted` times as fast as `whom`; `factor` is how many times it is. */
export function atLeast(what, wanted, whom, factor) {
  add(`${what}: speed`, `≥ ${times(wanted)} ${whom}`, times(factor), factor >= wanted);
}

/** The project may take up to `wanted` times what `whom` takes; `factor` is how many times it does. */
export function atMost(what, wanted, whom, factor) {
  add(what, `≤ ${times(wanted)} ${whom}`, times(factor), factor <= wanted);
}

/** A bound on something counted. */
export function within(what, limit, count, show) {
  add(what, `≤ ${show(limit)}`, show(count), count <= limit);
}

function add(...row) {
  const met = row.pop();
  rows.push([...row, met ? 'met' : 'MISSED']);
}

/** The table of all that were measured, or nothing. */
export function verdicts() {
  if (rows.length === 0) return undefined;
  return { title: 'Budgets', columns: ['what', 'wanted', 'measured', 'verdict'], rows };
}
