// Bundles that are no ES module, as esbuild makes them by default: the package has no address there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

async function bundled(t, options) {
  const entry = fileURLToPath(new URL('../../pkg/centaurus.js', import.meta.url));
  const contents = `import { Centaurus } from ${JSON.stringify(entry)}; globalThis.Removed = Centaurus;`;
  const stdin = { contents, resolveDir: '.' };
  const { outputFiles } = await build({ stdin, bundle: true, write: false, logLevel: 'silent', ...options });
  new Function(outputFiles[0].text)();
  const { Removed } = globalThis;
  // A page has one, and none is to be started.
  globalThis.Worker = class {
    constructor() {
      throw new Error('a worker was started');
    }
  };
  t.after(() => {
    delete globalThis.Worker;
    delete globalThis.Removed;
  });
  return Removed;
}

for (const format of ['iife', 'cjs']) {
  test(`${format}: the constructor does not throw, and calls say what is missing`, async (t) => {
    const Centaurus = await bundled(t, { format });
    const c = new Centaurus();
    t.after(() => c.terminate());
    for (const call of [() => c.run(() => 1), () => c.define({ f: () => 1 }), () => c.ready, () => c.pack(1)]) {
      await assert.rejects(call, (error) => {
        assert.equal(error.name, 'WorkerLoadError');
        assert.match(error.message, /package's address.*ES module.*worker, wasm, scripts/);
        return true;
      });
    }
  });
}
