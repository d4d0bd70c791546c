// What a page would write by hand: a number for each call, and a map from numbers to promises.

export async function raw() {
  const worker = new Worker(new URL('./raw-worker.js', import.meta.url));
  const pending = new Map();
  let last = 0;
  worker.onmessage = ({ data: { id, result } }) => {
    const resolve = pending.get(id);
    pending.delete(id);
    resolve(result);
  };
  const call = (name, args, transfer) =>
    new Promise((resolve) => {
      last += 1;
      pending.set(last, resolve);
      if (transfer) worker.postMessage({ id: last, name, args }, transfer);
      else worker.postMessage({ id: last, name, args });
    });
  await call('empty', []);
  return {
    name: 'raw postMessage',
    empty: () => call('empty', []),
    echo: (value) => call('echo', [value]),
    move: (buffer) => call('move', [buffer], [buffer]),
    end: () => worker.terminate(),
  };
}
