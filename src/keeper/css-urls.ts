/** A comment or a string, in which no `url()` is. */
const OPAQUE = String.raw`\/\*[^]*?\*\/|"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'`;
/** A `url()` (CSS Syntax, section 4.3.6): its address between quotes, or bare. */
const URL_TOKEN = String.raw`(?<![\w-])url\((?:\s*"((?:[^"\\]|\\[^])*)"\s*|\s*'((?:[^'\\]|\\[^])*)'\s*|((?:[^"'()\\]|\\[^])*))\)`;
/** An escape (section 4.3.7): digits, and white space that ends them, or one character. */
const ESCAPE = /\\(?:([\da-f]{1,6})\s?|(\r\n|[^]))/gi;

/** The declarations with the addresses in them replaced; one for which there is nothing stays. */
export function replaceUrls(css: string, replace: (address: string) => string | undefined): string {
  return css.replace(new RegExp(`${OPAQUE}|${URL_TOKEN}`, "gi"), (token: string, double?: string, single?: string, bare?: string) => {
    const text = double ?? single ?? bare?.trim();
    // White space within a bare address makes it none, unless it ends an escape.
    if (text === undefined || (bare !== undefined && /\s/.test(text.replace(ESCAPE, "")))) return token;
    const other = replace(text.replace(ESCAPE, unescape));
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

/** The character that an escape stands for. */
function unescape(_: string, digits: string | undefined, character: string): string {
  if (digits === undefined) return /[\n\r\f]/.test(character) ? "" : character;
  const code = Number.parseInt(digits, 16);
  const none = code === 0 || code > 0x10_ffff || (code >= 0xd800 && code < 0xe000);
  return none ? "\ufffd" : String.fromCodePoint(code);
}
