import { bodyOf, showCode } from "../app/code.js";
import { element, find } from "../app/dom.js";
import { count, plural } from "../app/format.js";
import { SCHEMA, combinations, formats, squeezed } from "../app/formats.js";
import { Lane } from "../app/lane.js";
import { paretoFront, scatter, shape } from "../app/scatter.js";
import { registration } from "../app/pool.js";

/** Cities in a message: about 20 kB of JSON. */
const ROWS = 105;

/** Messages that are measured, and how many go before them, unmeasured, until the engine has compiled its code. */
const MESSAGES = 60;
const WARM_UP = 8;

/** One worker does all of it: what is measured is a format, not the wait for a worker. */
const KEY = "formats";

const FORMATS = ["JSON", "MessagePack", "Protocol Buffers", "pack"];

const TIMES = {
  both: { title: "encode and decode", of: ({ encode, decode }) => encode + decode },
  encode: { title: "encode", of: ({ encode }) => encode },
  decode: { title: "decode", of: ({ decode }) => decode },
};

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const levelName = (level) => (level ? `zlib ${level}` : "none");

async function timed(work) {
  const began = performance.now();
  const value = await work();
  return { value, took: performance.now() - began };
}

function checkSame(rows, back, { format, level }) {
  const same = back.length === rows.length && rows.every((row, i) =>
    row.name === back[i].name && row.population === back[i].population && row.loc.coordinates[1] === back[i].loc.coordinates[1]);
  if (!same) throw new Error(`${format}, ${levelName(level)}: what came back is not what went in.`);
}

/** Measures every combination, message by message in turn, so that whatever else the machine does meets all alike. */
async function measure(c, rows, signal, progress) {
  const options = { signal, key: KEY };
  const schema = await c.protobuf(SCHEMA, { signal });
  const all = combinations(c, schema).map((way) => ({ ...way, bytes: [], encode: [], decode: [] }));
  const stride = Math.floor((rows.length - ROWS) / MESSAGES);
  for (let i = -WARM_UP; i < MESSAGES; i++) {
    const from = Math.abs(i) * stride;
    const message = rows.slice(from, from + ROWS);
    for (const way of all) {
      const written = await timed(() => way.write(message, options));
      const size = written.value.length;
      const read = await timed(() => way.read(written.value, options));
      checkSame(message, read.value, way);
      if (i < 0) continue;
      way.bytes.push(size);
      way.encode.push(written.took);
      way.decode.push(read.took);
    }
    progress((i + WARM_UP + 1) / (MESSAGES + WARM_UP));
  }
  return all.map(({ format, level, bytes, encode, decode }) => ({
    format,
    level,
    bytes: Math.round(bytes.reduce((sum, size) => sum + size, 0) / bytes.length),
    encode: median(encode),
    decode: median(decode),
  }));
}

const milliseconds = (ms) => ms.toFixed(2);

export function formatsCard(play) {
  const card = find("#formats");
  const chart = find(".chart", card);
  const legend = find(".legend", card);
  const results = find(".results", card);
  const table = find("table", card);
  const registered = ["toJson", "fromJson"].map(registration).join("\n");
  showCode(card, `${registered}\nconst schema = await c.protobuf(source);\n\n${bodyOf(formats)}`, squeezed);
  legend.append(...FORMATS.map((name, i) => element("li", {}, shape(i), name)));

  let ways;
  const show = () => {
    if (!ways) return;
    results.hidden = false;
    const { title, of } = TIMES[find("input[name=formats-time]:checked", card).value];
    const points = ways.map((way) => ({
      x: of(way),
      y: way.bytes,
      label: way.level ? `z${way.level}` : "none",
      hint: `${way.format}, ${levelName(way.level)}: ${count(way.bytes)} bytes, ${milliseconds(of(way))} ms`,
      shape: FORMATS.indexOf(way.format),
      way,
    }));
    const front = new Set(paretoFront(points).map(({ way }) => way));
    scatter(chart, points, {
      title: `Bytes of a message against the time to ${title} it, ${plural(points.length, "point")}; on the Pareto front: ${
        [...front].map(({ format, level }) => `${format} ${levelName(level)}`).join(", ")}. The table has the figures.`,
      x: "ms a message",
      y: "bytes",
    });
    const rowOf = (way) => element("tr", { className: front.has(way) ? "on-front" : "" },
      element("th", { scope: "row" }, levelName(way.level)),
      ...[count(way.bytes), milliseconds(way.encode), milliseconds(way.decode), front.has(way) ? "yes" : "–"]
        .map((text) => element("td", {}, text)));
    table.replaceChildren(find("caption", table), find("thead", table), ...FORMATS.map((name, i) => element("tbody", {},
      element("tr", {}, element("th", { scope: "rowgroup", colSpan: 5 }, shape(i), name)),
      ...ways.filter(({ format }) => format === name).map(rowOf))));
  };
  for (const choice of card.querySelectorAll("input[name=formats-time]")) choice.addEventListener("change", show);
  let width;
  new ResizeObserver(() => {
    if (chart.clientWidth !== width) show();
    width = chart.clientWidth;
  }).observe(chart);

  return new Lane(find("[data-lane=pool]", card), {
    frames: play.frames,
    run: async ({ signal, progress }) => {
      ways = await play.timeline.track("formats", measure(play.c, play.cities.rows, signal, progress));
      show();
      const smallest = ways.toSorted((a, b) => a.bytes - b.bytes)[0];
      return `${plural(MESSAGES, "message")} of ${plural(ROWS, "city", "cities")}, ${ways.length} ways each. The smallest: ${
        smallest.format}, ${levelName(smallest.level)}, ${count(smallest.bytes)} bytes.`;
    },
  });
}
