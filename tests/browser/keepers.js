// What the suites of the keeper begin with: addresses that answer as a test says, and pages that are visited again.

import { assert, eventually, pool } from './stores.js';

export * from './stores.js';

/** A picture whose size tells it from others. */
export const svg = (width) => `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="10"><rect width="5" height="5"/></svg>`;

let names = 0;

/** An address that answers with the picture, until it is told otherwise. */
export async function asset(answer = {}) {
  names += 1;
  const name = `${Date.now()}-${Math.random()}-${names}`;
  const self = {
    url: new URL(`/asset/${name}`, location).href,
    path: `/asset/${name}`,
    async answer({ headers, ...rest }) {
      const body = JSON.stringify({ body: svg(30), headers: { 'content-type': 'image/svg+xml', ...headers }, ...rest });
      const { status } = await fetch(self.url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body });
      assert(status === 204, `the answer was not set: ${status}`);
    },
    log: async () => (await fetch(`/asset-log/${name}`)).json(),
  };
  await self.answer(answer);
  return self;
}

/** What an answer says that may be kept for an hour. */
export const HOUR = { 'cache-control': 'max-age=3600' };

/** What an answer says that is stale at once, so that browsers' own caches do not stand in the way of a server that refuses. */
export const STALE = { 'cache-control': 'max-age=0' };

/** A page in a frame, with a keeper of the store: a visit. `leave()` ends it. */
export async function visit(t, store, { options, html = '', url = '/tests/browser/fixtures/keeper.html', start = true } = {}) {
  const frame = document.createElement('iframe');
  frame.width = 400;
  frame.height = 400;
  const ready = new Promise((resolve) => addEventListener('message', function told({ source, data }) {
    if (source !== frame.contentWindow || data !== 'keeper') return;
    removeEventListener('message', told);
    resolve();
  }));
  frame.src = url;
  document.body.append(frame);
  const leave = () => {
    frame.contentWindow?.pool?.terminate();
    frame.remove();
  };
  t.after(leave);
  await ready;
  const window = frame.contentWindow;
  const page = window.open(store, options);
  const { document: there, keeper } = page;
  const told = [];
  for (const event of ['kept', 'skipped', 'served']) {
    // The page's own icon, which is none, is not worth telling.
    keeper.addEventListener(event, ({ detail }) => detail.url !== 'data:,' && told.push({ event, ...detail }));
  }
  // What goes wrong in a page fails the test as if it were in this one.
  window.addEventListener('error', ({ error, message }) => reportError(error ?? message));
  window.addEventListener('unhandledrejection', ({ reason }) => reportError(reason));
  if (start) keeper.start();
  there.body.insertAdjacentHTML('beforeend', html);
  return {
    frame, window, document: there, keeper, told, leave,
    body: there.body,
    find: (selector) => there.querySelector(selector),
    add: (more) => there.body.insertAdjacentHTML('beforeend', more),
    /** What has been told of a kind. */
    of: (kind) => told.filter(({ event }) => event === kind),
    /** Waits until something of a kind was told of an address. */
    heard: (kind, url) => eventually(() => told.find((one) => one.event === kind && one.url === url), { message: `it was not ${kind}: ${url}` }).catch((error) => {
      error.message += `; told: ${JSON.stringify(told.map(({ element, ...rest }) => rest))}`;
      throw error;
    }),
    /** Waits until an image shows a picture of a width. */
    shows: (selector, width) => eventually(() => {
      const image = there.querySelector(selector);
      return image.complete && image.naturalWidth === width;
    }, { message: `${selector} does not show ${width} pixels` }),
  };
}

/** A store's name of a test's own, whose store goes with the test. */
export function named(t) {
  const name = `${t.name} ${Math.random()}`;
  t.after(() => pool(t, { size: 1 }).storage(name).destroy().catch(() => {}));
  return name;
}
