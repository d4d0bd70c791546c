import type { SkipReason } from "../centaurus.keeper.js";

/** Each reason in words; `detail` is what the answer said. */
const WORDS: Record<SkipReason, (detail: string) => string> = {
  address: () => "it is no address of http or https",
  filter: () => "the filter said no",
  opaque: () => "it is of another origin and was asked for without CORS, so nobody may read it: set crossorigin on the element",
  "no-store": () => "its server forbids to keep it (Cache-Control: no-store)",
  vary: (detail) => `it varies by '${detail}', which the keeper cannot know`,
  "not-found": (detail) => `its server has none (HTTP ${detail})`,
  status: (detail) => `its server answered HTTP ${detail}`,
  type: (detail) => `it is no image but of the type '${detail}'`,
  "too-large": () => "it is larger than maxSize",
  network: (detail) => `it could not be fetched (${detail}): is there a network, does its server allow CORS, and connect-src of the policy its origin?`,
  storage: (detail) => `the store could not take it: ${detail}`,
};

export function explain(url: string, reason: SkipReason, detail = ""): string {
  return `${url} was not kept: ${WORDS[reason](detail)}`;
}
