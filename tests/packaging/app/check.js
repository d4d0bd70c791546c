// What every app does with the package, whoever bundled it; the page that opened it is told what came of it.

/** Functions of each kind: from source, a service, and one whose WebAssembly is loaded when it is first asked for. */
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
