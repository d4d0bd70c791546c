/**
 * What a snapshot has not: what runs (`script`, and handlers below), what is another document and would run there (`iframe`,
 * `object`, `embed`), what steers the document (`base`, `meta`), and what stands there for documents without scripts. `parsererror` is
 * how parsers say that they failed.
 */
const LEFT_OUT = new Set(["script", "noscript", "iframe", "frame", "frameset", "object", "embed", "applet", "base", "meta", "parsererror"]);
/** Of `link`s those that only show something. */
const SHOWN_LINKS = /^(?:stylesheet|(?:shortcut |apple-touch-)?icon)$/i;
/** Names that XML takes too. */
const NAME = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;

/** Takes everything out of a tree that could run, or that XML cannot hold. It must not be in a document that is shown. */
export function sanitize(root: Element | DocumentFragment): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_COMMENT | NodeFilter.SHOW_PROCESSING_INSTRUCTION);
  const out: ChildNode[] = [];
  if (root instanceof Element) strip(root);
  while (walker.nextNode()) {
    const node = walker.currentNode as ChildNode;
    if (!(node instanceof Element) || isLeftOut(node)) out.push(node);
    else {
      strip(node);
      if (node instanceof HTMLTemplateElement) sanitize(node.content);
    }
  }
  for (const node of out) node.remove();
}

function isLeftOut(element: Element): boolean {
  const name = element.localName.toLowerCase();
  if (LEFT_OUT.has(name) || !NAME.test(element.localName)) return true;
  if (name === "link") return !SHOWN_LINKS.test(element.getAttribute("rel")?.trim() ?? "");
  // An animation that sets an address or a handler.
  const target = element.getAttribute("attributeName");
  if (target !== null && /(?:^|:)(?:href|on.*)$/i.test(target.trim())) return true;
  return name === "use" && [...element.attributes].some(({ localName, value }) => localName === "href" && !value.trim().startsWith("#"));
}

function strip(element: Element): void {
  for (const attribute of [...element.attributes]) if (!isHarmless(attribute)) element.removeAttributeNode(attribute);
}

function isHarmless({ localName, namespaceURI, value }: Attr): boolean {
  if (/^on/i.test(localName) || /^(?:srcdoc|nonce)$/i.test(localName)) return false;
  // Such as `@click`, and `v-on:click` without a namespace.
  if (!NAME.test(localName) && namespaceURI === null) return false;
  // Addresses are read without white space and control characters (URL, "basic URL parser").
  return !/^(?:javascript|vbscript):/i.test(value.replace(/[\0-\x20]/g, ""));
}
