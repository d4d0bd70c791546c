// What most suites begin with.

import { Centaurus } from '/pkg/centaurus.js';

export * from '/pkg/centaurus.js';
export * from './harness.js';

/** A pool that ends with the test. */
export function pool(t, ...args) {
  const c = new Centaurus(...args);
  t.after(() => c.terminate());
  return c;
}

/** A pool of one worker, and the warnings that it gives from now on. */
export function listen(t) {
  const c = pool(t, { size: 1 });
  const warnings = [];
  c.addEventListener('warning', (event) => {
    event.preventDefault();
    warnings.push(event.detail);
  });
  return { c, warnings };
}

/** The address of a file beside the suites. */
export const fixture = (name) => new URL(`./fixtures/${name}`, import.meta.url).href;

/** The outcomes of the promises, each as a value or as the name of an error. */
export async function outcomes(promises) {
  const settled = await Promise.allSettled(promises);
  return settled.map(({ status, value, reason }) => (status === 'fulfilled' ? value : (reason?.name ?? String(reason))));
}

/** Holds a worker of the pool: a call that has begun when this resolves, to what ends it. */
export async function hold(c) {
  const controller = new AbortController();
  await new Promise((resolve, reject) => {
    c.with({ signal: controller.signal, onProgress: resolve }).run(function () {
      this.progress();
      return new Promise((end) => this.signal.addEventListener('abort', end));
    }).catch(reject);
  });
  return () => controller.abort();
}

/** A promise with its ends in the open. */
export function deferred() {
  let resolve;
  let reject;
  const promise = new Promise((...ends) => ([resolve, reject] = ends));
  return { promise, resolve, reject };
}

/** The engine's workers that are made from now until the test ends, as `wrap` (a subclass of Worker) has them. */
export function spyOnWorkers(t, wrap = (Worker) => Worker) {
  const { Worker } = globalThis;
  const made = [];
  globalThis.Worker = class extends wrap(Worker) {
    constructor(...args) {
      super(...args);
      made.push(this);
    }
  };
  t.after(() => (globalThis.Worker = Worker));
  return made;
}

/** Counts the messages that the page's workers get and send, from those on that start from now until the test ends. */
export function countMessages(t) {
  const counts = { out: 0, back: 0 };
  spyOnWorkers(t, (Worker) => class extends Worker {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', () => (counts.back += 1));
    }

    postMessage(...args) {
      counts.out += 1;
      super.postMessage(...args);
    }
  });
  return counts;
}
