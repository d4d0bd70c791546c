// Values of every kind, and messages that were damaged.

import assert from 'node:assert/strict';
import { noise, random } from './services.mjs';
import { decode, encode } from './values.mjs';

/** A value of anything that structured clone holds, with references to what there is already. */
export function any(next, made = [], depth = 0) {
  const pick = (list) => list[Math.floor(next() * list.length)];
  const text = () => Array.from({ length: next() * 12 }, () => (next() < 0.9 ? String.fromCharCode(32 + next() * 500) : String.fromCharCode(0xd800 + next() * 0x800))).join('');
  const kind = Math.floor(next() * (depth < 5 ? 20 : 11));
  const keep = (object) => (made.push(object), object);
  const parts = (add) => { for (let i = Math.floor(next() * 6); i > 0; i--) add(any(next, made, depth + 1), any(next, made, depth + 1)); };
  switch (kind) {
    case 0: return pick([null, undefined, true, false, NaN, -0, Infinity]);
    case 1: return Math.floor((next() - 0.5) * 2 ** Math.floor(next() * 60));
    case 2: return (next() - 0.5) * 10 ** Math.floor(next() * 40 - 20);
    case 3: return text();
    case 4: return BigInt(Math.floor((next() - 0.5) * 2 ** 50)) ** BigInt(Math.floor(next() * 8));
    case 5: return keep(new Date(Math.floor((next() - 0.5) * 1e14)));
    case 6: return made.length > 0 ? pick(made) : 0;
    case 7: return keep(noise(Math.floor(next() * 40), Math.floor(next() * 100)));
    case 8: return keep(pick([new Number(next()), new String(text()), new Boolean(next() < 0.5), Object(5n)]));
    case 9: return keep(pick([/a/g, /b+/, /[c]/iu]));
    case 10: {
      const buffer = keep(noise(32).buffer);
      return keep(pick([new Float64Array(buffer, 8, 2), new Uint16Array(buffer), new DataView(buffer, 3, 9), new BigInt64Array(buffer), new Uint8Array(buffer, 1, 4)]));
    }
    case 11: case 12: case 13: {
      const array = keep([]);
      parts((value) => { if (next() < 0.05) array.length += 1; else array.push(value); });
      return array;
    }
    case 14: {
      const map = keep(new Map());
      parts((key, value) => map.set(key, value));
      return map;
    }
    case 15: {
      const set = keep(new Set());
      parts((value) => set.add(value));
      return set;
    }
    case 16: return keep(new TypeError(text(), { cause: any(next, made, depth + 1) }));
    default: {
      const object = keep({});
      parts((value) => { object[next() < 0.05 ? '__proto_' : text()] = value; });
      return object;
    }
  }
}

/** How many messages are damaged in turn before there are others. */
const MESSAGES = 60;
const ROUND = 50_000;

/** Errors that bad bytes may give. */
const NAMES = ['CorruptError', 'LimitError', 'TrailingDataError', 'TruncatedError'];

/** Decodes so many damaged messages, and counts what came of them. Anything but a value or a typed error with its place
 *  is thrown. */
export function damage(count, seed) {
  const counts = { value: 0 };
  for (let done = 0; done < count; done += ROUND) {
    const next = random(seed + done);
    const messages = Array.from({ length: MESSAGES }, (_, i) => encode(any(random(seed + done + i)), { structured: true }));
    for (let i = 0; i < Math.min(ROUND, count - done); i++) {
      const outcome = once(damaged(messages[i % MESSAGES], next), { structured: i % 4 > 0, maps: i % 3 ? 'object' : 'map', int64: i % 5 ? 'number-or-bigint' : 'bigint' });
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
  }
  return counts;
}

function damaged(message, next) {
  const copy = message.slice(0, next() < 0.2 ? Math.floor(next() * message.length) : undefined);
  for (let n = Math.floor(next() * 4); n > 0 && copy.length > 0; n--) {
    const place = Math.floor(next() * copy.length);
    const kind = next();
    if (kind < 0.4) copy[place] = next() * 256;
    else if (kind < 0.6) copy[place] ^= 1 << (next() * 8);
    else if (kind < 0.8) copy[place] = copy[Math.floor(next() * copy.length)];
    else copy.copyWithin(place, Math.floor(next() * copy.length), Math.floor(next() * copy.length));
  }
  return copy;
}

function once(message, options) {
  try {
    decode(message, options);
    return 'value';
  } catch (error) {
    assert.ok(NAMES.includes(error.name) && error.offset >= 0 && error.offset <= message.length, `${error.stack}\n${Buffer.from(message).toString('hex')} ${JSON.stringify(options)}`);
    return error.name;
  }
}
