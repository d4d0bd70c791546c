import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
export const target = (path) => here(`../../target/packaging/${path}`);
export const app = (name) => target(`apps/${name}`);
export const readme = await readFile(here('../../README.md'), 'utf8');

/** The guide's page about bundlers. */
export const bundlers = await readFile(here('../../docs/bundlers.md'), 'utf8');

/** The guide's page about the keeper. */
export const guide = await readFile(here('../../docs/keeper.md'), 'utf8');

/** A line of the README, or of another page, that begins so, between backticks or on a line of its own. */
export function line(start, page = readme) {
  const found = page.split(/[`\n]/).find((text) => text.startsWith(start));
  if (!found) throw new Error(`there is no line that begins with ${start}`);
  return found;
}

/** Runs a command in an app, with the tools of the tests at hand, and gives what it wrote. */
export async function run(name, command, env = {}) {
  const PATH = [target('node_modules/.bin'), process.env.PATH].join(delimiter);
  const options = { cwd: app(name), env: { ...process.env, NODE_ENV: '', ...env, PATH }, timeout: 60_000, maxBuffer: 1 << 24, shell: true };
  try {
    return (await promisify(execFile)(command, options)).stdout;
  } catch ({ code, stdout, stderr }) {
    // A stack shows the line that threw, which may be a whole bundle.
    const said = `${stdout}\n${stderr}`.split('\n').map((text) => text.slice(0, 300));
    throw new Error([`'${command}' ended with ${code}`, ...said.slice(-LINES)].join('\n'));
  }
}

/** Lines of a failed command that are shown. */
const LINES = 40;

/** Every file below a folder of an app, by its path there. */
export async function files(name, folder) {
  const root = join(app(name), folder);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return new Map(await Promise.all(paths.map(async (path) => [path.slice(root.length + 1), await readFile(path)])));
}

/** The files that the package's entry refers to, as bundlers see it. */
export async function referred(entry) {
  const text = await readFile(join(app('vite'), 'node_modules/centaurus', entry), 'utf8');
  return [...text.matchAll(/new URL\("\.\/([^"]+)",\s*import\.meta\.url\)/g)].map(([, file]) => file);
}

/** A file of the installed package. */
export const installed = (file) => readFile(join(app('vite'), 'node_modules/centaurus', file));
