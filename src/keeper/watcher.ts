import { IdleQueue } from "./idle.js";
import type { Uses } from "./uses.js";

export type Root = Document | ShadowRoot | Element;

/** What a watcher tells. */
export interface Listener {
  /** An element that names assets appeared, changed, or has loaded. */
  seen(element: Element): void;
  /** An image could not be loaded. */
  broken(element: Element): void;
  /** Attributes of an element changed. Told at once. */
  changed(element: Element): void;
  /** Elements left the root. Told at once. */
  removed(): void;
}

/** Watches a root for elements that name assets. */
export class Watcher {
  readonly #root: Root;
  readonly #uses: Uses;
  readonly #listener: Listener;
  readonly #queue: IdleQueue<Element>;
  readonly #observer: MutationObserver;
  /** Elements that wait in the queue for themselves: one that changes all the time waits once. */
  readonly #waiting = new Set<Element>();

  constructor(root: Root, uses: Uses, listener: Listener) {
    this.#root = root;
    this.#uses = uses;
    this.#listener = listener;
    this.#queue = new IdleQueue((element) => {
      this.#waiting.delete(element);
      if (element.matches(uses.selector)) listener.seen(element);
    });
    this.#observer = new MutationObserver((records) => this.#heed(records));
  }

  start(): void {
    // Namespaced attributes (xlink:href) are beyond a filter.
    this.#observer.observe(this.#root, { subtree: true, childList: true, attributes: true, attributeFilter: this.#uses.attributes });
    for (const type of ["load", "error"]) this.#root.addEventListener(type, this.#loaded, true);
    this.#queue.add(elementsOf(this.#root));
  }

  stop(): void {
    this.#observer.disconnect();
    for (const type of ["load", "error"]) this.#root.removeEventListener(type, this.#loaded, true);
    this.#queue.clear();
    this.#waiting.clear();
  }

  /** Resolves when all that has appeared so far has been looked at. */
  drained(): Promise<void> {
    this.#heed(this.#observer.takeRecords());
    return this.#queue.drained();
  }

  readonly #loaded = ({ target, type }: Event): void => {
    if (!(target instanceof Element) || !target.matches(this.#uses.selector)) return;
    if (type === "load") this.#wait(target);
    else this.#listener.broken(target);
  };

  #heed(records: MutationRecord[]): void {
    let removed = false;
    for (const { type, target, addedNodes, removedNodes } of records) {
      if (type === "attributes") {
        this.#listener.changed(target as Element);
        this.#wait(target as Element);
      }
      removed ||= removedNodes.length > 0;
      for (const node of addedNodes) if (node instanceof Element && node.isConnected) this.#queue.add(elementsOf(node));
    }
    if (removed) this.#listener.removed();
  }

  #wait(element: Element): void {
    if (this.#waiting.has(element)) return;
    this.#waiting.add(element);
    this.#queue.add([element]);
  }
}

/** The element and all below it, found one by one, in the order of the document. */
export function* elementsOf(root: Root): Generator<Element> {
  const walker = root.ownerDocument?.createTreeWalker(root, NodeFilter.SHOW_ELEMENT) ?? (root as Document).createTreeWalker(root, NodeFilter.SHOW_ELEMENT);
  if (root instanceof Element) yield root;
  while (walker.nextNode()) yield walker.currentNode as Element;
}
