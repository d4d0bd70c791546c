import type { SkipReason } from "../centaurus.keeper.js";

/** What is asked for, and how. */
export interface Asset {
  /** Absolute, without a fragment. */
  url: string;
  mode: "no-cors" | "cors";
  credentials: "include" | "same-origin";
  /** Whether it is of another origin. */
  foreign: boolean;
}

/** Where an address stands. */
export interface Place {
  base: string;
  origin: string;
}

/** What an element's address asks for (HTML, "create a potential-CORS request"), or why it cannot be kept. `crossOrigin`: the attribute. */
export function assetOf(
  address: string | URL,
  { base, origin }: Place,
  crossOrigin: string | null | undefined,
): Asset | Extract<SkipReason, "address" | "opaque"> {
  const url = URL.canParse(address, base) ? new URL(address, base) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return "address";
  url.hash = "";
  const foreign = url.origin !== origin;
  if (typeof crossOrigin !== "string") return foreign ? "opaque" : { url: url.href, mode: "no-cors", credentials: "include", foreign };
  const credentials = crossOrigin.toLowerCase() === "use-credentials" ? "include" : "same-origin";
  return { url: url.href, mode: "cors", credentials, foreign };
}

/** All keys of assets begin so. */
export const PREFIX = "asset";

/** The key of an asset in the store. What another origin sends to somebody it knows is not what it sends to anybody. */
export function keyOf({ url, credentials, foreign }: Asset): string {
  return `${PREFIX}${foreign && credentials === "include" ? " with credentials" : ""} ${url}`;
}

/** Both keys that an address can have. */
export function keysOf(url: string): string[] {
  return [`${PREFIX} ${url}`, `${PREFIX} with credentials ${url}`];
}
