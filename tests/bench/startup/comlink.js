export async function load() {
  const { wrap } = await import('../../../node_modules/comlink/dist/esm/comlink.min.mjs');
  return async () => {
    const worker = new Worker(new URL('./comlink-worker.js', import.meta.url), { type: 'module' });
    if ((await wrap(worker).add(1, 2)) !== 3) throw new Error('a wrong sum');
    return () => worker.terminate();
  };
}
