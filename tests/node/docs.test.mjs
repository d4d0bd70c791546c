// The guide and the README: their code is checked against the types, complete programs are run, and every error has its cure.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = new URL('../../', import.meta.url);
const work = new URL('target/docs/', root);
const run = promisify(execFile);
const read = (path) => readFile(new URL(path, root), 'utf8');

/** Lines of a page that fill a screen, and a bit. */
const PAGE = 75;

const guide = (await readdir(new URL('docs/', root))).filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`);
const pages = new Map(await Promise.all(['README.md', ...guide].map(async (file) => [file, await read(file)])));

/** The code blocks of a page, with the line that each begins on. */
function* blocks(text, ...languages) {
  for (const { 1: language, 2: code, index } of text.matchAll(/^```(\w+)\n(.*?)^```$/gms)) {
    if (languages.includes(language)) yield { code, line: text.slice(0, index).split('\n').length + 1 };
  }
}

/** All scripts: as modules, and what stands in pages of HTML. */
function* scripts() {
  for (const [file, text] of pages) {
    for (const block of blocks(text, 'js', 'ts')) yield { file, ...block };
    for (const { code, line } of blocks(text, 'html')) {
      for (const [, script] of code.matchAll(/<script(?: type="module")?>\n(.*?)<\/script>/gs)) yield { file, line, code: script };
    }
  }
}

const all = [...scripts()];
const isProgram = ({ code }) => code.includes("from 'centaurus'") && code.includes('c.close()');
const name = ({ file, line }) => `${file.replace(/\W/g, '_')}_${line}.js`;

test('every script of the guide fits the public types', async () => {
  assert.ok(all.length > 25, `${all.length} scripts were found`);
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  await cp(new URL('tests/node/support/guide.d.ts', root), new URL('guide.d.ts', work));
  // What pages import from beside themselves.
  await writeFile(new URL('decode.ts', work), 'export const decode = (image: ArrayBuffer): ArrayBuffer => image;\n');
  await writeFile(new URL('jobs.ts', work), 'export const sum = (numbers: number[]): number => numbers.length;\n');
  for (const script of all) {
    const code = script.code.replace(/from 'https:\/\/cdn[^']*'/, "from 'centaurus'");
    // As TypeScript and strict, since that is what they are pasted into: each a module of its own.
    await writeFile(new URL(name(script).replace(/js$/, 'ts'), work), `${'\n'.repeat(script.line - 1)}${code}\nexport {};\n`);
  }
  await writeFile(new URL('tsconfig.json', work), JSON.stringify({
    compilerOptions: {
      target: 'es2024', module: 'esnext', moduleResolution: 'bundler', lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'],
      strict: true, noEmit: true, types: [],
      paths: { centaurus: ['../../src/centaurus.d.ts'], 'centaurus/keeper': ['../../src/centaurus.keeper.d.ts'], 'centaurus/worker': ['../../src/centaurus.worker.d.ts'] },
    },
    include: ['*.ts'],
  }));
  const tsc = fileURLToPath(new URL('node_modules/.bin/tsc', root));
  await run(tsc, ['--project', fileURLToPath(work), '--pretty', 'false']).catch(({ stdout }) => assert.fail(stdout));
});

for (const script of all.filter(isProgram)) {
  test(`${script.file}:${script.line} runs, and prints what it says`, async () => {
    const folder = new URL('target/docs-run/', root);
    await mkdir(new URL('node_modules/', folder), { recursive: true });
    await symlink(new URL('pkg', root), new URL('node_modules/centaurus', folder)).catch((error) => assert.equal(error.code, 'EEXIST'));
    const file = new URL(name(script).replace('.js', '.mjs'), folder);
    await writeFile(file, script.code);
    const { stdout } = await run(process.execPath, [fileURLToPath(file)], { timeout: 60_000 });
    const printed = stdout.trimEnd().split('\n');
    const promised = [...script.code.matchAll(/console\.log\(.*\);\s*\/\/ (.*)/g)].map(([, comment]) => comment.split(',')[0].replaceAll("'", ''));
    for (const [i, words] of promised.entries()) assert.equal(printed[i], words);
  });
}

test('there are programs in the guide that run', () => {
  assert.ok(all.filter(isProgram).length >= 3);
});

test('each page is about a screenful', () => {
  for (const [file, text] of pages) {
    if (file === 'README.md') continue;
    const lines = text.split('\n').length;
    assert.ok(lines <= PAGE, `${file} has ${lines} lines`);
  }
});

test("the index names every page, and the README the index", () => {
  for (const file of guide) {
    if (file !== 'docs/README.md') assert.ok(pages.get('docs/README.md').includes(`(${file.replace('docs/', '')})`), file);
  }
  assert.match(pages.get('README.md'), /\]\(docs\/(README\.md)?\)/);
});

test('every error that the project makes has its cure', async () => {
  const sources = [
    'src/face/errors.ts', 'src/centaurus.d.ts', 'crates/codec/src/error.rs', 'worker/storage/src/faults.rs',
    'worker/runtime/msgpack/faults.ts', 'src/face/socket.ts', 'src/centaurus.keeper.d.ts', 'worker/socket/src/lib.rs',
  ];
  const names = new Set();
  for (const source of sources) {
    for (const [, name] of (await read(source)).matchAll(/["`]([A-Z]\w+Error)(?:["`]|\\n)/g)) names.add(name);
  }
  // The language's own, and signals' own.
  for (const builtIn of ['TypeError', 'RangeError', 'AbortError', 'AggregateError', 'CompileError', 'LinkError', 'RuntimeError']) names.delete(builtIn);
  assert.ok(names.size > 20, `${names.size} errors were found`);
  const cures = pages.get('docs/troubleshooting.md');
  assert.deepEqual([...names].filter((name) => !cures.includes(name)), []);
});
