/** White space of HTML. */
const SPACE = /[\t\n\f\r ]/;

/**
 * The addresses of a `srcset`, as HTML parses it ("Parsing a srcset attribute"): an address is what stands between white space,
 * so it may hold commas, but does not end with one; what descriptors say is passed over, commas in parentheses too.
 */
export function srcset(text: string): string[] {
  const found: string[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && (SPACE.test(text[at] as string) || text[at] === ",")) at += 1;
    if (at >= text.length) return found;
    const start = at;
    while (at < text.length && !SPACE.test(text[at] as string)) at += 1;
    const address = text.slice(start, at);
    const bare = address.replace(/,+$/, "");
    if (bare) found.push(bare);
    if (bare !== address) continue;
    for (let depth = 0; at < text.length && (depth > 0 || text[at] !== ","); at += 1) {
      if (text[at] === "(") depth = 1;
      else if (text[at] === ")") depth = 0;
    }
  }
}
