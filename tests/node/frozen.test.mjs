// Where a page's script has frozen the prototypes, an assignment to a key that they have would throw.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from './support/values.mjs';

Object.freeze(Object.prototype);

test('keys that Object.prototype has, frozen', () => {
  const value = JSON.parse('{"toString":1,"constructor":{"valueOf":2},"__proto__":3,"plain":4}');
  const read = decode(encode(value));
  assert.equal(JSON.stringify(read), JSON.stringify(value));
  assert.equal(Object.getPrototypeOf(read), Object.prototype);
});
