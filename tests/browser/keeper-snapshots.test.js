// What a document looked like, per entry of the history: taken, and put back, with nothing in it run.

import { asset, assert, assertEquals, assertRejects, eventually, HOUR, named, sleep, STALE, svg, test, visit } from './keepers.js';

/** Goes through the history of a page, and waits until it has. */
function go(page, by) {
  const gone = new Promise((resolve) => page.window.addEventListener('popstate', resolve, { once: true }));
  page.window.history.go(by);
  return gone;
}

test('back and forth through the history: each entry as it was left, forms and scrolling too', async (t) => {
  const page = await visit(t, named(t));
  const { window, find } = page;
  const app = page.document.createElement('main');
  page.body.append(app);
  const keeper = new window.AssetKeeper(window.pool, window.pool.storage(named(t)), { root: app });
  app.innerHTML = `<h1>One</h1>
    <input id="text" value="before"><input id="box" type="checkbox"><input id="radio" type="radio" name="r" checked><input id="other" type="radio" name="r">
    <textarea>old</textarea>
    <select id="one"><option>a<option>b</select><select id="many" multiple><option selected>a<option>b<option>c</select>
    <details open><summary>More</summary>text</details>
    <div id="box2" style="height: 50px; overflow: auto"><div style="height: 500px; width: 2000px">tall</div></div>
    <div style="height: 3000px">tall</div>`;
  find('#text').value = 'typed <&"\u00e9\u{1f600}';
  find('#box').checked = true;
  find('#box').indeterminate = true;
  find('#other').checked = true;
  find('textarea').value = 'first\nsecond';
  find('#one').selectedIndex = 1;
  for (const [i, option] of [...find('#many').options].entries()) option.selected = i > 0;
  find('details').open = false;
  find('#box2').scrollTo(30, 120);
  window.scrollTo(0, 700);
  // Not awaited: what is taken is what is there now.
  const taken = keeper.snapshot();
  window.history.pushState({ mine: 2 }, '', '#two');
  app.innerHTML = '<h1>Two</h1><p id="two">short</p>';
  const first = await taken;
  const second = await keeper.snapshot();
  assert(first !== second, 'the entries have one name');
  assertEquals(window.history.state.mine, 2, 'what the page keeps in its state is lost');

  await go(page, -1);
  assertEquals(await keeper.restoreSnapshot(), true);
  assertEquals([find('h1').textContent, find('#text').value, find('#text').defaultValue], ['One', 'typed <&"\u00e9\u{1f600}', 'before']);
  assertEquals([find('#box').checked, find('#box').indeterminate, find('#radio').checked, find('#other').checked], [true, true, false, true]);
  assertEquals([find('textarea').value, find('#one').value, [...find('#many').selectedOptions].map(({ value }) => value).join()], ['first\nsecond', 'b', 'b,c']);
  assertEquals([find('details').open, find('#box2').scrollLeft, find('#box2').scrollTop, window.scrollY], [false, 30, 120, 700]);
  assert(!app.innerHTML.includes('data-centaurus'), app.innerHTML);
  await go(page, 1);
  assertEquals([await keeper.restoreSnapshot(), find('h1').textContent], [true, 'Two']);
  window.history.pushState(null, '', '#three');
  assertEquals([await keeper.restoreSnapshot(), find('h1').textContent], [false, 'Two']);
});

test('a whole document, on a later visit', async (t) => {
  const store = named(t);
  const first = await visit(t, store);
  first.document.title = 'Kept <title>';
  first.document.documentElement.lang = 'eo';
  first.body.className = 'dark';
  // Trees that HTML has no way to write, and names that XML has none for.
  const p = first.document.createElement('p');
  p.append(first.document.createElement('div'), 'a < b && c \u0001', first.document.createComment('--'));
  p.setAttribute('data-x', 'line\nbreak\ttab "quoted" <');
  first.body.append(p);
  first.add('<template><b>within</b></template><div @click="x" v-on:click="y" :class="z" plain="1">odd</div><style>a > b { color: red }</style><svg viewBox="0 0 1 1"><linearGradient id="g"/></svg>');
  await first.keeper.snapshot('document');
  first.leave();
  const page = await visit(t, store);
  page.add('<i>gone</i>');
  assertEquals(await page.keeper.restoreSnapshot('document'), true);
  const { document } = page;
  assertEquals([document.title, document.documentElement.lang, document.body.className], ['Kept <title>', 'eo', 'dark']);
  assertEquals([page.find('i'), page.find('p > div') !== null, page.find('p').textContent, page.find('p').dataset.x], [null, true, 'a < b && c ', 'line\nbreak\ttab "quoted" <']);
  assertEquals([page.find('template').content.querySelector('b').textContent, page.find('[plain]').textContent], ['within', 'odd']);
  assertEquals([page.find('style').sheet.cssRules.length, page.find('linearGradient').namespaceURI, page.find('svg').getAttribute('viewBox')], [1, 'http://www.w3.org/2000/svg', '0 0 1 1']);
  assert(page.find('p') instanceof page.window.HTMLParagraphElement);
});

test('nothing in it runs: scripts, handlers, addresses of scripts, other documents', async (t) => {
  const store = named(t);
  const first = await visit(t, store, { start: false });
  const marks = `
    <img src="/asset/no" onerror="parent.ran('onerror')"><a id="a" href=" java\nscript:parent.ran('href')">a</a>
    <form id="f" action="javascript:parent.ran('action')"><button formaction="JavaScript:parent.ran('formaction')">b</button></form>
    <iframe src="javascript:parent.parent.ran('iframe')"></iframe><iframe srcdoc="<script>parent.parent.ran('srcdoc')<\/script>"></iframe>
    <object data="javascript:1"></object><embed src="/x"><base href="https://elsewhere.example/"><meta http-equiv="refresh" content="0;url=/x">
    <noscript><img src="/asset/no"></noscript><link rel="preload" as="script" href="/x.js"><link rel="stylesheet" href="data:text/css,b{}">
    <svg onload="parent.ran('svg')"><script>parent.ran('svg script')<\/script><a><animate attributeName="href" values="javascript:parent.ran('animate')"/></a><set attributeName="onmouseover" to="x"/><use href="data:image/svg+xml,x#y"/></svg>
    <template><script>parent.ran('template')<\/script><img src="/asset/no" onerror="parent.ran('template')"></template>
    <div id="last" ONCLICK="parent.ran('click')" style="color: red">last</div>`;
  const ran = [];
  window.ran = (what) => ran.push(what);
  t.after(() => delete window.ran);
  // In a document without a window, as the marks are not for a page that is to live.
  const inert = first.document.implementation.createHTMLDocument();
  inert.body.innerHTML = `${marks}<script>parent.ran('script')<\/script>`;
  const keeper = new first.window.AssetKeeper(first.window.pool, first.window.pool.storage(store), { root: inert.body });
  await keeper.snapshot('hostile');
  const kept = await first.window.pool.storage(store).get('snapshot hostile');
  for (const word of ['javascript:', 'script>', 'onerror', 'iframe', 'parent.ran']) assert(!kept.tree.toLowerCase().includes(word), `${word} in ${kept.tree}`);
  // Somebody else wrote into the store: what is put back is looked through again.
  const tree = new XMLSerializer().serializeToString(inert.body);
  assert(tree.includes('onerror') && tree.includes('<script>'), tree);
  await first.window.pool.storage(store).put('snapshot worse', { ...kept, tree });
  first.leave();
  ran.length = 0;
  for (const id of ['hostile', 'worse']) {
    const page = await visit(t, store, { start: false });
    // A form without an address goes to the page's own.
    page.document.addEventListener('submit', (event) => event.preventDefault());
    const restoring = new page.window.AssetKeeper(page.window.pool, page.window.pool.storage(store), { root: page.body });
    assertEquals(await restoring.restoreSnapshot(id), true);
    assertEquals(page.body.querySelectorAll('script, iframe, object, embed, base, meta, noscript, [rel=preload], animate, set, use').length, 0);
    assertEquals([page.find('#last').textContent, page.find('#last').style.color, page.find('[rel=stylesheet]') !== null], ['last', 'red', true]);
    page.find('#a').click();
    page.find('#last').click();
    page.find('button').click();
    await sleep(300);
    assertEquals(ran, []);
    page.leave();
  }
});

test('secrets are not kept', async (t) => {
  const store = named(t);
  const page = await visit(t, store, { html: `
    <input type="password" value="secret0"><input autocomplete="cc-number"><input autocomplete="section-a one-time-code"><textarea autocomplete="off">secret1</textarea>
    <form autocomplete="off"><input id="in" value="secret2"></form><input id="shown" value="x"><input type="file">` });
  for (const input of page.document.querySelectorAll('input:not([type=file]), textarea')) input.value += 'secret';
  await page.keeper.snapshot('secrets');
  const { tree, states } = await page.window.pool.storage(store).get('snapshot secrets');
  assertEquals(await page.keeper.restoreSnapshot('secrets'), true);
  assertEquals([...page.document.querySelectorAll('input, textarea')].map(({ value }) => value), ['', '', '', '', '', 'xsecret', '']);
  // The field that is shown alone.
  assertEquals(JSON.stringify([tree, states]).match(/secret/g).length, 1);
});

test('images in it: with their own addresses, and served if those fail', async (t) => {
  const store = named(t);
  const picture = await asset({ headers: STALE });
  const first = await visit(t, store);
  await first.keeper.keep(picture.url);
  await picture.answer({ status: 503, body: 'no' });
  first.add(`<img src="${picture.path}">`);
  await first.shows('img', 30);
  assert(first.find('img').src.startsWith('blob:'));
  await first.keeper.snapshot('images');
  const stored = await first.window.pool.storage(store).get('snapshot images');
  assert(stored.tree.includes(picture.path) && !stored.tree.includes('blob:'), stored.tree);
  first.leave();
  const page = await visit(t, store);
  await page.keeper.restoreSnapshot('images');
  await page.shows('img', 30);
  assert(page.find('img').src.startsWith('blob:'));
});

test('taking a snapshot loads nothing and changes nothing', async (t) => {
  const picture = await asset({ headers: { 'cache-control': 'no-store' } });
  const page = await visit(t, named(t), { start: false, html: `<img src="${picture.path}"><div contenteditable>text</div>` });
  await page.shows('img', 30);
  const [before, asked] = [page.document.documentElement.outerHTML, (await picture.log()).length];
  await page.keeper.snapshot('x');
  await sleep(200);
  assertEquals([page.document.documentElement.outerHTML, (await picture.log()).length], [before, asked]);
});

test('of two that are put back at once the later one stays; one that cannot be read changes nothing', async (t) => {
  const store = named(t);
  const page = await visit(t, store, { html: '<p>one</p>' });
  await page.keeper.snapshot('one');
  page.find('p').textContent = 'two';
  await page.keeper.snapshot('two');
  page.find('p').textContent = 'now';
  assertEquals(await Promise.all([page.keeper.restoreSnapshot('two'), page.keeper.restoreSnapshot('one')]).then(([...both]) => both), [false, true]);
  assertEquals(page.find('p').textContent, 'one');
  await page.window.pool.storage(store).put('snapshot bad', { tree: '<a><b></a>', states: [], title: '', scroll: [0, 0] });
  await assertRejects(page.keeper.restoreSnapshot('bad'), 'SnapshotError');
  assertEquals(page.find('p').textContent, 'one');
});

test('snapshots live their time', async (t) => {
  const page = await visit(t, named(t), { options: { snapshotTtl: 300 } });
  await page.keeper.snapshot('short');
  await eventually(async () => !(await page.keeper.restoreSnapshot('short')), { message: 'it is still there' });
});

test('a state that can bear no name is left alone, and told of', async (t) => {
  const page = await visit(t, named(t));
  page.window.history.replaceState('a text', '');
  // The Navigation API names entries itself.
  if (page.window.navigation?.currentEntry) assertEquals(await page.keeper.snapshot(), page.window.navigation.currentEntry.key);
  else await assertRejects(page.keeper.snapshot(), 'SnapshotError', 'id');
  assertEquals([page.window.history.state, await page.keeper.snapshot('own')], ['a text', 'own']);
});
