// A worker function's `this` is what the runtime calls a task; a page that calls the export by itself has none.
export const isTask = (it) => typeof it?.progress === "function" && typeof it.transfer === "function";
export const progress = (task, value) => task.progress(value);
export const isCancelled = (task) => task.signal.aborted;
export const transfer = (task, value, list) => task.transfer(value, list);

export const cancelled = ({ signal }) =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

// Generators, because only they are told when the reader leaves, and because a plain call collects their values.
// `next` gives a list of one value, or nothing at the end; `end` drops what the values come from.
export function* values(next, end) {
  try {
    for (let item; (item = next()); ) yield item[0];
  } finally {
    end();
  }
}

export async function* valuesLater(next, end) {
  try {
    for (let item; (item = await next()); ) yield item[0];
  } finally {
    end();
  }
}

// The name of the lock that a worker of the runtime holds for life.
const LOCK = Symbol.for("centaurus.lock");
export const lifeline = () => globalThis[LOCK] ?? "";

// The runtime takes this, as every trap, for the end of the worker, and hands the message on. In a thread of the worker's
// there is no runtime, and the worker waits for the thread and hears nothing. But to the page a worker is dead once
// somebody else has its lock.
export const trap = (message, lock) => {
  if (lock && !(LOCK in globalThis)) navigator.locks.request(lock, { steal: true }, () => {}).catch(() => {});
  throw new WebAssembly.RuntimeError(message);
};
