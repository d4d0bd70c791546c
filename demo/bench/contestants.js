/** Who takes part: each `{ name, calls, end }`, with one worker. */

import { isStrict, loadScript } from "../app/pool.js";
import { within } from "../app/within.js";
import * as functions from "./functions.js";

const url = (path) => new URL(path, document.baseURI);
const peerUrl = (peer) => url(`bench/peer-worker.js?peer=${peer}`);

/** The calls that are measured, by Centaurus. */
export function callsOf(c) {
  const empty = () => c.empty();
  const deflate = (bytes) =>
    c.zlib.compress(bytes, { level: 6 });
  const inflate = (bytes) => c.zlib.decompress(bytes);
  const encode = (rows) => c.msgpack.encode(rows);
  const decode = (bytes) => c.msgpack.decode(bytes);
  return { empty, deflate, inflate, encode, decode };
}

export async function centaurus(Centaurus) {
  const c = new Centaurus({ name: "benchmark", size: { min: 1, max: 1 } });
  await (isStrict ? c.registerModule(url("bench/functions.js"), ["empty"]) : c.define({ ...functions }));
  await c.ready;
  return { name: "Centaurus", calls: callsOf(c), end: () => c.terminate() };
}

/** A worker behind a hand-written `postMessage`. */
function behindMessages(name, peer) {
  const worker = new Worker(peerUrl(peer));
  const pending = new Map();
  let last = 0;
  worker.onmessage = ({ data: [id, result] }) => {
    pending.get(id).resolve(result);
    pending.delete(id);
  };
  worker.onerror = ({ message }) => {
    for (const { reject } of pending.values()) reject(new Error(`${name}: ${message ?? "its worker cannot be loaded"}`));
    pending.clear();
  };
  const call = (what) => (argument) => new Promise((resolve, reject) => {
    last += 1;
    pending.set(last, { resolve, reject });
    worker.postMessage([last, what, argument]);
  });
  const calls = Object.fromEntries(["empty", "deflate", "inflate", "encode", "decode"].map((what) => [what, call(what)]));
  return { name, calls, end: () => worker.terminate() };
}

async function comlink() {
  await loadScript("vendor/comlink.min.js");
  const worker = new Worker(peerUrl("comlink"));
  const remote = globalThis.Comlink.wrap(worker);
  // Nothing else would tell: Comlink's calls wait for ever for a worker that did not load.
  const failed = new Promise((_, reject) => (worker.onerror = ({ message }) => reject(new Error(`comlink: ${message ?? "its worker cannot be loaded"}`))));
  return { name: "comlink", calls: { empty: () => remote.empty() }, failed, end: () => worker.terminate() };
}

async function workerpool() {
  await loadScript("vendor/workerpool.min.js");
  const pool = globalThis.workerpool.pool(peerUrl("workerpool").href, { minWorkers: 1, maxWorkers: 1, workerType: "web" });
  return { name: "workerpool", calls: { empty: () => pool.exec("empty", []) }, end: () => pool.terminate(true) };
}

/** How often a contestant is started before the benchmark gives up: a script that a browser failed to load once comes the next time. */
const STARTS = 3;

/** How long one start may take, in ms. */
const STARTING = 20_000;

/** Starts a contestant, and gives it once its worker has answered. */
export async function up(make, tries = STARTS) {
  let contestant;
  try {
    contestant = await make();
    const answer = Promise.race([contestant.calls.empty(), contestant.failed].filter(Boolean));
    await within(STARTING, answer, () => new Error(`${contestant.name}: its worker has not answered for ${STARTING / 1000} s`));
    return contestant;
  } catch (error) {
    contestant?.end();
    if (tries > 1) return up(make, tries - 1);
    throw error;
  }
}

/** By the kind of what is measured. */
export const PEERS = {
  calls: [() => behindMessages("raw postMessage", "raw"), comlink, workerpool],
  zlib: [() => behindMessages("the browser’s stream", "engine"), () => behindMessages("pako", "pako"), () => behindMessages("fflate", "fflate")],
  msgpack: [() => behindMessages("msgpackr", "msgpackr")],
};
