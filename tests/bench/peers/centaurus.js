import { pkg } from '../files.js';

const { Centaurus } = await import(pkg('centaurus.js'));

/** The project itself with exactly so many workers, all up. */
export async function centaurus(size) {
  const pool = new Centaurus({ size: { min: size, max: size } });
  pool.define({
    empty() {},
    echo: (value) => value,
    move(buffer) {
      return this.transfer(buffer, [buffer]);
    },
  });
  await pool.ready;
  await pool.broadcast('empty');
  return {
    name: 'centaurus',
    empty: () => pool.empty(),
    echo: (value) => pool.echo(value),
    move: (buffer) => pool.with({ transfer: [buffer] }).move(buffer),
    end: () => pool.terminate(),
  };
}

export { Centaurus };
