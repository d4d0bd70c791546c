import type { Library } from "./library.js";
import type { Change, Serving } from "./serving.js";
import { replaced, type Use, type Uses } from "./uses.js";
import { assetFor, isImage, sourcesOf } from "./wanted.js";

/** Gives elements what was kept for them. */
export class ElementServer {
  readonly #library: Library;
  readonly #serving: Serving;
  readonly #uses: Uses;
  readonly #told: (url: string, element: Element) => void;

  constructor(library: Library, serving: Serving, uses: Uses, told: (url: string, element: Element) => void) {
    this.#library = library;
    this.#serving = serving;
    this.#uses = uses;
    this.#told = told;
  }

  /** Whether something was kept for the element, and it has it now. */
  async serve(element: Element, signal?: AbortSignal): Promise<boolean> {
    if (this.#serving.has(element)) return false;
    const uses = this.#uses.of(element);
    const urls: string[] = [];
    const named: string[] = [];
    const before = attributesOf(element);
    const substitute = async (of: Element, use: Use, address: string): Promise<string | undefined> => {
      const asset = assetFor(of, use, address);
      const found = typeof asset === "string" ? undefined : await this.#library.find(asset, !use.any, signal);
      if (!found) return undefined;
      const url = this.#serving.hold(found);
      urls.push(url);
      named.push(found.meta.url);
      // A fragment names a part, as of an SVG.
      return url + (/#.*/.exec(address)?.[0] ?? "");
    };
    let changes: Change[];
    try {
      changes = isImage(element) ? await this.#ofImage(element, uses, substitute) : await ofOther(element, uses, substitute);
    } catch (error) {
      this.#serving.drop(urls);
      throw error;
    }
    // The page may have changed, or served, the element meanwhile.
    if (changes.length === 0 || !element.isConnected || this.#serving.has(element) || attributesOf(element) !== before) {
      this.#serving.drop(urls);
      return false;
    }
    this.#serving.serve(element, changes, urls);
    for (const url of new Set(named)) this.#told(url, element);
    return true;
  }

  /** The first of an image's addresses that is kept takes the place of all, its picture's too: what it would choose now first. */
  async #ofImage(image: HTMLImageElement, uses: Use[], substitute: Substitute): Promise<Change[]> {
    const sources = sourcesOf(image);
    const of = (element: Element, uses: Use[]) => uses.map((use): [Element, Use] => [element, use]);
    const all = [...of(image, uses), ...sources.flatMap((source) => of(source, this.#uses.of(source)))];
    const src: Use = { attribute: "src", syntax: "address", addresses: [] };
    const tries: [Element, Use, string][] = all.flatMap(([of, use]) => use.addresses.map((address): [Element, Use, string] => [of, use, address]));
    if (image.currentSrc) tries.unshift([image, src, image.currentSrc]);
    for (const [of, use, address] of tries) {
      const url = await substitute(of, use, address);
      if (url === undefined) continue;
      const others = all.filter(([, { attribute }]) => attribute === "srcset");
      return [...others.map(([element]) => change(element, "srcset", null)), change(image, "src", url)];
    }
    return [];
  }
}

type Substitute = (of: Element, use: Use, address: string) => Promise<string | undefined>;

async function ofOther(element: Element, uses: Use[], substitute: Substitute): Promise<Change[]> {
  const changes: Change[] = [];
  for (const use of uses) {
    // A source is its image's.
    if (use.syntax === "srcset") continue;
    const substitutes = new Map<string, string>();
    for (const address of new Set(use.addresses)) {
      const url = await substitute(element, use, address);
      if (url !== undefined) substitutes.set(address, url);
    }
    if (substitutes.size === 0) continue;
    const value = element.getAttribute(use.attribute) ?? "";
    changes.push(change(element, use.attribute, replaced(value, use.syntax, (address) => substitutes.get(address))));
  }
  return changes;
}

function change(element: Element, attribute: string, after: string | null): Change {
  return { element, attribute, before: element.getAttribute(attribute), after };
}

/** What an element and its picture say now. */
function attributesOf(element: Element): string {
  return JSON.stringify([element, ...sourcesOf(element)].map((one) => [...one.attributes].map(({ name, value }) => [name, value])));
}
