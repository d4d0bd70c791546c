// Those of the playground's own benchmark.
export * from '../../demo/bench/rounds.js';
