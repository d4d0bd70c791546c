import type { CentaurusStorage, StorageStat } from "../centaurus.js";
import type { AssetKept, AssetSkipped, KeeperPool, KeepOutcome, SkipReason } from "../centaurus.keeper.js";
import { type Asset, keyOf, keysOf, PREFIX } from "./asset.js";
import { conditions, freshened, freshness, isImage, type Meta } from "./caching.js";
import { deleteAll } from "./delete-all.js";
import type { Fetched, Order } from "./fetching.js";
import { Gate } from "./gate.js";
import { fetchIn } from "./pool.js";
import { explain } from "./reasons.js";
import { knownOf, matches } from "./vary.js";

/** How long an answer may take, in ms: a large image on a slow line. */
const FETCH_TIMEOUT = 60_000;
/** How long an element waits for a validation before its server counts as out of reach, in ms. */
const VALIDATION_TIMEOUT = 10_000;

export interface Rules {
  maxSize: number;
  concurrency: number;
  lenient: boolean;
  worker: string | URL;
}

/** A kept answer that may be used. */
export interface Found {
  key: string;
  rev: number;
  blob: Blob;
  meta: Meta;
}

/** What is done with the answers that are kept: a private cache (RFC 9111) over a store. It knows of no document. */
export class Library {
  readonly #pool: KeeperPool;
  readonly #store: CentaurusStorage;
  readonly #rules: Rules;
  readonly #gate: Gate;
  /** What is being kept, by key: one address is fetched once at a time. */
  readonly #under = new Map<string, Promise<KeepOutcome>>();

  constructor(pool: KeeperPool, store: CentaurusStorage, rules: Rules) {
    this.#pool = pool;
    this.#store = store;
    this.#rules = rules;
    this.#gate = new Gate(rules.concurrency);
  }

  /** Keeps what an address gives now, unless what is kept of it is still fresh. */
  keep(asset: Asset, image: boolean, signal: AbortSignal | undefined, timeout = FETCH_TIMEOUT): Promise<KeepOutcome> {
    const key = keyOf(asset);
    let keeping = this.#under.get(key);
    if (!keeping) {
      keeping = this.#gate.pass(() => this.#keep(key, asset, image, signal, timeout)).finally(() => this.#under.delete(key));
      this.#under.set(key, keeping);
    }
    return keeping;
  }

  async #keep(key: string, asset: Asset, image: boolean, signal: AbortSignal | undefined, timeout: number): Promise<KeepOutcome> {
    signal?.throwIfAborted();
    try {
      return await this.#renew(key, asset, image, signal, timeout);
    } catch (error) {
      const { name, message } = error as Error;
      if (!name.startsWith("Storage")) throw error;
      return skipped(asset.url, "storage", message, { error });
    }
  }

  async #renew(key: string, asset: Asset, image: boolean, signal: AbortSignal | undefined, timeout: number): Promise<KeepOutcome> {
    const stat = await this.#store.stat(key);
    const meta = stat?.meta as Meta | undefined;
    if (stat && meta && this.#is(meta) && freshness(meta, Date.now()) === "fresh") return { kept: true, ...keptOf(stat) };
    let answer = await this.#fetch(asset, meta, image, signal, timeout);
    let same: Blob | undefined;
    if (answer.kind === "same") {
      same = await this.#store.get<Blob>(key).catch(() => undefined);
      // Whoever deleted it meanwhile, or damaged it, has it fetched whole.
      if (!same) answer = await this.#fetch(asset, undefined, image, signal, timeout);
    }
    if (answer.kind === "refused") {
      const { reason, detail, status } = answer;
      if (stat && !isPassing(answer)) await this.#store.delete(key, { expect: stat.rev }).catch(() => {});
      return skipped(asset.url, reason, detail, status === undefined ? {} : { status });
    }
    const put = answer.kind === "content"
      ? await this.#store.put(key, answer.blob, { meta: answer.meta })
      : await this.#store.put(key, same, { meta: freshened(meta as Meta, answer.meta) });
    return { kept: true, ...keptOf(put) };
  }

  async #fetch(asset: Asset, kept: Meta | undefined, image: boolean, signal: AbortSignal | undefined, timeout: number): Promise<Fetched> {
    try {
      return await fetchIn(this.#pool, this.#rules.worker, this.#order(asset, kept, image), { timeout, ...(signal && { signal }) });
    } catch (error) {
      if (signal?.aborted || (error as Error).name !== "TimeoutError") throw error;
      return { kind: "refused", reason: "network", detail: `no answer within ${timeout / 1_000} s` };
    }
  }

  #order({ url, mode, credentials, foreign }: Asset, kept: Meta | undefined, image: boolean): Order {
    const order: Order = { url, mode, credentials, cache: "default", conditions: {}, maxSize: this.#rules.maxSize, image };
    if (!kept) return order;
    // What was an image stays one, whoever asks.
    order.image ||= isImage(kept.fields["content-type"] ?? "");
    // Another origin would be asked beforehand (CORS preflight) whether a condition may be sent: its answer is validated by
    // the browser's own cache.
    const asked = foreign ? undefined : conditions(kept);
    return asked ? { ...order, mode: mode === "no-cors" ? "same-origin" : mode, conditions: asked } : { ...order, cache: "no-cache" };
  }

  /** What was kept, validated if it is stale; nothing if there is none, or if it must not be used. */
  async find(asset: Asset, image: boolean, signal?: AbortSignal): Promise<Found | undefined> {
    const key = keyOf(asset);
    const stat = await this.#store.stat(key);
    if (!stat) return undefined;
    const state = freshness(stat.meta as Meta, Date.now());
    if (state !== "fresh" || !this.#is(stat.meta as Meta)) {
      const outcome = await this.keep(asset, image, signal, VALIDATION_TIMEOUT);
      if (!outcome.kept && !(this.#is(stat.meta as Meta) && isOutOfReach(outcome) && (state === "stale" || this.#rules.lenient))) return undefined;
    }
    return this.#read(key);
  }

  async #read(key: string): Promise<Found | undefined> {
    for (;;) {
      const stat = await this.#store.stat(key);
      if (!stat) return undefined;
      const { rev } = stat;
      try {
        const blob = await this.#store.get<Blob>(key, { rev });
        return blob && { key, rev, blob, meta: stat.meta as Meta };
      } catch (error) {
        const { name } = error as Error;
        // What is damaged is as good as not kept; what was replaced between the two is read again.
        if (name === "StorageCorruptError") await this.#store.delete(key, { expect: rev }).catch(() => {});
        else if (name !== "ConflictError") throw error;
      }
    }
  }

  /** Whether a kept answer was selected by what requests say now. */
  #is(meta: Meta): boolean {
    return matches(meta.selected, knownOf(globalThis, location.origin));
  }

  async list(): Promise<AssetKept[]> {
    return (await this.#store.list({ prefix: PREFIX })).map(keptOf);
  }

  async delete(url: string): Promise<boolean> {
    const deleted = await Promise.all(keysOf(url).map((key) => this.#store.delete(key)));
    return deleted.includes(true);
  }

  async clear(): Promise<void> {
    await deleteAll(this.#store, PREFIX);
  }
}

/** Whether a refusal says nothing of what is kept: the line, the server's own trouble, or who asks. */
function isPassing({ reason, status = 0 }: { reason: SkipReason; status?: number }): boolean {
  return reason === "network" || reason === "status" && status !== 206;
}

/** Whether the server could not be asked (RFC 9111, section 4.2.4 and 4.3.3: its 5xx count so). */
function isOutOfReach({ reason, status = 0 }: AssetSkipped): boolean {
  return reason === "network" || (reason === "status" && status >= 500);
}

function keptOf({ meta, size, type, rev }: StorageStat): AssetKept {
  return { url: (meta as Meta).url, size, type, rev };
}

export function skipped(url: string, reason: SkipReason, detail?: string, more?: Partial<AssetSkipped>): KeepOutcome {
  return { kept: false, url, reason, message: explain(url, reason, detail), ...more };
}
