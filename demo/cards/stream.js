import { bodyOf, showCode } from "../app/code.js";
import { citiesUrl } from "../app/dataset.js";
import { find, nextFrame } from "../app/dom.js";
import { plural } from "../app/format.js";
import { lanes } from "../app/lane.js";
import { WorldMap } from "../app/map.js";
import { registration } from "../app/pool.js";
import { lights } from "../jobs.js";

/** Cities in what the generator yields at a time. */
const batch = 500;

/** Frames between two batches for a slow reader. */
const SLOW = 4;

async function inPool(c, signal, draw) {
  const night = c
    .with({ key: "cities", signal })
    .stream("lights", citiesUrl, batch);

  for await (const cities of night) {
    await draw(cities);
  }
}

export function streamCard(play) {
  const card = find("#stream");
  const map = new WorldMap(find("canvas", card), "pool");
  play.frames.each(() => map.draw());
  const slow = find("#slow-reader", card);
  showCode(card, `${registration("lights")}\n\n${bodyOf(inPool)}`, lights);

  const drawing = (tint, progress) => {
    map.clear(tint);
    const seen = { cities: 0, batches: 0 };
    const draw = (cities) => {
      for (let i = 0; i < cities.length; i += 3) map.add(cities[i], cities[i + 1], cities[i + 2]);
      seen.batches++;
      seen.cities += cities.length / 3;
      progress(seen.cities / play.cities.rows.length);
    };
    return { draw, outcome: () => `${plural(seen.cities, "city", "cities")} in ${plural(seen.batches, "batch", "batches")}.` };
  };

  return lanes(card, {
    frames: play.frames,
    main: async ({ task, progress }) => {
      const { draw, outcome } = drawing("main", progress);
      for await (const cities of lights.call(task, citiesUrl, batch)) draw(cities);
      return outcome();
    },
    pool: async ({ signal, progress }) => {
      const { draw, outcome } = drawing("pool", progress);
      const unhurried = async (cities) => {
        draw(cities);
        for (let frame = 0; slow.checked && frame < SLOW; frame++) await nextFrame();
      };
      await play.timeline.track("lights", inPool(play.c, signal, unhurried));
      return outcome();
    },
  });
}
