// Codecs, each in one worker. A call gives `{ result, inside }`: what came back, and the ms that the worker took for it.

import { Centaurus } from './centaurus.js';
import { SOURCE } from './cities-schema.js';

/** A codec of others behind a hand-written `postMessage`. */
export function peer(name, codec = name) {
  const url = new URL('./codec-worker.js', import.meta.url);
  url.searchParams.set('codec', codec);
  const worker = new Worker(url);
  const pending = new Map();
  let last = 0;
  worker.onmessage = ({ data: [id, inside, result] }) => {
    pending.get(id).resolve({ result, inside });
    pending.delete(id);
  };
  worker.onerror = (event) => {
    for (const { reject } of pending.values()) reject(new Error(`${name}: ${event.message}`));
    pending.clear();
  };
  return {
    name,
    run: (what, input) =>
      new Promise((resolve, reject) => {
        last += 1;
        pending.set(last, { resolve, reject });
        worker.postMessage([last, what, input]);
      }),
    end: () => worker.terminate(),
  };
}

/** The digests that are compared. */
export const DIGESTS = ['sha-1', 'sha-256', 'sha-512', 'blake3', 'crc32'];

/** The project's, with one worker unless told otherwise. */
export function ours(size = 1, name = 'centaurus') {
  const pool = new Centaurus({ size: { min: size, max: size } });
  let schema;
  const cities = () => (schema ??= pool.protobuf(SOURCE));
  const calls = {
    deflate: (bytes) => pool.zlib.compress(bytes, { level: 6 }),
    inflate: (bytes) => pool.zlib.decompress(bytes),
    encode: (value) => pool.msgpack.encode(value),
    decode: (bytes) => pool.msgpack.decode(bytes),
    pack: (value) => pool.pack(value),
    unpack: (bytes) => pool.unpack(bytes),
    encodeProtobuf: async (value) => (await cities()).encode('Cities', value),
    decodeProtobuf: async (bytes) => (await cities()).decode('Cities', bytes),
    ...Object.fromEntries(DIGESTS.map((digest) => [digest, async (bytes) => (await pool.digest(digest, bytes))[digest]])),
  };
  const ran = () => {
    const { count, mean } = pool.stats().run;
    return count * mean;
  };
  return {
    name,
    run: async (what, input) => {
      const before = ran();
      const result = await calls[what](input);
      return { result, inside: ran() - before };
    },
    end: () => pool.terminate(),
  };
}
