/** The pool of workers: the package itself, and what its workers can do. */

import { within } from "./within.js";
import * as jobs from "../jobs.js";

/** How long the answer to whether there is a policy is waited for, in ms: nothing on the page begins before it is known. */
const ASKING = 5_000;

/** How long workers may take to start before the page says that they do not, in ms. */
const STARTING = 30_000;

/** How long a script of others may take to come, in ms. */
const LOADING = 20_000;

const url = (path) => new URL(path, document.baseURI);

/** Workers at most: enough to see a pool, few enough for a phone's memory, since two jobs keep the cities. */
export const POOL_SIZE = Math.max(2, Math.min(4, navigator.hardwareConcurrency || 2));

/**
 * Whether the page's policy forbids making code of text. Functions then come from a module. The header is asked, since
 * trying it out would be a violation that the browser reports.
 */
export const isStrict = await (async () => {
  try {
    const page = await fetch(document.baseURI, { signal: AbortSignal.timeout(ASKING) });
    await page.text();
    const policy = page.headers.get("content-security-policy") ?? "";
    return policy.includes("script-src") && !policy.includes("'unsafe-eval'");
  } catch {
    return false;
  }
})();

/** The line that registered a function, as the cards show it. */
export const registration = (name) =>
  isStrict ? `await c.registerModule("jobs.js", ["${name}"]);` : `await c.define({ ${name} });`;

/** Loads the package and makes a pool. `ready` resolves when its workers can do all the jobs. */
export async function openPool() {
  const { Centaurus } = await import(url("pkg/centaurus.js").href).catch((cause) => {
    throw new Error("The package cannot be loaded. “cargo xtask build” makes it.", { cause });
  });
  const c = new Centaurus({ name: "playground", size: { min: 2, max: POOL_SIZE } });
  const scripts = c.loadScripts(url("vendor/pako.min.js"));
  const functions = isStrict ? c.registerModule(url("jobs.js"), Object.keys(jobs)) : c.define({ ...jobs });
  const ready = Promise.all([scripts, functions, c.ready]);
  const late = () => new Error(`The workers have not started for ${STARTING / 1000} s. Does the server still answer?`);
  return { Centaurus, c, ready: within(STARTING, ready, late) };
}

const loading = new Map();

/** Loads a classic script into the page, once: the main thread's side of `loadScripts`. */
export function loadScript(path) {
  if (!loading.has(path)) {
    const script = Object.assign(document.createElement("script"), { src: url(path).href });
    const failed = () => new Error(`${path} cannot be loaded. Is there a network? “node demo/prepare.mjs” makes it.`);
    const loaded = new Promise((resolve, reject) => {
      script.onload = resolve;
      script.onerror = () => reject(failed());
      document.head.append(script);
    });
    loading.set(path, within(LOADING, loaded, failed).catch((error) => {
      loading.delete(path);
      script.remove();
      throw error;
    }));
  }
  return loading.get(path);
}
