// What the suites assert with. A failed assertion says what it found and what it wanted.

export class AssertionError extends Error {
  name = 'AssertionError';
}

export function assert(condition, message = 'the condition does not hold') {
  if (!condition) throw new AssertionError(message);
}

/** Deep equality over everything that structured clone carries; -0 is not 0, NaN is NaN. */
export function assertEquals(actual, expected, message = '') {
  const path = difference(actual, expected, '', new Map());
  if (path === undefined) return;
  const where = path === '' ? '' : `, first at ${path}`;
  throw new AssertionError(`${message ? `${message}: ` : ''}found ${show(actual)}, wanted ${show(expected)}${where}`);
}

/**
 * Waits for the promise (or the function's) to reject and gives the reason. `wanted`: an error class, the `name` of an
 * error, or a predicate; `text`: what the message must contain.
 */
export async function assertRejects(promise, wanted, text) {
  let reason;
  try {
    const value = await (typeof promise === 'function' ? promise() : promise);
    reason = new AssertionError(`it resolved with ${show(value)}, wanted a rejection`);
  } catch (error) {
    return matching(error, wanted, text);
  }
  throw reason;
}

/** The same for a function that throws at once. */
export function assertThrows(body, wanted, text) {
  let value;
  try {
    value = body();
  } catch (error) {
    return matching(error, wanted, text);
  }
  throw new AssertionError(`it returned ${show(value)}, wanted an exception`);
}

function matching(error, wanted, text) {
  if (wanted !== undefined && !isWanted(error, wanted)) {
    const name = typeof wanted === 'function' ? wanted.name || 'what the predicate asks' : wanted;
    throw new AssertionError(`it failed with ${show(error)}, wanted ${name}`, { cause: error });
  }
  if (text !== undefined && !String(error?.message).includes(text)) {
    throw new AssertionError(`it failed with ${show(error)}, wanted "${text}" in the message`, { cause: error });
  }
  return error;
}

function isWanted(error, wanted) {
  if (typeof wanted === 'string') return error?.name === wanted;
  const isClass = wanted === Error || wanted.prototype instanceof Error || wanted === globalThis.DOMException;
  return isClass ? error instanceof wanted : Boolean(wanted(error));
}

/** The path to the first difference, '' for the values themselves, undefined where there is none. */
function difference(a, b, path, seen) {
  if (Object.is(a, b)) return undefined;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return path;
  if (seen.get(a) === b) return undefined;
  seen.set(a, b);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return path;
  if (a instanceof Date) return Object.is(a.getTime(), b.getTime()) ? undefined : path;
  if (a instanceof RegExp) return String(a) === String(b) ? undefined : path;
  if (a instanceof ArrayBuffer) return difference(new Uint8Array(a), new Uint8Array(b), path, seen);
  if (a instanceof DataView) {
    const bytes = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    return difference(bytes(a), bytes(b), path, seen);
  }
  if (ArrayBuffer.isView(a)) {
    if (a.length !== b.length) return `${path}.length`;
    const index = a.findIndex((value, at) => !Object.is(value, b[at]));
    return index < 0 ? undefined : `${path}[${index}]`;
  }
  if (a instanceof Map) return difference([...a], [...b], `${path}<entries>`, seen);
  if (a instanceof Set) return difference([...a], [...b], `${path}<values>`, seen);
  if (a instanceof Error && (a.name !== b.name || a.message !== b.message)) return path;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return `${path}<keys>`;
  for (const key of keys) {
    if (!Object.hasOwn(b, key)) return `${path}.${key}`;
    const inner = difference(a[key], b[key], `${path}.${key}`, seen);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** Longer values are cut: a report is read by people. */
const SHOWN = 300;

export function show(value) {
  let text;
  if (value instanceof Error || value instanceof DOMException) text = `${value.name}: ${value.message}`;
  else if (typeof value === 'string') text = JSON.stringify(value);
  else if (typeof value === 'bigint') text = `${value}n`;
  else if (Object.is(value, -0)) text = '-0';
  else if (ArrayBuffer.isView(value) && !(value instanceof DataView)) text = `${value.constructor.name} [${value}]`;
  else if (value instanceof Map || value instanceof Set) text = `${value.constructor.name} ${show([...value])}`;
  else if (Array.isArray(value)) text = `[${value.slice(0, SHOWN).map(show).join(', ')}]`;
  else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    text = `{ ${Object.entries(value).map(([key, inner]) => `${key}: ${show(inner)}`).join(', ')} }`;
  } else text = String(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
