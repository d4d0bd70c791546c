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

// The runtime takes this, as every trap, for the end of the worker, and hands the message on.
export const trap = (message) => {
  throw new WebAssembly.RuntimeError(message);
};
