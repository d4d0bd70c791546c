// The types, as programs with other compilers and settings than ours meet them: nothing is left out of their check.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { app, target } from './support.mjs';

/** The last release of each minor version that the package's types are for. */
const { devDependencies } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'));
const compilers = Object.keys(devDependencies).filter((name) => name.startsWith('typescript-'));

/** `lib` is what comes with the target, unless it is named: then there are no types of any platform, or Node.js's alone. */
const SETTINGS = [
  { module: 'nodenext', moduleResolution: 'nodenext', types: [], files: ['program.ts', 'page.ts'] },
  { module: 'es2022', moduleResolution: 'bundler', types: ['node'], files: ['program.ts', 'page.ts'] },
  { module: 'node16', moduleResolution: 'node16', types: [], lib: ['es2022'], files: ['program.ts'] },
  { module: 'nodenext', moduleResolution: 'nodenext', types: ['node'], lib: ['es2022'], files: ['program.ts'] },
];

/** Node.js's types themselves do not compile before it. */
const NODE_TYPES = 5.6;

test('there are compilers from 5.4 on', () => {
  assert.ok(compilers.length >= 8 && compilers.includes('typescript-5.4'), compilers.join());
});

for (const compiler of compilers) {
  test(`types compile in ${compiler}, without skipLibCheck`, async () => {
    for (const [i, { files, ...settings }] of SETTINGS.entries()) {
      if (Number(compiler.replace('typescript-', '')) < NODE_TYPES) settings.types = [];
      const project = join(app('types'), `${compiler}.${i}.json`);
      await writeFile(project, JSON.stringify({
        compilerOptions: { ...settings, target: 'es2022', strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
        files,
      }));
      const tsc = target(`node_modules/${compiler}/bin/tsc`);
      await promisify(execFile)(process.execPath, [tsc, '--project', project, '--pretty', 'false'])
        .catch(({ stdout }) => assert.fail(`${JSON.stringify(settings)}\n${stdout}`));
    }
  });
}
