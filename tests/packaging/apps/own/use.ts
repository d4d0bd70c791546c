// What the page does with its worker, whoever bundled it.
import { Centaurus } from 'centaurus';
import { tell } from './check.js';

export function use(worker: () => Worker): void {
  void tell(async () => {
    const c = new Centaurus<typeof import('./jobs')>({ size: 1, worker });
    try {
      const metres: number = await c.metres([1, 2]);
      const seen = { metres, name: await c.name(), add: await c.add(40, 2), steps: await c.steps(3) };
      const inflated = (await c.zlib.decompress(await c.zlib.compress(new Uint8Array(100_000)))).length;
      const died = await c.quit().catch((error: Error) => error.name);
      return { ...seen, inflated, died, again: await c.metres([3]) };
    } finally {
      c.terminate();
    }
  });
}
