// On a server: no window, no workers. Nothing happens until something is asked of a pool, and then it is told why not.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const entry = new URL('../../pkg/centaurus.js', import.meta.url).href;
const globalScript = fileURLToPath(new URL('../../pkg/centaurus.global.js', import.meta.url));
const run = promisify(execFile);

/** Runs code in a process of its own, so that whatever it leaves behind shows: it has to end by itself. */
async function alone(code) {
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', code], { timeout: 20_000 });
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

const MEASURED = `
  const before = Object.getOwnPropertyNames(globalThis);
  const { fetch } = globalThis;
  const fetched = [];
  globalThis.fetch = (...args) => (fetched.push(String(args[0])), fetch(...args));
  const added = () => Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name));
`;

test('importing the entry adds nothing, fetches nothing, and lets the process end', async () => {
  const seen = await alone(`${MEASURED}
    const module = await import('${entry}');
    console.log(JSON.stringify({ added: added(), fetched, exports: Object.keys(module).sort() }));
  `);
  assert.deepEqual(seen, {
    added: [],
    fetched: [],
    exports: [
      'Centaurus', 'CentaurusSocket', 'ChecksumError', 'ConflictError', 'CorruptError', 'DictionaryError', 'HistoryError', 'LimitError',
      'MessageDroppedError', 'MessageExpiredError', 'MissingFieldError', 'NotFoundError', 'OutOfMemoryError', 'OutboxFullError',
      'ProtoSyntaxError', 'QueueFullError', 'SocketClosedError', 'StorageCorruptError', 'StorageError', 'StorageFullError',
      'TerminatedError', 'TrailingDataError', 'TruncatedError', 'UnknownFunctionError', 'UnknownTypeError', 'UnsupportedValueError',
      'WorkerCrashError', 'WorkerLoadError', 'default',
    ],
  });
});

test('the classic script adds the class, and nothing else', async () => {
  const seen = await alone(`${MEASURED}
    import { readFileSync } from 'node:fs';
    import { runInThisContext } from 'node:vm';
    runInThisContext(readFileSync(${JSON.stringify(globalScript)}, 'utf8'));
    console.log(JSON.stringify({ added: added(), fetched, type: typeof Centaurus, errors: ['WorkerCrashError', 'QueueFullError'].map((name) => Centaurus[name].name) }));
  `);
  assert.deepEqual(seen, { added: ['Centaurus'], fetched: [], type: 'function', errors: ['WorkerCrashError', 'QueueFullError'] });
});

test('a pool can be made, as modules of a page do at their top; calls say that there are no workers', async () => {
  const seen = await alone(`${MEASURED}
    const { Centaurus, WorkerLoadError } = await import('${entry}');
    const c = new Centaurus();
    const named = new Centaurus('https://example.org/centaurus.worker.js', { size: 2 });
    const outcomes = [];
    for (const ask of [() => c.define({ f: () => 1 }), () => c.f(), () => c.run(() => 1), () => c.pack(1), () => c.ready, () => named.run(() => 1)]) {
      await ask().then(() => outcomes.push('resolved'), (error) => outcomes.push([error instanceof WorkerLoadError, error.message.includes('no Web Workers')]));
    }
    const { size, queued, workers } = c.stats();
    await c.close();
    c.terminate();
    console.log(JSON.stringify({ fetched, outcomes, size: size.min, queued, workers }));
  `);
  assert.deepEqual(seen, { fetched: [], outcomes: Array(6).fill([true, true]), size: 1, queued: 0, workers: [] });
});

test('a pool without an address it could have is refused with a clear error', async () => {
  const message = await alone(`
    const { Centaurus } = await import('${entry}');
    try {
      new Centaurus('/centaurus.worker.js');
      console.log('null');
    } catch (error) {
      console.log(JSON.stringify([error.name, error.message]));
    }
  `);
  assert.deepEqual(message, ['TypeError', "'/centaurus.worker.js' is not the address of anything"]);
});
