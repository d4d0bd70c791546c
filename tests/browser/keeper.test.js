// The keeper: what is kept as it appears, and what is not, with the reason.

import { asset, assert, assertEquals, assertRejects, assertThrows, database, done, eventually, fresh, HOUR, named, noise, origin2, pool, sleep, STALE, svg, test, visit } from './keepers.js';
import { AssetKeeper } from '/pkg/centaurus.keeper.js';

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

test('whatever names an image: attributes, pictures, styles, icons, posters, SVG', async (t) => {
  const [img, icon, poster, image, linked, input, style, second] = await Promise.all(Array.from({ length: 8 }, () => asset({ headers: HOUR })));
  const page = await visit(t, named(t), { html: `
    <img src="${img.path}">
    <video poster="${poster.path}"></video>
    <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image href="${image.path}"/><image xlink:href="${linked.path}"/></svg>
    <input type="image" src="${input.path}">
    <div style="background: url('${style.path}'), url(${second.path}) no-repeat">background</div>` });
  const link = page.document.createElement('link');
  link.rel = 'icon';
  link.href = icon.path;
  page.document.head.append(link);
  for (const { url } of [img, icon, poster, image, linked, input, style, second]) await page.heard('kept', url);
  assertEquals(page.of('skipped').length, 0);
});

test('of a responsive image what it shows, or all that it might', async (t) => {
  const [small, large, never] = await Promise.all([20, 40, 60].map((width) => asset({ headers: HOUR, body: svg(width) })));
  const html = `<picture><source media="(min-width: 9000px)" srcset="${never.path}"><img src="${small.path}" srcset="${large.path} 1x, ${never.path} 90x"></picture>`;
  const shown = await visit(t, named(t), { html });
  await shown.heard('kept', large.url);
  await shown.keeper.settled();
  assertEquals(shown.told.map(({ url }) => url), [large.url]);
  const all = await visit(t, named(t), { html, options: { candidates: 'all' } });
  for (const { url } of [small, large, never]) await all.heard('kept', url);
  assertEquals(all.of('kept').length, 3);
});

test('what changes later: attributes, and elements that are taken in from elsewhere', async (t) => {
  const [first, second, deep] = await Promise.all([1, 2, 3].map(() => asset({ headers: HOUR })));
  const page = await visit(t, named(t), { html: `<img src="${first.path}">` });
  await page.heard('kept', first.url);
  page.find('img').src = second.path;
  await page.heard('kept', second.url);
  const tree = page.document.createElement('section');
  tree.innerHTML = `<p><b><img src="${deep.path}"></b></p>`;
  page.body.append(tree);
  await page.heard('kept', deep.url);
  // Each is told of once, wherever else it appears.
  page.add(`<img src="${first.path}#again">`);
  await sleep(300);
  await page.keeper.settled();
  assertEquals(page.of('kept').length, 3);
});

test('what was there before the keeper started, and nothing after it stopped', async (t) => {
  const [before, after] = await Promise.all([asset({ headers: HOUR }), asset({ headers: HOUR })]);
  const page = await visit(t, named(t), { start: false, html: `<img src="${before.path}">` });
  await page.shows('img', 30);
  await sleep(200);
  assertEquals([page.told.length, page.keeper.running], [0, false]);
  assert(page.keeper.start() === page.keeper);
  await page.heard('kept', before.url);
  page.keeper.stop();
  page.keeper.stop();
  page.add(`<img id="after" src="${after.path}">`);
  await page.shows('#after', 30);
  await sleep(200);
  assertEquals([page.of('kept').map(({ url }) => url), page.keeper.running], [[before.url], false]);
  page.keeper.start();
  await page.heard('kept', after.url);
});

test('an image that is lazy, and not yet shown, is left to the browser', async (t) => {
  const lazy = await asset({ headers: HOUR });
  const page = await visit(t, named(t), { html: `<div style="height: 50000px"></div><img loading="lazy" src="${lazy.path}">` });
  await sleep(500);
  await page.keeper.settled();
  assertEquals((await lazy.log()).length, 0);
  page.find('img').scrollIntoView();
  await page.heard('kept', lazy.url);
});

const cors = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };
const refusals = {
  'no-store': ['no-store', { headers: { 'cache-control': 'max-age=60, no-store' } }],
  'a cookie decides': ['vary', { headers: { ...HOUR, vary: 'accept-encoding, Cookie' } }, 'cookie'],
  'another page in its place': ['type', { headers: { ...HOUR, 'content-type': 'text/html' }, body: 'Sign in' }, 'text/html'],
  'not there': ['not-found', { status: 404 }],
  'a server in trouble': ['status', { status: 500 }, '500'],
  'a part': ['status', { status: 206, headers: { ...HOUR, 'content-range': 'bytes 0-0/9' } }, '206'],
  'too large': ['too-large', { headers: HOUR, body: svg(30).padEnd(5_000) }],
  'a broken line': ['network', { headers: HOUR, broken: true }],
};
for (const [what, [reason, answer, words]] of Object.entries(refusals)) {
  test(`not kept: ${what}`, async (t) => {
    const picture = await asset(answer);
    const page = await visit(t, named(t), { options: { maxSize: 4_000 } });
    // Named by a style, which asks whatever came of the element's own request.
    page.add(`<div style="background: url(${picture.path})">background</div>`);
    const told = await page.heard('skipped', picture.url);
    assertEquals(told.reason, reason, told.message);
    assert(told.message.startsWith(picture.url) && told.message.includes(words ?? ''), told.message);
    assertEquals([...await page.keeper.list()], []);
    if (answer.status) assertEquals(told.status, answer.status);
  });
}

test('another origin’s: opaque without CORS, kept with it, as the element asks', async (t) => {
  const own = await asset({ headers: { ...HOUR, ...cors } });
  const away = `${origin2}${own.path}`;
  const closed = await asset({ headers: HOUR });
  const page = await visit(t, named(t), { html: `<img src="${away}">` });
  const opaque = await page.heard('skipped', away);
  assertEquals(opaque.reason, 'opaque');
  assert(opaque.message.includes('crossorigin'));
  assertEquals((await page.keeper.keep(`${origin2}${closed.path}`, { crossOrigin: 'anonymous' })).reason, 'network');
  page.add(`<img crossorigin="anonymous" src="${away}?cors">`);
  await page.heard('kept', `${away}?cors`);
  // With credentials the server has to name who asks.
  const known = await asset({ headers: { ...HOUR, 'access-control-allow-origin': location.origin, 'access-control-allow-credentials': 'true' } });
  document.cookie = 'keeper=known; path=/';
  page.add(`<img crossorigin="use-credentials" src="${origin2}${known.path}">`);
  await page.heard('kept', `${origin2}${known.path}`);
  assert((await known.log()).every(({ cookie = '' }) => cookie.includes('keeper=known')), 'credentials were left out');
  assert((await own.log()).every(({ cookie }, i) => i === 0 || cookie === undefined), 'credentials were sent');
  assertEquals((await page.keeper.keep(away)).reason, 'opaque');
  assertEquals((await page.keeper.keep(away, { crossOrigin: 'anonymous' })).kept, true);
});

test('a redirection to another origin is opaque too', async (t) => {
  const target = await asset({ headers: HOUR });
  const there = await asset({ status: 302, headers: { location: `${origin2}${target.path}` } });
  const page = await visit(t, named(t), { html: `<img src="${there.path}">` });
  assertEquals((await page.heard('skipped', there.url)).reason, 'opaque');
});

test('no addresses: data, blobs, and what is none', async (t) => {
  const page = await visit(t, named(t));
  const blob = page.window.URL.createObjectURL(new Blob([svg(7)], { type: 'image/svg+xml' }));
  page.add(`<img src="${blob}"><div style="background: url(data:image/png;base64,AA)">.</div>`);
  for (const url of [blob, 'data:image/png;base64,AA']) assertEquals((await page.heard('skipped', url)).reason, 'address');
  assertEquals((await page.keeper.keep('http://[')).reason, 'address');
});

test('a filter says what is kept, and more may be', async (t) => {
  const [wanted, unwanted, file] = await Promise.all([asset({ headers: HOUR }), asset({ headers: HOUR }), asset({ headers: { ...HOUR, 'content-type': 'text/csv' }, body: 'a,b' })]);
  const uses = [];
  const options = { also: { 'a[download]': 'href' }, filter: (use) => uses.push([use.url, use.attribute, use.element.localName]) && use.url !== unwanted.url };
  const page = await visit(t, named(t), { options, html: `<img src="${wanted.path}"><img src="${unwanted.path}"><a download href="${file.path}">file</a><a href="${file.path}?2">page</a>` });
  await page.heard('kept', wanted.url);
  assertEquals((await page.heard('kept', file.url)).type, 'text/csv');
  assertEquals((await page.heard('skipped', unwanted.url)).reason, 'filter');
  await page.keeper.settled();
  assertEquals(uses.map(([...use]) => use.join(' ')).sort(), [`${wanted.url} src img`, `${unwanted.url} src img`, `${file.url} href a`].sort());
  assertEquals(await (await page.keeper.match(file.url)).text(), 'a,b');
});

test('what is kept and fresh is asked for no more; what is stale is validated', async (t) => {
  const store = named(t);
  const held = await asset({ headers: HOUR });
  const checked = await asset({ headers: { 'cache-control': 'no-cache', etag: '"1"' } });
  const page = await visit(t, store);
  for (const { url } of [held, checked]) assertEquals((await page.keeper.keep(url)).kept, true);
  const { rev } = await page.keeper.keep(held.url);
  assertEquals((await held.log()).length, 1);
  assertEquals(await (await page.keeper.match(held.url)).text(), svg(30));
  assertEquals([(await held.log()).length, (await page.keeper.keep(held.url)).rev], [1, rev]);
  // Still the same: the content is not sent again.
  const response = await page.keeper.match(checked.url);
  assertEquals([await response.text(), response.headers.get('content-type')], [svg(30), 'image/svg+xml']);
  assertEquals((await checked.log()).map((asked) => asked['if-none-match']), [undefined, '"1"']);
  // Another now.
  await checked.answer({ headers: { 'cache-control': 'no-cache', etag: '"2"' }, body: svg(44) });
  assertEquals(await (await page.keeper.match(checked.url)).text(), svg(44));
  // Out of reach: what must be validated is not given, what is only stale would be.
  await checked.answer({ status: 503 });
  assertEquals(await page.keeper.match(checked.url), undefined);
  const lenient = await visit(t, store, { options: { lenient: true } });
  assertEquals(await (await lenient.keeper.match(checked.url)).text(), svg(44));
});

test('what its server has no more, or forbids to keep now, is forgotten', async (t) => {
  const page = await visit(t, named(t));
  for (const [answer, reason] of [[{ status: 410 }, 'not-found'], [{ headers: { 'cache-control': 'no-store' } }, 'no-store']]) {
    const picture = await asset({ headers: { ...STALE, etag: '"1"' } });
    assertEquals((await page.keeper.keep(picture.url)).kept, true);
    await picture.answer(answer);
    assertEquals((await page.keeper.keep(picture.url)).reason, reason);
    await picture.answer({ status: 503 });
    assertEquals(await page.keeper.match(picture.url), undefined);
  }
  assertEquals([...await page.keeper.list()], []);
});

test('delete and clear', async (t) => {
  const page = await visit(t, named(t));
  const pictures = await Promise.all([1, 2, 3].map(() => asset({ headers: HOUR })));
  for (const { url } of pictures) await page.keeper.keep(url);
  assertEquals([await page.keeper.delete(pictures[0].path), await page.keeper.delete(pictures[0].url)], [true, false]);
  assertEquals([...await page.keeper.list()].length, 2);
  await page.keeper.snapshot('here');
  await page.keeper.clear();
  assertEquals([[...await page.keeper.list()], await page.keeper.restoreSnapshot('here')], [[], false]);
});

test('a store that is full is told, with its error', async (t) => {
  const c = pool(t, { size: 2 });
  const store = fresh(t, { quota: 1_000, compress: false }, c);
  await store.put('pinned', noise(900), { pin: true });
  const keeper = new AssetKeeper(c, store);
  const picture = await asset({ headers: HOUR, body: svg(30).padEnd(500) });
  const outcome = await keeper.keep(picture.url);
  assertEquals([outcome.kept, outcome.reason, outcome.error.name], [false, 'storage', 'StorageFullError']);
  assertEquals((await store.list()).map(({ key }) => key), ['pinned']);
});

test('what is damaged on disk is not given, and fetched anew', async (t) => {
  const c = pool(t, { size: 2 });
  const store = fresh(t, { compress: false }, c);
  const keeper = new AssetKeeper(c, store);
  const picture = await asset({ headers: HOUR });
  await keeper.keep(picture.url);
  const db = await database(t, store);
  const key = `asset ${picture.url}`;
  const content = await done(db.transaction('contents').objectStore('contents').get(key));
  const bytes = content.slice();
  bytes[bytes.length - 1] ^= 1;
  await done(db.transaction('contents', 'readwrite').objectStore('contents').put(bytes, key));
  db.close();
  assertEquals(await keeper.match(picture.url), undefined);
  assertEquals((await keeper.keep(picture.url)).kept, true);
  assertEquals(await (await keeper.match(picture.url)).text(), svg(30));
});

test('a filter that throws is told of, and the others are kept', async (t) => {
  const [bad, good] = await Promise.all([asset({ headers: HOUR }), asset({ headers: HOUR })]);
  const told = [];
  const page = await visit(t, named(t), {
    start: false,
    options: { filter: ({ url }) => {
      if (url === bad.url) throw new RangeError('no');
      return true;
    } },
  });
  page.window.reportError = (error) => told.push(error.message);
  page.keeper.start();
  page.add(`<img src="${bad.path}"><img src="${good.path}">`);
  await page.heard('kept', good.url);
  await eventually(() => told.length === 1);
  assertEquals([...await page.keeper.list()].map(({ url }) => url), [good.url]);
});

test('calls do not wait for a server that is slow', async (t) => {
  const c = pool(t, { size: 1 });
  await c.define({ add: (a, b) => a + b });
  const keeper = new AssetKeeper(c, fresh(t, {}, c));
  // The worker has all that it needs by then.
  await keeper.keep((await asset({ headers: HOUR })).url);
  const slow = ['1', '2', '3'].map((query) => keeper.keep(`/fault/slow/3000/demo/icon.svg?${query}`));
  await sleep(300);
  assertEquals(await Promise.race([c.add(1, 2), ...slow.map((keeping) => keeping.then(({ reason }) => reason))]), 3);
  assertEquals((await Promise.all(slow)).map(({ reason }) => reason), ['no-store', 'no-store', 'no-store']);
});

test('a server that does not answer is as good as none: what is stale is given', async (t) => {
  const c = pool(t, { size: 1 });
  const keeper = new AssetKeeper(c, fresh(t, {}, c));
  const picture = await asset({ headers: { ...STALE, etag: '"1"' } });
  await keeper.keep(picture.url);
  await picture.answer({ headers: STALE, slow: 40_000 });
  assertEquals(await (await keeper.match(picture.url)).text(), svg(30));
}, { timeout: 35_000 });

test('a pool that ends ends its keeper', async (t) => {
  const picture = await asset({ headers: HOUR });
  const page = await visit(t, named(t));
  page.window.pool.terminate();
  page.add(`<img src="${picture.path}">`);
  await eventually(() => !page.keeper.running, { message: 'it still watches' });
});

test('one address is fetched once at a time, and no more addresses than asked for', async (t) => {
  const c = pool(t, { size: 8 });
  const keeper = new AssetKeeper(c, fresh(t, {}, c), { concurrency: 2 });
  const picture = await asset({ headers: STALE });
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => keeper.keep(picture.url)));
  assertEquals([(await picture.log()).length, new Set(outcomes.map(({ rev }) => rev)).size], [1, 1]);
});

test('an image among ten thousand elements is found', async (t) => {
  const picture = await asset({ headers: HOUR });
  const page = await visit(t, named(t));
  page.add(`${'<p></p>'.repeat(5_000)}<img src="${picture.path}">${'<p></p>'.repeat(5_000)}`);
  await page.heard('kept', picture.url);
  await page.keeper.settled();
});

test('wrong arguments are told of at once', async (t) => {
  const c = pool(t, { size: 1 });
  const store = fresh(t, {}, c);
  assertThrows(() => new AssetKeeper(), TypeError, 'pool');
  assertThrows(() => new AssetKeeper(c), TypeError, 'store');
  assertThrows(() => new AssetKeeper(c, 'name'), TypeError, 'store');
  for (const [options, error, text] of [
    [{ root: 'body' }, TypeError, 'root'], [{ filter: /x/ }, TypeError, 'filter'], [{ maxSize: 0 }, RangeError, 'maxSize'], [{ concurrency: NaN }, RangeError, 'concurrency'],
    [{ candidates: 'some' }, RangeError, 'candidates'], [{ filters: 1 }, TypeError, 'filters'], [{ also: { 'a[': 'href' } }, 'SyntaxError', ''],
  ]) assertThrows(() => new AssetKeeper(c, store, options), error, text);
  const lost = new AssetKeeper(c, store, { worker: '/pkg/nothing.js' });
  const picture = await asset({ headers: HOUR });
  await assertRejects(lost.keep(picture.url), TypeError, 'nothing.js');
});

test('a keeper is disposed of: elements have their addresses back', async (t) => {
  const store = named(t);
  const picture = await asset({ headers: STALE });
  const first = await visit(t, store);
  await first.keeper.keep(picture.url);
  await picture.answer({ status: 503, body: 'no' });
  const page = await visit(t, store, { html: `<img src="${picture.path}">` });
  await page.heard('served', picture.url);
  if (Symbol.dispose) page.keeper[Symbol.dispose]();
  else {
    // What it stands for, where the language has no word for it yet.
    page.keeper.stop();
    page.keeper.release();
  }
  assertEquals([page.keeper.running, page.find('img').getAttribute('src')], [false, picture.path]);
});
