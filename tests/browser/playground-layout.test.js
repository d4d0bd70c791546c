// The playground in narrow windows, with large text, in the words that assistive technology has of it, and where a part of
// it does not come.

import { assert, assertEquals, eventually, sleep, test } from './harness.js';

/** How long a page may take to have its service worker installed, in ms. */
const INSTALLING = 4_000;
const PATIENCE = { timeout: 60_000, every: 100 };
/** CSS pixels: a desktop, a tablet, a phone, and a desktop of 1,280 at a zoom of 400 %. */
const WIDTHS = [1440, 768, 390, 320];
/** Pixels that rounding makes. */
const SLACK = 1.5;

/** A frame of this width, with the page still loading. `change` may change its window before the page's scripts run. */
function frameOf(t, width, source) {
  const frame = document.createElement('iframe');
  Object.assign(frame.style, { width: `${width}px`, height: '900px', border: '0' });
  Object.assign(frame, source);
  t.after(async () => {
    // WebKit leaves a service worker "installing" for ever whose page goes meanwhile, and with it all that come after.
    await Promise.race([frame.contentWindow.navigator.serviceWorker?.ready, sleep(INSTALLING)]);
    frame.remove();
  });
  const loaded = new Promise((resolve) => (frame.onload = resolve));
  document.body.append(frame);
  return loaded.then(() => {
    const { contentWindow: window, contentDocument: document_ } = frame;
    return { frame, window, document: document_, find: (selector) => document_.querySelector(selector) };
  });
}

async function ready(playground) {
  const { find } = playground;
  await eventually(() => find('#dataset').dataset.state === 'ready' && find('#pack .lane[data-lane=pool] button').getAttribute('aria-disabled') === 'false', {
    ...PATIENCE, message: 'the playground never became ready',
  });
  return playground;
}

const open = async (t, width) => ready(await frameOf(t, width, { src: '/playground/index.html' }));

/** The page with another text in the place of its own: `change` makes it of the served one. */
async function changed(t, change) {
  const served = await (await fetch('/playground/index.html')).text();
  const srcdoc = change(served.replace('<head>', '<head><base href="/playground/">'));
  assert(srcdoc.length !== served.length);
  return frameOf(t, 800, { srcdoc });
}

async function runLane({ find }, card, kind = 'pool') {
  const lane = find(`${card} .lane[data-lane=${kind}]`);
  lane.querySelector('button').click();
  await eventually(() => ['done', 'error'].includes(lane.dataset.state), PATIENCE);
  return { state: lane.dataset.state, text: lane.querySelector('.outcome').textContent };
}

const named = ({ tagName, id, className }) => `${tagName}#${id}.${className}`;

/** Elements that reach out of the window, but for what scrolls by itself. */
function wide({ document, window }) {
  const { clientWidth } = document.documentElement;
  return [...document.querySelectorAll('body *')].filter((element) => element.checkVisibility()
    && !element.closest('.visually-hidden') && !element.parentElement.closest('pre, .table-box')
    // As wide as the window with its scrollbar; the body cuts off the rest.
    && !element.matches('.score')
    && (element.getBoundingClientRect().right > clientWidth + SLACK || element.getBoundingClientRect().left < -SLACK)
    && window.getComputedStyle(element).position !== 'fixed').map(named);
}

/** Texts of which a part is out of the box that they are in, or which end in dots. */
function cut({ document, window }) {
  const found = [];
  const texts = document.createTreeWalker(document.body, window.NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode());) {
    const parent = text.parentElement;
    if (!text.data.trim() || !parent.checkVisibility() || parent.closest('.visually-hidden, pre, noscript, .skip')) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const { left, right } = range.getBoundingClientRect();
    for (let box = parent; box !== document.body; box = box.parentElement) {
      const style = window.getComputedStyle(box);
      if (style.display === 'inline' || box.namespaceURI.endsWith('svg')) continue;
      const outer = box.getBoundingClientRect();
      if (right > outer.right + SLACK || left < outer.left - SLACK) found.push(`"${text.data.trim()}" in ${named(box)}`);
    }
  }
  return found;
}

test('nothing is wider than the window and no text is cut, with all code folded out, at any width', async (t) => {
  const playground = await open(t, WIDTHS[0]);
  const { document, frame, find } = playground;
  for (const details of document.querySelectorAll('details')) details.open = true;
  assert((await runLane(playground, '#formats')).state === 'done');
  assert((await runLane(playground, '#search')).state === 'done');
  for (const textSize of ['100%', '200%']) {
    document.documentElement.style.fontSize = textSize;
    for (const width of WIDTHS) {
      // A table of figures may scroll where letters are twice as large and the window is a phone's.
      const where = `${width} px, text at ${textSize}`;
      frame.style.width = `${width}px`;
      await eventually(() => Math.abs(find('#formats .chart .scatter').viewBox.baseVal.width - find('#formats .chart').clientWidth) < 1, { message: `${where}: the chart is of another width` });
      assertEquals(wide(playground), [], where);
      assert(document.documentElement.scrollWidth <= width, `${where}: the page is ${document.documentElement.scrollWidth} wide`);
      if (textSize === '200%' && width < 700) continue;
      assertEquals(cut(playground), [], where);
      for (const box of document.querySelectorAll('.table-box')) {
        assert(!box.checkVisibility() || box.scrollWidth <= box.clientWidth + 1, `${where}: ${box.ariaLabel} is ${box.scrollWidth} wide in ${box.clientWidth}`);
      }
    }
  }
}, { timeout: 180_000 });

test('the theme can be switched in the narrowest window', async (t) => {
  const { find, document } = await open(t, 320);
  const { left, right } = find('#theme').getBoundingClientRect();
  assert(left >= 0 && right <= 320, `the button is from ${left} to ${right}`);
  const before = document.documentElement.dataset.theme;
  find('#theme').click();
  assert(document.documentElement.dataset.theme !== before);
  find('#theme').click();
}, { timeout: 90_000 });

test('headings are larger than the text below them, at every text size', async (t) => {
  const { document, window } = await open(t, 1280);
  const size = (element) => parseFloat(window.getComputedStyle(element).fontSize);
  for (const textSize of ['100%', '150%', '200%']) {
    document.documentElement.style.fontSize = textSize;
    for (const header of document.querySelectorAll('.card header')) {
      const [heading, text] = [size(header.querySelector('h3')), size(header.querySelector('p'))];
      assert(heading > text * 1.2, `${textSize}: ${heading} px over ${text} px`);
    }
    assert(size(document.querySelector('h1')) > size(document.querySelector('h3')) * 1.2);
  }
}, { timeout: 90_000 });

test('labels of the chart lie on nothing else', async (t) => {
  const playground = await open(t, 1280);
  const { frame, document, find } = playground;
  await runLane(playground, '#formats');
  for (const width of [1280, 390]) {
    frame.style.width = `${width}px`;
    await eventually(() => Math.abs(find('#formats .chart .scatter').viewBox.baseVal.width - find('#formats .chart').clientWidth) < 1);
    const labels = [...document.querySelectorAll('#formats .chart text')].map((text) => ({ text: text.textContent, box: text.getBBox() }));
    assert(document.querySelectorAll('#formats .chart text.label').length >= 4, 'hardly a point has a label');
    const picture = find('#formats .chart .scatter').viewBox.baseVal;
    labels.forEach(({ text, box }, i) => {
      assert(box.x >= 0 && box.x + box.width <= picture.width && box.y + box.height <= picture.height, `${width} px: ${text} is cut`);
      for (const { text: other, box: at } of labels.slice(i + 1)) {
        // A box has the height of a line, of which the letters fill two thirds.
        const third = box.height / 6;
        const apart = box.x + box.width <= at.x || at.x + at.width <= box.x
          || box.y + box.height - third <= at.y + third || at.y + at.height - third <= box.y + third;
        assert(apart, `${width} px: ${text} lies on ${other}`);
      }
    });
  }
}, { timeout: 120_000 });

test('every control has a name of its own, which its text begins', async (t) => {
  const { document } = await open(t, 1280);
  const controls = [...document.querySelectorAll('button, summary, a[href], pre, [role=group][tabindex], [role=log], [role=meter], [role=progressbar]')];
  const nameOf = (element) => element.ariaLabel ?? element.textContent.trim();
  for (const control of controls) {
    const [name, seen] = [nameOf(control), control.matches('button') ? control.textContent.trim() : ''];
    assert(name !== '', `${control.outerHTML.slice(0, 80)} has no name`);
    assert(name.startsWith(seen), `"${name}" does not begin with "${seen}"`);
  }
  const names = controls.map((control) => `${control.getAttribute('role') ?? control.tagName} ${nameOf(control)}`);
  assertEquals(names.filter((name, i) => names.indexOf(name) < i), []);
  const legends = [...document.querySelectorAll('legend')].map(({ textContent }) => textContent);
  assertEquals(new Set(legends).size, legends.length, String(legends));
}, { timeout: 90_000 });

test('where the reader\'s system forces its colours, marks of colour alone have others', async (t) => {
  const { document, window } = await open(t, 800);
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
    .filter((rule) => rule instanceof window.CSSMediaRule && rule.conditionText.includes('forced-colors'))
    .flatMap(({ cssRules }) => [...cssRules]);
  const marked = (selector) => rules.filter(({ selectorText }) => selectorText.split(', ').includes(selector));
  for (const mark of ['.meter i', '.bar-of-time', '.slots .dot', '.small-button[aria-pressed="true"]']) {
    const [rule, ...more] = marked(mark);
    assert(rule && more.length === 0, `${mark} has ${more.length ? 'several rules' : 'no rule'}`);
    assertEquals(document.querySelectorAll(mark.replace('[aria-pressed="true"]', '')).length > 0 || mark.includes('bar') || mark.includes('small'), true, mark);
  }
}, { timeout: 90_000 });

test('without JavaScript the page says so, and says nothing of loading', async () => {
  const served = new DOMParser().parseFromString(await (await fetch('/playground/index.html')).text(), 'text/html');
  const said = [...served.querySelectorAll('body noscript')].map(({ textContent }) => textContent).join(' ');
  assert(said.includes('needs JavaScript'), said);
  assertEquals(served.querySelector('.status-text').textContent, '');
  const sheet = served.querySelector('head noscript link');
  const styles = await (await fetch(new URL(sheet.getAttribute('href'), new URL('/playground/', location.href)))).text();
  for (const place of ['.jobs', '.score', '#theme']) assert(styles.includes(place), `${place} is shown without scripts`);
});

test('a program that does not come is told, with a button to try again', async (t) => {
  const { find } = await changed(t, (html) => html.replace('src="main.js"', 'src="none.js"'));
  await eventually(() => find('#dataset').dataset.state === 'error', { ...PATIENCE, message: find('#dataset').textContent });
  assert(find('#dataset').textContent.includes('did not start'), find('#dataset').textContent);
  assert(!find('#reload').hidden);
}, { timeout: 90_000 });

test('the flood on the main thread ends: where its line breaks, where nothing comes, and where it breaks after all came', async (t) => {
  const playground = await open(t, 1280);
  const { window } = playground;
  const line = (live) => {
    window.WebSocket = class {
      constructor() {
        setTimeout(() => live(this));
      }
      close() {}
    };
  };
  const breaks = (socket) => socket.onclose({ code: 1006, wasClean: false });
  line(breaks);
  const broken = await runLane(playground, '#socket', 'main');
  assertEquals(broken.state, 'error', broken.text);
  assert(broken.text.includes('1006. Is there a network?'), broken.text);
  line(() => {});
  const silent = await runLane(playground, '#socket', 'main');
  assertEquals(silent.state, 'error', silent.text);
  assert(silent.text.includes('Nothing came for'), silent.text);
  line((socket) => {
    for (let number = 0; number < 400_000; number++) {
      const data = new window.ArrayBuffer(8);
      new DataView(data).setUint32(4, number);
      socket.onmessage({ data });
    }
    breaks(socket);
  });
  const whole = await runLane(playground, '#socket', 'main');
  assertEquals(whole.state, 'done', whole.text);
  assert(whole.text.startsWith('400,000 messages'), whole.text);
}, { timeout: 120_000 });

test('a file that is chosen before the store is open is kept once it is', async (t) => {
  const name = `early ${Math.random()}.txt`;
  const { window, document, find } = await frameOf(t, 1280, { src: '/playground/index.html' });
  await eventually(() => find('#storage .code pre'), PATIENCE);
  assert(find('#storage').dataset.state !== 'ready', 'the store is open already');
  const input = find('#storage input[type=file]');
  assert(!input.disabled, 'no file can be chosen');
  const dropped = new window.DataTransfer();
  dropped.items.add(new window.File(['kept '.repeat(1000)], name, { type: 'text/plain' }));
  input.files = dropped.files;
  input.dispatchEvent(new window.Event('change', { bubbles: true }));
  assert(find('#storage-where').textContent.includes('once the store is open'), find('#storage-where').textContent);
  const row = () => [...document.querySelectorAll('#storage .kept li')].find(({ textContent }) => textContent.includes(name));
  await eventually(row, { ...PATIENCE, message: 'it is not kept' });
  row().querySelector(`button[aria-label="Delete ${name}"]`).click();
  await eventually(() => !row(), PATIENCE);
}, { timeout: 120_000 });

test('a file that misses its place does not take the page away', async (t) => {
  const { window, document, find } = await open(t, 1280);
  const drop = (target) => {
    const dataTransfer = new window.DataTransfer();
    dataTransfer.items.add(new window.File(['x'], 'x.txt'));
    const event = new window.DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
    target.dispatchEvent(event);
    return event.defaultPrevented;
  };
  assert(drop(document.querySelector('h1')), 'the browser would open the file');
  assert(!drop(find('#storage input[type=file]')), 'the field takes no file');
}, { timeout: 90_000 });
