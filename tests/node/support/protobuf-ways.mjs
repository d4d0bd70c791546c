// Messages are coded by the worker's script where they are plain, and by the wasm where they are not. Here the two are held
// against each other, by schemas, values and bytes that come at random.

import assert from 'node:assert/strict';
import { coderOf } from './protobuf.mjs';
import { random } from './services.mjs';

/** Messages of a schema. */
const TYPES = 4;

const SCALARS = ['double', 'float', 'int32', 'int64', 'uint32', 'uint64', 'sint32', 'sint64', 'fixed32', 'fixed64', 'sfixed32', 'sfixed64', 'bool', 'string', 'bytes'];
const KEYS = SCALARS.filter((kind) => !['double', 'float', 'bytes'].includes(kind));
const WIDE = SCALARS.filter((kind) => kind.endsWith('64'));
const LABELS = ['ZERO', 'ONE', 'AGAIN', 'FAR', 'BELOW'];
/** Names that objects have from the beginning, and other odd ones. */
const NAMES = ['constructor', '__proto__', 'to_string', 'value_of', 'a_b', 'aB', '_x', 'y_', 'has_own_property'];
const TEXTS = ['', 'Point', 'PPL', 'a', 'Größe', '💧', '\ufeffb', '\u0000', '__proto__', 'constructor', 'x'.repeat(40), 'é'.repeat(33), 'y'.repeat(64), 'z'.repeat(65), '中'.repeat(50), '\ud800', '0', '-1', '7', 'true'];

/** Tools over a generator of numbers. */
function dice(next) {
  const whole = (below) => Math.floor(next() * below);
  const pick = (list) => list[whole(list.length)];
  return { next, whole, pick, chance: (share) => next() < share, list: (most, make) => Array.from({ length: whole(most + 1) }, make) };
}

/** A schema: its text, and its messages as lists of fields. */
function anySchema({ whole, pick, chance }) {
  const syntax = pick(['proto2', 'proto3']);
  const two = syntax === 'proto2';
  const messages = Array.from({ length: TYPES }, (_, i) => ({ name: `M${i}`, fields: [], oneofs: whole(3) }));
  for (const message of messages) {
    const names = new Set();
    const numbers = new Set();
    for (let i = whole(chance(0.1) ? 60 : 12); i >= 0; i--) {
      const name = chance(0.08) ? pick(NAMES) : `f${i}_${pick(['x', 'long_name_of_a_field', '1'])}`;
      const number = chance(0.8) ? i + 1 : pick([15, 16, 255, 256, 2047, 2048, 18_999, 2 ** 29 - 1, 1 + whole(18_000)]);
      if (names.has(camel(name)) || numbers.has(number)) continue;
      names.add(camel(name));
      numbers.add(number);
      const kind = chance(0.6) ? pick(SCALARS) : chance(0.5) ? 'enum' : `M${whole(TYPES)}`;
      let shape = pick(two ? ['optional', 'optional', 'repeated', 'map', 'oneof', chance(0.3) ? 'required' : 'optional'] : ['implicit', 'implicit', 'optional', 'repeated', 'map', 'oneof']);
      if (shape === 'oneof' && message.oneofs === 0) shape = 'repeated';
      if (shape === 'required' && kind.startsWith('M')) shape = 'optional';
      const packable = shape === 'repeated' && !['string', 'bytes'].includes(kind) && !kind.startsWith('M');
      const packed = packable && chance(0.5) ? chance(0.5) : undefined;
      const fallback = two && shape === 'optional' && chance(0.4) ? { int64: '-9007199254740993', uint32: '7', string: '"te xt"', bool: 'true', enum: 'FAR', double: '-0.5', bytes: '"\\001\\377"' }[kind] : undefined;
      message.fields.push({ name, number, kind, shape, key: pick(KEYS), oneof: whole(message.oneofs || 1), packed, fallback });
    }
  }
  const line = ({ name, number, kind, shape, key, packed, fallback }) => {
    const type = kind === 'enum' ? 'E' : kind;
    const label = shape === 'map' ? `map<${key}, ${type}>` : `${shape === 'implicit' || shape === 'oneof' ? '' : shape} ${type}`;
    const options = [packed !== undefined && `packed = ${packed}`, fallback !== undefined && `default = ${fallback}`].filter(Boolean).join(', ');
    return `${label} ${name} = ${number}${options && ` [${options}]`};`;
  };
  const body = ({ fields, oneofs }) => {
    const plain = fields.filter(({ shape }) => shape !== 'oneof').map(line);
    for (let i = 0; i < oneofs; i++) {
      const members = fields.filter(({ shape, oneof }) => shape === 'oneof' && oneof === i);
      if (members.length > 0) plain.push(`oneof one${i} { ${members.map(line).join(' ')} }`);
    }
    const group = two ? 'optional group Pack = 28000 { optional int32 n = 1; } extensions 29000 to 29010;' : '';
    return `${plain.join('\n  ')} google.protobuf.Timestamp at = 28001; ${group}`.replace('google', two ? 'optional google' : 'google');
  };
  const text = `syntax = "${syntax}"; import "google/protobuf/timestamp.proto";
enum E { ZERO = 0; ONE = 1; AGAIN = 1; FAR = 70000; BELOW = -1; option allow_alias = true; }
${messages.map((message) => `message ${message.name} {\n  ${body(message)}\n}`).join('\n')}
${two ? 'extend M0 { optional int32 more = 29000; repeated string texts = 29001 ; }' : ''}`;
  return { text, messages };
}

/** The name that JavaScript has for a field. */
function camel(name) {
  return name.replace(/_+(.?)/g, (_, letter) => letter.toUpperCase());
}

/** Values by a schema. `odd` is the share of those that are out of the ordinary. */
function values({ messages }, roll, odd) {
  const { next, whole, pick, chance, list } = roll;
  const integer = (bits) => Math.floor((next() - 0.5) * 2 ** Math.ceil(next() * bits));
  const nothing = () => pick([null, undefined, NaN, -0, 2 ** 53, -1, 1.5, 1e300, 5n, -5n, 2n ** 64n, 'x', '12', '-0', '+1', '007', true, [], [undefined], {}, new Date(5), new Date(-1), new Date(NaN), new Map([[1, 2]]), new Set([1]), new Uint8Array(3), new ArrayBuffer(2), Object(5), Symbol.iterator, { f0_x: 1 }, /x/, new Float64Array(2)]);
  const text = () => (chance(0.7) ? pick(TEXTS) : String.fromCharCode(...list(40, () => (chance(0.8) ? 32 + whole(90) : whole(0xffff)))));
  const scalar = (kind) => {
    if (chance(odd)) return nothing();
    switch (kind) {
      case 'double': return pick([0, -0, NaN, Infinity, -Infinity, 1, -3, 2 ** 60, next(), next() * 1e300]);
      case 'float': return pick([0, -0, NaN, Infinity, 1.5, 16_777_217, 1e-60, 3.4e38, Math.fround(next()), next()]);
      case 'bool': return chance(0.5);
      case 'string': return text();
      case 'bytes': return Uint8Array.from(list(chance(0.1) ? 300 : 8, () => whole(256)));
      case 'enum': return chance(0.7) ? pick(LABELS) : pick([0, 1, 2, 70_000, -1, -0, 2 ** 31 - 1, -(2 ** 31)]);
      case 'uint32': case 'fixed32': return pick([0, 1, 127, 128, 2 ** 32 - 1, Math.abs(integer(32))]);
      case 'int32': case 'sint32': case 'sfixed32': return pick([0, 1, -1, 63, 64, -64, -65, 2 ** 31 - 1, -(2 ** 31), integer(31), -0]);
      default: {
        const number = kind.startsWith('u') || kind === 'fixed64' ? pick([0n, 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n, BigInt(Math.abs(integer(60)))]) : pick([0n, -1n, 1n, 2n ** 31n, -(2n ** 31n), 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 53n), BigInt(integer(60))]);
        return chance(0.3) ? number : chance(0.3) ? String(number) : Number.isSafeInteger(Number(number)) ? Number(number) : number;
      }
    }
  };
  const single = (kind, depth) => (kind.startsWith('M') ? message(kind, depth + 1) : scalar(kind));
  const keyed = (key) => (key === 'bool' ? chance(0.5) : key === 'string' ? text() : WIDE.includes(key) ? pick([0n, 5n, 7, '12', BigInt(Math.abs(integer(60)))]) : scalar(key));
  const map = ({ key, kind }, depth) => {
    const pairs = list(3, () => [keyed(key), single(kind, depth)]);
    if (chance(0.3)) return new Map(pairs);
    return pairs.reduce((object, [name, value]) => Object.defineProperty(object, String(name === Symbol.iterator ? 'x' : name), { value, enumerable: true, configurable: true, writable: true }), chance(0.1) ? Object.create(null) : {});
  };
  const message = (type, depth = 0) => {
    if (chance(odd / 3)) return nothing();
    const { fields } = messages[Number(type.slice(1))];
    const share = depth > 3 ? 0 : depth === 0 ? 0.7 : 0.25;
    const set = new Set();
    let pairs = [];
    for (const field of fields) {
      const { name, kind, shape, oneof } = field;
      const wanted = shape === 'required' ? 1 - odd / 3 : kind.startsWith('M') ? share / (1 + depth) : share;
      if (!chance(wanted) || (shape === 'oneof' && set.has(oneof) && (odd === 0 || !chance(0.1)))) continue;
      if (shape === 'oneof') set.add(oneof);
      const value = shape === 'repeated' ? list(chance(0.05) && depth === 0 && !kind.startsWith('M') ? 200 : 3, () => single(kind, depth)) : shape === 'map' ? map(field, depth) : single(kind, depth);
      pairs.push([chance(0.95) ? camel(name) : name, chance(odd / 3) ? nothing() : value]);
      if (odd > 0 && chance(0.02)) pairs.push([name, value]);
    }
    if (chance(0.1)) pairs.push(['at', chance(0.5) ? new Date(Math.floor((next() - 0.3) * 1e13)) : { seconds: whole(1e9), nanos: whole(2) }]);
    if (chance(odd / 3)) pairs.push([pick(['nothing', '$typeName', '$unknown', 'pack', '[more]', '[texts]', '__proto__']), pick(['x', undefined, new Uint8Array([0xf8, 7, 1]), { n: 1 }, 5, ['a']])]);
    if (chance(0.2)) pairs = pairs.reverse();
    const target = chance(0.05) ? Object.create(null) : {};
    for (const [name, value] of pairs) Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
    return target;
  };
  return message;
}

/** Bytes that were a message. */
function damaged(messages, { whole, pick, chance }) {
  let bytes = pick(messages);
  const kind = whole(10);
  // Fields in parts and out of order: that is still a message.
  if (kind < 3) bytes = Uint8Array.from([...bytes, ...pick(messages)]);
  if (kind < 2) return bytes;
  bytes = bytes.slice(0, chance(0.1) ? whole(bytes.length + 1) : undefined);
  for (let n = kind < 5 ? 0 : whole(4); n > 0 && bytes.length > 0; n--) {
    const place = whole(bytes.length);
    if (chance(0.4)) bytes[place] = whole(256);
    else if (chance(0.4)) bytes[place] ^= 1 << whole(8);
    else bytes.copyWithin(place, whole(bytes.length), whole(bytes.length));
  }
  return bytes;
}

/** Whether two values are the same, to the order of keys and the sign of zero. */
export function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Uint8Array) return a.buffer.byteLength === a.length && Buffer.compare(a, b) === 0;
  const keys = Reflect.ownKeys(a);
  const others = Reflect.ownKeys(b);
  return keys.length === others.length && keys.every((key, i) => key === others[i] && same(a[key], b[key]));
}

const attempt = (run) => {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return { error };
  }
};

const MANNERS = {
  int64: ['number-or-bigint', 'bigint', 'string'], enums: ['name', 'number'], defaults: ['implicit', 'all', 'none'], names: ['camel', 'proto'], maps: ['object', 'map'], keepUnknown: [false, true],
};

/** Does so many things both ways, `round` of them by each schema, and counts how many of them each kind of outcome had. */
export function compare(count, seed, round) {
  const counts = { encoded: 0, decoded: 0, left: 0, refused: 0 };
  const hold = (here, there, told) => {
    if (here === undefined) {
      counts[there.error ? 'refused' : 'left'] += 1;
      return false;
    }
    assert.ok(!there.error, `${there.error}: ${told()}`);
    assert.ok(same(here, there.value), told());
    return true;
  };
  for (let done = 0; done < count; done += round) {
    const roll = dice(random(seed + done));
    const { chance, pick, whole } = roll;
    const schema = anySchema(roll);
    const { here, whole: wasm } = coderOf(schema.text);
    const makers = [0, 0, 0.01, 0.08].map((share) => values(schema, roll, share));
    const messages = schema.messages.map(() => [new Uint8Array(0)]);
    const told = (...parts) => () => `seed ${seed}, round ${done}: ${parts.map((part) => (part instanceof Uint8Array ? Buffer.from(part).toString('hex') : JSON.stringify(part, (_, value) => (typeof value === 'bigint' ? `${value}n` : value)))).join(' ')}\n${schema.text}`;
    const limits = () => ({ ...(chance(0.3) && { partial: true }), ...(chance(0.1) && { maxDepth: whole(4) }), ...(chance(0.1) && { maxAllocation: whole(3_000) }) });
    for (let i = 0; i < Math.min(round, count - done); i++) {
      const type = whole(TYPES);
      if (i % 4 === 0) {
        const value = pick(makers)(`M${type}`);
        const options = chance(0.5) ? undefined : { ...limits(), ...(chance(0.1) && { ignoreUnknown: true }) };
        const there = attempt(() => wasm.encode(`M${type}`, value, options));
        if (hold(here.encode(`M${type}`, value, options), there, told(type, value, options))) counts.encoded += 1;
        if (there.value) messages[type].push(there.value);
        if (messages[type].length > 40) messages[type].splice(1 + whole(20), 1);
      } else {
        const bytes = damaged(messages[type], roll);
        const options = chance(0.4) ? undefined : { ...limits(), ...(chance(0.05) && { maxInput: whole(100) }), ...Object.fromEntries(Object.entries(MANNERS).filter(() => chance(0.3)).map(([name, choices]) => [name, chance(0.9) ? choices[0] === 'object' ? 'object' : pick(choices) : pick([...choices, 5, null])])) };
        const there = attempt(() => wasm.decode(`M${type}`, bytes, options));
        if (hold(here.decode(`M${type}`, bytes, options), there, told(type, bytes, options))) counts.decoded += 1;
      }
    }
  }
  return counts;
}
