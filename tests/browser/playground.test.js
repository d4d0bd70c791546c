// The playground as a visitor has it: in a frame, so that its width can be a phone's.

import { assert, assertEquals, eventually, page, sleep, test } from './harness.js';

/** A phone's width that is still common, in CSS pixels. */
const PHONE = 360;
const DESKTOP = 1280;
/** How long a page may take to have its service worker installed, in ms. */
const INSTALLING = 4_000;
const PATIENCE = { timeout: 60_000, every: 100 };

/** Opens the playground and waits until its jobs can run. */
async function open(t, width) {
  const frame = document.createElement('iframe');
  Object.assign(frame.style, { width: `${width}px`, height: '900px', border: '0' });
  frame.src = '/playground/index.html';
  t.after(async () => {
    // WebKit leaves a service worker "installing" for ever whose page goes meanwhile, and with it all that come after.
    await Promise.race([frame.contentWindow.navigator.serviceWorker?.ready, sleep(INSTALLING)]);
    frame.remove();
  });
  document.body.append(frame);
  return loaded(frame);
}

/** Waits until what the frame loads now can run jobs. */
async function loaded(frame) {
  await new Promise((resolve) => (frame.onload = resolve));
  const { contentWindow: window, contentDocument: document_ } = frame;
  const find = (selector) => document_.querySelector(selector);
  await eventually(() => find('#dataset').dataset.state === 'ready' && find('#pack .lane[data-lane=pool] button').getAttribute('aria-disabled') === 'false', {
    ...PATIENCE, message: 'the playground never became ready',
  });
  return { frame, window, document: document_, find };
}

/** Runs a card's lane to its end, and gives what it says. */
async function runLane({ find }, card, patience = PATIENCE) {
  const lane = find(`${card} .lane[data-lane=pool]`);
  lane.querySelector('button').click();
  await eventually(() => ['done', 'error'].includes(lane.dataset.state), patience).catch((error) => {
    throw new Error(`${card} did not end: ${lane.querySelector('.outcome').textContent}`, { cause: error });
  });
  const outcome = lane.querySelector('.outcome').textContent;
  assertEquals(lane.dataset.state, 'done', outcome);
  return outcome;
}

async function violations(playground) {
  const { window, document } = playground;
  if (!window.axe) {
    const script = document.createElement('script');
    script.src = '/node_modules/axe-core/axe.min.js';
    await new Promise((resolve, reject) => {
      Object.assign(script, { onload: resolve, onerror: () => reject(new Error('axe-core is not there; is "npm ci" done?')) });
      document.head.append(script);
    });
  }
  const { violations, passes } = await window.axe.run(document, { resultTypes: ['violations'] });
  assert(passes.length > 20, `only ${passes.length} rules were applied`);
  // Made in the frame, where an array is another class.
  return Array.from(violations).flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`));
}

for (const theme of ['light', 'dark']) {
  test(`axe finds nothing to object to, ${theme}`, async (t) => {
    const playground = await open(t, DESKTOP);
    playground.document.documentElement.dataset.theme = theme;
    assertEquals(await violations(playground), []);
  }, { timeout: 120_000 });
}

test('on a phone nothing is wider than the screen, and axe finds nothing', async (t) => {
  const playground = await open(t, PHONE);
  const { document } = playground;
  const root = document.documentElement;
  const wide = [...document.querySelectorAll('main *')].filter((element) => element.getBoundingClientRect().right > PHONE + 1
    && !element.closest('pre, .table-box, .visually-hidden, .score'));
  assertEquals(wide.map(({ tagName, id, className }) => `${tagName}#${id}.${className}`), []);
  assert(root.scrollWidth <= PHONE, `the page is ${root.scrollWidth} wide`);
  assertEquals(await violations(playground), []);
}, { timeout: 120_000 });

test('every panel shows the code that does it', async (t) => {
  const { document } = await open(t, DESKTOP);
  const cards = [...document.querySelectorAll('.card:not(.card-wide)')];
  assert(cards.length >= 9, `${cards.length} panels`);
  for (const card of cards) assert(/\b[cCs]\s*\.|await/.test(card.querySelector('.code pre')?.textContent ?? ''), `${card.id} shows no code`);
}, { timeout: 120_000 });

test('jobs are reached and run by the keyboard', async (t) => {
  const { window, find } = await open(t, DESKTOP);
  const focusable = [...window.document.querySelectorAll('a[href], button, input, [tabindex="0"], summary')].filter((element) => element.checkVisibility());
  for (const element of focusable) {
    element.focus();
    assert(window.document.activeElement === element || element.type === 'radio', `${element.outerHTML.slice(0, 80)} takes no focus`);
  }
  assertEquals(focusable.filter((element) => element.tabIndex > 0).length, 0);
  assert(find('.skip').getAttribute('href') === '#jobs');
}, { timeout: 120_000 });

test('the benchmark against the peers runs, and its table can be copied', async (t) => {
  const playground = await open(t, DESKTOP);
  const { window, find } = playground;
  // Which this browser was started with, and which takes long where there is as much as here.
  window.gc = undefined;
  await runLane(playground, '#peers', { timeout: 150_000, every: 200 });
  const titles = [...find('#peers table').querySelectorAll('th[scope=rowgroup]')].map(({ textContent }) => textContent);
  assertEquals(titles.length, 6);
  let copied;
  Object.defineProperty(window.navigator, 'clipboard', { value: { writeText: async (text) => void (copied = text) } });
  find('#copy-peers').click();
  await eventually(() => find('#peers .copied').textContent === 'Copied as Markdown.');
  const rows = copied.split('\n').filter((line) => line.startsWith('|'));
  assert(rows.every((row) => row.split('|').length === 6), copied);
  for (const name of ['Centaurus', 'comlink', 'workerpool', 'pako', 'fflate', 'msgpackr']) assert(copied.includes(`| ${name} |`), name);
  assert(!/NaN|undefined|Infinity/.test(copied), copied);
  t.log(copied);
}, { timeout: 180_000 });

test('a file that is dropped is there after the page is loaded anew, and not after it is deleted', async (t) => {
  const name = `a note ${Math.random()}.txt`;
  const text = 'kept by a worker '.repeat(1000);
  const listed = async (playground) => {
    const { find, document } = playground;
    find('#storage').scrollIntoView();
    await eventually(() => find('#storage').dataset.state === 'ready', PATIENCE);
    return [...document.querySelectorAll('#storage .kept-name')].map(({ textContent }) => textContent);
  };
  const first = await open(t, DESKTOP);
  assert(!(await listed(first)).includes(name));
  const { DataTransfer, File, Event } = first.window;
  const dropped = new DataTransfer();
  dropped.items.add(new File([text], name, { type: 'text/plain' }));
  const input = first.find('#storage input[type=file]');
  input.files = dropped.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
  await eventually(async () => (await listed(first)).includes(name), PATIENCE);
  assertEquals(await violations(first), []);
  first.find('#kill-put').click();
  const said = () => first.find('#storage .console').textContent;
  await eventually(() => said().includes('Looked for it'), PATIENCE).catch((cause) => {
    throw new Error(`it says ${said()}`, { cause });
  });

  first.frame.style.width = `${PHONE}px`;
  const reloaded = loaded(first.frame);
  first.find('#reload-page').click();
  const again = await reloaded;
  const names = await listed(again);
  assert(names.includes(name), `${names}, and it says ${again.find('#storage .console').textContent}`);
  assert(again.find('#storage .console').textContent.includes('Found again'));
  const row = () => [...again.document.querySelectorAll('#storage .kept li')].find((row) => row.textContent.includes(name));
  const press = (label) => row().querySelector(`button[aria-label="${label} ${name}"]`).click();
  press('Pin');
  await eventually(() => row().querySelector('[aria-pressed=true]'), PATIENCE);
  const { scrollWidth } = again.document.documentElement;
  assert(scrollWidth <= PHONE, `the page is ${scrollWidth} wide`);
  press('Delete');
  await eventually(() => !row(), PATIENCE);
}, { timeout: 120_000 });

test('without a network the page has what it has kept, and with one what the server has', async (t) => {
  const { window, find } = await open(t, DESKTOP);
  window.console.info = (...words) => t.log(words.join(' '));
  await eventually(() => find('#offline').textContent.includes('Kept'), { ...PATIENCE, message: 'nothing was kept' });
  const registration = await window.navigator.serviceWorker.getRegistration();
  t.after(() => registration.unregister());
  const cache = await window.caches.open('centaurus-playground');
  for (const file of ['index.html', 'main.js', 'cities.json', 'pkg/centaurus.worker.js', 'pkg/centaurus.protobuf.wasm', 'vendor/fflate.js']) {
    assert(await cache.match(new URL(file, window.location)), `${file} is not kept`);
  }
  await eventually(() => window.navigator.serviceWorker.controller, { message: 'the page is not controlled' });
  // A line that breaks stands for a network that is not there; before it, what is kept must not hide what is there.
  const broken = new window.URL('/fault/reset/pkg/centaurus.wasm?offline', window.location).href;
  const there = new URL('jobs.js', window.location).href;
  await cache.put(there, new window.Response('old'));
  assert((await (await window.fetch(there)).text()).includes('export'), 'an old file was shown');
  await cache.put(broken, new window.Response('kept'));
  assertEquals(await (await window.fetch(broken)).text(), 'kept');
}, { timeout: 120_000, skipIn: page.engine === 'webkit' && !navigator.serviceWorker ? { webkit: 'this build has no service workers' } : {} });
