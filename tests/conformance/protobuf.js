// The requests of Protocol Buffers' conformance suite, put to a schema as `c.protobuf` gives it
// (tests/vectors/protobuf/README.md).

const FILES = ['conformance/conformance.proto', 'google/protobuf/test_messages_proto2.proto', 'google/protobuf/test_messages_proto3.proto'];

/** A .proto that has all of the suite's messages. */
export const SOURCE = `syntax = "proto3"; ${FILES.map((path) => `import public "${path}";`).join(' ')}`;

/** What it imports. */
export { FILES };

const PLAIN = { defaults: 'none' };
const READ = { ...PLAIN, keepUnknown: true };

/** Each request with the response that the suite has been content with. */
export async function* pairs(schema, recorded) {
  const all = frames(recorded);
  for (const frame of all) {
    const request = await schema.decode('conformance.ConformanceRequest', frame, PLAIN);
    yield { request, accepted: await schema.decode('conformance.ConformanceResponse', all.next().value, PLAIN) };
  }
}

function* frames(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + view.getUint32(at, true);
    yield bytes.slice(at + 4, end);
    at = end;
  }
}

/** What comes of a request, in the terms of a response. */
export async function answer(schema, { messageType: type, protobufPayload, jsonPayload, testCategory, requestedOutputFormat }) {
  if (type === 'conformance.FailureSet') return { protobufPayload: new Uint8Array(0) };
  let failure = 'parseError';
  try {
    const ignoreUnknown = testCategory === 'JSON_IGNORE_UNKNOWN_PARSING_TEST';
    const message = protobufPayload ?? (await schema.fromJSON(type, JSON.parse(jsonPayload), { ignoreUnknown }));
    // The reader and the writer that are put to the test.
    const value = await schema.decode(type, message, READ);
    failure = 'serializeError';
    const again = await schema.encode(type, value);
    if (requestedOutputFormat === 'PROTOBUF') return { protobufPayload: again };
    return { jsonPayload: JSON.stringify(await schema.toJSON(type, again, PLAIN)) };
  } catch (error) {
    return { [failure]: String(error) };
  }
}

/** What a response means, whatever the order of a map's pairs. */
export function meant(schema, { messageType }, { protobufPayload, jsonPayload, ...failure }) {
  if (protobufPayload) return schema.decode(messageType, protobufPayload, READ);
  return jsonPayload === undefined ? Object.keys(failure) : JSON.parse(jsonPayload);
}
