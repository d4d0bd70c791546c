import { bodyOf, showCode } from "../app/code.js";
import { find } from "../app/dom.js";
import { bytes, count } from "../app/format.js";
import { lanes } from "../app/lane.js";
import { loadScript } from "../app/pool.js";

/** Objects a call: what goes to a worker is cloned, and a small piece is cloned between two frames. */
const PIECE = 250;

/** Every so many-th object is compared with the one it was. */
const COMPARED = 97;

async function inPool(c, pieces, signal, settled) {
  const call = (promise) => promise.finally(settled);

  const packed = await Promise.all(
    pieces.map((piece) => call(c.pack(piece, { signal }))));

  const unpacked = await Promise.all(
    packed.map((bytes) => call(c.unpack(bytes, { signal }))));

  const cities = unpacked.flat();
  return { packed, cities };
}

function onMainThread(pieces) {
  const { MessagePack, pako } = globalThis;
  const packed = pieces.map((piece) => pako.deflate(MessagePack.encode(piece)));
  return { packed, cities: packed.flatMap((piece) => MessagePack.decode(pako.inflate(piece))) };
}

export function packCard(play) {
  const card = find("#pack");
  showCode(card, bodyOf(inPool));

  const pieces = () => {
    const { rows } = play.cities;
    return Array.from({ length: Math.ceil(rows.length / PIECE) }, (_, i) => rows.slice(i * PIECE, (i + 1) * PIECE));
  };
  const outcome = ({ packed, cities }) => {
    const { rows } = play.cities;
    const size = packed.reduce((sum, { length }) => sum + length, 0);
    const same = cities.length === rows.length
      && rows.every((row, i) => i % COMPARED > 0 || JSON.stringify(row) === JSON.stringify(cities[i]));
    if (!same) throw new Error("What came back is not what went in.");
    return `${count(rows.length)} objects in ${bytes(size)}, and back the same.`;
  };
  return lanes(card, {
    frames: play.frames,
    main: async () => {
      await Promise.all([loadScript("vendor/pako.min.js"), loadScript("vendor/msgpack.min.js")]);
      return outcome(onMainThread(pieces()));
    },
    pool: async ({ signal, progress }) => {
      const all = pieces();
      let done = 0;
      const settled = () => progress(++done / all.length / 2);
      return outcome(await play.timeline.track("pack", inPool(play.c, all, signal, settled)));
    },
  });
}
