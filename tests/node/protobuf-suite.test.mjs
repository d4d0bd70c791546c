// Protocol Buffers' conformance suite through the wasm file that is shipped: its requests, and answers that it has been
// content with (tests/vectors/protobuf/README.md).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { answer, FILES, meant, pairs, SOURCE } from '../conformance/protobuf.js';
import { schema } from './support/protobuf.mjs';

const vectors = new URL('../vectors/protobuf/', import.meta.url);

test('the conformance suite is content', async () => {
  const testee = schema({ 'all.proto': SOURCE, ...Object.fromEntries(FILES.map((path) => [path, readFileSync(new URL(`include/${path}`, vectors), 'utf8')])) });
  let count = 0;
  const recorded = Uint8Array.from(gunzipSync(readFileSync(new URL('conformance.bin.gz', vectors))));
  for await (const { request, accepted } of pairs(testee, recorded)) {
    const given = await answer(testee, request);
    const [is, wanted] = await Promise.all([given, accepted].map((response) => meant(testee, request, response)));
    assert.deepEqual(is, wanted, JSON.stringify([request, given], (_, part) => (typeof part === 'bigint' ? `${part}n` : part)));
    count += 1;
  }
  assert.equal(count, 2297);
});
