// The playground's service worker: the network first, always, so that a reload shows what the server has; what was
// fetched last where there is no network.

const KEPT = "centaurus-playground";

addEventListener("install", () => self.skipWaiting());
addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const own = new URL(request.url).origin === self.location.origin;
  if (own && request.method === "GET" && !request.headers.has("range")) event.respondWith(answer(event));
});

async function answer(event) {
  const { request } = event;
  try {
    const response = await fetch(request);
    if (response.ok) event.waitUntil(keep(request, response.clone()));
    return response;
  } catch (error) {
    const kept = await caches.match(request, { cacheName: KEPT });
    if (kept) return kept;
    throw error;
  }
}

async function keep(request, response) {
  const cache = await caches.open(KEPT);
  // A disk without room is no reason to fail: the page has its answer.
  await cache.put(request, response).catch(() => {});
}

/** What was loaded before this worker was there, and what the page will want later. Answers what could not be kept. */
addEventListener("message", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(KEPT);
    const missing = [];
    for (const url of event.data) if (!(await cache.match(url))) missing.push(url);
    const outcomes = await Promise.allSettled(missing.map((url) => cache.add(url)));
    event.source.postMessage({ lost: missing.filter((_, i) => outcomes[i].status === "rejected") });
  })());
});
