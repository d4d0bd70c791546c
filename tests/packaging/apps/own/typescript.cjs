// A loader for webpack, and a plugin for Rollup, that take the types out.
const { transformSync } = require('esbuild');

const strip = (source) => transformSync(source, { loader: 'ts', format: 'esm' }).code;
module.exports = strip;
module.exports.rollup = () => ({
  name: 'typescript',
  transform: (source, id) => (id.endsWith('.ts') ? { code: strip(source), map: null } : null),
});
