// Packs pkg/ as `npm publish` would and makes fresh apps with it installed, below target/packaging.

import { execFile } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const target = (path) => here(`../../target/packaging/${path}`);
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** The apps, and the folders that each is made of: the later ones' files in the place of the earlier ones'. */
const APPS = {
  vite: ['app'],
  'vite-7': ['app'],
  webpack: ['app'],
  parcel: ['app'],
  rollup: ['app', 'apps/rollup'],
  esbuild: ['app'],
  script: ['app', 'apps/script'],
  keeper: ['app', 'apps/keeper'],
  own: ['app', 'apps/own'],
  react: ['app', 'apps/react'],
  rust: ['app', 'apps/rust'],
  server: ['app', 'apps/react', 'apps/server'],
  types: ['apps/types'],
};

await rm(target('apps'), { recursive: true, force: true });
await mkdir(target('installed'), { recursive: true });
const { stdout } = await run(npm, ['pack', here('../../pkg'), '--json', '--pack-destination', target('.')], { cwd: target('.') });
const [{ filename, files }] = Object.values(JSON.parse(stdout));
await writeFile(target('packed.json'), JSON.stringify({ filename, files: files.map(({ path }) => path).sort() }));
// An install like anybody's, save that nothing can be asked of the network: the package needs nothing else.
await writeFile(target('installed/package.json'), '{ "private": true }');
await rm(target('installed/node_modules'), { recursive: true, force: true });
await run(npm, ['install', '--offline', '--no-audit', '--no-fund', '--no-package-lock', target(filename)], { cwd: target('installed') });
for (const [app, folders] of Object.entries(APPS)) {
  for (const folder of folders) await cp(here(folder), target(`apps/${app}`), { recursive: true });
  await cp(here('../node/fixtures/jobs.mjs'), target(`apps/${app}/jobs.mjs`));
  await cp(target('installed/node_modules'), target(`apps/${app}/node_modules`), { recursive: true });
}
// A package in Rust lies there twice: for the bundler, and as it is, for the workers.
for (const place of ['pkg', 'public/jobs']) {
  await cp(here('../../demo/rust/pkg'), target(`apps/rust/${place}`), { recursive: true });
}
