// What the suites of sockets begin with.

import { pool } from './pool.js';

export * from './pool.js';

/** Pauses that a test can wait for. */
export const SOON = { min: 10, initial: 20, max: 200 };

/** The next event of a kind. */
export const next = (target, type) => new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

/** The next event of a kind, which may come before the step that brings it about has its answer. */
export async function nextAfter(target, type, step) {
  const event = next(target, type);
  await step();
  return event;
}

/** A socket whose pool ends with the test. */
export function connect(t, url = '/ws/echo', options = {}) {
  return pool(t).socket(url, { backoff: SOON, ...options });
}

/** The data of the messages that come from now on. */
export function listen(socket) {
  const heard = [];
  socket.addEventListener('message', ({ data }) => heard.push(data));
  return heard;
}

/** A server behind a proxy that breaks lines; `strike` does what xtask/src/test_server/gates.rs lists. */
export async function openGate(t) {
  const { id, origin } = await (await fetch('/gate', { method: 'POST' })).json();
  t.after(() => fetch(`/gate/${id}`, { method: 'DELETE' }));
  return {
    origin,
    strike: async (fault) => {
      const response = await fetch(`/gate/${id}/${fault}`, { method: 'POST' });
      if (!response.ok) throw new Error(await response.text());
    },
    news: async () => (await fetch(`/gate/${id}`)).json(),
  };
}
