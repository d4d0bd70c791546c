// `centaurus.keeper-sw.js`: gives a page's image requests what the page's keeper has kept, when the network has nothing, or
// first. Registered by itself, or taken into another service worker by `importScripts`.

import type { Answer, Question } from "../question.js";

declare const self: ServiceWorkerGlobalScope;

/** How long a page may take to answer, in ms: it may still be loading, and have to ask its server. */
const PATIENCE = 15_000;

// `?prefer=kept`: what is kept comes before the network.
const keptFirst = new URLSearchParams(self.location.search).get("prefer") === "kept";

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.destination === "image" && !request.headers.has("range")) event.respondWith(respond(event));
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
  const page = await self.clients.get(clientId);
  if (!page) return undefined;
  const { port1: port, port2 } = new MessageChannel();
  const question: Question = { centaurusKeeper: { url, crossOrigin } };
  const answer = await new Promise<Answer | null>((resolve) => {
    const late = setTimeout(resolve, PATIENCE, null);
    port.onmessage = ({ data }: MessageEvent<Answer | null>) => {
      clearTimeout(late);
      resolve(data);
    };
    page.postMessage(question, [port2]);
  });
  port.close();
  return answer ? new Response(answer.blob, { headers: answer.headers }) : undefined;
}
