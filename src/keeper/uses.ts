import { cssUrls, replaceUrls } from "./css-urls.js";
import { srcset } from "./srcset.js";

/** What an attribute holds. */
export type Syntax = "address" | "srcset" | "css";

/** As much of an element as is looked at. */
export interface Named {
  getAttribute(name: string): string | null;
  matches(selector: string): boolean;
}

interface Watched {
  selector: string;
  attribute: string;
  syntax: Syntax;
  /** It need not be an image. */
  any?: boolean;
}

/** An attribute of an element, and the addresses in it, as they stand there. */
export interface Use extends Omit<Watched, "selector"> {
  addresses: string[];
}

const WATCHED: readonly Watched[] = [
  { selector: "img, input[type=image i]", attribute: "src", syntax: "address" },
  { selector: "img, picture > source", attribute: "srcset", syntax: "srcset" },
  { selector: "image", attribute: "href", syntax: "address" },
  { selector: "image:not([href])", attribute: "xlink:href", syntax: "address" },
  { selector: "video", attribute: "poster", syntax: "address" },
  { selector: 'link[rel~="icon" i], link[rel~="apple-touch-icon" i]', attribute: "href", syntax: "address" },
  { selector: '[style*="url(" i]', attribute: "style", syntax: "css" },
];

/** Attributes that change what others ask for. */
const DECIDING = ["rel", "type", "crossorigin"];

/** Which attributes of which elements name assets. */
export class Uses {
  readonly #watched: readonly Watched[];
  /** Whatever element names one. */
  readonly selector: string;
  /** Attributes whose changes matter. */
  readonly attributes: string[];

  /** `also`: selectors, and the attribute that each is about. */
  constructor(also: Record<string, string> = {}) {
    const more = Object.entries(also).map(([selector, attribute]): Watched => ({ selector, attribute, syntax: "address", any: true }));
    this.#watched = [...WATCHED, ...more];
    this.selector = this.#watched.map(({ selector }) => selector).join();
    this.attributes = [...new Set([...this.#watched.map(({ attribute }) => attribute), ...DECIDING])];
  }

  of(element: Named): Use[] {
    return this.#watched.flatMap(({ selector, ...use }) => {
      const value = element.matches(selector) ? element.getAttribute(use.attribute) : null;
      return value ? [{ ...use, addresses: addressesIn(value, use.syntax) }] : [];
    });
  }
}

function addressesIn(value: string, syntax: Syntax): string[] {
  if (syntax === "srcset") return srcset(value);
  if (syntax === "css") return cssUrls(value);
  const address = value.trim();
  return address ? [address] : [];
}

/** The attribute's value with addresses replaced; of a `srcset` nothing is left, since one address takes the place of all. */
export function replaced(value: string, syntax: Syntax, replace: (address: string) => string | undefined): string {
  if (syntax === "css") return replaceUrls(value, replace);
  return syntax === "srcset" ? "" : (replace(value.trim()) ?? value);
}
