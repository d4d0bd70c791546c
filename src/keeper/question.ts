/** What a service worker asks a page, with a port for the `Answer`, or for nothing. */
export interface Question {
  centaurusKeeper: { url: string; crossOrigin: "anonymous" | "use-credentials" | null };
}

/** What was kept, as the body and the head of a response. */
export interface Answer {
  blob: Blob;
  headers: Record<string, string>;
}

/** What a page tells its service worker once it can answer. */
export interface Ready {
  centaurusKeeper: "ready";
}
