/** The directives of a response's Cache-Control (RFC 9111, section 5.2.2) that a private cache heeds. */
export interface Directives {
  noStore: boolean;
  noCache: boolean;
  mustRevalidate: boolean;
  /** Seconds; 0 where it cannot be read (section 4.2.1: what is invalid is stale). */
  maxAge: number | undefined;
}

/** The largest number of seconds that a cache has to tell apart (section 1.2.2). */
const MOST = 2 ** 31;

/** One directive: a token, and a token or a quoted string behind `=` (section 5.2; RFC 9110, section 5.6). */
const DIRECTIVE = /([!#$%&'*+\-.^_`|~\w]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?/g;

/** Reads the field. A directive that comes twice counts by its strictest value. */
export function directives(field: string | null | undefined): Directives {
  const found: Directives = { noStore: false, noCache: false, mustRevalidate: false, maxAge: undefined };
  for (const [, name = "", quoted, plain] of (field ?? "").matchAll(DIRECTIVE)) {
    switch (name.toLowerCase()) {
      case "no-store":
        found.noStore = true;
        break;
      case "no-cache":
        // With field names it is about these alone, which a cache may also take for all of it (section 5.2.2.4).
        found.noCache = true;
        break;
      case "must-revalidate":
        found.mustRevalidate = true;
        break;
      case "max-age":
        found.maxAge = Math.min(found.maxAge ?? MOST, seconds(quoted ?? plain));
        break;
    }
  }
  return found;
}

/** Delta-seconds (section 1.2.2). */
export function seconds(text: string | null | undefined): number {
  return /^\d+$/.test(text ?? "") ? Math.min(Number(text), MOST) : 0;
}
