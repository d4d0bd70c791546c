// `centaurus.keeper-sw.js`: gives a page's image requests what the page's keeper has kept, when the network has nothing, or
// first. Registered by itself, or taken into another service worker by `importScripts`.

import type { Answer, Question, Ready } from "../question.js";

declare const self: ServiceWorkerGlobalScope;

/** How long a page may take to answer, in ms: it may still be loading, and have to ask its server. */
const PATIENCE = 10_000;

/** Questions without an answer, by the page that they are for. */
const waiting = new Map<string, Set<() => Promise<void>>>();

// `?prefer=kept`: what is kept comes before the network.
const keptFirst = new URLSearchParams(self.location.search).get("prefer") === "kept";

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.destination === "image" && !request.headers.has("range")) event.respondWith(respond(event));
});

// A page that was asked too early says when it can answer.
self.addEventListener("message", ({ data, source }) => {
  if ((data as Partial<Ready> | null)?.centaurusKeeper !== "ready") return;
  for (const ask of waiting.get((source as Client).id) ?? []) void ask();
});

async function respond(event: FetchEvent): Promise<Response> {
  if (keptFirst) return (await kept(event)) ?? fetch(event.request);
  try {
    const response = await fetch(event.request);
    // The server's own trouble; whatever else it says is the answer.
    return response.status >= 500 ? ((await kept(event)) ?? response) : response;
  } catch (error) {
    const found = await kept(event);
    if (found) return found;
    throw error;
  }
}

/** Asks the page's keeper. */
async function kept({ request, clientId }: FetchEvent): Promise<Response | undefined> {
  const { url, mode, credentials } = request;
  const crossOrigin = mode !== "cors" ? null : credentials === "include" ? "use-credentials" : "anonymous";
  // Nobody keeps what nobody may read.
  if (crossOrigin === null && new URL(url).origin !== self.location.origin) return undefined;
  return new Promise((resolve) => {
    const settle = (answer: Answer | null): void => {
      clearTimeout(late);
      others.delete(ask);
      if (others.size === 0) waiting.delete(clientId);
      resolve(answer ? new Response(answer.blob, { headers: answer.headers }) : undefined);
    };
    const ask = async (): Promise<void> => {
      const page = await self.clients.get(clientId);
      if (!page) return settle(null);
      const { port1: port, port2 } = new MessageChannel();
      port.onmessage = ({ data }: MessageEvent<Answer | null>) => {
        port.close();
        settle(data);
      };
      page.postMessage({ centaurusKeeper: { url, crossOrigin } } satisfies Question, [port2]);
    };
    const late = setTimeout(settle, PATIENCE, null);
    const others = waiting.get(clientId) ?? new Set<typeof ask>();
    waiting.set(clientId, others.add(ask));
    void ask();
  });
}
