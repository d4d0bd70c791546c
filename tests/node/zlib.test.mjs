// The zlib family, whole and as streams, against node:zlib and pako.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import zlib from 'node:zlib';
import * as pako from 'pako';
import { builds, fails, noise, owned, random, records } from './support/services.mjs';

for (const [build, { services, memory }] of Object.entries(builds)) describe(build, () => {
  const { ZlibCompressor, ZlibDecompressor, zlibCompress, zlibDecompress } = services;
  const compress = (data, options) => owned(zlibCompress(data, options));
  const decompress = (data, options) => owned(zlibDecompress(data, options));
  const text = (string) => new TextEncoder().encode(string);
  /** Bytes of a Buffer, as what they are. */
  const plain = (buffer) => Uint8Array.from(buffer);

  const node = {
    zlib: { compress: zlib.deflateSync, decompress: zlib.inflateSync },
    gzip: { compress: zlib.gzipSync, decompress: zlib.gunzipSync },
    'deflate-raw': { compress: zlib.deflateRawSync, decompress: zlib.inflateRawSync },
  };
  const inputs = {
    nothing: new Uint8Array(),
    'one byte': text('x'),
    noise: noise(100_000),
    records: records(500_000),
    zeros: new Uint8Array(1_000_000),
    mixed: Uint8Array.from([...noise(40_000), ...records(70_000), ...new Uint8Array(40_000)]),
  };

  for (const [format, theirs] of Object.entries(node)) {
    test(`${format}: node reads it and is read, at every level`, () => {
      for (const [name, input] of Object.entries(inputs)) {
        for (let level = 0; level <= 9; level++) {
          const packed = compress(input, { format, level });
          assert.deepEqual(plain(theirs.decompress(packed)), input, `${name} ${level}`);
          assert.deepEqual(decompress(packed, { format }), input, `${name} ${level}`);
          assert.deepEqual(decompress(theirs.compress(input, { level }), { format }), input, `${name} ${level}`);
        }
      }
    });

    test(`${format}: pako reads it and is read`, () => {
      const raw = format === 'deflate-raw';
      for (const input of Object.values(inputs)) {
        assert.deepEqual(raw ? pako.inflateRaw(compress(input, { format })) : pako.inflate(compress(input, { format })), input);
        assert.deepEqual(decompress((format === 'gzip' ? pako.gzip(input) : raw ? pako.deflateRaw(input) : pako.deflate(input)), { format }), input);
      }
    });

    test(`${format}: streams in pieces of any length`, () => {
      const next = random(3);
      for (const input of Object.values(inputs)) {
        for (const longest of [1, 100, 70_000]) {
          if (longest === 1 && input.length > 1) continue;
          const packed = run(new ZlibCompressor({ format }), input, () => next() * longest);
          assert.deepEqual(plain(theirs.decompress(packed)), input);
          assert.deepEqual(run(new ZlibDecompressor({ format }), packed, () => next() * longest), input);
        }
        const short = input.subarray(0, 3000);
        assert.deepEqual(run(new ZlibDecompressor({ format }), theirs.compress(short), () => 1), Uint8Array.from(short));
      }
    });

    test(`${format}: cut off, damaged, or followed by more`, () => {
      const packed = compress(inputs.records.subarray(0, 5000), { format });
      for (const length of [0, 1, 2, 9, 20, packed.length - 1]) {
        if (length < packed.length) fails(() => decompress(packed.subarray(0, length), { format }), 'TruncatedError', { format, offset: length });
      }
      const more = Uint8Array.from([...packed, 1, 2, 3]);
      fails(() => decompress(more, { format }), 'TrailingDataError', { format, offset: packed.length, length: 3 });
      const damaged = packed.slice();
      damaged[packed.length >> 1] ^= 0xff;
      if (format !== 'deflate-raw') fails(() => decompress(damaged, { format }), /^(Corrupt|Checksum)Error$/.exec(nameOf(() => decompress(damaged, { format })))[0], { format });
    });
  }

  function run(stream, input, length) {
    const pieces = [];
    for (let at = 0; at < input.length; ) {
      const end = at + Math.ceil(length());
      pieces.push(owned(stream.push(input.subarray(at, end))));
      at = end;
    }
    pieces.push(owned(stream.finish()));
    stream.free();
    return Uint8Array.from(Buffer.concat(pieces));
  }

  function nameOf(run) {
    try {
      run();
    } catch (error) {
      return error.name;
    }
    return 'none';
  }

  test('sizes are within a tenth of zlib\'s', () => {
    for (const level of [1, 6, 9]) {
      const [ours, theirs] = [compress(inputs.records, { level }).length, zlib.deflateSync(inputs.records, { level }).length];
      assert.ok(ours <= theirs * 1.1, `level ${level}: ${ours} against ${theirs}`);
    }
  });

  test('check sums', () => {
    for (const [format, check, fromEnd] of [['zlib', 'Adler-32', 4], ['gzip', 'CRC-32', 8], ['gzip', 'length', 4]]) {
      const packed = compress(inputs.records, { format });
      packed[packed.length - fromEnd] ^= 1;
      fails(() => decompress(packed, { format }), 'ChecksumError', { format, check, offset: packed.length });
    }
  });

  test('dictionaries', () => {
    const dictionary = text('{"id":,"name":"city ","open":true}');
    const input = records(300);
    const packed = compress(input, { dictionary });
    assert.ok(packed.length < compress(input).length);
    assert.deepEqual(plain(zlib.inflateSync(packed, { dictionary })), input);
    assert.deepEqual(decompress(zlib.deflateSync(input, { dictionary }), { dictionary }), input);
    assert.deepEqual(decompress(packed, { dictionary: dictionary.buffer }), input);
    const raw = compress(input, { format: 'deflate-raw', dictionary });
    assert.deepEqual(plain(zlib.inflateRawSync(raw, { dictionary })), input);
    assert.deepEqual(run(new ZlibDecompressor({ dictionary }), run(new ZlibCompressor({ dictionary }), input, () => 7), () => 5), input);

    const { dictionaryId } = fails(() => decompress(packed), 'DictionaryError');
    assert.equal(dictionaryId, Buffer.from(packed).readUInt32BE(2));
    fails(() => decompress(packed, { dictionary: text('another') }), 'DictionaryError', { dictionaryId });
    for (const gzip of [() => compress(input, { format: 'gzip', dictionary }), () => new ZlibDecompressor({ format: 'gzip', dictionary })]) {
      assert.match(fails(gzip, 'DictionaryError').message, /gzip has no way to name a dictionary/);
    }
  });

  test('gzip members that follow each other are one', () => {
    const packed = Buffer.concat([zlib.gzipSync('one '), compress(text('two '), { format: 'gzip' }), pako.gzip('three', { header: { name: 'n', comment: 'c', extra: [1, 2], hcrc: true } })]);
    assert.equal(new TextDecoder().decode(decompress(packed, { format: 'gzip' })), 'one two three');
    fails(() => decompress(Buffer.concat([packed, Buffer.from([0x1f, 0])]), { format: 'gzip' }), 'TrailingDataError', { offset: packed.length, length: 2 });
    // 200,000 members of a byte each: as many pieces as there are must not be as many buffers.
    const many = Buffer.concat(Array(200_000).fill(zlib.gzipSync('x')));
    assert.equal(decompress(many, { format: 'gzip' }).length, 200_000);
  });

  test('another format is named', () => {
    assert.match(fails(() => decompress(zlib.gzipSync('x')), 'CorruptError', { offset: 0 }).message, /format gzip/);
    assert.match(fails(() => decompress(zlib.deflateSync('x'), { format: 'gzip' }), 'CorruptError', { offset: 0 }).message, /format zlib/);
    assert.match(fails(() => decompress(zlib.deflateRawSync('x')), 'CorruptError').message, /deflate-raw/);
  });

  test('limits, and a bomb', () => {
    const packed = compress(inputs.noise);
    assert.equal(decompress(packed, { maxOutput: 100_000 }).length, 100_000);
    fails(() => decompress(packed, { maxOutput: 99_999 }), 'LimitError', { limit: 'maxOutput', max: 99_999 });
    fails(() => compress(inputs.noise, { maxOutput: 1000 }), 'LimitError', { limit: 'maxOutput', max: 1000 });

    const stream = new ZlibCompressor({ format: 'gzip' });
    const megabyte = new Uint8Array(1 << 20);
    const bomb = Buffer.concat([...Array.from({ length: 300 }, () => stream.push(megabyte)), stream.finish()]);
    stream.free();
    const before = memory.buffer.byteLength;
    fails(() => decompress(bomb, { format: 'gzip' }), 'LimitError', { limit: 'maxRatio', max: 500 });
    assert.equal(decompress(bomb, { format: 'gzip', maxRatio: 1032 }).length, 300 << 20);
    fails(() => decompress(bomb, { format: 'gzip', maxRatio: Infinity, maxOutput: 1 << 20 }), 'LimitError', { limit: 'maxOutput' });
    // An inflater's own memory may find no gap that it fits into; 300 MiB of output would be another matter.
    assert.ok(memory.buffer.byteLength - before < 1 << 20, 'output does not stand in wasm memory, which would keep it');
  });

  test('input as large as it comes does not stand in wasm memory', () => {
    const before = memory.buffer.byteLength;
    const input = new Uint8Array(100 << 20);
    assert.equal(decompress(compress(input, { level: 1 })).length, input.length);
    assert.equal(memory.buffer.byteLength, before);
  });

  test('streams end once', () => {
    const compressor = new ZlibCompressor();
    const packed = Buffer.concat([compressor.push(text('text')), compressor.finish()]);
    fails(() => compressor.push(text('more')), 'InvalidStateError');
    fails(() => compressor.finish(), 'InvalidStateError');
    const decompressor = new ZlibDecompressor();
    assert.equal(new TextDecoder().decode(decompressor.push(packed)), 'text');
    const fault = fails(() => decompressor.push(text('x')), 'TrailingDataError', { offset: packed.length, length: 1 });
    assert.equal(fails(() => decompressor.finish(), 'TrailingDataError').message, fault.message);
    const cut = new ZlibDecompressor();
    cut.push(packed.subarray(0, 5));
    fails(() => cut.finish(), 'TruncatedError', { offset: 5 });
  });

  test('what was flushed can be read at once', () => {
    const compressor = new ZlibCompressor();
    const decompressor = new ZlibDecompressor();
    for (const line of ['first', 'second', '']) {
      const packed = Buffer.concat([compressor.push(text(line)), compressor.flush()]);
      assert.equal(new TextDecoder().decode(decompressor.push(packed)), line);
    }
  });

  test('any view of any buffer, and nothing else', () => {
    const input = text('0123456789');
    const packed = compress(input);
    for (const data of [input.buffer, new DataView(input.buffer), new Uint16Array(input.buffer), Buffer.from(input)]) assert.deepEqual(compress(data), packed);
    const shared = new Uint8Array(new SharedArrayBuffer(10));
    shared.set(input);
    assert.deepEqual(compress(shared), packed);
    assert.deepEqual(compress(shared.buffer), packed);
    assert.deepEqual(decompress(Uint8Array.from([9, ...packed, 9]).subarray(1, -1)), input);
    for (const data of ['text', 1, null, undefined, [1], {}]) {
      for (const service of [zlibCompress, zlibDecompress]) assert.match(fails(() => service(data), 'TypeError').message, /^zlib\.(de)?compress: the data must be an ArrayBuffer/);
      assert.match(fails(() => new ZlibCompressor().push(data), 'TypeError').message, /^zlib\.compressStream: a chunk must be/);
    }
  });

  test('options are checked by name and type', () => {
    const message = (options, name) => fails(() => zlibCompress(text(''), options), name).message;
    assert.match(message({ levle: 3 }, 'TypeError'), /^zlib\.compress: unknown option levle; it knows format, level, dictionary, maxOutput, maxRatio$/);
    assert.match(message({ format: 'zip' }, 'TypeError'), /format must be 'zlib' or 'gzip' or 'deflate-raw'/);
    assert.match(message({ level: '6' }, 'TypeError'), /level must be an integer from 0 to 9/);
    for (const level of [10, -1, 1.5, NaN]) assert.match(message({ level }, 'RangeError'), /level must be an integer from 0 to 9/);
    assert.match(message({ dictionary: 'text' }, 'TypeError'), /zlib\.compress: dictionary must be an ArrayBuffer/);
    assert.match(message({ maxOutput: -1 }, 'RangeError'), /maxOutput must be a non-negative integer or Infinity/);
    assert.match(message('gzip', 'TypeError'), /options must be an object/);
    fails(() => new ZlibDecompressor({ window: 15 }), 'TypeError');
  });

  test('noise never traps', () => {
    const next = random(11);
    for (const format of Object.keys(node)) {
      const valid = compress(records(2000), { format });
      for (let i = 0; i < 3000; i++) {
        const data = valid.slice();
        for (let j = 0; j <= next() * 3; j++) data[Math.floor(next() * data.length)] = next() * 256;
        const name = nameOf(() => zlibDecompress(data, { format }));
        assert.match(name, /^(none|CorruptError|TruncatedError|ChecksumError|TrailingDataError|DictionaryError)$/);
      }
    }
  });
});
