// A peer in a worker of its own, a classic one: the query says which. Each loads only what it needs.

const empty = () => {};

/** By postMessage, written by hand: `[id, name, argument]` and back `[id, result]`. */
function serve(functions) {
  onmessage = async ({ data: [id, name, argument] }) => {
    const result = await { empty, ...functions }[name](argument);
    postMessage([id, result], result instanceof Uint8Array ? [result.buffer] : []);
  };
}

const through = async (bytes, stream) =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());

const PEERS = {
  raw: { start: () => serve({}) },
  comlink: { script: "comlink.min.js", start: () => Comlink.expose({ empty }) },
  workerpool: { script: "workerpool.min.js", start: () => workerpool.worker({ empty }) },
  engine: {
    start: () => serve({
      deflate: (bytes) => through(bytes, new CompressionStream("deflate")),
      inflate: (bytes) => through(bytes, new DecompressionStream("deflate")),
    }),
  },
  pako: {
    script: "pako-3.min.js",
    start: () => serve({ deflate: (bytes) => pako.deflate(bytes, { level: 6 }), inflate: (bytes) => pako.inflate(bytes) }),
  },
  fflate: {
    script: "fflate.js",
    start: () => serve({ deflate: (bytes) => fflate.zlibSync(bytes, { level: 6 }), inflate: (bytes) => fflate.unzlibSync(bytes) }),
  },
  msgpackr: {
    script: "msgpackr.min.js",
    start() {
      // Without the library's own records: plain MessagePack, which others read. What it packs lies in a buffer of its own
      // that it goes on using, so the bytes are copied before they move.
      const packr = new msgpackr.Packr({ useRecords: false });
      serve({ encode: (value) => packr.pack(value).slice(), decode: (bytes) => packr.unpack(bytes) });
    },
  },
};

const { script, start } = PEERS[new URLSearchParams(location.search).get("peer")];
if (script) importScripts(`../vendor/${script}`);
start();
