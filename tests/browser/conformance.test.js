// Suites that others wrote, through the package as a page uses it. Digests and the zlib family have theirs in
// digest.test.js and zlib-vectors.test.js.

import { exams, inTermsOf } from '../conformance/msgpack.js';
import { answer, FILES, meant, pairs, SOURCE } from '../conformance/protobuf.js';
import { assert, assertEquals, pool, test } from './pool.js';

async function vectors(path) {
  const response = await fetch(`/tests/vectors/${path}`);
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response;
}

test('MessagePack’s test suite: all 85 exams, all 233 messages', async (t) => {
  const c = pool(t, { size: 2 });
  const suite = await (await vectors('msgpack/msgpack-test-suite.json')).json();
  let messages = 0;
  const all = [...exams(suite)];
  await Promise.all(all.map(async (exam) => {
    for (const message of exam.messages) assertEquals(inTermsOf(exam.value, await c.msgpack.decode(message)), exam.value === 0 ? 0 : exam.value, exam.name);
    messages += exam.messages.length;
    if (!exam.whole) return;
    const written = String(await c.msgpack.encode(exam.value, { extensions: exam.extensions }));
    assert(exam.messages.some((message) => String(message) === written), `${written} ${exam.name}`);
  }));
  assertEquals([all.length, messages], [85, 233]);
});

test('Protocol Buffers’ conformance suite: what it asked and was content with', async (t) => {
  const c = pool(t, { size: 2 });
  const recorded = await c.zlib.decompress(await (await vectors('protobuf/conformance.bin.gz')).arrayBuffer(), { format: 'gzip' });
  const resolve = async (path) => (FILES.includes(path) ? (await vectors(`protobuf/include/${path}`)).text() : undefined);
  const schema = await c.protobuf(SOURCE, { resolve });
  let count = 0;
  for await (const { request, accepted } of pairs(schema, recorded)) {
    const given = await answer(schema, request);
    const [is, wanted] = await Promise.all([given, accepted].map((response) => meant(schema, request, response)));
    assertEquals(is, wanted, JSON.stringify([request, given], (_, part) => (typeof part === 'bigint' ? `${part}n` : part)));
    count += 1;
  }
  assertEquals(count, 2_297);
}, { timeout: 120_000 });
