// A codec of others in a worker of its own. The query says which; each loads only what it needs.

const LIBRARIES = {
  pako: ['pako/dist/browser/pako.umd.min.js'],
  fflate: ['fflate/umd/index.js'],
  msgpackr: ['msgpackr/dist/index.min.js'],
  '@msgpack/msgpack': ['@msgpack/msgpack/dist.umd/msgpack.min.js'],
  native: [],
  sink: [],
};

const through = async (bytes, stream) =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());

const CODECS = {
  pako: () => ({ deflate: (bytes) => pako.deflate(bytes, { level: 6 }), inflate: (bytes) => pako.inflate(bytes) }),
  fflate: () => ({
    deflate: (bytes) => fflate.zlibSync(bytes, { level: 6 }),
    inflate: (bytes) => fflate.unzlibSync(bytes),
  }),
  native: () => ({
    deflate: (bytes) => through(bytes, new CompressionStream('deflate')),
    inflate: (bytes) => through(bytes, new DecompressionStream('deflate')),
    // What a page without any library would do with plain JSON data.
    encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
    decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
  }),
  msgpackr: () => {
    // Plain MessagePack: the library's own record extension would make other bytes, which nobody else reads.
    const packr = new msgpackr.Packr({ useRecords: false });
    return { encode: (value) => packr.pack(value), decode: (bytes) => packr.unpack(bytes) };
  },
  '@msgpack/msgpack': () => ({ encode: (value) => MessagePack.encode(value), decode: (bytes) => MessagePack.decode(bytes) }),
  sink: () => ({ take: () => undefined }),
};

const which = new URLSearchParams(location.search).get('codec');
importScripts(...LIBRARIES[which].map((path) => `../../../node_modules/${path}`));
const codec = CODECS[which]();

onmessage = async ({ data: [id, name, input] }) => {
  const start = performance.now();
  let result = await codec[name](input);
  const ms = performance.now() - start;
  // A view into a larger buffer would move all of that.
  if (result instanceof Uint8Array && result.byteLength < result.buffer.byteLength) result = result.slice();
  postMessage([id, ms, result], result instanceof Uint8Array ? [result.buffer] : []);
};
