// Runs one suite on one page and reports test by test to the server that served it (xtask/src/suites.rs).
//
//   import { test, assert, assertEquals, assertRejects, origin2, page } from './harness.js';
//   test('name', async (t) => { … }, { timeout, isolated, csp, skipIn: { webkit: 'reason' }, allowErrors });
//
// isolated: true runs the test on a cross-origin isolated page, 'both' on such a page and on a plain one; csp: true runs
// it on a page whose every response has a strict Content-Security-Policy. A page of classic scripts (classic/*.html)
// imports this too, from a module script at its end, and calls run().

import { AssertionError, show } from './assert.js';

export { assert, assertEquals, assertRejects, assertThrows, AssertionError, show } from './assert.js';

const query = new URLSearchParams(location.search);

/** Where this runs: `engine` is chromium, firefox or webkit, `site` is plain, isolated or csp. */
export const page = Object.freeze({
  engine: query.get('engine'),
  site: query.get('site'),
  isolated: query.get('site') === 'isolated',
  csp: query.get('site') === 'csp',
});

/** Another origin that serves the same files, for everyone (CORS and CORP). */
export const origin2 = query.get('origin2');

/** The server takes a minute of silence for a hang. */
const HEARTBEAT = 2_000;
const DEFAULT_TIMEOUT = 30_000;
const CLEANUP_TIMEOUT = 20_000;
/** Engines tell of a rejection that nobody handled some tasks later. */
const SETTLING = 5;

// Kept from tests that put their own in the place of these.
const { fetch, setTimeout, clearTimeout, setInterval } = globalThis;
const tests = [];

/**
 * Adds a test. `t`: `name`, `signal` (aborts when the test is over), `log(text)`, `after(cleanup)`, `restart(state)` (kills the
 * browser and begins the test again in a new one of the same profile, where `resumed` is the state).
 * An error or rejection that nobody handled fails the test under way, unless `allowErrors` says that it expects them.
 */
export function test(name, body, options = {}) {
  const { timeout = DEFAULT_TIMEOUT, isolated = false, csp = false, skipIn = {}, allowErrors = false, ...unknown } = options;
  for (const option of Object.keys(unknown)) throw new TypeError(`test "${name}": there is no option ${option}`);
  for (const [engine, reason] of Object.entries(skipIn)) {
    if (!['chromium', 'firefox', 'webkit'].includes(engine)) throw new TypeError(`test "${name}": no engine ${engine}`);
    if (typeof reason !== 'string' || reason === '') throw new TypeError(`test "${name}": a skip wants a reason`);
  }
  if (tests.some((other) => other.name === name)) throw new TypeError(`test "${name}" is there twice`);
  const sites = csp ? ['csp'] : isolated === 'both' ? ['plain', 'isolated'] : [isolated ? 'isolated' : 'plain'];
  tests.push({ name, body, timeout, sites, skip: skipIn[page.engine], allowErrors });
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until the answer is truthy, and gives it. */
export async function eventually(ask, { timeout = 10_000, every = 20, message = 'it never came true' } = {}) {
  const end = performance.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > end) throw new AssertionError(`${message} (waited ${timeout} ms)`);
    await sleep(every);
  }
}

/** Runs what has been registered, then goes on to the next page. */
export async function run() {
  await report({ type: 'hello', agent: navigator.userAgent, isolated: globalThis.crossOriginIsolated === true });
  setInterval(() => void send({ type: 'heartbeat' }), HEARTBEAT);
  const { done, filters, resumed } = await (await fetch(`/plan${location.search}`)).json();
  const suite = query.get('suite');
  const wanted = tests.filter(({ name }) => {
    const full = `${suite} › ${name}`;
    return filters.length === 0 || filters.some((filter) => full.includes(filter));
  });
  await report({ type: 'tests', sites: [...new Set(wanted.flatMap(({ sites }) => sites))] });
  for (const entry of wanted) {
    if (!entry.sites.includes(page.site) || done.includes(entry.name)) continue;
    if (entry.skip !== undefined) {
      await report({ type: 'skip', name: entry.name, reason: entry.skip });
      continue;
    }
    await report({ type: 'start', name: entry.name });
    const start = performance.now();
    const failure = await attempt(entry, resumed?.name === entry.name ? JSON.parse(resumed.state) : undefined);
    const ms = performance.now() - start;
    if (failure === undefined) {
      await report({ type: 'pass', name: entry.name, ms });
      continue;
    }
    await report({ type: 'fail', name: entry.name, ms, ...described(failure) });
    if (failure instanceof TimeoutError) {
      // What it left running must not disturb the others.
      location.reload();
      return;
    }
  }
  await report({ type: 'done' });
  const { url } = await (await fetch(`/next${location.search}`)).json();
  if (url) location.replace(url);
}

class TimeoutError extends Error {
  name = 'TimeoutError';
}

/** Who is told of an error that nobody handled. */
let onStray;
for (const kind of ['error', 'unhandledrejection']) {
  addEventListener(kind, (event) => {
    const error = kind === 'error' ? (event.error ?? new Error(event.message)) : event.reason;
    onStray?.(new Error(`${kind === 'error' ? 'uncaught error' : 'unhandled rejection'}: ${show(error)}`, { cause: error }));
  });
}

/** What made the test fail, or undefined. */
async function attempt({ name, body, timeout, allowErrors }, resumed) {
  const over = new AbortController();
  const cleanups = [];
  const t = {
    name,
    signal: over.signal,
    log: (text) => void report({ type: 'log', text: String(text) }),
    after: (cleanup) => void cleanups.push(cleanup),
    resumed,
    restart: async (state) => {
      await report({ type: 'restart', state: JSON.stringify(state) });
      await new Promise(() => {});
    },
  };
  let failure;
  const stray = new Promise((_, reject) => {
    onStray = allowErrors ? undefined : reject;
  });
  stray.catch(() => {});
  try {
    await Promise.race([within(timeout, async () => body(t), 'the test'), stray]);
    // Rejections that the last step left behind are told of after its microtasks.
    await Promise.race([sleep(SETTLING), stray]);
  } catch (error) {
    failure = error ?? new Error(`it threw ${error}`);
  }
  over.abort(new DOMException('the test is over', 'AbortError'));
  for (const cleanup of cleanups.reverse()) {
    try {
      await within(CLEANUP_TIMEOUT, async () => cleanup(), 'a cleanup');
    } catch (error) {
      failure ??= error;
    }
  }
  onStray = undefined;
  return failure;
}

function within(ms, body, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(`${what} took longer than ${ms} ms`)), ms);
  });
  return Promise.race([body(), late]).finally(() => clearTimeout(timer));
}

function described(error) {
  const messages = [];
  for (let inner = error; inner !== undefined && inner !== null && messages.length < 5; inner = inner.cause) {
    messages.push(show(inner));
  }
  return { message: messages.join('\n  caused by ') || show(error), stack: String(error?.stack ?? '') };
}

/** Reports arrive in order; one that cannot be delivered is noticed by the server as silence. */
let reported = Promise.resolve();
function report(event) {
  reported = reported.then(() => send(event));
  return reported;
}

async function send(event) {
  await fetch(`/report${location.search}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    // The server's JSON has no lone surrogates: an event that it could not read would be a test that nobody misses.
    body: JSON.stringify(event).replace(/\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g, '\\ufffd'),
  });
}

/** Not awaited at the top: the suite imports this module, which must have been evaluated by then. */
async function runSuite(suite) {
  try {
    await import(`./${suite}`);
  } catch (error) {
    await report({ type: 'fail', name: '(loading the suite)', ms: 0, ...described(error) });
    tests.length = 0;
  }
  await run();
}

if (query.get('suite')?.endsWith('.test.js')) void runSuite(query.get('suite'));
