// Digests, in the pool: vectors of those who made the algorithms, every kind of input, and how a call can end.

import { assert, assertEquals, assertRejects, eventually, page, pool, sleep, spyOnWorkers, test, WorkerCrashError } from './pool.js';

const ALL = ['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512', 'blake3', 'crc32', 'adler32'];
const SHAS = ALL.slice(0, 5);
/** Of the text "abc": FIPS 180's examples, BLAKE3's, and what zlib says. */
const ABC = {
  'sha-1': 'a9993e364706816aba3e25717850c26c9cd0d89d',
  'sha-224': '23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7',
  'sha-256': 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  'sha-384': 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
  'sha-512': 'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  blake3: '6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85',
  crc32: '352441c2',
  adler32: '024d0127',
};

const bytes = (text) => new TextEncoder().encode(text);
const hex = (digest) => Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
const unhex = (digits) => Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hexes = (digests) => Object.fromEntries(Object.entries(digests).map(([name, digest]) => [name, hex(digest)]));
const pattern = (length) => Uint8Array.from({ length }, (_, i) => i % 251);
const vectors = async (name) => (await fetch(`/tests/vectors/digest/${name}`)).json();

function streamOf(chunks, { fail, cancelled } = {}) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < chunks.length) controller.enqueue(chunks[at++]);
      else if (fail) controller.error(fail);
      else controller.close();
    },
    cancel: cancelled,
  }, { highWaterMark: 0 });
}

test('every algorithm, under the name it was asked for by', async (t) => {
  const c = pool(t, { size: 1 });
  const abc = bytes('abc');
  assertEquals(hexes(await c.digest(ALL, abc)), ABC);
  for (const name of ALL) {
    assertEquals(hexes(await c.digest(name, abc)), { [name]: ABC[name] });
    assertEquals(hexes(await c.digest([name.toUpperCase(), name, name], abc)), { [name.toUpperCase()]: ABC[name], [name]: ABC[name] });
  }
  const digests = await c.digest(['crc32', 'SHA-256', 'adler32'], abc);
  assertEquals(Object.keys(digests), ['crc32', 'SHA-256', 'adler32']);
  for (const digest of Object.values(digests)) assert(digest instanceof Uint8Array && digest.buffer.byteLength === digest.length);
  assertEquals(await c.digest([], abc), {});
  assertEquals(await c.with({ priority: 1 }).digest('crc32', abc).then(hexes), { crc32: ABC.crc32 });
});

test('every kind of input gives the same', async (t) => {
  const c = pool(t, { size: 1 });
  for (const length of [0, 1, 1_000, 100_000, 3_000_000]) {
    const whole = pattern(length);
    const padded = new Uint8Array(length + 200);
    padded.set(whole, 100);
    const expected = hexes(await c.digest(ALL, whole));
    for (const name of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']) {
      if (crypto.subtle) assertEquals(expected[name.toLowerCase()], hex(new Uint8Array(await crypto.subtle.digest(name, whole))), `${name} of ${length}`);
    }
    const inputs = [whole.buffer, new DataView(whole.buffer), padded.subarray(100, length + 100), new DataView(padded.buffer, 100, length), new Blob([whole]), new Blob([padded]).slice(100, length + 100), new File([whole], 'name'), new Blob([whole]).stream(), streamOf([whole.subarray(0, 7), new Uint8Array(0), whole.slice(7).buffer])];
    for (const input of inputs) assertEquals(hexes(await c.digest(ALL, input)), expected, `${Object.prototype.toString.call(input)} of ${length}`);
    assertEquals(whole.length, length, 'the caller’s bytes stay');
  }
});

test('shared memory', async (t) => {
  const c = pool(t, { size: 1 });
  const shared = new SharedArrayBuffer(200_003);
  new Uint8Array(shared).set(pattern(200_003));
  const expected = await c.digest(ALL, pattern(200_003));
  assertEquals(await c.digest(ALL, shared), expected);
  assertEquals(await c.digest(ALL, new Uint8Array(shared)), expected);
  assertEquals(await c.digest('sha-256', new Uint8Array(shared, 1, 3)), await c.digest('sha-256', new Uint8Array([1, 2, 3])));
}, { isolated: true });

test('NIST’s messages and Monte Carlo test', async (t) => {
  const c = pool(t, { size: 2 });
  const all = await vectors('nist-cavp.json');
  assertEquals(Object.keys(all), SHAS);
  await Promise.all(SHAS.map(async (name) => {
    const { short, long, monte } = all[name];
    for (const [message, expected] of [...short, ...long]) assertEquals(hex((await c.digest(name, unhex(message)))[name]), expected, `${name} ${message}`);
    // A tenth of it, in calls one after another; natively it runs whole.
    let seed = unhex(monte.seed);
    for (const expected of monte.checkpoints.slice(0, 2)) {
      let last = [seed, seed, seed];
      for (let i = 0; i < 1_000; i += 1) {
        const message = new Blob(last);
        last = [last[1], last[2], (await c.digest(name, new Uint8Array(await message.arrayBuffer())))[name]];
      }
      seed = last[2];
      assertEquals(hex(seed), expected, name);
    }
  }));
}, { timeout: 120_000 });

test('HMAC: the RFCs’ cases and Wycheproof’s', async (t) => {
  const c = pool(t, { size: 1 });
  const code = async (name, secret, message) => hex((await c.digest(name, unhex(message), { secret: unhex(secret) }))[name]);
  for (const [name, cases] of Object.entries(await vectors('hmac-rfc.json'))) {
    for (const [secret, message, expected] of cases) assertEquals(await code(name, secret, message), expected, name);
  }
  let count = 0;
  for (const [name, cases] of Object.entries(await vectors('hmac-wycheproof.json'))) {
    for (const [number, secret, message, expected, result] of cases) {
      const same = (await code(name, secret, message)).startsWith(expected);
      assertEquals(same, result === 'valid', `${name} ${number}`);
      count += 1;
    }
  }
  assert(count > 800, count);
  const empty = await c.digest(SHAS, bytes('x'), { secret: new Uint8Array(0) });
  const zero = await c.digest(SHAS, bytes('x'), { secret: new ArrayBuffer(1) });
  assertEquals(empty, zero, 'keys are padded with zeros');
}, { timeout: 60_000 });

test('BLAKE3’s own vectors, plain and keyed, at every length', async (t) => {
  const c = pool(t, { size: 2 });
  const { key, cases } = await vectors('blake3.json');
  assertEquals(cases.length, 35);
  for (const { input_len: length, hash, keyed_hash: keyed } of cases) {
    const input = pattern(length);
    for (const [secret, expected] of [[undefined, hash], [bytes(key), keyed]]) {
      assertEquals(hex((await c.digest('blake3', input, { secret })).blake3), expected.slice(0, 64));
      assertEquals(hex((await c.digest('blake3', new Blob([input]), { secret, length: expected.length / 2 })).blake3), expected);
    }
  }
});

test('HMAC with the engine’s size and ours agree', async (t) => {
  const c = pool(t, { size: 1 });
  const secret = pattern(200);
  for (const length of [100, 300_000, 2_000_000]) {
    const data = pattern(length);
    const whole = await c.digest(SHAS, data, { secret });
    assertEquals(await c.digest(SHAS, streamOf([data.subarray(0, 99), data.subarray(99)]), { secret }), whole);
  }
});

test('what cannot be had is named', async (t) => {
  const c = pool(t, { size: 1 });
  const x = bytes('x');
  await assertRejects(c.digest('md5', x), RangeError, "no algorithm 'md5'; there are sha-1, sha-224, sha-256, sha-384, sha-512, blake3, crc32, adler32");
  await assertRejects(c.digest(['sha-256', 'SHA256'], x), RangeError, "'SHA256'");
  for (const wrong of [undefined, null, 1, {}, [1], [['sha-256']]]) await assertRejects(c.digest(wrong, x), TypeError, 'a name or an array of names');
  for (const wrong of ['text', 5, null, undefined, {}, [1]]) await assertRejects(c.digest('crc32', wrong), TypeError, 'must be');
  await assertRejects(c.digest('crc32', 'text'), TypeError, 'TextEncoder');
  await assertRejects(c.digest(['sha-256', 'crc32'], x, { secret: x }), RangeError, 'crc32 takes no secret');
  await assertRejects(c.digest('blake3', x, { secret: x }), RangeError, '32 bytes, not 1');
  await assertRejects(c.digest('sha-256', x, { secret: 'text' }), TypeError, 'digest: secret must be');
  await assertRejects(c.digest('sha-256', x, { length: 16 }), RangeError, 'length is for blake3');
  for (const length of [0, -1, 1.5, 2 ** 20 + 1]) await assertRejects(c.digest('blake3', x, { length }), RangeError, 'length must be');
  await assertRejects(c.digest('sha-256', x, { hmac: x }), TypeError, 'unknown option hmac');
  await assertRejects(c.digest('sha-256', x, { key: x }), TypeError, 'key must be a string');
  // And the same with data that take another way.
  await assertRejects(c.digest('md5', new Blob(['x'])), RangeError, 'md5');
  await assertRejects(c.digest('md5', pattern(2_000_000)), RangeError, 'md5');
  let reason;
  await assertRejects(c.digest('md5', streamOf([x], { cancelled: (why) => (reason = why) })), RangeError, 'md5');
  assert(reason instanceof RangeError, 'the stream is told');
});

test('streams: a wrong chunk, a failing source, a locked one', async (t) => {
  const c = pool(t, { size: 1 });
  let reason;
  const wrong = await assertRejects(c.digest('crc32', streamOf([bytes('a'), 'text'], { cancelled: (why) => (reason = why) })), TypeError, 'TextEncoder');
  assert(reason === wrong);
  const fail = new Error('the source is gone');
  const error = await c.digest('crc32', streamOf([bytes('a')], { fail })).catch((why) => why);
  assert(error === fail, 'the very error');
  const locked = streamOf([bytes('a')]);
  locked.getReader();
  await assertRejects(c.digest('crc32', locked), TypeError);
  assertEquals(hexes(await c.digest('crc32', bytes('abc'))), { crc32: ABC.crc32 });
  await eventually(() => c.stats().running === 0);
});

test('a stream is read no faster than it is digested, and its worker does other things', async (t) => {
  const c = pool(t, { size: 1 });
  let given = 0;
  let open = () => {};
  const gate = new Promise((resolve) => (open = resolve));
  const stream = new ReadableStream({
    async pull(controller) {
      given += 1;
      if (given === 3) await gate;
      if (given < 50) controller.enqueue(pattern(1_000));
      else controller.close();
    },
  }, { highWaterMark: 0 });
  const digesting = c.digest(['sha-256', 'blake3'], stream);
  await eventually(() => given === 3);
  assertEquals(hexes(await c.digest('crc32', bytes('abc'))), { crc32: ABC.crc32 }, 'while the stream waits');
  open();
  const whole = await new Blob(Array.from({ length: 49 }, () => pattern(1_000))).arrayBuffer();
  assertEquals(await digesting, await c.digest(['sha-256', 'blake3'], whole));

  let pulled = 0;
  const controller = new AbortController();
  const slow = new ReadableStream({ pull: (to) => { pulled += 1; to.enqueue(new Uint8Array(8 << 20)); } }, { highWaterMark: 0 });
  const endless = c.digest(ALL, slow, { signal: controller.signal });
  endless.catch(() => {});
  await sleep(100);
  assert(pulled < 40, `${pulled} chunks of 8 MiB were taken at once`);
  controller.abort();
  await assertRejects(endless, 'AbortError');
});

test('aborted and timed out in the middle: the source is cancelled, the worker is kept', async (t) => {
  const c = pool(t, { size: 1 });
  const ours = ['sha-224', 'sha-384', 'sha-512', 'sha-1'];
  const memory = new Uint8Array(70 << 20);
  const blob = new Blob([memory]);
  for (const [options, name] of [[() => ({ signal: AbortSignal.timeout(100) }), 'TimeoutError'], [() => ({ timeout: 100 }), 'TimeoutError']]) {
    let reason;
    const endless = new ReadableStream({ pull: (to) => to.enqueue(pattern(10_000)), cancel: (why) => void (reason = why) });
    const error = await assertRejects(c.digest(['blake3', 'sha-1'], endless, options()), name);
    assert(reason === error);
    for (const data of [blob, memory]) await assertRejects(c.digest(ours, data, options()), name);
  }
  const aborted = streamOf([bytes('a')]);
  const reason = new Error('beforehand');
  assert((await c.digest('crc32', aborted, { signal: AbortSignal.abort(reason) }).catch((why) => why)) === reason);
  assertEquals(hexes(await c.digest('crc32', bytes('abc'))), { crc32: ABC.crc32 });
  const { spawned, crashes } = c.stats();
  assertEquals([spawned, crashes], [1, 0]);
}, { timeout: 60_000 });

test('the death of its worker fails the call, or it is made again', async (t) => {
  const c = pool(t, { size: 1 });
  let reason;
  let given = 0;
  const endless = new ReadableStream({ pull: async (to) => { await sleep(5); given += 1; to.enqueue(pattern(100)); }, cancel: (why) => void (reason = why) });
  const lost = c.digest('crc32', endless).catch((why) => why);
  await eventually(() => given > 3);
  await assertRejects(c.run(() => self.close()), WorkerCrashError);
  const error = await lost;
  assert(error instanceof WorkerCrashError && reason === error, String(error));
  assertEquals(hexes(await c.digest(ALL, bytes('abc'))), ABC, 'the next worker digests as well');
});

test('progress', async (t) => {
  const c = pool(t, { size: 1 });
  const data = pattern(30 << 20);
  const seen = async (input) => {
    const told = [];
    await c.digest(['sha-224', 'sha-512'], input, { onProgress: (progress) => told.push(progress) });
    assert(told.every(({ loaded }, i) => i === 0 || loaded > told[i - 1].loaded), JSON.stringify(told));
    return told;
  };
  for (const input of [data, new Blob([data])]) {
    const told = await seen(input);
    assert(told.length > 1 && told.every(({ total }) => total === data.length), JSON.stringify(told));
    assertEquals(told.at(-1), { loaded: data.length, total: data.length });
  }
  // Slow enough to have news before the end.
  let at = 0;
  const slow = new ReadableStream({
    async pull(to) {
      await sleep(60);
      if (at < 4) to.enqueue(pattern(1_000));
      else to.close();
      at += 1;
    },
  }, { highWaterMark: 0 });
  const told = await seen(slow);
  assert(told.length > 1, JSON.stringify(told));
  assertEquals(told.at(-1), { loaded: 4_000 });
  assertEquals((await seen(bytes('abc'))).at(-1), { loaded: 3, total: 3 });
}, { timeout: 60_000 });

test('a large Blob and a long stream are never in memory whole', async (t) => {
  const c = pool(t, { size: 1 });
  const piece = pattern(1 << 20);
  const blob = new Blob(Array(100).fill(piece));
  // Whoever reads it whole asks for more than a piece.
  await c.setup(() => {
    const { arrayBuffer } = Blob.prototype;
    self.largest = 0;
    Blob.prototype.arrayBuffer = function () {
      self.largest = Math.max(self.largest, this.size);
      return arrayBuffer.call(this);
    };
  });
  await c.define({ largest: () => self.largest });
  const digests = await c.digest(ALL, blob);
  const largest = await c.largest();
  assert(largest > 0 && largest <= 4 << 20, `${largest} bytes were read at once`);
  let left = 100;
  const stream = new ReadableStream({ pull: (to) => (left-- > 0 ? to.enqueue(piece) : to.close()) });
  assertEquals(await c.digest(ALL, stream), digests);
}, { timeout: 60_000 });

test('BLAKE3 of much data, by several workers', async (t) => {
  const many = pool(t, { size: 3 });
  const one = pool(t, { size: 1 });
  const data = pattern((33 << 20) + 12_345);
  const secret = pattern(32);
  for (const options of [{}, { secret }, { secret, length: 100 }]) {
    const expected = hex((await one.digest('blake3', data, options)).blake3);
    for (const input of [data, new Blob([data]), data.buffer]) assertEquals(hex((await many.digest('BLAKE3', input, options)).BLAKE3), expected);
  }
  for (const length of [32 << 20, (32 << 20) + 1, 33 << 20]) {
    assertEquals(await many.digest(['blake3'], data.subarray(0, length)), await one.digest(['blake3'], data.subarray(0, length)));
  }
  const told = [];
  await many.digest('blake3', data, { onProgress: (progress) => told.push(progress.loaded) });
  assertEquals(told.at(-1), data.length);
  await assertRejects(many.digest('blake3', data, { secret: data }), RangeError, '32 bytes');
  await assertRejects(many.digest('blake3', data, { length: 0 }), RangeError, 'length');
  const { calls } = many.stats();
  assert(calls.submitted > 9, 'others were asked to help');
  await eventually(() => many.stats().running === 0 && many.stats().queued === 0);

  const large = new Blob(Array(4).fill(data));
  await assertRejects(many.digest('blake3', large, { signal: AbortSignal.timeout(50) }), 'TimeoutError');
  await eventually(() => many.stats().running === 0 && many.stats().queued === 0);
}, { timeout: 60_000 });

test('helpers that are killed or never come cost time, nothing else', async (t) => {
  const workers = spyOnWorkers(t);
  const c = pool(t, { size: 2 });
  const one = pool(t, { size: 1 });
  const large = new Uint8Array(100 << 20);
  for (let at = 0; at < large.length; at += 5 << 20) large.set(pattern(5 << 20), at);
  const expected = (await one.digest(['blake3', 'crc32'], large)).blake3;
  const coordinator = workers.length;
  let told = 0;
  const digesting = c.digest('blake3', large, { onProgress: () => (told += 1) });
  await eventually(() => told > 0 && workers.length > coordinator + 1, { every: 1 });
  workers.at(-1).terminate();
  assertEquals((await digesting).blake3, expected);

  await c.define({ spin: (ms) => { for (const end = performance.now() + ms; performance.now() < end;); } });
  const busy = c.spin(3_000);
  assertEquals((await c.digest('blake3', large)).blake3, expected);
  await busy;
  await eventually(() => c.stats().running === 0 && c.stats().queued === 0);
}, { timeout: 60_000 });

test('many small ones at once', async (t) => {
  const c = pool(t, { size: 2 });
  const all = await Promise.all(Array.from({ length: 2_000 }, (_, i) => c.digest(['sha-256', 'crc32'], bytes(String(i)))));
  assertEquals(new Set(all.map((digests) => hex(digests['sha-256']))).size, 2_000);
  if (crypto.subtle) assertEquals(all[1_999]['sha-256'], new Uint8Array(await crypto.subtle.digest('SHA-256', bytes('1999'))));
});

test('under a strict policy', async (t) => {
  assert(page.csp);
  const c = pool(t, { size: 1 });
  assertEquals(hexes(await c.digest(ALL, bytes('abc'))), ABC);
  assertEquals(hexes(await c.digest(ALL, new Blob(['abc']).stream())), ABC);
}, { csp: true });

test('without WebCrypto, as on insecure origins', async (t) => {
  const c = pool(t, { size: 1 });
  await c.setup(() => Object.defineProperty(self, 'crypto', { value: { subtle: undefined } }));
  const data = pattern(3_000_000);
  const secret = pattern(10);
  const other = pool(t, { size: 1 });
  assertEquals(await c.digest(ALL, data), await other.digest(ALL, data));
  assertEquals(await c.digest(SHAS, data, { secret }), await other.digest(SHAS, data, { secret }));
});
