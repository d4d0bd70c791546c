// Blobs that are not Node.js's own, such as those of jsdom: they cannot be cloned.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Centaurus } from '../../pkg/centaurus.node.js';

/** As far as a blob of jsdom's can be seen. */
class Blob {
  #bytes;
  type = 'image/png';
  constructor(bytes) {
    this.#bytes = bytes;
  }
  get [Symbol.toStringTag]() {
    return 'Blob';
  }
  get size() {
    return this.#bytes.length;
  }
  arrayBuffer() {
    return Promise.resolve(this.#bytes.slice().buffer);
  }
}

test('a blob of another library is as good as one of Node.js’s own', async (t) => {
  const native = globalThis.Blob;
  globalThis.Blob = Blob;
  t.after(() => (globalThis.Blob = native));
  const c = new Centaurus({ size: 1 });
  t.after(() => c.terminate());
  const bytes = new Uint8Array(1_000).fill(7);
  assert.deepEqual(await c.zlib.compress(new Blob(bytes)), await c.zlib.compress(bytes));
  const large = new Uint8Array(1 << 20).fill(7);
  assert.deepEqual(await c.zlib.decompress(await c.zlib.compress(new Blob(large))), large);
  assert.deepEqual(await c.digest('crc32', new Blob(bytes)), await c.digest('crc32', bytes));
  assert.deepEqual(await c.run((blob) => [blob.constructor.name, blob.size, blob.type], new Blob(bytes)), ['Blob', 1_000, 'image/png']);
});
