/** The page without a network: its service worker keeps what it has loaded, and what it may load later. */

import { write } from "./dom.js";

/** Loaded when a card first wants them, which may be too late. */
export const LATER = [
  ...["centaurus.js", "centaurus.wasm", "centaurus.worker.js", "centaurus.worker.wasm", "centaurus.worker.simd.wasm",
    "centaurus.digest.wasm", "centaurus.digest.simd.wasm", "centaurus.protobuf.wasm", "centaurus.socket.js", "centaurus.extras.js", "centaurus.socket.wasm",
    "centaurus.storage.wasm", "centaurus.threads.js", "centaurus.threads.wasm"].map((file) => `pkg/${file}`),
  ...["pako.min.js", "msgpack.min.js", "comlink.min.js", "workerpool.min.js", "pako-3.min.js", "fflate.js", "msgpackr.min.js"]
    .map((file) => `vendor/${file}`),
  ...["raw", "comlink", "workerpool", "engine", "pako", "fflate", "msgpackr"].map((peer) => `bench/peer-worker.js?peer=${peer}`),
  "centaurus.global.js", "centaurus.worker.js", "jobs.js",
];

/** Loaded by now, of this site: the page itself among it. */
const loaded = () => [location.href.split("#")[0], ...performance.getEntriesByType("resource").map(({ name }) => name)]
  .filter((url) => url.startsWith(new URL(".", document.baseURI).href));

/** Has everything kept, and says so in `place`. Browsers that cannot, or will not, leave it at that. */
export async function keepForOffline(place) {
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register(new URL("offline.js", document.baseURI));
    const { active } = await navigator.serviceWorker.ready;
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      if (data.lost.length === 0) write(place, "Kept for use without a network.");
      else console.info("Not kept for use without a network:", ...data.lost);
    });
    navigator.serviceWorker.startMessages();
    active.postMessage([...new Set([...loaded(), ...LATER.map((file) => new URL(file, document.baseURI).href)])]);
  } catch (error) {
    console.info("The page is not kept for use without a network:", error.message);
  }
}
