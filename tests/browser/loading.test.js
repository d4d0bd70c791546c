// The runtime's own files: missing, wrong, broken, late; and what comes back when they do.

import { assert, assertEquals, assertRejects, Centaurus, eventually, origin2, outcomes, page, pool, test, WorkerLoadError } from './pool.js';

/** Three attempts with pauses of up to 0.1 and 0.3 s lie between the call and the verdict, and whatever else the machine does. */
const SOON = 5_000;

let keys = 0;
/** A fresh name, so that no test meets what another has loaded. */
const key = () => `loading-${performance.timeOrigin}-${keys += 1}`;

/** Everything that waits for the files fails soon, with an error that says which and why. */
async function fails(t, options, ...texts) {
  const c = pool(t, { size: 1, ...options });
  const start = performance.now();
  const waiting = [c.define({ f: () => 'ran' }), c.f(), c.run(() => 'one-off'), c.ready];
  const settled = await Promise.allSettled(waiting);
  const took = performance.now() - start;
  assert(took < SOON, `it took ${took} ms`);
  for (const { status, reason } of settled) {
    assertEquals(status, 'rejected');
    assert(reason instanceof WorkerLoadError, `it failed with ${reason}`);
    for (const text of texts) assert(reason.message.includes(text), `no "${text}" in: ${reason.message}`);
  }
  return c;
}

const WORKER = 'centaurus.worker.js';
const faults = {
  'is not there': [`/fault/404/pkg/${WORKER}`, '404', WORKER],
  'is an HTML page': [`/fault/html/pkg/${WORKER}`, 'text/html', WORKER],
  'is broken JavaScript': ['/tests/browser/fixtures/syntax-error.js', 'syntax-error.js'],
  'throws at its start': ['/tests/browser/fixtures/throws-at-once.js', 'threw at its start'],
  'is of another release': ['/tests/browser/fixtures/other-release.js', 'another release'],
  'is cut off in the middle': [`/fault/reset/pkg/${WORKER}`, WORKER],
  'is garbage': [`/fault/garbage/pkg/${WORKER}`, WORKER],
};
for (const [what, [worker, ...texts]] of Object.entries(faults)) {
  test(`a worker file that ${what}`, async (t) => {
    await fails(t, { worker: `${worker}?${key()}` }, ...texts);
  });
}

test('a worker file of a wrong type is refused where the page forbids sniffing, else it runs', async (t) => {
  const c = pool(t, { size: 1, worker: `/fault/mime/pkg/${WORKER}?${key()}` });
  const [outcome] = await outcomes([c.run(() => 'ran')]);
  assert(outcome === 'ran' || outcome === 'WorkerLoadError', outcome);
});

test('a worker file of another origin runs, and one that is missing there is told of', async (t) => {
  const c = pool(t, { size: 1, worker: `${origin2}/pkg/${WORKER}` });
  assertEquals(await c.run(() => 'ran'), 'ran');
  await fails(t, { worker: `${origin2}/fault/404/pkg/${WORKER}` }, '404');
});

test('nothing answers at the worker’s address', async (t) => {
  await fails(t, { worker: `http://127.0.0.1:9/${WORKER}` }, WORKER);
});

const PROXY = 'centaurus.wasm';
const broken = {
  'is not there': ['404', '404'],
  'is an HTML page': ['html', 'text/html'],
  'is garbage': ['garbage', ''],
  'is cut off in the middle': ['reset', ''],
};
for (const [what, [fault, text]] of Object.entries(broken)) {
  test(`the proxy's wasm ${what}`, async (t) => {
    await fails(t, { wasm: `/fault/${fault}/pkg/${PROXY}?${key()}` }, PROXY, text);
  });

  test(`the services' wasm ${what}`, async (t) => {
    const c = pool(t, { size: 1, wasm: { worker: `/fault/${fault}/pkg/centaurus.worker.wasm?${key()}` } });
    c.define({ f: () => 'ran' });
    const start = performance.now();
    const [packed, called, stream] = await Promise.allSettled([c.pack(1), c.f(), readAll(c.zlib.compressStream())]);
    assert(performance.now() - start < SOON);
    assertEquals(called.value, 'ran', 'other calls do not need it');
    for (const { reason } of [packed, stream]) {
      assert(reason instanceof WorkerLoadError, `it failed with ${reason}`);
      assert(reason.message.includes('centaurus.worker.wasm') && reason.message.includes(text), reason.message);
    }
    assertEquals(await c.f(), 'ran');
  });
}

async function readAll({ readable, writable }) {
  const writer = writable.getWriter();
  writer.write(new Uint8Array(10)).catch(() => {});
  writer.close().catch(() => {});
  writer.closed.catch(() => {});
  for (const reader = readable.getReader(); !(await reader.read()).done;);
}

test('the right bytes under a wrong type work', async (t) => {
  const wasm = { proxy: `/fault/mime/pkg/${PROXY}?${key()}`, worker: `/fault/mime/pkg/centaurus.worker.wasm?${key()}` };
  const c = pool(t, { size: 1, wasm });
  assertEquals(await c.run(() => 'ran'), 'ran');
  assertEquals(await c.unpack(await c.pack({ a: 1 })), { a: 1 });
});

test('given as bytes, as a view of them, as a URL object, as a module', async (t) => {
  const bytes = await (await fetch(`/pkg/${PROXY}`)).arrayBuffer();
  const services = await (await fetch('/pkg/centaurus.worker.wasm')).arrayBuffer();
  const padded = new Uint8Array(bytes.byteLength + 32);
  padded.set(new Uint8Array(bytes), 16);
  const forms = [
    bytes, padded.subarray(16, 16 + bytes.byteLength), new URL(`/pkg/${PROXY}`, location.href), `/pkg/${PROXY}`,
    await WebAssembly.compile(bytes), { proxy: bytes, worker: services }, { worker: new Uint8Array(services) },
  ];
  for (const wasm of forms) {
    const c = pool(t, { size: 1, wasm });
    assertEquals(await c.run(() => 'ran'), 'ran');
    assertEquals(await c.unpack(await c.pack([1])), [1]);
  }
});

test('bytes that are not WebAssembly, and WebAssembly that is not ours', async (t) => {
  await fails(t, { wasm: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]) }, 'bytes');
  const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  await fails(t, { wasm: empty });
  const c = pool(t, { size: 1, wasm: { worker: empty } });
  await assertRejects(c.pack(1), WorkerLoadError);
  assertEquals(await c.run(() => 'ran'), 'ran');
  assertEquals(await pool(t, { size: 1 }).run(() => 'ran'), 'ran', 'other pools of the page are untouched');
});

test('a server that fails twice is asked a third time', async (t) => {
  for (const [option, file] of [['worker', WORKER], ['wasm', PROXY]]) {
    const name = key();
    const c = pool(t, { size: 1, [option]: `/fault/flaky/2/${name}/pkg/${file}` });
    assertEquals(await c.run(() => 'ran'), 'ran', option);
    assert((await (await fetch(`/fault/count/${name}`)).json()) >= 3, 'it was asked again');
  }
  const c = pool(t, { size: 1, wasm: { worker: `/fault/flaky/2/${key()}/pkg/centaurus.worker.wasm` } });
  assertEquals(await c.unpack(await c.pack([2])), [2]);
});

test('the number of attempts is bounded', async (t) => {
  const name = key();
  const c = pool(t, { size: 4, worker: `/fault/flaky/1000/${name}/pkg/${WORKER}` });
  assertEquals(await outcomes(Array.from({ length: 20 }, () => c.run(() => 1))), Array(20).fill('WorkerLoadError'));
  const asked = await (await fetch(`/fault/count/${name}`)).json();
  assert(asked <= 30, `it was asked ${asked} times`);
});

test('once the worker file is there again the pool works, with what was registered', async (t) => {
  const name = key();
  const c = pool(t, { size: 1, worker: `/fault/flaky/12/${name}/pkg/${WORKER}` });
  c.define({ f: () => 'ran' }).catch(() => {});
  await assertRejects(c.f(), WorkerLoadError);
  assertEquals(await eventually(() => c.f().catch(() => false), { timeout: 15_000 }), 'ran');
});

test('once the proxy is there again the pool works, with what was registered', async (t) => {
  const name = key();
  const c = pool(t, { size: 1, wasm: `/fault/flaky/4/${name}/pkg/${PROXY}` });
  const first = c.define({ f: () => 'ran', g: () => c });
  await assertRejects(first, WorkerLoadError);
  await assertRejects(c.ready, WorkerLoadError).catch(() => {});
  assertEquals(await eventually(() => c.f().catch(() => false), { timeout: 15_000 }), 'ran');
  await c.ready;
});

test('once the services are there again they work', async (t) => {
  const c = pool(t, { size: 1, wasm: { worker: `/fault/flaky/4/${key()}/pkg/centaurus.worker.wasm` } });
  await assertRejects(c.pack(1), WorkerLoadError);
  const packed = await eventually(() => c.pack([7]).catch(() => false), { timeout: 15_000 });
  assertEquals(await c.unpack(packed), [7]);
});

test('an engine that will not clone a compiled module is given its bytes', async (t) => {
  const { structuredClone } = globalThis;
  const { Worker } = globalThis;
  const refuse = (value) => {
    if (value instanceof WebAssembly.Module) throw new DOMException('no modules here', 'DataCloneError');
    if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) refuse(inner);
  };
  globalThis.structuredClone = (value, ...rest) => (refuse(value), structuredClone(value, ...rest));
  globalThis.Worker = class extends Worker {
    postMessage(message, ...rest) {
      refuse(message);
      super.postMessage(message, ...rest);
    }
  };
  t.after(() => Object.assign(globalThis, { structuredClone, Worker }));
  const c = pool(t, { size: 1 });
  assertEquals(await c.unpack(await c.pack({ a: [1, 2] })), { a: [1, 2] });
});

test('a second pool of the page compiles nothing', async (t) => {
  await pool(t, { size: 1 }).run(() => 1);
  const { compile, compileStreaming } = WebAssembly;
  let compiled = 0;
  Object.assign(WebAssembly, {
    compile: (...args) => (compiled += 1, compile(...args)),
    compileStreaming: (...args) => (compiled += 1, compileStreaming(...args)),
  });
  t.after(() => Object.assign(WebAssembly, { compile, compileStreaming }));
  assertEquals(await pool(t, { size: 1 }).run(() => 2), 2);
  assertEquals(compiled, 0);
});

test('the proxy is loaded when the first pool is made, without any call', async (t) => {
  const name = key();
  pool(t, { size: 1, wasm: `/fault/counted/${name}/pkg/${PROXY}` });
  await eventually(async () => (await (await fetch(`/fault/count/${name}`)).json()) === 1);
});

test('the services are loaded when the first of them is used', async (t) => {
  const name = key();
  const c = pool(t, { size: 1, wasm: { worker: `/fault/counted/${name}/pkg/centaurus.worker.wasm` } });
  await c.run(() => 1);
  const asked = async () => (await fetch(`/fault/count/${name}`)).json();
  assertEquals(await asked(), 0);
  await Promise.all([c.pack(1), c.pack(2), c.msgpack.encode(3)]);
  assertEquals(await asked(), 1);
});
