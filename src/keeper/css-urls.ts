/** A `url()` of CSS (CSS Syntax, section 4.3.6), quoted or not, and strings and comments, in which there is none. */
const TOKEN = /\/\*[^]*?\*\/|\burl\(\s*(?:"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'|((?:[^"'()\\\s]|\\[^])*))\s*\)|"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/gi;

/** The declarations with the addresses in them replaced; one for which there is nothing stays. */
export function replaceUrls(css: string, replace: (address: string) => string | undefined): string {
  return css.replace(TOKEN, (token: string, double?: string, single?: string, bare?: string) => {
    const address = double ?? single ?? bare;
    const other = address === undefined ? undefined : replace(unescape(address));
    // An object URL has nothing that a string would have to escape.
    return other === undefined ? token : `url("${other}")`;
  });
}

/** The addresses in declarations. Those that are only a fragment name something in the document itself. */
export function cssUrls(css: string): string[] {
  const found: string[] = [];
  replaceUrls(css, (address) => {
    if (address && !address.startsWith("#")) found.push(address);
    return undefined;
  });
  return found;
}

/** Undoes escapes (CSS Syntax, section 4.3.7). */
function unescape(text: string): string {
  return text.replace(/\\(?:([\da-f]{1,6})\s?|(\r\n|[^]))/gi, (_, hex?: string, one?: string) => {
    if (hex === undefined) return /[\n\r\f]/.test(one as string) ? "" : (one as string);
    const code = Number.parseInt(hex, 16);
    return code === 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? "\ufffd" : String.fromCodePoint(code);
  });
}
