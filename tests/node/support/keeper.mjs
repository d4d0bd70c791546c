// The keeper's rules, which need no page.

import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const RULES = ['asset', 'cache-control', 'caching', 'css-urls', 'entry', 'gate', 'idle', 'reasons', 'remembered', 'srcset', 'uses', 'vary'];

const { outputFiles: [{ text }] } = await build({
  stdin: {
    contents: RULES.map((rule) => `export * from './${rule}.ts';`).join('\n'),
    resolveDir: fileURLToPath(new URL('../../../src/keeper/', import.meta.url)),
    loader: 'ts',
  },
  bundle: true, format: 'esm', write: false, logLevel: 'warning',
});
export const rules = await import(`data:text/javascript,${encodeURIComponent(text)}`);
