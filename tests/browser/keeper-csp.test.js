// Under a policy that allows no eval, nor images from elsewhere than the own origin and object URLs.

import { asset, assert, assertEquals, named, page as suite, STALE, test, visit } from './keepers.js';

const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; img-src 'self' blob:";

test('a strict policy: images are kept and served, snapshots taken and put back', async (t) => {
  assert(suite.csp);
  const html = await (await fetch('/tests/browser/fixtures/keeper.html')).text();
  const { path: url } = await asset({ headers: { 'content-type': 'text/html', 'content-security-policy': POLICY }, body: html.replace('href="data:,"', 'href="/demo/icon.svg"') });
  const breaches = [];
  const open = async (store, content) => {
    const page = await visit(t, store, { url, start: false });
    page.document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => breaches.push(`${violatedDirective}: ${blockedURI}`));
    page.keeper.start();
    page.add(content);
    return page;
  };
  const store = named(t);
  const picture = await asset({ headers: STALE });
  const first = await open(store, `<img src="${picture.path}">`);
  await first.heard('kept', picture.url);
  await first.keeper.snapshot('strict');
  first.leave();
  await picture.answer({ status: 503, body: 'no' });
  const page = await open(store, '<p>nothing</p>');
  assertEquals(await page.keeper.restoreSnapshot('strict'), true);
  await page.shows('img', 30);
  assert(page.find('img').src.startsWith('blob:'));
  assertEquals(breaches, []);
}, { csp: true });
