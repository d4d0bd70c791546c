// The error of a file that could not be loaded names its cause and the cure.

import { underPolicy } from './frames.js';
import { assert, assertRejects, origin2, page, pool, test, WorkerLoadError } from './pool.js';

const WORKER = 'centaurus.worker.js';
let keys = 0;
/** A fresh name, so that no test meets what another has loaded. */
const key = () => `diagnosis-${performance.timeOrigin}-${keys += 1}`;

async function says(t, options, ...texts) {
  const { message } = await assertRejects(pool(t, { size: 1, ...options }).run(() => 1), WorkerLoadError);
  for (const text of texts) assert(message.includes(text), `no "${text}" in: ${message}`);
  return message;
}

test('a worker’s file without the page’s Cross-Origin-Embedder-Policy', async (t) => {
  assert(page.isolated);
  const message = await says(t, { worker: `/bare/pkg/${WORKER}` }, 'Cross-Origin-Embedder-Policy: require-corp', WORKER);
  assert(!message.includes('Content Security Policy'), message);
}, { isolated: true });

test('a worker’s file of another origin without Cross-Origin-Resource-Policy', async (t) => {
  assert(page.isolated);
  const message = await says(t, { worker: `${origin2}/bare/pkg/${WORKER}` }, 'Cross-Origin-Resource-Policy: cross-origin', WORKER);
  assert(!message.includes('Content Security Policy'), message);
}, { isolated: true });

test('WebAssembly of another origin that sends no Access-Control-Allow-Origin', async (t) => {
  await says(t, { wasm: `${origin2}/bare/pkg/centaurus.wasm?${key()}` }, 'Access-Control-Allow-Origin', 'centaurus.wasm');
});

/** The policy, the options, what is said, and what is not. (In a document without an address Firefox matches no script with 'self'.) */
const policies = {
  'worker-src forbids the worker': ["worker-src 'none'", {}, ['"worker-src \'none\'"', "worker-src must allow 'self'"], 'wasm-unsafe-eval'],
  'child-src stands for worker-src': ["child-src 'none'", {}, ['"child-src \'none\'"', "worker-src must allow 'self'"], 'wasm-unsafe-eval'],
  'worker-src forbids blob:': ["worker-src 'self'", { worker: `${origin2}/pkg/${WORKER}` }, ['"worker-src \'self\'"', 'worker-src must allow blob:'], 'wasm-unsafe-eval'],
  'script-src forbids what the worker imports': [
    `worker-src blob:; script-src ${location.origin} 'wasm-unsafe-eval'`, { worker: `${origin2}/pkg/${WORKER}` }, ['script-src must allow', origin2], 'blob:, by',
  ],
  'script-src forbids WebAssembly': [`script-src ${location.origin}`, {}, ["'wasm-unsafe-eval'", 'script-src'], "'unsafe-eval'"],
  'connect-src forbids WebAssembly’s file': ["connect-src 'none'", {}, ['"connect-src \'none\'"', "connect-src must allow 'self'"], 'wasm-unsafe-eval'],
};
for (const [what, [policy, options, texts, wrong]] of Object.entries(policies)) {
  test(`a policy: ${what}`, async (t) => {
    const told = await underPolicy(t, policy, { options: JSON.stringify(options), package: '/pkg/centaurus.js' });
    assert(told.startsWith('WorkerLoadError'), told);
    for (const text of ['Content Security Policy', ...texts]) assert(told.includes(text), `no "${text}" in: ${told}`);
    assert(!told.includes(wrong), `"${wrong}" in: ${told}`);
  });
}

test('without the script that finds causes out, the file and the failure are named', async (t) => {
  const scripts = { extras: `/fault/404/${key()}.js` };
  const message = await says(t, { worker: `/fault/404/pkg/${WORKER}`, scripts }, WORKER, 'could not be loaded');
  assert(!message.includes('404 '), message);
  await says(t, { wasm: `/fault/404/pkg/centaurus.wasm?${key()}`, scripts }, 'centaurus.wasm', 'HTTP 404');
});

test('a page without WebAssembly', async (t) => {
  const { WebAssembly } = globalThis;
  delete globalThis.WebAssembly;
  t.after(() => (globalThis.WebAssembly = WebAssembly));
  await says(t, {}, 'no WebAssembly');
});

test('the script of sockets is where the options say', async (t) => {
  const url = `/fault/404/pkg/centaurus.socket.js?${key()}`;
  const socket = pool(t, { size: 1, scripts: { socket: url } }).socket('/ws/none');
  const { error } = await new Promise((resolve) => socket.addEventListener('error', resolve, { once: true }));
  assert(error instanceof WorkerLoadError && error.message.includes(url), error.message);
});
