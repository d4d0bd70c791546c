/** The score: one line for the main thread's frames, one for each worker, all on the same clock. */

import { colour, element, find, fit, write } from "./dom.js";
import { FREEZE } from "./frames.js";
import { count, explain, time } from "./format.js";

/** Milliseconds on a wide and on a narrow screen. */
const WIDE = 10_000;
const NARROW = 5_000;
const NARROW_WIDTH = 480;

/** A frame that came later than this is drawn as late, though it is no freeze: two frames at 60 a second. */
const LATE = 34;

/** Milliseconds between two writings of the figures: digits that change each frame cannot be read. */
const FIGURES_EVERY = 250;

/** Milliseconds between two drawings for those who asked for less motion. */
const CALM_EVERY = 1000;

/** A row's height in pixels, on a wide screen and at the usual text size. */
const ROW = 18;

const STATES = { none: "not started", starting: "starting", idle: "idle", running: "running", stopping: "stopping" };

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Score {
  #root;
  #canvas;
  #frames;
  #timeline;
  #rows;
  #figures = {};
  #drawn = -Infinity;
  #written = -Infinity;
  #colours;

  constructor(root, frames, timeline) {
    this.#root = root;
    this.#canvas = find("canvas", root);
    this.#frames = frames;
    this.#timeline = timeline;
    const list = find(".slots", root);
    this.#rows = timeline.slots.map((_, index) => {
      const state = element("span", { className: "slot-state" });
      const name = element("span", { className: "slot-name" }, `Worker ${index + 1}`);
      const row = element("li", {}, element("span", { className: "dot", ariaHidden: "true" }), name, state);
      list.append(row);
      return { row, state };
    });
    document.documentElement.style.setProperty("--slots", this.#rows.length);
    for (const figure of root.querySelectorAll("[data-figure]")) this.#figures[figure.dataset.figure] = figure;
    if (!frames.reportsLongTasks) this.#figures.longTasks.title = "This browser does not report long tasks";
    document.documentElement.addEventListener("themechange", () => (this.#colours = undefined));
    frames.each((at) => this.#frame(at));
  }

  /** Says why there is no pool. */
  fail(error) {
    find(".score-error", this.#root).hidden = false;
    write(find(".score-error p", this.#root), `There is no pool. ${explain(error)}`);
    find(".score-error button", this.#root).addEventListener("click", () => location.reload());
  }

  #frame(at) {
    this.#timeline.sample(performance.now());
    if (at - this.#written >= FIGURES_EVERY) {
      this.#written = at;
      this.#write(at);
    }
    if (at - this.#drawn >= (calm.matches ? CALM_EVERY : 0)) {
      this.#drawn = at;
      this.#draw(at);
    }
  }

  #write(at) {
    const shown = this.#canvas.clientWidth < NARROW_WIDTH ? NARROW : WIDE;
    const seen = this.#frames.seen(at - shown);
    const lastSecond = this.#frames.since(at - 1000).length;
    const { stats } = this.#timeline;
    const figures = {
      rate: lastSecond,
      longest: time(seen.longest),
      longTasks: this.#frames.reportsLongTasks ? seen.longTasks : "–",
      running: stats ? count(stats.running) : "–",
      queued: stats ? count(stats.queued) : "–",
      settled: stats ? count(stats.calls.returned + stats.calls.threw + stats.calls.aborted + stats.calls.timedOut) : "–",
    };
    for (const [name, value] of Object.entries(figures)) write(this.#figures[name], String(value));
    this.#figures.longest.classList.toggle("bad", seen.longest >= FREEZE);
    this.#timeline.slots.forEach((slot, index) => {
      const row = this.#rows[index];
      if (!row) return;
      row.row.dataset.state = slot.state;
      const doing = slot.running && slot.label ? slot.label : STATES[slot.state];
      write(row.state, slot.calls ? `${doing} · ${count(slot.calls)}` : doing);
    });
  }

  #theme() {
    const names = ["line", "muted", "main", "main-soft", "pool", "pool-soft", "ink", "on-accent"];
    return (this.#colours ??= {
      ...Object.fromEntries(names.map((name) => [name, colour(name)])),
      mono: getComputedStyle(this.#root).getPropertyValue("--mono"),
    });
  }

  #draw(at) {
    const { context, width, height } = fit(this.#canvas);
    const theme = this.#theme();
    const span = width < NARROW_WIDTH ? NARROW : WIDE;
    const x = (time) => width - ((at - time) / span) * width;
    const row = height / (this.#rows.length + 2);
    const main = row * 2;
    // Rows grow with the reader's text size, and letters with the rows.
    const unit = Math.max(1, row / ROW);
    context.clearRect(0, 0, width, height);
    this.#drawSeconds(context, { at, span, x, height, theme });
    this.#drawFrames(context, { at, span, x, main, theme, unit });
    this.#timeline.slots.forEach((slot, index) => {
      this.#drawSlot(context, slot, { top: main + index * row, row, x, at, theme, unit });
    });
  }

  #drawSeconds(context, { at, span, x, height, theme }) {
    context.fillStyle = theme.line;
    for (let second = Math.floor(at / 1000) * 1000; second > at - span; second -= 1000) {
      context.fillRect(Math.round(x(second)), 0, 1, height);
    }
  }

  /** A tooth for each frame in time; a block over the time in which there was none. */
  #drawFrames(context, { at, span, x, main, theme, unit }) {
    const base = main - 5;
    const full = main - 10;
    context.font = `600 ${11 * unit}px ${theme.mono}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const frame of this.#frames.since(at - span)) {
      const right = x(frame.at);
      if (frame.gap < LATE) {
        const tooth = Math.min(1, (right - x(frame.at - frame.gap)) / 2);
        context.fillStyle = theme.pool;
        context.fillRect(right - tooth, base - full * 0.4, tooth, full * 0.4);
        continue;
      }
      const left = x(frame.at - frame.gap);
      const frozen = frame.gap >= FREEZE;
      const tall = frozen ? full : full * 0.6;
      context.fillStyle = frozen ? theme.main : theme["main-soft"];
      context.beginPath();
      context.roundRect(left, base - tall, Math.max(1.5, right - left), tall, 2);
      context.fill();
      const text = time(frame.gap);
      if (right - left > context.measureText(text).width + 8) {
        context.fillStyle = theme["on-accent"];
        context.fillText(text, (left + right) / 2, base - full / 2);
      }
    }
  }

  #drawSlot(context, slot, { top, row, x, at, theme, unit }) {
    const middle = top + row / 2;
    for (const life of slot.lives) {
      const left = x(life.from);
      const right = life.to === undefined ? x(at) : x(life.to);
      context.fillStyle = theme["pool-soft"];
      context.fillRect(left, middle - 1, right - left, 2);
    }
    context.font = `600 ${10 * unit}px ${theme.mono}`;
    context.textAlign = "left";
    context.textBaseline = "middle";
    const tall = Math.max(6, row - 5);
    for (const span of slot.spans) {
      const left = x(span.from);
      const right = Math.max(left + 2, span.to === undefined ? x(at) : x(span.to));
      context.fillStyle = theme.pool;
      context.beginPath();
      context.roundRect(left, middle - tall / 2, right - left, tall, Math.min(3, tall / 2));
      context.fill();
      const from = Math.max(left, 0) + 6;
      if (tall > 10 && right - from > context.measureText(span.label).width + 6) {
        context.fillStyle = theme["on-accent"];
        context.fillText(span.label, from, middle + 0.5);
      }
    }
    context.fillStyle = theme.pool;
    for (const tick of slot.ticks) context.fillRect(x(tick) - 1, middle - tall / 2, 2, tall);
    for (const life of slot.lives) if (life.killed) this.#drawCross(context, x(life.to), middle, theme);
  }

  #drawCross(context, x, y, theme) {
    context.strokeStyle = theme.main;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x - 4, y - 4);
    context.lineTo(x + 4, y + 4);
    context.moveTo(x + 4, y - 4);
    context.lineTo(x - 4, y + 4);
    context.stroke();
  }
}
