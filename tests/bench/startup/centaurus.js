export async function load() {
  const { Centaurus } = await import('../../../pkg/centaurus.js');
  return async () => {
    const pool = new Centaurus({ size: 1 });
    pool.define({ add: (a, b) => a + b });
    if ((await pool.add(1, 2)) !== 3) throw new Error('a wrong sum');
    return () => pool.terminate();
  };
}
