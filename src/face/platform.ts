// What pages, polyfills and tools of tests are known to put their own in the place of, as it was when this script ran: a
// timer that is held or a response that is imitated must not stop a call.

// By their names alone, which the build for Node.js gives another meaning.
const microtask = queueMicrotask;
const clear = clearTimeout;
// Not everywhere where this is imported, such as in jsdom.
const Channel = typeof MessageChannel === "function" ? MessageChannel : undefined as never;
const later = setTimeout;
const request = typeof fetch === "function" ? fetch : undefined as never;
const time = performance;

export { Channel as MessageChannel, clear as clearTimeout, later as setTimeout, microtask as queueMicrotask, request as fetch };

/** Milliseconds, as the page counts them. */
export const clock = time.now.bind(time);
