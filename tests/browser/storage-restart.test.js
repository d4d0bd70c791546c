// The browser itself is killed while a store is written.

import { assert, noneLost, pool, sleep, sound, test, write } from './stores.js';

for (const wait of [150, 1_000]) {
  test(`the browser is killed in the middle of 1,000 puts, after ${wait} ms`, async (t) => {
    if (!t.resumed) {
      const name = `${t.name} ${Math.random()}`;
      const acknowledged = new Map();
      void write(pool(t, { size: 2 }).storage(name, { compress: false }), acknowledged);
      while (acknowledged.size === 0) await sleep(5);
      await sleep(wait);
      await t.restart({ name, acknowledged: [...acknowledged] });
    }
    const { name, acknowledged } = t.resumed;
    const stats = await sound(t, name);
    assert(stats.length > 0);
    noneLost(stats, acknowledged);
  }, { timeout: 60_000 });
}
