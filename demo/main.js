/** The page: wires the data, the pool and the cards. Each can fail by itself, and says so where it is seen. */

import { loadCities } from "./app/dataset.js";
import { find, write } from "./app/dom.js";
import { bytes, count, time } from "./app/format.js";
import { Frames } from "./app/frames.js";
import { WorldMap } from "./app/map.js";
import { numbers } from "./app/numbers.js";
import { keepForOffline } from "./app/offline.js";
import { POOL_SIZE, isStrict, openPool } from "./app/pool.js";
import { Score } from "./app/score.js";
import { Timeline } from "./app/timeline.js";
import { compressCard } from "./cards/compress.js";
import { formatsCard } from "./cards/formats.js";
import { originalCard } from "./cards/original.js";
import { packCard } from "./cards/pack.js";
import { peersCard } from "./cards/peers.js";
import { searchCard } from "./cards/search.js";
import { socketCard } from "./cards/socket.js";
import { squeezeCard } from "./cards/squeeze.js";
import { stopCard } from "./cards/stop.js";
import { storageCard } from "./cards/storage.js";
import { streamCard } from "./cards/stream.js";

/** What the cards share. `cities` and `c` come later, and maybe never. */
const play = { frames: new Frames(), timeline: new Timeline(POOL_SIZE), cities: undefined, Centaurus: undefined, c: undefined };

play.frames.start();
const score = new Score(find("#score"), play.frames, play.timeline);
const cards = [searchCard, compressCard, packCard, stopCard, streamCard].map((card) => card(play));
const alone = [formatsCard, peersCard].map((card) => card(play));
const poolOnly = [originalCard, socketCard, squeezeCard, storageCard].map((card) => card(play));
const world = new WorldMap(find("#world"), "map");
play.frames.each(() => world.draw());
let poolProblem = "Waiting for the pool.";
let dataProblem = "Waiting for the cities.";

function unblock() {
  for (const { main, pool } of cards) {
    main.block(dataProblem);
    pool.block(poolProblem || dataProblem);
  }
  for (const lane of alone) lane.block(poolProblem || dataProblem);
  for (const card of poolOnly) card.block(poolProblem);
}

async function startPool() {
  try {
    const { ready, ...pool } = await openPool();
    Object.assign(play, pool);
    play.timeline.watch(play.c);
    numbers(play);
    await ready;
    poolProblem = "";
  } catch (error) {
    poolProblem = "There is no pool.";
    score.fail(error);
  }
  unblock();
}

async function startData() {
  const status = find("#dataset");
  const text = find(".status-text", status);
  const progress = find(".status-count", status);
  const meter = find("[role=progressbar]", status);
  const retry = find("#reload");
  status.dataset.state = "loading";
  retry.hidden = true;
  write(text, "Loading the cities");
  world.clear();
  const began = performance.now();
  try {
    play.cities = await loadCities((rows, { rows: all, bytes: loaded, totalBytes }) => {
      for (const { loc, population } of rows) world.add(...loc.coordinates, Math.log10(population + 10) / 7.5);
      write(progress, count(all));
      meter.style.setProperty("--done", loaded / totalBytes);
      meter.setAttribute("aria-valuenow", Math.round((loaded / totalBytes) * 100));
    });
    const { rows, json } = play.cities;
    self.cities = rows;
    status.dataset.state = "ready";
    write(text, `${count(rows.length)} cities, ${bytes(json.length)} of JSON, here in ${time(performance.now() - began)}`);
    dataProblem = "";
  } catch (error) {
    status.dataset.state = "error";
    write(text, error.message);
    retry.hidden = false;
    dataProblem = "There are no cities.";
  }
  write(progress, "");
  unblock();
}

// A file that misses its place must not take the page away: the browser would open it.
for (const type of ["dragover", "drop"]) {
  addEventListener(type, (event) => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files") || event.target.closest?.("input[type=file]")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  });
}

const variant = find("#variant");
if (isStrict) {
  variant.href = "../";
  write(variant, "Without the CSP");
}
find("#reload").addEventListener("click", startData);
unblock();
document.documentElement.dataset.started = "";
await Promise.all([startPool(), startData()]);
await keepForOffline(find("#offline"));
