import type { SkipReason } from "../centaurus.keeper.js";
import { type Asset, assetOf, type Place } from "./asset.js";
import type { Use, Uses } from "./uses.js";

/** An address that an element names, and what it asks for. */
export interface Wanted {
  address: string;
  attribute: string;
  /** Only an image will do. */
  image: boolean;
  asset: Asset | Extract<SkipReason, "address" | "opaque">;
}

/** What an address of an element asks for. */
export function assetFor(element: Element, { attribute, syntax }: Pick<Use, "attribute" | "syntax">, address: string): Wanted["asset"] {
  // Posters and what styles name are asked for without CORS, whatever the element says; a source is its picture's image's.
  const deaf = syntax === "css" || attribute === "poster";
  const asking = element.localName === "source" ? imageOf(element) : element;
  return assetOf(address, placeOf(element), deaf ? null : asking?.getAttribute("crossorigin"));
}

/** All that an element names. Of an image, with `shown`, what it shows, once it does. */
export function wantedBy(element: Element, uses: Uses, shown: boolean): Wanted[] {
  const all = uses.of(element);
  const wanted = (use: Use, address: string): Wanted =>
    ({ address, attribute: use.attribute, image: !use.any, asset: assetFor(element, use, address) });
  const responsive = isImage(element) || element.matches("picture > source");
  return all.flatMap((use) => {
    if (!shown || !responsive || use.any) return use.addresses.map((address) => wanted(use, address));
    // What it shows may be a source's of its picture; it is told once.
    const first = isImage(element) && use === all.find(({ any }) => !any);
    return first && element.complete && element.currentSrc ? [wanted(use, element.currentSrc)] : [];
  });
}

export function isImage(element: Element): element is HTMLImageElement {
  return element.localName === "img" && "currentSrc" in element;
}

/** The sources of an image's picture. */
export function sourcesOf(image: Element): Element[] {
  const { parentElement } = image;
  return parentElement?.localName === "picture" ? [...parentElement.children].filter(({ localName }) => localName === "source") : [];
}

function imageOf(source: Element): Element | null | undefined {
  return source.parentElement?.querySelector(":scope > img");
}

export function placeOf({ baseURI }: Node): Place {
  return { base: baseURI, origin: location.origin };
}
