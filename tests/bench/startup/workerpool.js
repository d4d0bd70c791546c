import { classicScript } from '../peers/classic-script.js';

export async function load() {
  const url = new URL('../../../node_modules/workerpool/dist/workerpool.min.js', import.meta.url).href;
  const library = await classicScript(url, 'workerpool');
  const script = new URL('./workerpool-worker.js', import.meta.url).href;
  return async () => {
    const pool = library.pool(script, { maxWorkers: 1, workerType: 'web' });
    if ((await pool.exec('add', [1, 2])) !== 3) throw new Error('a wrong sum');
    return () => void pool.terminate(true);
  };
}
