import { installed } from '../files.js';
import { classicScript } from './classic-script.js';

const library = await classicScript(installed('workerpool/dist/workerpool.min.js'), 'workerpool');

/** A pool of exactly so many workers, all up. */
export async function workerpool(size) {
  const script = new URL('./workerpool-worker.js', import.meta.url).href;
  const pool = library.pool(script, { minWorkers: size, maxWorkers: size, workerType: 'web' });
  // As many at once as there are workers, so that each of them is up.
  await Promise.all(Array.from({ length: size }, () => pool.exec('empty', [])));
  return {
    name: 'workerpool',
    empty: () => pool.exec('empty', []),
    echo: (value) => pool.exec('echo', [value]),
    move: (buffer) => pool.exec('move', [buffer], { transfer: [buffer] }),
    end: () => pool.terminate(true),
  };
}
