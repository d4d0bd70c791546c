import { bodyOf, showCode } from "../app/code.js";
import { element, find, write } from "../app/dom.js";
import { Lane } from "../app/lane.js";
import { registration } from "../app/pool.js";
import { callsOf } from "../bench/contestants.js";
import { measure } from "../bench/measures.js";

/** Under a millisecond the microseconds count. */
const duration = (ms) => (ms < 1 ? `${Math.round(ms * 1000)} µs` : `${ms.toPrecision(3)} ms`);
const times = (factor) => `${factor.toFixed(2)} ×`;

/** The results as a table of Markdown, with what it was measured on. */
export function markdown(measured) {
  const lines = measured.flatMap(({ title, results }) =>
    results.map(({ name, median, ratio }, i) => `| ${i ? "" : title} | ${name} | ${duration(median)} | ${times(ratio)} |`));
  return [
    "| | | median | time ÷ Centaurus’s |", "| --- | --- | ---: | ---: |", ...lines, "",
    `${navigator.userAgent}, ${navigator.hardwareConcurrency} cores`, "",
  ].join("\n");
}

/** The rows of one measure: a bar for each, the longest as long as there is room. */
function group({ title, results }) {
  const longest = Math.max(...results.map(({ median }) => median));
  const rows = results.map(({ name, median, ratio }, i) => {
    const bar = element("i", { className: "bar-of-time" });
    bar.style.setProperty("--share", median / longest);
    return element("tr", { className: i ? "" : "ours" },
      element("th", { scope: "row" }, name),
      element("td", { className: "bar-cell" }, bar),
      element("td", {}, duration(median)),
      element("td", {}, i ? times(ratio) : "1"));
  });
  const heading = element("tr", {}, element("th", { scope: "rowgroup", colSpan: 4 }, title));
  return element("tbody", {}, heading, ...rows);
}

export function peersCard(play) {
  const card = find("#peers");
  const results = find(".results", card);
  const copied = find(".copied", card);
  showCode(card, `${registration("empty")}\n\n${bodyOf(callsOf)}`, measure);

  let measured;
  find("#copy-peers").addEventListener("click", async () => {
    write(copied, "");
    try {
      await navigator.clipboard.writeText(markdown(measured));
      write(copied, "Copied as Markdown.");
    } catch (error) {
      write(copied, `The browser does not let this page copy: ${error.message}`);
    }
  });

  return new Lane(find("[data-lane=pool]", card), {
    frames: play.frames,
    run: async (task) => {
      measured = await measure(play.Centaurus, play.cities, task);
      results.hidden = false;
      find("table", results).replaceChildren(find("caption", results), find("thead", results), ...measured.map(group));
      return "Measured in turn, round by round, each with one worker. Only the ratios mean anything, and only here.";
    },
  });
}
