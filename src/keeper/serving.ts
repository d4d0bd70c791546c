import type { Found } from "./library.js";

/** An attribute that was given another value; `null` for none. */
export interface Change {
  element: Element;
  attribute: string;
  before: string | null;
  after: string | null;
}

/** What an element was given. */
interface Served {
  changes: Change[];
  /** Object URLs that it holds. */
  urls: string[];
}

/** Object URLs by the revision that each is of, with how many elements hold it. */
class ObjectUrls {
  readonly #urls = new Map<string, { url: string; holders: number }>();
  readonly #names = new Map<string, string>();

  hold({ key, rev, blob }: Found): string {
    const name = `${rev} ${key}`;
    let held = this.#urls.get(name);
    if (!held) {
      held = { url: URL.createObjectURL(blob), holders: 0 };
      this.#urls.set(name, held);
      this.#names.set(held.url, name);
    }
    held.holders += 1;
    return held.url;
  }

  drop(url: string): void {
    const name = this.#names.get(url);
    const held = name === undefined ? undefined : this.#urls.get(name);
    if (!held || name === undefined) return;
    held.holders -= 1;
    if (held.holders > 0) return;
    URL.revokeObjectURL(url);
    this.#urls.delete(name);
    this.#names.delete(url);
  }
}

/** Which elements have object URLs in the place of their addresses. Each URL is revoked when no element in the document has it. */
export class Serving {
  readonly #urls = new ObjectUrls();
  readonly #served = new Map<Element, Served>();
  /** By any element that was changed, the one that is served: a source belongs to its picture's image. */
  readonly #owners = new Map<Element, Element>();
  /** What elements that left the document were given. */
  readonly #resting = new WeakMap<Element, Change[]>();

  has(element: Element): boolean {
    return this.#served.has(element);
  }

  /** An object URL for an element that is about to be served; `drop` it if that comes to nothing. */
  hold(found: Found): string {
    return this.#urls.hold(found);
  }

  drop(urls: readonly string[]): void {
    for (const url of urls) this.#urls.drop(url);
  }

  serve(element: Element, changes: Change[], urls: string[]): void {
    this.#resting.delete(element);
    this.#served.set(element, { changes, urls });
    for (const change of changes) {
      this.#owners.set(change.element, element);
      write(change.element, change.attribute, change.after);
    }
  }

  /** Gives an element its own addresses back, but for what the page itself has changed since. */
  release(element: Element): void {
    const served = this.#served.get(element);
    if (!served) return;
    this.#forget(element, served);
    giveBack(served.changes);
  }

  releaseBelow(root: Node): void {
    this.sweep();
    for (const element of [...this.#served.keys()]) if (root.contains(element)) this.release(element);
  }

  /** An element's attributes changed: the page's doing ends what it was served. */
  changed(element: Element): void {
    const owner = this.#owners.get(element);
    const served = owner && this.#served.get(owner);
    if (served && !served.changes.every(isOurs)) this.release(owner);
  }

  /** Revokes what elements had that are in the document no more. They keep their picture, and are served again if they come back. */
  sweep(): void {
    for (const [element, served] of this.#served) {
      if (element.isConnected) continue;
      this.#forget(element, served);
      this.#resting.set(element, served.changes);
    }
  }

  /** Gives an element that came back its own addresses. Whether it was one. */
  wake(element: Element): boolean {
    const changes = this.#resting.get(element);
    if (!changes) return false;
    this.#resting.delete(element);
    giveBack(changes);
    return true;
  }

  /** An element's own attributes, where they are not what it has now. */
  ownOf(element: Element): Change[] {
    const owner = this.#owners.get(element) ?? element;
    const changes = this.#served.get(owner)?.changes ?? this.#resting.get(owner) ?? [];
    return changes.filter((change) => change.element === element && isOurs(change));
  }

  #forget(element: Element, { changes, urls }: Served): void {
    this.#served.delete(element);
    for (const change of changes) this.#owners.delete(change.element);
    this.drop(urls);
  }
}

function isOurs({ element, attribute, after }: Change): boolean {
  return element.getAttribute(attribute) === after;
}

function giveBack(changes: Change[]): void {
  for (const change of changes) if (isOurs(change)) write(change.element, change.attribute, change.before);
}

const XLINK = "http://www.w3.org/1999/xlink";

export function write(element: Element, attribute: string, value: string | null): void {
  if (value === null) element.removeAttribute(attribute);
  else if (attribute === "xlink:href") element.setAttributeNS(XLINK, attribute, value);
  else element.setAttribute(attribute, value);
}
