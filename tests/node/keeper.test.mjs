// The rules of the keeper: what an element asks for, what may be kept, and how long it may be used.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { rules } from './support/keeper.mjs';

const {
  assetOf, conditions, cssUrls, directives, explain, freshened, freshness, Gate, IdleQueue, keyOf, keysOf, knownOf, matches, named, nameIn, refusal, Remembered,
  replaced, replaceUrls, selectedBy, srcset, Uses,
} = rules;

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
/** When things happen in these tests. */
const NOW = Date.parse('Thu, 26 Nov 2026 12:00:00 GMT');
const http = (ms) => new Date(ms).toUTCString();
const meta = (fields, more = {}) => ({ url: 'https://a.example/b.png', fields, requested: NOW, received: NOW, redirected: false, selected: {}, ...more });

test('Cache-Control: names in any case, quoted values, spaces, and what is not known', () => {
  const plain = { noStore: false, noCache: false, mustRevalidate: false, maxAge: undefined };
  const cases = {
    '': plain,
    'public, immutable, foo=bar, stale-while-revalidate=9': plain,
    'No-Store': { ...plain, noStore: true },
    'private , NO-CACHE="Set-Cookie, X"': { ...plain, noCache: true },
    'max-age=60': { ...plain, maxAge: 60 },
    'max-age="60"': { ...plain, maxAge: 60 },
    'max-age=60, max-age=10': { ...plain, maxAge: 10 },
    // What is invalid is stale.
    'max-age=-1': { ...plain, maxAge: 0 },
    'max-age=1.5': { ...plain, maxAge: 0 },
    'max-age': { ...plain, maxAge: 0 },
    'max-age=99999999999999': { ...plain, maxAge: 2 ** 31 },
    'must-revalidate, max-age=1': { ...plain, mustRevalidate: true, maxAge: 1 },
    // Inside a string a directive is none.
    'ext="no-store, max-age=1"': plain,
    'ext="a\\", no-store"': plain,
    // A shared cache's business.
    's-maxage=1, proxy-revalidate': plain,
  };
  for (const [field, wanted] of Object.entries(cases)) assert.deepEqual(directives(field), wanted, field);
  assert.deepEqual(directives(undefined), plain);
  assert.deepEqual(directives(null), plain);
});

test('what may be kept: 200 that is readable and not no-store, private too', () => {
  const answer = (status, cacheControl, type = 'basic') => refusal({ status, type, fields: cacheControl ? { 'cache-control': cacheControl } : {} });
  assert.equal(answer(200), undefined);
  assert.equal(answer(200, 'private, max-age=1', 'cors'), undefined);
  assert.equal(answer(200, 'no-cache'), undefined);
  assert.equal(answer(200, 'max-age=60, no-store'), 'no-store');
  assert.equal(answer(0, undefined, 'opaque'), 'opaque');
  assert.equal(answer(0, undefined, 'opaqueredirect'), 'opaque');
  for (const status of [404, 410]) assert.equal(answer(status), 'not-found');
  for (const status of [204, 206, 301, 401, 403, 429, 500, 503]) assert.equal(answer(status), 'status', String(status));
});

test('freshness: a lifetime of its own, in the order of RFC 9111', () => {
  const after = (fields, seconds, more) => freshness(meta(fields, more), NOW + seconds * SECOND);
  assert.equal(after({ 'cache-control': 'max-age=60' }, 59), 'fresh');
  assert.equal(after({ 'cache-control': 'max-age=60' }, 60), 'stale');
  // max-age is stronger than Expires.
  assert.equal(after({ 'cache-control': 'max-age=60', expires: http(NOW + DAY) }, 61), 'stale');
  assert.equal(after({ expires: http(NOW + 60 * SECOND), date: http(NOW) }, 59), 'fresh');
  assert.equal(after({ expires: http(NOW + 60 * SECOND), date: http(NOW) }, 61), 'stale');
  assert.equal(after({ expires: '0' }, 0), 'stale');
  assert.equal(after({ expires: '0', 'last-modified': http(NOW - 100 * DAY) }, 0), 'stale');
  // A tenth of its age where nothing is said.
  assert.equal(after({ 'last-modified': http(NOW - 100 * SECOND), date: http(NOW) }, 9), 'fresh');
  assert.equal(after({ 'last-modified': http(NOW - 100 * SECOND), date: http(NOW) }, 11), 'stale');
  assert.equal(after({}, 0), 'stale');
});

test('freshness: the age that an answer had when it came, and a clock that is wrong', () => {
  const hour = { 'cache-control': 'max-age=3600' };
  const at = (fields, seconds, more) => freshness(meta({ ...hour, ...fields }, more), NOW + seconds * SECOND);
  assert.equal(at({ age: '3500' }, 99), 'fresh');
  assert.equal(at({ age: '3500' }, 101), 'stale');
  // The time that it was under way counts.
  assert.equal(at({ age: '3500' }, 95, { requested: NOW - 10 * SECOND }), 'stale');
  // A server's clock that is behind makes answers older, one that is ahead not younger.
  assert.equal(at({ date: http(NOW - 3_000 * SECOND) }, 700), 'stale');
  assert.equal(at({ date: http(NOW + DAY) }, 3_599), 'fresh');
  assert.equal(at({ date: http(NOW + DAY) }, 3_601), 'stale');
  // A clock that was set back.
  assert.equal(at({}, -1), 'stale');
  // How long the redirections hold nobody says.
  assert.equal(at({}, 1, { redirected: true }), 'stale');
});

test('what must be validated before it is used, whatever happens', () => {
  const now = (cacheControl, seconds) => freshness(meta({ 'cache-control': cacheControl }), NOW + seconds * SECOND);
  assert.equal(now('no-cache, max-age=60', 0), 'bound');
  assert.equal(now('must-revalidate, max-age=60', 59), 'fresh');
  assert.equal(now('must-revalidate, max-age=60', 61), 'bound');
});

test('validation: by every validator there is; what comes back renews what is kept', () => {
  assert.equal(conditions(meta({})), undefined);
  const changed = http(NOW - DAY);
  assert.deepEqual(conditions(meta({ etag: 'W/"1"', 'last-modified': changed })), { 'if-none-match': 'W/"1"', 'if-modified-since': changed });
  const old = meta({ etag: '"1"', age: '50', 'cache-control': 'max-age=60', 'content-type': 'image/png' });
  const answer = meta({ 'cache-control': 'max-age=90', 'content-type': 'text/html' }, { requested: NOW + DAY, received: NOW + DAY });
  const renewed = freshened(old, answer);
  assert.deepEqual(renewed.fields, { etag: '"1"', 'cache-control': 'max-age=90', 'content-type': 'image/png' });
  assert.equal(freshness(renewed, NOW + DAY + 89 * SECOND), 'fresh');
});

test('Vary: heeded where the keeper knows what it asked with, refused elsewhere', () => {
  const known = knownOf({ navigator: { languages: ['de', 'en'], userAgent: 'x' } }, 'https://a.example');
  assert.deepEqual(selectedBy(undefined, known), {});
  assert.deepEqual(selectedBy('Accept-Encoding', known), { 'accept-encoding': '' });
  assert.deepEqual(selectedBy(' accept-language ,Origin', known), { 'accept-language': 'de,en', origin: 'https://a.example' });
  for (const name of ['*', 'Cookie', 'Authorization', 'DPR', 'Sec-CH-Width']) assert.equal(selectedBy(`Accept, ${name}`, known), name.toLowerCase());
  assert.ok(matches({ 'accept-language': 'de,en' }, known));
  assert.ok(!matches({ 'accept-language': 'en' }, known));
});

test('srcset, as HTML parses it', () => {
  const cases = {
    '': [],
    ' , ,': [],
    'a.png': ['a.png'],
    'a.png 1x, b.png 2x': ['a.png', 'b.png'],
    'a.png, b.png 2x': ['a.png', 'b.png'],
    'a.png,b.png': ['a.png,b.png'],
    'a.png 100w,b.png 200w': ['a.png', 'b.png'],
    '\n a.png\t1x ,\n b.png  2x\n': ['a.png', 'b.png'],
    // Commas within an address, and behind one.
    'https://x.example/w_1,h_2/a.png 1x, b.png,, c.png': ['https://x.example/w_1,h_2/a.png', 'b.png', 'c.png'],
    'data:image/png;base64,AAAA 1x, b.png 2x': ['data:image/png;base64,AAAA', 'b.png'],
    // What is in parentheses is for descriptors to come.
    'a.png f(1, 2) 1x, b.png': ['a.png', 'b.png'],
    'a.png f(, b.png': ['a.png'],
  };
  for (const [text, wanted] of Object.entries(cases)) assert.deepEqual(srcset(text), wanted, text);
});

test('addresses in styles, and others in their place', () => {
  const cases = {
    'color: red': [],
    'background: url(a.png)': ['a.png'],
    'background-image: url( "a b.png" ), URL(\'c).png\')': ['a b.png', 'c).png'],
    'background: url(a\\)b.png) no-repeat': ['a)b.png'],
    'background: url(\\61 .png)': ['a.png'],
    'background: url("\\110000 x")': ['\ufffdx'],
    // In a string, a comment, or another function there is none.
    'content: "url(a.png)"; /* url(b.png) */ background: url(c.png)': ['c.png'],
    'background: curl(a.png)': [],
    'filter: url(#blur)': [],
    'background: url()': [],
    'background: url(a b.png)': [],
  };
  for (const [css, wanted] of Object.entries(cases)) assert.deepEqual(cssUrls(css), wanted, css);
  assert.equal(replaceUrls('background: url(a.png), url(b.png)', (url) => (url === 'a.png' ? 'blob:1' : undefined)), 'background: url("blob:1"), url(b.png)');
});

test('what an address asks for', () => {
  const place = { base: 'https://a.example/dir/page.html', origin: 'https://a.example' };
  const own = { url: 'https://a.example/dir/b.png', foreign: false };
  assert.deepEqual(assetOf('b.png#part', place, null), { ...own, mode: 'no-cors', credentials: 'include' });
  assert.deepEqual(assetOf('b.png', place, ''), { ...own, mode: 'cors', credentials: 'same-origin' });
  const there = { url: 'https://b.example/c.png', mode: 'cors', foreign: true };
  assert.equal(assetOf('//b.example/c.png', place, null), 'opaque');
  assert.deepEqual(assetOf('//b.example/c.png', place, 'anonymous'), { ...there, credentials: 'same-origin' });
  assert.deepEqual(assetOf('//b.example/c.png', place, 'Use-Credentials'), { ...there, credentials: 'include' });
  // HTML: a value that is not known is 'anonymous'.
  assert.deepEqual(assetOf('//b.example/c.png', place, 'what'), { ...there, credentials: 'same-origin' });
  for (const address of ['data:image/png;base64,', 'blob:https://a.example/1', 'http://[', 'javascript:1', 'file:///a']) assert.equal(assetOf(address, place, ''), 'address', address);
  // A base of another origin does not make the page one of it.
  assert.equal(assetOf('b.png', { ...place, base: 'https://cdn.example/' }, null), 'opaque');
});

test('keys: with credentials of another origin it is another answer, of the own it is not', () => {
  const place = { base: 'https://a.example/', origin: 'https://a.example' };
  const key = (address, crossOrigin) => keyOf(assetOf(address, place, crossOrigin));
  assert.equal(key('b.png#x', null), key('b.png', 'use-credentials'));
  assert.notEqual(key('//b.example/c.png', ''), key('//b.example/c.png', 'use-credentials'));
  for (const crossOrigin of ['', 'use-credentials']) assert.ok(keysOf('https://b.example/c.png').includes(key('//b.example/c.png', crossOrigin)));
});

test('every reason is told with the address, and says what to do where something can be done', () => {
  for (const reason of ['address', 'filter', 'opaque', 'no-store', 'vary', 'not-found', 'status', 'type', 'too-large', 'network', 'storage']) {
    const text = explain('https://a.example/b.png', reason, 'the detail');
    assert.match(text, /^https:\/\/a\.example\/b\.png was not kept: .{10}/, reason);
  }
  assert.match(explain('x', 'opaque'), /crossorigin/);
  assert.match(explain('x', 'vary', 'cookie'), /'cookie'/);
});

/** An element of what is looked at: `selectors` are those that it matches. */
const element = (selectors, attributes) => ({
  matches: (selector) => selectors.includes(selector),
  getAttribute: (name) => attributes[name] ?? null,
});

test('which attributes name assets', () => {
  const uses = new Uses({ 'a[download]': 'href' });
  const image = element(['img, input[type=image i]', 'img, picture > source'], { src: ' a.png ', srcset: 'b.png 2x, c.png 3x' });
  assert.deepEqual(uses.of(image), [
    { attribute: 'src', syntax: 'address', addresses: ['a.png'] },
    { attribute: 'srcset', syntax: 'srcset', addresses: ['b.png', 'c.png'] },
  ]);
  assert.deepEqual(uses.of(element(['video'], {})), []);
  assert.deepEqual(uses.of(element(['a[download]'], { href: 'x.pdf' })), [{ attribute: 'href', syntax: 'address', any: true, addresses: ['x.pdf'] }]);
  for (const attribute of ['src', 'srcset', 'href', 'poster', 'style', 'crossorigin']) assert.ok(uses.attributes.includes(attribute), attribute);
  assert.ok(uses.selector.endsWith('a[download]'));
});

test('an attribute with other addresses', () => {
  const give = (address) => (address === 'a.png' ? 'blob:1' : undefined);
  assert.equal(replaced(' a.png ', 'address', give), 'blob:1');
  assert.equal(replaced('b.png', 'address', give), 'b.png');
  assert.equal(replaced('a.png 2x', 'srcset', give), '');
  assert.equal(replaced('color: red; background: url(a.png)', 'css', give), 'color: red; background: url("blob:1")');
});

test('an entry of the history bears its name in its state, beside what the page has there', () => {
  for (const state of [null, undefined, {}, { page: 2 }, Object.create(null)]) {
    const given = named(state, 'n');
    assert.equal(nameIn(given), 'n');
    assert.deepEqual({ ...given, centaurusEntry: undefined }, { ...state, centaurusEntry: undefined });
  }
  for (const state of [1, 'text', [1], new Map(), new Date()]) assert.equal(named(state, 'n'), undefined);
  for (const state of [null, 1, {}, { centaurusEntry: 1 }]) assert.equal(nameIn(state), undefined);
});

test('only so many at a time, in turn, and one that fails makes room', async () => {
  const gate = new Gate(2);
  let inside = 0;
  let most = 0;
  const order = [];
  const work = (n) => gate.pass(async () => {
    inside += 1;
    most = Math.max(most, inside);
    await null;
    await null;
    order.push(n);
    inside -= 1;
    if (n % 3 === 0) throw new Error('no');
  });
  await Promise.allSettled(Array.from({ length: 20 }, (_, n) => work(n)));
  assert.equal(most, 2);
  assert.deepEqual(order, Array.from({ length: 20 }, (_, n) => n));
});

test('idle time: as many batches as a turn has time for, the rest in later turns', async (t) => {
  const turns = [];
  globalThis.requestIdleCallback = (turn, { timeout }) => {
    assert.ok(timeout > 0, 'a busy page has its turn as well');
    return turns.push(turn);
  };
  globalThis.cancelIdleCallback = () => turns.splice(0);
  t.after(() => {
    delete globalThis.requestIdleCallback;
    delete globalThis.cancelIdleCallback;
  });
  const looked = [];
  const queue = new IdleQueue((item) => looked.push(item));
  let made = 0;
  queue.add((function* () {
    while (made < 1_000) yield made++;
  })());
  queue.add(['last']);
  assert.deepEqual([looked, made, turns.length], [[], 0, 1], 'nothing is done at once');
  const turn = (...remaining) => turns.shift()({ timeRemaining: () => remaining.shift() ?? 0 });
  turn();
  const batch = looked.length;
  assert.ok(batch > 0 && batch <= 200 && made <= batch + 1, `${batch} of ${made} at once`);
  turn(5, 5);
  assert.equal(looked.length, 4 * batch);
  let drained = false;
  const wait = queue.drained().then(() => (drained = true));
  while (turns.length > 0) {
    await null;
    assert.ok(!drained);
    turn();
  }
  await wait;
  assert.deepEqual(looked, [...Array.from({ length: 1_000 }, (_, n) => n), 'last']);
  // One that is cleared looks at nothing more, and whoever waits waits no longer.
  queue.add(['never']);
  const cleared = queue.drained();
  queue.clear();
  await cleared;
  assert.deepEqual([turns.length, looked.at(-1)], [0, 'last']);
});

test('names are remembered within bounds, the oldest forgotten first', () => {
  const remembered = new Remembered();
  for (let n = 0; n <= 10_000; n += 1) assert.ok(remembered.add(String(n)));
  assert.ok(!remembered.add('10000'));
  assert.ok(remembered.add('0'), 'the first was forgotten');
  remembered.forget('5000');
  assert.ok(remembered.add('5000'));
});
