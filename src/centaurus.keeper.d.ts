import type { CentaurusStorage } from "./centaurus.js";

// Names of the web's. A program that is compiled without them, such as the part of it that a server renders, need not bring
// them along for this package; there each is `any`.
// @ts-ignore
type CustomEvent<T = any> = globalThis.CustomEvent<T>;
// @ts-ignore
type Document = globalThis.Document;
// @ts-ignore
type Element = globalThis.Element;
// @ts-ignore
type Event = globalThis.Event;
// @ts-ignore
type EventTarget = globalThis.EventTarget;
// @ts-ignore
type ListenerOptions = globalThis.AddEventListenerOptions;
// @ts-ignore
type Response = globalThis.Response;
// @ts-ignore
type ShadowRoot = globalThis.ShadowRoot;
// @ts-ignore
type URL = globalThis.URL;
type Listener = ((event: Event) => void) | { handleEvent(event: Event): void };
/** A method under `Symbol.dispose`, where the program knows that symbol. */
type Disposable = typeof Symbol extends { readonly dispose: infer S extends symbol } ? { [K in S]: () => void } : {};

/** A pool, whether the compiler knows its functions or not. */
export interface KeeperPool {
  storage(name: string): CentaurusStorage;
  readonly ready: Promise<void>;
}

/** Where an address was found. */
export interface AssetUse {
  /** As it is asked for: absolute, without its fragment. */
  url: string;
  element: Element;
  /** Such as `"src"`, `"srcset"`, `"style"`. */
  attribute: string;
}

/** Why an address was not kept. */
export type SkipReason =
  /** Not an address of http or https, such as `blob:` and `data:`, or none at all. */
  | "address"
  /** The filter said no. */
  | "filter"
  /** It is of another origin, and was asked for without CORS: nobody may read it. `crossorigin` on the element changes that. */
  | "opaque"
  /** `Cache-Control: no-store`. */
  | "no-store"
  /** It varies by what the keeper cannot know, such as cookies. */
  | "vary"
  /** HTTP 404 or 410; what was kept of it before is deleted. */
  | "not-found"
  /** Any other status but 200, a part of it (206) among them. */
  | "status"
  /** It is no image, such as a page that says to sign in. */
  | "type"
  /** Larger than `maxSize`. */
  | "too-large"
  /** Nobody answered, CORS or a policy forbade it, or the line broke. */
  | "network"
  /** The store could not take it: `error` is the store's, such as a `StorageFullError`. */
  | "storage";

/** What is told of an address that was kept. */
export interface AssetKept {
  url: string;
  /** Bytes. */
  size: number;
  /** MIME type. */
  type: string;
  /** Revision of the entry in the store. */
  rev: number;
}

/** What is told of an address that was not kept. */
export interface AssetSkipped {
  url: string;
  reason: SkipReason;
  /** The reason in words, and what to do about it. */
  message: string;
  /** HTTP status, where there was an answer. */
  status?: number;
  error?: unknown;
}

/** What became of `keep`. */
export type KeepOutcome = ({ kept: true } & AssetKept) | ({ kept: false } & AssetSkipped);

export interface AssetKeeperOptions {
  /** What is watched: a document, an element, a shadow root (no keeper looks into those of its root). Default: `document`. */
  root?: Document | ShadowRoot | Element;
  /** Whether to keep what an element names; it is asked once an address. Default: everything. */
  filter?: (use: AssetUse) => boolean;
  /** Further attributes that name what is to be kept, of any type: `{ "a[download]": "href" }`. Default: none. */
  also?: Record<string, string>;
  /** Of an image with several addresses those that it has shown, or all of them. Default: `"shown"`. */
  candidates?: "shown" | "all";
  /** Bytes that one answer may have. Default: 16 MiB. */
  maxSize?: number;
  /** Answers that are fetched at the same time. Default: 4. */
  concurrency?: number;
  /** Gives images whose address cannot be loaded what was kept of it. Default: true. */
  fallback?: boolean;
  /** Serves what must be validated first (`no-cache`, `must-revalidate`) also when its server cannot be reached. Default: false. */
  lenient?: boolean;
  /** Milliseconds that a snapshot is kept. Default: a day. */
  snapshotTtl?: number;
  /** Address of `centaurus.keeper-worker.js`. Default: beside this script. */
  worker?: string | URL;
}

/** What happens to assets, as `CustomEvent`s. */
export interface AssetKeeperEventMap {
  /** Kept, anew or in the place of what was there. */
  kept: CustomEvent<AssetKept>;
  /** Not kept, and why. Once an address. */
  skipped: CustomEvent<AssetSkipped>;
  /** An element was given what was kept, as an object URL. */
  served: CustomEvent<{ url: string; element: Element }>;
}

/** A snapshot that cannot be made, or that no document can be made of any more. */
export class SnapshotError extends Error {
  name: "SnapshotError";
}

/**
 * Keeps a document's images as they appear, and serves them on a later visit: to elements, as object URLs, or to a service
 * worker's fetches. Also keeps what the document looked like, one snapshot an entry of the history.
 *
 * Fetching, the rules of HTTP caches (RFC 9111, as a private cache), and storing are the workers'; the page collects
 * addresses, in idle time.
 *
 * Watched are `img` (`src`, `srcset`), the `source`s of a `picture`, `image` of SVG (`href`), `video` (`poster`), `input
 * type=image`, `link rel=icon`, and `url()` in `style` attributes. Style sheets, canvases and shadow roots are not.
 */
export class AssetKeeper {
  /** `pool` fetches, `storage` keeps; other things may lie in it, under keys that do not begin with `asset` or `snapshot`. */
  constructor(pool: KeeperPool, storage: CentaurusStorage, options?: AssetKeeperOptions);
  /** Whether it watches. */
  readonly running: boolean;
  /** Watches from now on, and looks at what is there already. */
  start(): this;
  /** Watches no more; what is under way is given up. Elements keep what they were given until `release()`. `Symbol.dispose` does both. */
  stop(): void;
  /** Resolves when all that appeared so far has been dealt with. */
  settled(): Promise<void>;

  /** Keeps an address, whatever names it. `crossOrigin` as an element's attribute. */
  keep(url: string | URL, options?: { crossOrigin?: "anonymous" | "use-credentials" | null }): Promise<KeepOutcome>;
  /** What was kept, if it may be used now (validated, if it is stale); nothing otherwise. */
  match(url: string | URL, options?: { crossOrigin?: "anonymous" | "use-credentials" | null }): Promise<Response | undefined>;
  /** Gives the elements below `root` that are not loaded yet what was kept for them. How many it served. Default: the keeper's root. */
  restore(root?: Document | ShadowRoot | Element): Promise<number>;
  /** Gives elements their own addresses back, and revokes the object URLs. Default: the keeper's root. */
  release(root?: Document | ShadowRoot | Element): void;
  /** What is kept. */
  list(): Promise<AssetKept[]>;
  /** Forgets an address. Whether it was kept. */
  delete(url: string | URL): Promise<boolean>;
  /** Forgets everything this keeper's store has of assets and snapshots. */
  clear(): Promise<void>;

  /**
   * Keeps what the root looks like, what is in its forms, and where it is scrolled to. The document is read before this
   * returns, so it can be called right before a navigation. `id`: default that of the current entry of the history.
   * Resolves to the id. Never kept: scripts, handlers, passwords, files, card numbers, and what asks for `autocomplete="off"`.
   */
  snapshot(id?: string): Promise<string>;
  /** Puts a snapshot in the root's place. Nothing in it runs. False if there is none, or if another was asked for meanwhile. */
  restoreSnapshot(id?: string): Promise<boolean>;

  addEventListener<K extends keyof AssetKeeperEventMap>(
    type: K,
    listener: (this: this, event: AssetKeeperEventMap[K]) => unknown,
    options?: boolean | ListenerOptions,
  ): void;
  addEventListener(type: string, listener: Listener | null, options?: boolean | ListenerOptions): void;
}

export interface AssetKeeper extends EventTarget, Disposable {}
