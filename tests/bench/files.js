// Where what is measured lies. Relative, so that any server of the repository's root will do.

const at = (path) => new URL(path, new URL('../../', import.meta.url)).href;

export const pkg = (file) => at(`pkg/${file}`);
export const installed = (file) => at(`node_modules/${file}`);

/** The cities, as the test server and as a plain server of the checkout offer them. */
export const cities = ['data/cities.json', 'target/demo-data/cities.json'].map(at);

/** A library that `demo/prepare.mjs` made a module of, likewise. */
export const vendored = (file) => ['data/vendor', 'target/demo-data/vendor'].map((folder) => at(`${folder}/${file}`));
