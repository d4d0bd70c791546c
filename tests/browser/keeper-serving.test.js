// What the keeper has is given to elements, as object URLs that are revoked when nobody has them, and to service workers.

import { asset, assert, assertEquals, eventually, HOUR, named, origin2, page as suite, sleep, STALE, svg, test, visit } from './keepers.js';

/** A store with pictures in it, whose server has refused to give them ever since. */
async function kept(t, count, answer = {}) {
  const store = named(t);
  const pictures = await Promise.all(Array.from({ length: count }, (_, i) => asset({ headers: STALE, body: svg(20 + i), ...answer })));
  const first = await visit(t, store);
  for (const { url } of pictures) assertEquals((await first.keeper.keep(url)).kept, true);
  first.leave();
  for (const picture of pictures) await picture.answer({ status: 503, body: 'no' });
  return { store, pictures };
}

/** Whether there is something behind an object URL. */
const isThere = (page, url) => page.window.fetch(url).then(() => true, () => false);

test('images that failed before the keeper came are served, and those that appear later', async (t) => {
  const { store, pictures: [early, late] } = await kept(t, 2);
  const page = await visit(t, store, { start: false, html: `<img id="early" src="${early.path}">` });
  await eventually(() => page.find('#early').complete);
  page.keeper.start();
  await page.shows('#early', 20);
  page.add(`<img id="late" src="${late.path}">`);
  await page.shows('#late', 21);
  assertEquals(page.of('served').map(({ url, element }) => [url, element.id]), [[early.url, 'early'], [late.url, 'late']]);
});

test('restore gives all kinds of elements what was kept', async (t) => {
  const { store, pictures } = await kept(t, 5);
  const [img, poster, image, background, icon] = pictures;
  const page = await visit(t, store, { start: false, html: `
    <img src="${img.path}" alt="">
    <video poster="${poster.path}"></video>
    <svg xmlns="http://www.w3.org/2000/svg"><image href="${image.path}#part"/></svg>
    <div style="color: red; background: url(${background.path}) no-repeat, url(/asset/never)">background</div>` });
  page.document.head.insertAdjacentHTML('beforeend', `<link id="icon" rel="icon" href="${icon.path}">`);
  assertEquals(await page.keeper.restore(), 5);
  const given = [page.find('img').src, page.find('video').poster, page.find('image').getAttribute('href'), /url\("(blob:[^"]*)"\)/.exec(page.find('div').getAttribute('style'))?.[1], page.find('#icon').href];
  for (const [i, url] of given.entries()) {
    assert(url?.startsWith('blob:'), `element ${i} has ${url}`);
    assertEquals(await (await page.window.fetch(url)).text(), svg(20 + i));
  }
  assert(given[2].endsWith('#part'), given[2]);
  assert(page.find('div').getAttribute('style').startsWith('color: red; background: url("blob:') && page.find('div').getAttribute('style').endsWith('no-repeat, url(/asset/never)'));
  assertEquals(await page.keeper.restore(), 0);
  // They get back what they had.
  page.keeper.release();
  assertEquals([page.find('img').getAttribute('src'), page.find('video').getAttribute('poster'), page.find('image').getAttribute('href')], [img.path, poster.path, `${image.path}#part`]);
  assertEquals(page.find('div').getAttribute('style'), `color: red; background: url(${background.path}) no-repeat, url(/asset/never)`);
  for (const url of given) assertEquals(await isThere(page, url), false);
});

test('a responsive image is given whatever of it was kept, and has its sources back after', async (t) => {
  const { store, pictures: [other] } = await kept(t, 1);
  const gone = await asset({ status: 503, body: 'no' });
  const html = `<picture><source srcset="${gone.path} 1x, ${gone.path}?2 2x"><img src="${gone.path}?3" srcset="${other.path} 3x" sizes="100vw"></picture>`;
  const page = await visit(t, store, { html });
  await page.shows('img', 20);
  assertEquals([page.find('source').hasAttribute('srcset'), page.find('img').hasAttribute('srcset')], [false, false]);
  page.keeper.stop();
  page.keeper.release();
  assertEquals(page.find('source').getAttribute('srcset'), `${gone.path} 1x, ${gone.path}?2 2x`);
  assertEquals(['src', 'srcset', 'sizes'].map((name) => page.find('img').getAttribute(name)), [`${gone.path}?3`, `${other.path} 3x`, '100vw']);
});

test('an object URL is revoked when no element has it any more', async (t) => {
  const { store, pictures: [one, two] } = await kept(t, 2);
  const page = await visit(t, store, { html: `<img id="a" src="${one.path}"><img id="b" src="${one.path}">` });
  await page.shows('#a', 20);
  await page.shows('#b', 20);
  const url = page.find('#a').src;
  assertEquals(page.find('#b').src, url, 'one URL for both');
  page.find('#a').remove();
  await sleep(100);
  assertEquals(await isThere(page, url), true);
  // The page has other plans for the second.
  page.find('#b').src = two.path;
  await page.shows('#b', 21);
  await eventually(async () => !(await isThere(page, url)), { message: 'it was not revoked' });
  assertEquals(await isThere(page, page.find('#b').src), true);
});

test('an element that is moved keeps what it has, one that comes back is given it again', async (t) => {
  const { store, pictures: [one] } = await kept(t, 1);
  const page = await visit(t, store, { html: `<img src="${one.path}"><p></p>` });
  await page.shows('img', 20);
  const image = page.find('img');
  const url = image.src;
  page.find('p').append(image);
  await sleep(100);
  assertEquals([image.src, await isThere(page, url)], [url, true]);
  image.remove();
  await eventually(async () => !(await isThere(page, url)), { message: 'it was not revoked' });
  page.body.append(image);
  await eventually(() => image.src.startsWith('blob:') && image.src !== url && image.naturalWidth === 20, { message: 'it was not served again' });
});

test('what the page changes while something is looked for stays', async (t) => {
  const { store, pictures: [one] } = await kept(t, 1);
  const shown = await asset({ headers: HOUR, body: svg(77) });
  const page = await visit(t, store, { start: false, html: `<img src="${one.path}">` });
  const restoring = page.keeper.restore();
  page.find('img').src = shown.path;
  assertEquals(await restoring, 0);
  await page.shows('img', 77);
});

test('without fallback nothing is given by itself', async (t) => {
  const { store, pictures: [one] } = await kept(t, 1);
  const page = await visit(t, store, { options: { fallback: false }, html: `<img src="${one.path}">` });
  assertEquals((await page.heard('skipped', one.url)).reason, 'status');
  await page.keeper.settled();
  assertEquals([page.of('served').length, await page.keeper.restore()], [0, 1]);
});

test('what was kept under another language is not given', async (t) => {
  const { store, pictures: [one] } = await kept(t, 1, { headers: { ...STALE, vary: 'Accept-Language' } });
  const page = await visit(t, store, { start: false });
  assertEquals(await (await page.keeper.match(one.url)).text(), svg(20));
  Object.defineProperty(page.window.navigator, 'languages', { value: ['xx'] });
  assertEquals(await page.keeper.match(one.url), undefined);
});

const NO_SERVICE_WORKERS = suite.engine === 'webkit' && !navigator.serviceWorker ? { webkit: 'this build has no service workers' } : {};

/** The keeper's service worker, for the fixtures' folder alone. */
async function serviceWorker(t, query = '') {
  const registration = await navigator.serviceWorker.register(`/pkg/centaurus.keeper-sw.js${query}`, { scope: '/tests/browser/fixtures/keeper' });
  t.after(() => registration.unregister());
  await eventually(() => registration.active?.state === 'activated', { message: 'it did not start' });
}

test('a service worker gives what was kept when the network has nothing: the elements are left as they are', async (t) => {
  const { store, pictures: [one, two] } = await kept(t, 2);
  await serviceWorker(t);
  const page = await visit(t, store, { html: `<img id="a" src="${one.path}">`, options: { fallback: false } });
  assert(page.window.navigator.serviceWorker.controller, 'the page is not controlled');
  await page.shows('#a', 20);
  assertEquals(page.find('#a').getAttribute('src'), one.path);
  // What the page asks for while it loads waits for its keeper.
  const early = await visit(t, store, { start: false, html: `<img id="a" src="${two.path}">`, options: { fallback: false } });
  await sleep(100);
  assertEquals(early.find('#a').complete, false);
  early.keeper.start();
  await early.shows('#a', 21);
  // The server's word comes first where it has one.
  await one.answer({ headers: STALE, body: svg(99) });
  page.add(`<img id="b" src="${one.path}">`);
  const again = await visit(t, store, { html: `<img id="a" src="${one.path}">` });
  await again.shows('#a', 99);
  // Nothing was kept: the error is the network's.
  const never = await asset({ status: 503, body: 'no' });
  again.add(`<img id="never" src="${never.path}">`);
  await eventually(() => again.find('#never').complete);
  assertEquals(again.find('#never').naturalWidth, 0);
}, { skipIn: NO_SERVICE_WORKERS });

test('a service worker that prefers what is kept asks the network for the rest', async (t) => {
  const store = named(t);
  const fresh = await asset({ headers: HOUR, body: svg(33) });
  const first = await visit(t, store);
  await first.keeper.keep(fresh.url);
  first.leave();
  await fresh.answer({ headers: HOUR, body: svg(34) });
  const asked = (await fresh.log()).length;
  await serviceWorker(t, '?prefer=kept');
  const other = await asset({ headers: HOUR, body: svg(35) });
  const page = await visit(t, store, { html: `<img id="a" src="${fresh.path}"><img id="b" src="${other.path}"><img id="c" src="${origin2}${other.path}">` });
  await page.shows('#a', 33);
  await page.shows('#b', 35);
  await eventually(() => page.find('#c').complete);
  assertEquals((await fresh.log()).length, asked, 'the server was asked');
}, { skipIn: NO_SERVICE_WORKERS });
