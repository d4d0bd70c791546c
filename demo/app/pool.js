/** The pool of workers: the package itself, and what its workers can do. */

import * as jobs from "../jobs.js";

const url = (path) => new URL(path, document.baseURI);

/** Workers at most: enough to see a pool, few enough for a phone's memory, since two jobs keep the cities. */
export const POOL_SIZE = Math.max(2, Math.min(4, navigator.hardwareConcurrency || 2));

/**
 * Whether the page's policy forbids making code of text. Functions then come from a module. The header is asked, since
 * trying it out would be a violation that the browser reports.
 */
export const isStrict = await (async () => {
  try {
    const page = await fetch(document.baseURI);
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
  return { Centaurus, c, ready: Promise.all([scripts, functions, c.ready]) };
}

const loading = new Map();

/** Loads a classic script into the page, once: the main thread's side of `loadScripts`. */
export function loadScript(path) {
  if (!loading.has(path)) {
    loading.set(path, new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: url(path).href, onload: resolve });
      script.onerror = () => {
        loading.delete(path);
        script.remove();
        reject(new Error(`${path} cannot be loaded. “node demo/prepare.mjs” makes it.`));
      };
      document.head.append(script);
    }));
  }
  return loading.get(path);
}
