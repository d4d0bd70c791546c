import type { SkipReason } from "../centaurus.keeper.js";
import { directives, seconds } from "./cache-control.js";
import type { Selecting } from "./vary.js";

/** The header fields that are kept, in lower case: those of RFC 9111 and the content's type. */
export const FIELDS = ["cache-control", "expires", "date", "age", "etag", "last-modified", "vary", "content-type"] as const;
export type Fields = Partial<Record<(typeof FIELDS)[number], string>>;

/** What is kept beside an asset's content. Times in ms since 1970. */
export interface Meta {
  url: string;
  fields: Fields;
  /** When it was asked for, and when the answer came. */
  requested: number;
  received: number;
  /** Whether other addresses stand between its own and the answer: how long those hold nobody says. */
  redirected: boolean;
  /** What it was selected by. */
  selected: Selecting;
}

/** How a kept answer may be used (RFC 9111, section 4.2). */
export type Freshness =
  /** As it is. */
  | "fresh"
  /** Once it is validated, or if the server cannot be reached (section 4.2.4). */
  | "stale"
  /** Once it is validated, never otherwise: `no-cache`, `must-revalidate`. */
  | "bound";

/** Of the time since a last change that was without an own lifetime (section 4.2.2). */
const HEURISTIC = 0.1;

/** Why an answer cannot be kept (section 3), as far as its head says; nothing if it can. */
export function refusal(answer: { status: number; type: string; fields: Fields }): SkipReason | undefined {
  if (answer.type === "opaque" || answer.type === "opaqueredirect") return "opaque";
  if (answer.status === 404 || answer.status === 410) return "not-found";
  if (answer.status !== 200) return "status";
  return directives(answer.fields["cache-control"]).noStore ? "no-store" : undefined;
}

/** How the answer may be used at a time. */
export function freshness({ fields, requested, received, redirected }: Meta, now: number): Freshness {
  const { noCache, mustRevalidate, maxAge } = directives(fields["cache-control"]);
  if (noCache) return "bound";
  // A clock that was set back knows no ages.
  const fresh = !redirected && now >= received && age(fields, requested, received, now) < lifetime(fields, maxAge, received);
  return fresh ? "fresh" : mustRevalidate ? "bound" : "stale";
}

/** Current age in ms (section 4.2.3). */
function age(fields: Fields, requested: number, received: number, now: number): number {
  const date = time(fields.date) ?? received;
  const apparent = Math.max(0, received - date);
  const corrected = seconds(fields.age) * 1_000 + (received - requested);
  return Math.max(apparent, corrected) + (now - received);
}

/** How long the answer is fresh, in ms from its making (section 4.2.1). */
function lifetime(fields: Fields, maxAge: number | undefined, received: number): number {
  if (maxAge !== undefined) return maxAge * 1_000;
  const date = time(fields.date) ?? received;
  // An invalid date, such as 0, is one that has passed (section 5.3).
  if (fields.expires !== undefined) return (time(fields.expires) ?? 0) - date;
  const changed = time(fields["last-modified"]);
  return changed === undefined ? 0 : (date - changed) * HEURISTIC;
}

function time(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}

/** The header fields by which an answer is validated (section 4.3.1); nothing if it has no validator. */
export function conditions({ fields }: Meta): Record<string, string> | undefined {
  const { etag, "last-modified": changed } = fields;
  if (etag === undefined && changed === undefined) return undefined;
  return { ...(etag !== undefined && { "if-none-match": etag }), ...(changed !== undefined && { "if-modified-since": changed }) };
}

/** What is known of an answer once the server has said that it is still the same (section 4.3.4). */
export function freshened(kept: Meta, answer: Meta): Meta {
  const fields = { ...kept.fields, ...answer.fields };
  // The content is the old one, and so is what says of which kind it is.
  if (kept.fields["content-type"] !== undefined) fields["content-type"] = kept.fields["content-type"];
  // An age is that of one answer.
  if (answer.fields.age === undefined) delete fields.age;
  return { ...answer, fields };
}

/** Whether a Content-Type is an image's. */
export function isImage(type: string): boolean {
  return /^image\//i.test(type);
}
