// A page in Rust: what demo/rust does, bundled. The workers load the same package as it is, from `jobs/`.

import init, { start } from './pkg/centaurus_rust_demo.js';
import { tell } from './check.js';

document.body.innerHTML = `<canvas id="picture" width="64" height="40"></canvas>
  <button id="again"></button><output id="status"></output>
  <input id="count" type="number" value="4"><button id="list"></button><output id="primes"></output>`;
const text = (id) => document.getElementById(id).textContent;

void tell(async () => {
  await init();
  await start(new URL('jobs/centaurus_rust_demo.js', document.baseURI).href);
  document.getElementById('list').click();
  while (text('primes') !== '2 3 5 7' || !text('status').startsWith('40 rows')) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { primes: text('primes'), status: text('status') };
});
