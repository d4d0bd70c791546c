import { bodyOf, showCode } from "../app/code.js";
import { find } from "../app/dom.js";
import { bytes, percent } from "../app/format.js";
import { lanes } from "../app/lane.js";
import { loadScript, registration } from "../app/pool.js";
import { compress } from "../jobs.js";

const SCRIPT = "vendor/pako.min.js";

async function inPool(c, json, level, signal, onProgress) {
  const compressed = await c
    .with({ signal, onProgress })
    .compress(json, level);
  return compressed;
}

export function compressCard(play) {
  const card = find("#compress");
  const level = () => Number(find("input[name=level]:checked", card).value);
  const loading = `await c.loadScripts("${SCRIPT}");`;
  showCode(card, `${loading}\n${registration("compress")}\n\n${bodyOf(inPool)}`, compress);

  const outcome = (compressed) => {
    const { length } = play.cities.json;
    return `${bytes(length)} became ${bytes(compressed.length)}, ${percent(compressed.length / length)} of it.`;
  };
  return lanes(card, {
    frames: play.frames,
    main: async ({ task }) => {
      await loadScript(SCRIPT);
      return outcome(compress.call(task, play.cities.json, level()));
    },
    pool: async ({ signal, progress }) =>
      outcome(await play.timeline.track("pako", inPool(play.c, play.cities.json, level(), signal, progress))),
  });
}
