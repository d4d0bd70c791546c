// Where pages and workers are that have no ordinary address: workers that start from `blob:`, since the package is of
// another origin; frames without an address or an origin of their own; addresses that Trusted Types made.

import { framed, underPolicy } from './frames.js';
import { assert, assertEquals, assertRejects, origin2, page, pool, test } from './pool.js';

const WORKER = '/pkg/centaurus.worker.js';
/** A pool whose workers start from `blob:`. */
const elsewhere = (t, options) => pool(t, { size: 1, worker: `${origin2}${WORKER}`, ...options });

test('a worker of another origin sees addresses from the page', async (t) => {
  const c = elsewhere(t);
  assertEquals(await c.run(() => location.protocol), 'blob:');
  const seen = await c.run(async () => {
    const xhr = new XMLHttpRequest();
    xhr.open('GET', 'fixtures/empty.html', false);
    xhr.send();
    return {
      absolute: (await fetch('/tests/browser/fixtures/empty.html')).url,
      relative: (await fetch('fixtures/empty.html')).url,
      whole: (await fetch(new Request('./fixtures/empty.html', { cache: 'no-store' }))).url,
      xhr: xhr.responseURL,
      redirect: Response.redirect('fixtures/empty.html').headers.get('location'),
      request: new Request('?a').url,
    };
  });
  const { href } = new URL('fixtures/empty.html', document.baseURI);
  const request = new URL('?a', document.baseURI).href;
  assertEquals(seen, { absolute: href, relative: href, whole: href, xhr: href, redirect: href, request });
});

test('scripts, modules and workers that functions load from there', async (t) => {
  const c = elsewhere(t);
  const loaded = await c.run(async () => {
    importScripts('/tests/browser/fixtures/umd.js', 'fixtures/umd-second.js');
    const { add } = await import('/tests/browser/fixtures/module.js');
    const { add: again } = await import('./fixtures/module.js');
    const text = `import('/not/this')`;
    const object = { import: (x) => x };
    return [self.loaded, add(1, 2), add === again, text, object.import('/nor/this')];
  });
  assertEquals(loaded, [['umd', 'second after umd'], 3, true, "import('/not/this')", '/nor/this']);
  await c.define({ async load(url) { return (await import(url)).add(2, 3); } });
  assertEquals(await c.load('/tests/browser/fixtures/module.js'), 5);
  assertEquals(await c.load(`${origin2}/tests/browser/fixtures/module.js`), 5);
  await assertRejects(c.load('/fault/404/module.js'), TypeError);
  assertEquals(await c.run(() => new Promise((resolve, reject) => {
    const worker = new Worker('fixtures/echo.js');
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
    worker.postMessage('hello');
  })), { data: 'hello', classic: true });
});

test('what opens lines keeps its class, and sees the page’s host', async (t) => {
  const c = elsewhere(t);
  const lines = await c.run(() => {
    const socket = new WebSocket('/ws/none');
    const source = new EventSource('events');
    class Own extends WebSocket {}
    const own = new Own('ws/none');
    const urls = [socket.url, source.url, own.url];
    const kept = [socket instanceof WebSocket, own instanceof Own, socket.constructor === WebSocket, WebSocket.OPEN, WebSocket.name];
    for (const line of [socket, source, own]) line.close();
    return [urls, kept];
  });
  const seen = (url) => new URL(url, document.baseURI).href;
  const socket = (url) => seen(url).replace(/^http/, 'ws');
  assertEquals(lines, [[socket('/ws/none'), seen('events'), socket('ws/none')], [true, true, true, 1, 'WebSocket']]);
});

test('what is no address is refused as the platform does, and what is whole stays', async (t) => {
  const c = elsewhere(t);
  await assertRejects(c.run(() => fetch('http://[')), TypeError);
  await assertRejects(c.run(() => new Request('http://[')), TypeError);
  await assertRejects(c.run(() => new WebSocket('ftp://example.com')), 'SyntaxError');
  await assertRejects(c.run(() => new WebSocket()), TypeError);
  assertEquals(await c.run(async () => (await fetch('data:,text')).text()), 'text');
  assertEquals(await c.run((url) => fetch(new URL(url)).then(({ status }) => status), `${origin2}/tests/browser/fixtures/empty.html`), 200);
});

test('the page’s base is the one that its document says', async (t) => {
  const element = Object.assign(document.createElement('base'), { href: '/tests/browser/fixtures/' });
  document.head.append(element);
  t.after(() => element.remove());
  assertEquals(await elsewhere(t).run(async () => (await fetch('empty.html')).status), 200);
});

test('a worker of the page’s own origin sees addresses from its file, as any worker', async (t) => {
  const c = pool(t, { size: 1 });
  assertEquals(await c.run(() => new Request('centaurus.wasm').url), new URL('/pkg/centaurus.wasm', location.href).href);
  assertEquals(await c.run(() => Function.prototype.toString.call(fetch).includes('native code')), true);
});

test('a page in a sandboxed frame, which has no origin', async (t) => {
  const src = `${origin2}/tests/browser/fixtures/framed.html`;
  assertEquals(await framed(t, { sandbox: 'allow-scripts', src }), 'it gave 3');
});

test('a document without an address of its own, under worker-src self', async (t) => {
  assert(page.csp);
  assertEquals(await underPolicy(t, ''), 'it gave 3');
}, { csp: true });

test('a frame of about:blank', async (t) => {
  const frame = document.createElement('iframe');
  document.body.append(frame);
  t.after(() => frame.remove());
  const script = frame.contentDocument.createElement('script');
  Object.assign(script, { type: 'module', src: new URL('fixtures/framed.js', import.meta.url).href });
  const told = new Promise((resolve) => addEventListener('message', ({ data }) => resolve(data), { once: true }));
  frame.contentDocument.body.append(script);
  assertEquals(await told, 'it gave 3');
});

const TRUSTED = "require-trusted-types-for 'script'";
const NO_TRUSTED_TYPES = 'trustedTypes' in globalThis ? undefined : 'the engine has no Trusted Types';

test('an address that a policy of Trusted Types made goes to the worker as it is', async (t) => {
  if (NO_TRUSTED_TYPES) return;
  assertEquals(await underPolicy(t, TRUSTED, { trusted: WORKER }), 'it gave 3');
});

test('the error says what a page with Trusted Types has to give', async (t) => {
  if (NO_TRUSTED_TYPES) return;
  const told = await underPolicy(t, TRUSTED);
  assert(told.startsWith('WorkerLoadError') && told.includes('TrustedScriptURL') && told.includes("'default'"), told);
});
