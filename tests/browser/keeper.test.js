// The keeper: images are kept as they appear, and found on a later visit.

import { asset, assert, assertEquals, STALE, named, svg, test, visit } from './keepers.js';

test('an image is kept as it appears, and shown on a later visit though its server refuses', async (t) => {
  const store = named(t);
  const picture = await asset({ headers: STALE });
  const first = await visit(t, store);
  first.add(`<img src="${picture.path}">`);
  const { size, type, rev } = await first.heard('kept', picture.url);
  assertEquals([size, type, rev > 0], [svg(30).length, 'image/svg+xml', true]);
  assertEquals([...await first.keeper.list()].map(({ url }) => url), [picture.url]);
  first.leave();

  await picture.answer({ status: 503, body: 'no' });
  const later = await visit(t, store, { html: `<img src="${picture.path}?" alt="of another address"><img id="it" src="${picture.path}">` });
  await later.heard('served', picture.url);
  await later.shows('#it', 30);
  assert(later.find('#it').src.startsWith('blob:'));
  assertEquals(later.of('served').length, 1);
});
