// One start of one contestant on a page of its own. Tells the bench how long it took:
//
//   imported  from before the library is imported to the first result
//   first     from before the pool or worker is constructed to the first result
//   again     the same once more, while the first still lives

const who = new URLSearchParams(location.search).get('who');

try {
  const { load } = await import(`./${who}.js`);
  const before = performance.now();
  const start = await load();
  const between = performance.now();
  const end = await start();
  const after = performance.now();
  const endAgain = await start();
  const last = performance.now();
  end();
  endAgain();
  parent.postMessage({ imported: after - before, first: after - between, again: last - after }, '*');
} catch (error) {
  parent.postMessage({ error: String(error?.stack ?? error) }, '*');
}
