import type { CentaurusStorage } from "../centaurus.js";
import type { AssetKept, AssetKeeper as Keeper, AssetKeeperEventMap, AssetKeeperOptions, KeeperPool, KeepOutcome } from "../centaurus.keeper.js";
import { answer, answerFetches } from "./answering.js";
import { type Asset, assetOf, keyOf } from "./asset.js";
import { ElementServer } from "./element-server.js";
import { Library, skipped } from "./library.js";
import { type Settings, settings } from "./options.js";
import { Remembered } from "./remembered.js";
import { Serving } from "./serving.js";
import { Snapshots } from "./snapshots.js";
import { Uses } from "./uses.js";
import { isImage, placeOf, wantedBy, type Wanted } from "./wanted.js";
import { elementsOf, type Root, Watcher } from "./watcher.js";

/** The elements that are served at the same time. */
const SERVED_AT_ONCE = 16;

/** Keeps a document's assets: what is seen by the watcher goes to the library, what the library has to elements. */
export class AssetKeeper extends EventTarget implements Keeper {
  readonly #settings: Settings;
  readonly #uses: Uses;
  readonly #library: Library;
  readonly #serving = new Serving();
  readonly #server: ElementServer;
  readonly #snapshots: Snapshots;
  readonly #watcher: Watcher;
  /** Addresses that have been dealt with. */
  readonly #seen = new Remembered();
  /** What is under way. */
  readonly #work = new Set<Promise<unknown>>();
  /** Ends what is under way when the keeper stops; there only while it runs. */
  #running: AbortController | undefined;
  #unanswer: (() => void) | undefined;

  static {
    // Engines that lack the symbol have no use for the method.
    if (Symbol.dispose) Object.defineProperty(this.prototype, Symbol.dispose, { value: dispose, configurable: true, writable: true });
  }

  declare [Symbol.dispose]: () => void;

  constructor(pool: KeeperPool, storage: CentaurusStorage, options?: AssetKeeperOptions) {
    super();
    if (typeof pool?.storage !== "function") throw new TypeError("A keeper takes a pool, new Centaurus(), whose workers fetch");
    if (typeof storage?.put !== "function") throw new TypeError("A keeper takes a store, such as c.storage('assets')");
    this.#settings = settings(options);
    const { root, also } = this.#settings;
    this.#uses = new Uses(also);
    this.#library = new Library(pool, storage, this.#settings);
    this.#server = new ElementServer(this.#library, this.#serving, this.#uses, (url, element) => this.#tell("served", { url, element }));
    this.#snapshots = new Snapshots(storage, this.#settings, this.#serving);
    this.#watcher = new Watcher(root, this.#uses, {
      seen: (element) => this.#see(element),
      broken: (element) => {
        // What a video tells of is not its poster.
        if (element.localName !== "video") this.#await(this.#fallBack(element));
      },
      changed: (element) => this.#serving.changed(element),
      removed: () => this.#serving.sweep(),
    });
  }

  get running(): boolean {
    return this.#running !== undefined;
  }

  start(): this {
    if (!this.#running) {
      this.#running = new AbortController();
      this.#watcher.start();
      this.#unanswer = answerFetches((asset) => this.#library.find(asset, false));
    }
    return this;
  }

  stop(): void {
    this.#watcher.stop();
    this.#unanswer?.();
    this.#running?.abort(new DOMException("The keeper was stopped", "AbortError"));
    this.#running = undefined;
  }

  async settled(): Promise<void> {
    do {
      await this.#watcher.drained();
      await Promise.all(this.#work);
    } while (this.#work.size > 0);
  }

  /** `tried`: whether it was looked for what is kept of it. */
  #see(element: Element, tried = false): void {
    if (this.#serving.wake(element) || this.#serving.has(element)) return;
    for (const wanted of wantedBy(element, this.#uses, this.#settings.candidates === "shown")) this.#want(element, wanted, tried);
  }

  #want(element: Element, { address, attribute, asset, image }: Wanted, tried: boolean): void {
    if (typeof asset === "string") {
      // What this keeper gave an element is nothing that it has to tell of.
      if (this.#seen.add(`${asset} ${address}`)) this.#report(skipped(address, asset));
      return;
    }
    const key = keyOf(asset);
    if (!this.#seen.add(key)) {
      if (!tried) this.#await(this.#ifBroken(element));
      return;
    }
    if (!this.#settings.filter({ url: asset.url, element, attribute })) {
      this.#report(skipped(asset.url, "filter"));
      return;
    }
    this.#await(this.#keepSeen(key, asset, image).then(() => (tried ? undefined : this.#ifBroken(element))));
  }

  async #keepSeen(key: string, asset: Asset, image: boolean): Promise<void> {
    const outcome = await this.#library.keep(asset, image, this.#running?.signal);
    // Its server may answer the next time.
    if (!outcome.kept && outcome.reason === "network") this.#seen.forget(key);
    this.#report(outcome);
  }

  /** An image that could not be loaded before anybody listened. */
  async #ifBroken(element: Element): Promise<void> {
    if (!isImage(element) || !element.complete || element.naturalWidth > 0) return;
    // An SVG may have no size of its own.
    if (await element.decode().then(() => true, () => false)) return;
    await this.#fallBack(element);
  }

  /** Serves an image that could not be loaded; where there is nothing for it, the reason is found out. */
  async #fallBack(element: Element): Promise<void> {
    const signal = this.#running?.signal;
    if (!signal || this.#serving.has(element)) return;
    if (!(this.#settings.fallback && await this.#server.serve(element, signal)) && this.#running) this.#see(element, true);
  }

  /** Something is under way until it ends; that it was given up is no news. */
  #await(work: Promise<unknown>): void {
    const done: Promise<unknown> = work.then(
      () => this.#work.delete(done),
      (error: unknown) => {
        this.#work.delete(done);
        const { name } = error as Error;
        // The pool's end is its keeper's.
        if (name === "TerminatedError") this.stop();
        else if (name !== "AbortError") reportError(error);
      },
    );
    this.#work.add(done);
  }

  #report(outcome: KeepOutcome): void {
    const { kept, ...detail } = outcome;
    this.#tell(kept ? "kept" : "skipped", detail as never);
  }

  #tell<K extends keyof AssetKeeperEventMap>(type: K, detail: AssetKeeperEventMap[K]["detail"]): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  async keep(url: string | URL, { crossOrigin = null }: { crossOrigin?: string | null } = {}): Promise<KeepOutcome> {
    const asset = assetOf(url, placeOf(document), crossOrigin);
    const outcome = typeof asset === "string" ? skipped(String(url), asset) : await this.#library.keep(asset, false, undefined);
    this.#report(outcome);
    return outcome;
  }

  async match(url: string | URL, { crossOrigin = null }: { crossOrigin?: string | null } = {}): Promise<Response | undefined> {
    const asset = assetOf(url, placeOf(document), crossOrigin);
    const found = typeof asset === "string" ? undefined : await this.#library.find(asset, false);
    if (!found) return undefined;
    const { blob, headers } = answer(found);
    return new Response(blob, { headers });
  }

  async restore(root: Root = this.#settings.root): Promise<number> {
    const waiting = [...elementsOf(root)].filter((element) => element.matches(this.#uses.selector) && !isLoaded(element));
    let served = 0;
    const next = async (): Promise<void> => {
      for (let element = waiting.shift(); element; element = waiting.shift()) if (await this.#server.serve(element)) served += 1;
    };
    await Promise.all(Array.from({ length: SERVED_AT_ONCE }, next));
    return served;
  }

  release(root: Root = this.#settings.root): void {
    this.#serving.releaseBelow(root);
  }

  list(): Promise<AssetKept[]> {
    return this.#library.list();
  }

  async delete(url: string | URL): Promise<boolean> {
    const asset = assetOf(url, placeOf(document), "anonymous");
    if (typeof asset === "string") return false;
    this.#seen.clear();
    return this.#library.delete(asset.url);
  }

  async clear(): Promise<void> {
    this.#seen.clear();
    await Promise.all([this.#library.clear(), this.#snapshots.clear()]);
  }

  snapshot(id?: string): Promise<string> {
    return this.#snapshots.take(id);
  }

  restoreSnapshot(id?: string): Promise<boolean> {
    return this.#snapshots.restore(id);
  }
}

function dispose(this: AssetKeeper): void {
  this.stop();
  this.release();
}

function isLoaded(element: Element): boolean {
  return isImage(element) && element.complete && element.naturalWidth > 0;
}
