// What every app does with the package, whoever bundled it; the page that opened it is told what came of it.

/** Where there is a socket that says everything again: for a page that another server serves, its address says so. */
const ECHO = new URLSearchParams(globalThis.location?.search).get('echo') ?? '/ws/echo';

/** What a socket hears of what it says. */
async function echo(c, word) {
  const socket = c.socket(ECHO, { codec: 'json' });
  await socket.send(word);
  for await (const heard of socket) return heard;
  throw new Error('the socket was closed');
}

async function keep(c, value) {
  const store = c.storage('packaging app');
  await store.put('value', value);
  return store.get('value');
}

/** What only a page has. */
async function onPage(c) {
  return { echo: await echo(c, ['green']), kept: await keep(c, new Map([[1, 'one']])) };
}

/** Functions of each kind: from source, a service, and those whose files are loaded when they are first asked for. */
export async function use(Centaurus, ...args) {
  const c = new Centaurus(...args);
  try {
    await c.define({ add: (a, b) => a + b });
    const shop = await c.protobuf('syntax = "proto3"; message Tea { string name = 1; }');
    const seen = {
      sum: await c.add(1, 2),
      unpacked: await c.unpack(await c.pack({ tea: ['green', 'black'] })),
      inflated: (await c.zlib.decompress(await c.zlib.compress(new Uint8Array(100_000)))).length,
      tea: await shop.decode('Tea', await shop.encode('Tea', { name: 'oolong' })),
      crc: [...(await c.digest('crc32', new Uint8Array([1, 2, 3]))).crc32],
      ...(globalThis.document && (await onPage(c))),
      workers: c.stats().spawned > 0,
    };
    await c.close();
    return seen;
  } finally {
    c.terminate();
  }
}

/** Tells the page that this one is a frame of. */
export async function tell(work) {
  let message;
  try {
    message = { seen: await work() };
  } catch (error) {
    message = { error: String(error?.stack ?? error) };
  }
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
  parent.postMessage({ packaging: { ...message, loaded } }, '*');
}
