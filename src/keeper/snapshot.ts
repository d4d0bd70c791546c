import { sanitize } from "./sanitize.js";
import { type Change, write } from "./serving.js";
import { SnapshotError } from "./snapshot-error.js";
import { applyState, isSecret, type State, stateOf } from "./state.js";
import { elementsOf, type Root } from "./watcher.js";

/** What a root looked like. */
export interface Snapshot {
  /** Its tree as XML, which holds whatever tree there is; HTML would be parsed into another (a `div` in a `p`). */
  tree: string;
  /** What its elements had beside their attributes; each is named by its place here, in an attribute. */
  states: State[];
  title: string;
  /** Of the window, in CSS pixels. */
  scroll: [number, number];
}

const STATE = "data-centaurus-state";
/** What XML 1.0 has no way to write. */
const UNWRITABLE = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

/** Reads a root. `ownOf` gives the attributes of an element as the page wrote them. */
export function read(root: Root, ownOf: (element: Element) => Change[]): Snapshot {
  // Without a window: nothing loads or runs in it.
  const inert = document.implementation.createHTMLDocument();
  const from = root instanceof Document ? root.documentElement : root;
  let copy = inert.importNode(from, true) as Element | DocumentFragment;
  const states: State[] = [];
  const copies = elementsOf(copy as Root);
  for (const element of elementsOf(from)) {
    const { value: twin } = copies.next() as { value: Element };
    twin.removeAttribute(STATE);
    for (const { attribute, before } of ownOf(element)) write(twin, attribute, before);
    const state = stateOf(element);
    if (state) twin.setAttribute(STATE, String(states.push(state) - 1));
    hide(element, twin);
  }
  if (copy instanceof DocumentFragment) {
    const box = inert.createElement("div");
    box.append(copy);
    copy = box;
  }
  sanitize(copy);
  const tree = new XMLSerializer().serializeToString(copy).toWellFormed().replace(UNWRITABLE, "");
  return { tree, states, title: document.title, scroll: [scrollX, scrollY] };
}

/** What a page's server wrote into a secret control is no less secret. */
function hide(element: Element, twin: Element): void {
  if (element instanceof HTMLInputElement && isSecret(element)) twin.removeAttribute("value");
  if (element instanceof HTMLTextAreaElement && isSecret(element)) twin.textContent = "";
}

/** Puts what was read in the place of a root's content. Throws, and changes nothing, if it cannot be parsed. */
export function show(root: Root, { tree, states, title, scroll }: Snapshot): void {
  const parsed = new DOMParser().parseFromString(tree, "application/xhtml+xml");
  const error = parsed.querySelector("parsererror");
  if (error) throw new SnapshotError(`The snapshot cannot be read: ${error.textContent?.trim().slice(0, 200)}`);
  sanitize(parsed.documentElement);
  // Imported, not moved: only new images are sure to load.
  const read = document.importNode(parsed.documentElement, true);
  const stated = [...elementsOf(read)].filter((element) => element.hasAttribute(STATE)).map((element): [Element, State | undefined] => {
    const state = states[Number(element.getAttribute(STATE))];
    element.removeAttribute(STATE);
    return [element, state];
  });
  if (root instanceof Document) {
    const body = [...read.children].find(({ localName }) => localName === "body") ?? document.createElement("body");
    copyAttributes(read, root.documentElement);
    copyAttributes(body, root.body);
    root.body.replaceChildren(...body.childNodes);
    root.title = title;
  } else root.replaceChildren(...read.childNodes);
  for (const [element, state] of stated) {
    const there = element.isConnected ? element : element === read && root instanceof Element ? root : undefined;
    if (state && there) applyState(there, state);
  }
  window.scrollTo({ left: scroll[0], top: scroll[1], behavior: "instant" });
}

function copyAttributes(from: Element, to: Element): void {
  for (const { name } of [...to.attributes]) if (!from.hasAttribute(name)) to.removeAttribute(name);
  for (const attribute of from.attributes) to.setAttributeNode(attribute.cloneNode() as Attr);
}
