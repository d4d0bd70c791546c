/** The pool in numbers: `stats()` as tables, and the pool's events as they come. */

import { element, find, write } from "./dom.js";
import { count, explain, time } from "./format.js";

/** Milliseconds between two writings. */
const EVERY = 500;

/** Events that are shown. */
const SHOWN = 8;

/** The columns, as index.html names them: waiting, running, messages. A row is a figure: four columns are what a phone has room for. */
const LATENCIES = ["queue", "run", "transfer"];
const COUNTS = {
  submitted: "submitted",
  returned: "returned",
  threw: "threw",
  aborted: "aborted",
  timedOut: "timed out",
  crashed: "lost to a crash",
  retried: "run again",
  moved: "moved on",
};
const QUANTILES = ["p50", "p90", "p99", "max"];

const EVENTS = {
  workerstart: ({ slot }) => `Worker ${slot + 1} started`,
  workerstop: ({ slot, reason }) => `Worker ${slot + 1} ${reason ? `ended: ${explain(reason)}` : "stopped"}`,
  workererror: ({ slot, error }) => `Worker ${slot + 1} threw where no call could catch it: ${explain(error)}`,
  warning: ({ message }) => message,
};

function row(table, title, cells) {
  const places = Array.from({ length: cells }, () => element("td", {}, "–"));
  table.append(element("tr", {}, element("th", { scope: "row" }, title), ...places));
  return places;
}

export function numbers({ c, timeline, frames }) {
  const [calls, ...latencies] = ["calls", ...QUANTILES].map((title) => row(find("#latencies"), title, LATENCIES.length));
  const counts = Object.entries(COUNTS).map(([key, title]) => [key, row(find("#counts"), title, 1)]);
  const list = find("#events");
  for (const [type, say] of Object.entries(EVENTS)) {
    c.addEventListener(type, ({ detail }) => {
      list.querySelector(".empty")?.remove();
      const clock = new Date().toLocaleTimeString("en-GB");
      list.prepend(element("li", {}, element("time", {}, clock), ` ${say(detail)}`));
      list.children[SHOWN]?.remove();
    });
  }
  let written = -Infinity;
  frames.each((at) => {
    const { stats } = timeline;
    if (!stats || at - written < EVERY) return;
    written = at;
    LATENCIES.forEach((key, column) => {
      write(calls[column], count(stats[key].count));
      latencies.forEach((cells, i) => write(cells[column], stats[key].count ? time(stats[key][QUANTILES[i]]) : "–"));
    });
    for (const [key, [cell]] of counts) write(cell, count(stats.calls[key]));
  });
}
