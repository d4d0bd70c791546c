import type { AssetKeeperOptions } from "../centaurus.keeper.js";
import type { Root } from "./watcher.js";

/** A photograph of many megapixels; what is larger is seldom an image. */
const MAX_SIZE = 16 * 2 ** 20;
/** As many as leave a browser connections to a server (six) for the page itself. */
const CONCURRENCY = 4;
/** Snapshots are of a tab's history, which nobody comes back to the day after. */
const SNAPSHOT_TTL = 24 * 60 * 60 * 1_000;

export interface Settings extends Required<AssetKeeperOptions> {
  root: Root;
}

/** Options with every default filled in, checked. */
export function settings(options: AssetKeeperOptions = {}): Settings {
  const filled: Settings = {
    root: options.root ?? document,
    filter: options.filter ?? (() => true),
    also: options.also ?? {},
    candidates: options.candidates ?? "shown",
    maxSize: options.maxSize ?? MAX_SIZE,
    concurrency: options.concurrency ?? CONCURRENCY,
    fallback: options.fallback ?? true,
    lenient: options.lenient ?? false,
    snapshotTtl: options.snapshotTtl ?? SNAPSHOT_TTL,
    // Written out in full: bundlers find and emit the file by this very expression.
    worker: options.worker ?? new URL("./centaurus.keeper-worker.js", import.meta.url),
  };
  const unknown = Object.keys(options).filter((name) => !(name in filled));
  if (unknown.length > 0) throw new TypeError(`A keeper has no option ${unknown.join(", ")}; it has ${Object.keys(filled).join(", ")}`);
  if (![Node.DOCUMENT_NODE, Node.DOCUMENT_FRAGMENT_NODE, Node.ELEMENT_NODE].includes(filled.root?.nodeType as never)) {
    throw new TypeError("root must be a document, an element or a shadow root");
  }
  if (typeof filled.filter !== "function") throw new TypeError("filter must be a function");
  for (const selector of Object.keys(filled.also)) filled.root.querySelector(selector);
  if (filled.candidates !== "shown" && filled.candidates !== "all") {
    throw new RangeError(`candidates must be 'shown' or 'all', not '${String(filled.candidates)}'`);
  }
  for (const name of ["maxSize", "concurrency", "snapshotTtl"] as const) {
    if (!(typeof filled[name] === "number" && filled[name] > 0)) throw new RangeError(`${name} must be a number above 0, not ${String(filled[name])}`);
  }
  return filled;
}
