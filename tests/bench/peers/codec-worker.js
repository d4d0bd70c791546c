// A codec of others in a worker of its own. The query says which; each loads only what it needs.

const LIBRARIES = {
  pako: ['pako/dist/browser/pako.umd.min.js'],
  fflate: ['fflate/umd/index.js'],
  msgpackr: ['msgpackr/dist/index.min.js'],
  '@msgpack/msgpack': ['@msgpack/msgpack/dist.umd/msgpack.min.js'],
  'msgpackr and pako': ['msgpackr/dist/index.min.js', 'pako/dist/browser/pako.umd.min.js'],
  protobufjs: ['protobufjs/dist/protobuf.min.js'],
  'protobuf-es': [],
  'hash-wasm': ['hash-wasm/dist/index.umd.min.js'],
  '@noble/hashes': [],
  native: [],
  sink: [],
};

const through = async (bytes, stream) =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());

const webCrypto = async (name, bytes) => new Uint8Array(await crypto.subtle.digest(name, bytes));

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
    pack: (value) => through(new TextEncoder().encode(JSON.stringify(value)), new CompressionStream('deflate')),
    unpack: async (bytes) => JSON.parse(new TextDecoder().decode(await through(bytes, new DecompressionStream('deflate')))),
    'sha-1': (bytes) => webCrypto('SHA-1', bytes),
    'sha-256': (bytes) => webCrypto('SHA-256', bytes),
    'sha-512': (bytes) => webCrypto('SHA-512', bytes),
  }),
  'hash-wasm': () => {
    const { createBLAKE3, createCRC32, createSHA1, createSHA256, createSHA512 } = hashwasm;
    // Made once: its one-line functions make a hasher at every call.
    const made = { 'sha-1': createSHA1(), 'sha-256': createSHA256(), 'sha-512': createSHA512(), blake3: createBLAKE3(), crc32: createCRC32() };
    const run = (hasher, bytes) => hasher.init().update(bytes).digest('binary');
    return Object.fromEntries(Object.entries(made).map(([name, hasher]) => [name, async (bytes) => run(await hasher, bytes)]));
  },
  '@noble/hashes': () => {
    const from = (file, name) => async (bytes) => (await import(`../../../node_modules/@noble/hashes/${file}.js`))[name](bytes);
    return { 'sha-1': from('legacy', 'sha1'), 'sha-256': from('sha2', 'sha256'), 'sha-512': from('sha2', 'sha512'), blake3: from('blake3', 'blake3') };
  },
  msgpackr: () => {
    // Plain MessagePack: the library's own record extension would make other bytes, which nobody else reads.
    const packr = new msgpackr.Packr({ useRecords: false });
    return { encode: (value) => packr.pack(value), decode: (bytes) => packr.unpack(bytes) };
  },
  '@msgpack/msgpack': () => ({ encode: (value) => MessagePack.encode(value), decode: (bytes) => MessagePack.decode(bytes) }),
  'msgpackr and pako': () => {
    const packr = new msgpackr.Packr({ useRecords: false });
    return { pack: (value) => pako.deflate(packr.pack(value), { level: 6 }), unpack: (bytes) => packr.unpack(pako.inflate(bytes)) };
  },
  protobufjs: () => {
    const type = import('./cities-schema.js').then(({ SOURCE }) => protobuf.parse(SOURCE, { keepCase: true }).root.lookupType('Cities'));
    // A plain object of the right types needs no conversion.
    return { encodeProtobuf: async (value) => (await type).encode(value).finish(), decodeProtobuf: async (bytes) => (await type).decode(bytes) };
  },
  'protobuf-es': () => {
    const file = (name) => import(`../../../node_modules/@bufbuild/protobuf/dist/esm/${name}.js`);
    const made = Promise.all([file('index'), file('wkt/index'), import('./cities-schema.js')]).then(([es, { FileDescriptorSetSchema }, { DESCRIPTORS }]) => {
      const set = es.create(FileDescriptorSetSchema, { file: [DESCRIPTORS] });
      return { ...es, type: es.createFileRegistry(set).getMessage('Cities') };
    });
    return {
      encodeProtobuf: async (value) => {
        const { create, toBinary, type } = await made;
        return toBinary(type, create(type, value));
      },
      decodeProtobuf: async (bytes) => {
        const { fromBinary, type } = await made;
        return fromBinary(type, bytes);
      },
    };
  },
  sink: () => ({ take: () => undefined }),
};

const which = new URLSearchParams(location.search).get('codec');
importScripts(...LIBRARIES[which].map((path) => `../../../node_modules/${path}`));
const codec = CODECS[which]();

// Whoever waits for a result is told.
onunhandledrejection = ({ reason }) => reportError(reason);

onmessage = async ({ data: [id, name, input] }) => {
  const start = performance.now();
  let result = await codec[name](input);
  const ms = performance.now() - start;
  // A view into a larger buffer would move all of that.
  if (result instanceof Uint8Array && result.byteLength < result.buffer.byteLength) result = result.slice();
  postMessage([id, ms, result], result instanceof Uint8Array ? [result.buffer] : []);
};
