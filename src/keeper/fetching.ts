import type { SkipReason } from "../centaurus.keeper.js";
import { type Fields, FIELDS, isImage, type Meta, refusal } from "./caching.js";
import { ACCEPT, knownOf, selectedBy } from "./vary.js";

/** What a worker is to fetch. */
export interface Order {
  url: string;
  mode: "no-cors" | "same-origin" | "cors";
  credentials: "include" | "same-origin";
  cache: "default" | "no-cache" | "no-store";
  /** By which a kept answer is validated. */
  conditions: Record<string, string>;
  /** Bytes. */
  maxSize: number;
  /** Only an image will do. */
  image: boolean;
}

/** What came of it. */
export type Fetched =
  | { kind: "content"; blob: Blob; meta: Meta }
  /** The kept answer is still the one: HTTP 304. */
  | { kind: "same"; meta: Meta }
  | Refused;

export interface Refused {
  kind: "refused";
  reason: SkipReason;
  detail: string;
  status?: number;
}

/** `this` of a registered function. */
interface Task {
  signal: AbortSignal;
}

/** Fetches an asset, unless it turns out to be one that is not kept. Runs in a worker. */
export async function fetchAsset(this: Task, order: Order): Promise<Fetched> {
  const { url, mode, credentials, cache, conditions, image } = order;
  const given = new AbortController();
  const { signal } = this;
  const abort = () => given.abort(signal.reason);
  signal.addEventListener("abort", abort);
  const requested = Date.now();
  try {
    const headers = { accept: ACCEPT, ...conditions };
    const response = await fetch(url, { mode, credentials, cache, headers, redirect: "follow", signal: given.signal });
    const fields: Fields = {};
    for (const name of FIELDS) {
      const value = response.headers.get(name);
      if (value !== null) fields[name] = value;
    }
    const meta: Meta = { url, fields, requested, received: Date.now(), redirected: response.redirected, selected: {} };
    const { status } = response;
    const refuse = (reason: SkipReason, detail = ""): Refused => {
      // The rest of the answer is of no use to anybody.
      given.abort();
      return { kind: "refused", reason, detail, ...(status !== 0 && { status }) };
    };
    const selected = selectedBy(fields.vary, knownOf(self, self.location.origin));
    if (typeof selected === "string") return refuse("vary", selected);
    meta.selected = selected;
    if (status === 304 && Object.keys(conditions).length > 0) return { kind: "same", meta };
    const reason = refusal({ status, type: response.type, fields });
    if (reason) return refuse(reason, String(status));
    const type = fields["content-type"] ?? "";
    if (image && !isImage(type)) return refuse("type", type || "none");
    const blob = await contentOf(response, type, order.maxSize);
    return blob ? { kind: "content", blob, meta } : refuse("too-large");
  } catch (error) {
    if (signal.aborted) throw error;
    return { kind: "refused", reason: "network", detail: (error as Error).message };
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** The body as a Blob; nothing if it is larger than it may be. */
async function contentOf(response: Response, type: string, maxSize: number): Promise<Blob | undefined> {
  // Of what was encoded it is a length of something else; then the bytes are counted alone.
  if (!response.headers.has("content-encoding") && Number(response.headers.get("content-length")) > maxSize) return undefined;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    size += read.value.length;
    if (size > maxSize) return undefined;
    parts.push(read.value);
  }
  return new Blob(parts, { type });
}
