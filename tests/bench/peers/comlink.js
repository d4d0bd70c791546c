import { installed } from '../files.js';

const { transfer, wrap } = await import(installed('comlink/dist/esm/comlink.min.mjs'));

export async function comlink() {
  const worker = new Worker(new URL('./comlink-worker.js', import.meta.url), { type: 'module' });
  const remote = wrap(worker);
  await remote.empty();
  return {
    name: 'comlink',
    empty: () => remote.empty(),
    echo: (value) => remote.echo(value),
    move: (buffer) => remote.move(transfer(buffer, [buffer])),
    end: () => worker.terminate(),
  };
}
