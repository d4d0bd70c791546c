/** One side of a card: a button, a progress bar, three figures, and what came of it. */

import { find, painted, write } from "./dom.js";
import { FREEZE } from "./frames.js";
import { count, explain, time } from "./format.js";

/** How long a cancelled run may take to end before its lane is free without it, in ms: longer than the pool's `killGrace`. */
const GRACE = 5_000;

const TITLES = { main: "Main thread", pool: "Pool" };

/** `this` for a job that runs on the page's own thread. Nobody can cancel it: no event comes through while it runs. */
function mainThreadTask(progress) {
  return { signal: new AbortController().signal, progress, transfer: (value) => value };
}

/** Rejects when the signal has been aborted for a while. */
const givenUp = (signal) => new Promise((_, reject) => {
  signal.addEventListener("abort", () => setTimeout(() =>
    reject(new DOMException("Cancelled. It did not end, and nobody waits for it any more.", "AbortError")), GRACE));
});

export class Lane {
  #run;
  #frames;
  #parts;
  #title;
  #controller;
  #blocked = "";

  /**
   * @param host the element to fill; its `data-lane` is `main` or `pool`
   * @param run does the work: `({ task, signal, progress, say }) => outcome`, a text
   */
  constructor(host, { frames, run }) {
    this.kind = host.dataset.lane;
    this.#run = run;
    this.#frames = frames;
    const made = find("#lane").content.cloneNode(true);
    this.#parts = {
      host,
      button: find("button", made),
      progress: find("[role=progressbar]", made),
      took: find("[data-figure=took]", made),
      longest: find("[data-figure=longest]", made),
      missed: find("[data-figure=missed]", made),
      outcome: find(".outcome", made),
    };
    write(find("h4", made), TITLES[this.kind]);
    const card = host.closest("section");
    this.#title = `${find("h3", card).textContent}, ${TITLES[this.kind].toLowerCase()}`;
    this.#parts.progress.setAttribute("aria-label", `Progress: ${this.#title}`);
    this.#parts.button.addEventListener("click", () => this.press());
    this.#label();
    host.append(made);
  }

  get running() {
    return this.#controller !== undefined;
  }

  /** Why it cannot run now, or nothing if it can. */
  block(reason) {
    if (this.#blocked && this.#parts.outcome.textContent === this.#blocked) this.say("");
    this.#blocked = reason;
    if (reason) this.say(reason);
    this.#label();
  }

  /** The button: starts, or cancels. */
  press() {
    if (!this.running) return this.start();
    if (this.kind === "pool") this.#controller.abort();
    return undefined;
  }

  /** Ends what runs and starts again: what typing does. */
  async restart() {
    this.#controller?.abort();
    return this.start();
  }

  say(text, tone = "") {
    this.#parts.outcome.dataset.tone = tone;
    write(this.#parts.outcome, text);
  }

  async start() {
    if (this.#blocked) return;
    const controller = (this.#controller = new AbortController());
    const { host } = this.#parts;
    host.dataset.state = "running";
    this.#label();
    this.#progress(0);
    this.say(this.kind === "main" ? "Working. The page is frozen until it is done." : "Working.");
    if (this.kind === "main") await painted();
    if (this.#controller !== controller) return;

    const began = performance.now();
    const progress = (done) => this.#controller === controller && this.#progress(done);
    const say = (text, tone) => this.#controller === controller && this.say(text, tone);
    let end;
    try {
      const task = mainThreadTask((value) => progress(value?.done ?? value));
      const run = this.#run({ task, signal: controller.signal, progress, say });
      end = { text: await Promise.race([run, givenUp(controller.signal)]), tone: "" };
    } catch (error) {
      if (controller.signal.aborted && error === controller.signal.reason) {
        end = { text: `Cancelled: the promise rejected with ${error.name} at once.`, tone: "cancelled" };
      } else if (error?.name === "AbortError") {
        end = { text: error.message, tone: "cancelled" };
      } else {
        end = { text: explain(error), tone: "error" };
      }
    }
    const took = performance.now() - began;
    // A restarted lane shows the newer run alone.
    if (this.#controller !== controller) return;
    await painted();
    if (this.#controller !== controller) return;
    this.#controller = undefined;
    host.dataset.state = end.tone || "done";
    if (!end.tone) this.#progress(1);
    this.#show(took, this.#frames.seen(began));
    this.#label();
    this.say(end.text, end.tone);
  }

  #show(took, { longest, missed }) {
    write(this.#parts.took, time(took));
    write(this.#parts.longest, time(longest));
    write(this.#parts.missed, count(missed));
    this.#parts.longest.classList.toggle("bad", longest >= FREEZE);
  }

  #progress(done) {
    if (typeof done !== "number") return;
    const { progress } = this.#parts;
    progress.setAttribute("aria-valuenow", Math.round(done * 100));
    progress.style.setProperty("--done", done);
  }

  #label() {
    const { button, host, outcome } = this.#parts;
    const cancels = this.running && this.kind === "pool";
    const waits = (this.running && !cancels) || Boolean(this.#blocked);
    let label = host.dataset.state === "error" && !this.running ? "Try again" : "Run";
    if (cancels) label = "Cancel";
    else if (this.running) label = "Running";
    write(find("span", button), label);
    // There are many buttons of each name on the page.
    button.setAttribute("aria-label", `${label}: ${this.#title}`);
    // What changes many times a second is not read out; the end is.
    outcome.setAttribute("aria-busy", this.running);
    button.dataset.role = cancels ? "cancel" : "run";
    // Not `disabled`, which would drop the keyboard's focus.
    button.setAttribute("aria-disabled", waits);
  }
}

/** The two lanes of a card: `main` and `pool` do the work. */
export function lanes(card, { frames, main, pool }) {
  return {
    main: new Lane(find("[data-lane=main]", card), { frames, run: main }),
    pool: new Lane(find("[data-lane=pool]", card), { frames, run: pool }),
  };
}
