// The services as a worker's executor has them: wasm-bindgen's glue over the wasm file that is shipped.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** An instance of one of the two builds, which share their glue: a module of it for each. */
async function build(file) {
  const services = await import(`../../../target/wasm/bindgen/worker/centaurus_worker.js?${file}`);
  const { memory } = services.initSync({ module: readFileSync(new URL(`../../../pkg/${file}`, import.meta.url)) });
  return { services, memory };
}

/** Both builds by name. */
export const builds = { portable: await build('centaurus.worker.wasm'), simd: await build('centaurus.worker.simd.wasm') };
export const { memory, services } = builds.portable;

/** That `run` throws an Error of this name with these own properties; gives the error. A trap is a RuntimeError and fails. */
export function fails(run, name, properties = {}) {
  let thrown;
  assert.throws(run, (error) => {
    thrown = error;
    return true;
  });
  assert.ok(thrown instanceof Error && !(thrown instanceof WebAssembly.RuntimeError), String(thrown));
  assert.equal(thrown.name, name, String(thrown));
  for (const [key, value] of Object.entries(properties)) assert.deepEqual(thrown[key], value, `${key} of ${thrown}`);
  return thrown;
}

/** That the bytes fill their buffer, which can so be transferred without sending anything else along. */
export function owned(bytes) {
  assert.ok(bytes instanceof Uint8Array);
  assert.equal(bytes.byteOffset, 0);
  assert.equal(bytes.buffer.byteLength, bytes.length);
  return bytes;
}

/** A generator of the same numbers in [0, 1) every time (mulberry32). */
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Bytes of noise. */
export function noise(length, seed = 1) {
  const next = random(seed);
  return Uint8Array.from({ length }, () => next() * 256);
}

/** Text of records, as one compresses. */
export function records(length) {
  const next = random(length);
  let text = '';
  while (text.length < length) text += `{"id":${(next() * 1e9) | 0},"name":"city ${(next() * 900) | 0}","open":true},`;
  return new TextEncoder().encode(text.slice(0, length));
}
