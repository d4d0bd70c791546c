/** Loads the cities piece by piece, so that the page draws while they come. */

import { breathe } from "./dom.js";
import { within } from "./within.js";

/** Where every row of the JSON begins; nothing inside a row looks like it. */
const ROW = ',{"cityId":';

/** Characters that are parsed at a time: about two milliseconds. */
const PIECE = 200_000;

/** Milliseconds of work between two frames: half of what a frame has. */
const SLICE = 8;

/** How long the server may send nothing before the page gives it up, in ms. */
const SILENCE = 20_000;

export const citiesUrl = new URL("cities.json", document.baseURI).href;

/** A failure that says what to do. */
export class LoadError extends Error {
  name = "LoadError";
}

const heard = (promise) => within(SILENCE, promise, () => new LoadError(`The server has sent nothing for ${SILENCE / 1000} s.`));

async function get(url, signal) {
  let response;
  try {
    response = await heard(fetch(url, { signal }));
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    if (cause instanceof LoadError) throw cause;
    throw new LoadError("The server cannot be reached. Is it still running?", { cause });
  }
  if (response.status === 404) {
    throw new LoadError("The cities are not there. “cargo xtask demo” makes them, or: npm ci && node demo/prepare.mjs");
  }
  if (!response.ok) throw new LoadError(`The server answered ${response.status} ${response.statusText}.`);
  return response;
}

/**
 * Loads the cities.
 *
 * @param onRows called with each piece's rows, and with how much there is: `{ rows, bytes, totalBytes }`
 * @returns `{ rows, json }`: the objects, and the JSON's bytes as they came
 */
export async function loadCities(onRows, signal) {
  const expected = await heard((await get(new URL("dataset.json", document.baseURI), signal)).json());
  const reader = (await get(citiesUrl, signal)).body.getReader();
  const json = new Uint8Array(expected.bytes);
  const decoder = new TextDecoder();
  const rows = [];
  let length = 0;
  let text = "";
  let pause = performance.now() + SLICE;

  const take = (piece) => {
    const parsed = JSON.parse(`[${piece.replace(/^\[/, "")}]`);
    for (const row of parsed) rows.push(row);
    onRows(parsed, { rows: rows.length, bytes: length, totalBytes: expected.bytes });
  };
  const rest = async (least) => {
    for (let cut; text.length > least && (cut = text.lastIndexOf(ROW, PIECE)) > 0;) {
      take(text.slice(0, cut));
      text = text.slice(cut + 1);
      if (performance.now() < pause) continue;
      await breathe();
      pause = performance.now() + SLICE;
    }
  };

  for (;;) {
    const { done, value } = await heard(reader.read());
    if (done) break;
    if (length + value.length > json.length) throw new LoadError("There is more than dataset.json says. Make both again.");
    json.set(value, length);
    length += value.length;
    text += decoder.decode(value, { stream: true });
    await rest(PIECE);
  }
  if (length !== json.length) throw new LoadError("The connection ended early.");
  await rest(0);
  take(text.replace(/\]$/, ""));
  return { rows, json };
}
