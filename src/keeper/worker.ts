// What the pool's workers run: `centaurus.keeper-worker.js`, registered as a module, so that no policy has to allow eval.

// A name that no function of the page's has.
export { fetchAsset as "centaurus.keeper" } from "./fetching.js";
