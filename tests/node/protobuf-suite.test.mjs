// Protocol Buffers' conformance suite through the wasm file that is shipped: its requests, and answers that it has been
// content with (tests/vectors/protobuf/README.md). Those whose question is JSON text are the native test's: here JSON has
// been through JSON.parse.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { schema } from './support/protobuf.mjs';

const vectors = new URL('../vectors/protobuf/', import.meta.url);
const paths = ['conformance/conformance.proto', 'google/protobuf/test_messages_proto2.proto', 'google/protobuf/test_messages_proto3.proto'];
const testee = schema({
  'all.proto': `syntax = "proto3"; ${paths.map((path) => `import public "${path}";`).join(' ')}`,
  ...Object.fromEntries(paths.map((path) => [path, readFileSync(new URL(`include/${path}`, vectors), 'utf8')])),
});
const read = { defaults: 'none', keepUnknown: true };

function* frames() {
  const bytes = gunzipSync(readFileSync(new URL('conformance.bin.gz', vectors)));
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at);
    yield Uint8Array.from(bytes.subarray(at + 4, end));
    at = end;
  }
}

/** What comes of a request, in the terms of a response. */
async function answer({ messageType: type, protobufPayload, requestedOutputFormat }) {
  if (type === 'conformance.FailureSet') return { protobufPayload: new Uint8Array(0) };
  let failure = 'parseError';
  try {
    const value = await testee.decode(type, protobufPayload, read);
    failure = 'serializeError';
    const again = await testee.encode(type, value);
    if (requestedOutputFormat === 'PROTOBUF') return { protobufPayload: again };
    return { jsonPayload: JSON.stringify(await testee.toJSON(type, again, { defaults: 'none' })) };
  } catch (error) {
    return { [failure]: String(error) };
  }
}

test('the conformance suite is content', async () => {
  const all = frames();
  let pairs = 0;
  for (const frame of all) {
    const request = await testee.decode('conformance.ConformanceRequest', frame, { defaults: 'none' });
    const accepted = await testee.decode('conformance.ConformanceResponse', all.next().value, { defaults: 'none' });
    if (!request.protobufPayload) continue;
    const given = await answer(request);
    assert.deepEqual(Object.keys(given), Object.keys(accepted), JSON.stringify([request, given], (_, part) => (typeof part === 'bigint' ? `${part}n` : part)));
    const meant = async ({ protobufPayload, jsonPayload }) =>
      protobufPayload ? testee.decode(request.messageType, protobufPayload, read) : jsonPayload && JSON.parse(jsonPayload);
    assert.deepEqual(await meant(given), await meant(accepted));
    pairs += 1;
  }
  assert.equal(pairs, 1566);
});
