// What the codecs work on.

import { cities as places } from './files.js';

/** Where every row of the cities' JSON begins; nothing inside a row looks like it. */
const ROW = ',{"cityId":';

/** Bytes of JSON that the whole list is cut down to. */
export const SLICE = 8_000_000;

let loaded;

/** The first cities: their JSON as bytes, and as objects. Loaded once. */
export function cities() {
  loaded ??= load();
  return loaded;
}

async function load() {
  const text = await anyOf(places);
  const json = `${text.slice(0, text.lastIndexOf(ROW, SLICE))}]`;
  return { bytes: new TextEncoder().encode(json), rows: JSON.parse(json) };
}

async function anyOf(urls) {
  for (const url of urls) {
    const response = await fetch(url);
    if (response.ok) return response.text();
  }
  throw new Error('The cities are not there; "node demo/prepare.mjs" makes them');
}

/** Bytes that no codec can make smaller. */
export function noise(length) {
  const bytes = new Uint8Array(length);
  // A call gives 64 KiB at most (Web Cryptography, 10.1.1).
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}
