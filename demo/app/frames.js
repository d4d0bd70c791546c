/** The frame-gap meter: when frames came, and how long the page stood still between them. */

/** Frames that are kept: a minute at 60 a second. */
const KEPT = 3600;

/** A gap from which a person notices, in milliseconds; browsers call a task of that length long. */
export const FREEZE = 50;

/** The longest gap between frames that a display makes by itself: 30 a second and some slack. */
const SLOWEST_DISPLAY = 40;

export class Frames {
  /** `{ at, gap }`, oldest first, both in milliseconds. */
  #frames = [];
  #last;
  #listeners = new Set();
  #longTasks = [];

  /** Whether the browser tells of long tasks. */
  reportsLongTasks = globalThis.PerformanceObserver?.supportedEntryTypes?.includes("longtask") ?? false;

  start() {
    // Not the frame's own time: a frame that was due before a freeze and drawn after it bears the time before.
    const tick = () => {
      const at = performance.now();
      if (this.#last !== undefined && at > this.#last) this.#record(at);
      this.#last = at;
      for (const listener of this.#listeners) listener(at);
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    // A hidden page gets no frames; that is no freeze.
    document.addEventListener("visibilitychange", () => (this.#last = undefined));
    if (this.reportsLongTasks) {
      new PerformanceObserver((list) => {
        this.#longTasks.push(...list.getEntries().map((entry) => entry.startTime + entry.duration));
        this.#longTasks.splice(0, this.#longTasks.length - KEPT);
      }).observe({ type: "longtask", buffered: true });
    }
  }

  #record(at) {
    this.#frames.push({ at, gap: at - this.#last });
    if (this.#frames.length > KEPT) this.#frames.splice(0, KEPT / 4);
  }

  /** Calls the listener at each frame with its time. */
  each(listener) {
    this.#listeners.add(listener);
  }

  /** The frames since a time, oldest first. */
  since(time) {
    let first = this.#frames.length;
    while (first > 0 && this.#frames[first - 1].at >= time) first--;
    return this.#frames.slice(first);
  }

  /** What a person saw since a time: the longest gap, and how many frames the display could have shown but did not. */
  seen(time) {
    const frames = this.since(time);
    const usual = this.#interval();
    return {
      frames: frames.length,
      longest: frames.reduce((longest, { gap }) => Math.max(longest, gap), 0),
      missed: frames.reduce((missed, { gap }) => missed + Math.max(0, Math.round(gap / usual) - 1), 0),
      longTasks: this.#longTasks.filter((end) => end >= time).length,
    };
  }

  /** The display's own interval: the median of the gaps that are not freezes. */
  #interval() {
    const gaps = this.#frames.slice(-600).map(({ gap }) => gap).filter((gap) => gap < SLOWEST_DISPLAY);
    gaps.sort((a, b) => a - b);
    return gaps[gaps.length >> 1] ?? 1000 / 60;
  }
}
