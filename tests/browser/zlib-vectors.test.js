// The vectors of tests/vectors/zlib, through the package's both builds.

import { assert, assertEquals, pool, test } from './pool.js';

const file = async (name) => {
  const response = await fetch(`/tests/vectors/zlib/${name}`);
  if (!response.ok) throw new Error(`${name}: HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

const BUILDS = [{}, { wasm: { worker: '/pkg/centaurus.worker.wasm' } }];

test('the states of zlib’s infcover', async (t) => {
  const cases = JSON.parse(new TextDecoder().decode(await file('pako/inflate-cover.json')));
  assert(cases.length > 30, String(cases.length));
  for (const build of BUILDS) {
    const c = pool(t, { size: 1, ...build });
    for (const { name, format, hex, bad } of cases) {
      const bytes = Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
      const outcome = await c.zlib.decompress(bytes, { format }).then(() => 'fine', (error) => error.name);
      const wanted = bad ? /^(Corrupt|Checksum|Truncated)Error$/ : /^(fine|TruncatedError|TrailingDataError)$/;
      assert(wanted.test(outcome), `${name}: ${outcome}`);
    }
  }
});

test('what zlib made, and what broke deflaters', async (t) => {
  const text = await file('pako/lorem_en_100k.txt');
  const dictionary = await file('pako/spdy_dict.txt');
  for (const build of BUILDS) {
    const c = pool(t, { size: 1, ...build });
    for (const setting of ['memLevel-1', 'memLevel-9', 'strategy-1', 'strategy-2', 'strategy-3', 'strategy-4', 'windowBits-9']) {
      assertEquals(await c.zlib.decompress(await file(`pako/deflate_${setting}.bin`)), text, setting);
    }
    assertEquals(await c.zlib.decompress(await file('pako/gzip.bin'), { format: 'gzip' }), text);
    assertEquals(await c.zlib.decompress(await file('pako/deflateRaw.bin'), { format: 'deflate-raw' }), text);
    assertEquals(await c.zlib.decompress(await file('pako/deflate_dictionary-spdy.bin'), { dictionary }), text);
    assertEquals(await c.zlib.decompress(await file('pako/bad_wbits.deflate')), await file('pako/bad_wbits.txt'));
    assertEquals((await c.zlib.decompress(await file('pako/gzip-joined-bgzip.gz'), { format: 'gzip' })).length, 65_569);
    assertEquals(await c.zlib.decompress(await file('zlib-rs/op-len-edge-case.zraw'), { format: 'deflate-raw' }), await file('zlib-rs/op-len-edge-case.dat'));
    for (const name of ['default.txt', 'fixed.txt', 'defneg3.dat']) {
      const input = await file(`zlib-rs/${name}`);
      for (const level of [1, 6, 9]) assertEquals(await c.zlib.decompress(await c.zlib.compress(input, { level })), input, `${name} ${level}`);
    }
  }
});
