/** What the keeper's requests are made with, by the names of header fields. */
export type Selecting = Record<string, string>;

/** Sent with every request, so that answers which vary by it are always of one kind. */
export const ACCEPT = "image/*,*/*;q=0.8";

/**
 * The values of the fields that an answer varies by (RFC 9111, section 4.1), or the name of one that nobody can know: a
 * cookie, a client hint. `known` are all that can be.
 */
export function selectedBy(vary: string | null | undefined, known: Selecting): Selecting | string {
  const selected: Selecting = {};
  for (const name of (vary ?? "").toLowerCase().split(",").map((name) => name.trim()).filter(Boolean)) {
    const value = known[name];
    if (value === undefined) return name;
    selected[name] = value;
  }
  return selected;
}

/** Whether an answer that was selected so is one to requests as they are now. */
export function matches(selected: Selecting, known: Selecting): boolean {
  return Object.entries(selected).every(([name, value]) => known[name] === value);
}

/** What a request is known to be made with. The encodings are the browser's, which has undone them. */
export function knownOf(scope: { navigator: { languages: readonly string[]; userAgent: string } }, origin: string): Selecting {
  const { languages, userAgent } = scope.navigator;
  return { accept: ACCEPT, "accept-encoding": "", "accept-language": languages.join(), "user-agent": userAgent, origin };
}
