/** The least that starting a worker takes in this browser. */
export async function load() {
  return async () => {
    const worker = new Worker(new URL('./raw-worker.js', import.meta.url));
    const sum = await new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage([1, 2]);
    });
    if (sum !== 3) throw new Error('a wrong sum');
    return () => worker.terminate();
  };
}
