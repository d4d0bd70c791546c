// `cargo xtask bench` opens this page; so does whoever serves the checkout's root by any server and visits
// tests/bench/bench.html, or bench.html?filter=calls. Timers are finer where the server isolates the page.
//
// Runs the sections whose benches the filters let through. A section is a module that exports `benches`, a list of
// [name, measure]; `measure` may give tables as it goes.

import { verdicts } from './budgets.js';
import { done, fail, filters, hello, start, table } from './report.js';

/** In this order: start-up wants a page that has done nothing yet. */
const SECTIONS = ['startup', 'calls', 'codecs', 'protobuf', 'messages', 'digests', 'crossover', 'blocking', 'sockets', 'storage', 'sizes'];

await hello();
try {
  const wanted = await filters();
  for (const section of SECTIONS) {
    const { benches } = await import(`./sections/${section}.js`);
    for (const [name, measure] of benches) await bench(`${section} › ${name}`, measure, wanted);
  }
} catch (error) {
  await fail('the bench page', error);
}
const summary = verdicts();
if (summary) await table(summary);
await done();

async function bench(name, measure, wanted) {
  if (wanted.length > 0 && !wanted.some((filter) => name.includes(filter))) return;
  await start(name);
  try {
    await measure();
  } catch (error) {
    await fail(name, error);
  }
}
