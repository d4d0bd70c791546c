// The worker of the app: a module of its own, an npm package, a file of WebAssembly.
import { expose, type Task } from 'centaurus/worker';
import { customAlphabet } from 'nanoid';
import { total, Unit } from './numbers';

export const metres = (kilometres: readonly number[]): number => total(kilometres) * Unit.Kilometre;
export const name = (): string => customAlphabet('a', 4)();

export async function add(a: number, b: number): Promise<number> {
  const response = await fetch(new URL('./add.wasm', import.meta.url));
  const { instance } = await WebAssembly.instantiate(await response.arrayBuffer());
  return (instance.exports.add as (a: number, b: number) => number)(a, b);
}

export function* steps(this: Task, count: number): Generator<number, void> {
  for (let i = 0; i < count; i += 1) {
    this.progress(i);
    yield i;
  }
}

export const quit = (): void => self.close();

expose({ metres, name, add, steps, quit });
