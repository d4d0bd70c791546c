// What happens on the playground before a picture of it is taken.

var sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

var until = async (ask) => {
  while (!ask()) await sleep(50);
};

var find = (selector) => document.querySelector(selector);
var lane = (card, kind) => find(`${card} .lane[data-lane=${kind}]`);

var ready = () => until(() => find("#dataset")?.dataset.state === "ready"
  && lane("#pack", "pool")?.querySelector("button").getAttribute("aria-disabled") === "false");

var run = async (card, kind) => {
  const place = lane(card, kind);
  place.querySelector("button").click();
  await until(() => ["done", "error"].includes(place.dataset.state));
  if (place.dataset.state === "error") throw new Error(place.textContent);
};

var show = async (selector, above) => {
  scrollTo({ top: find(selector).getBoundingClientRect().top + scrollY - above, behavior: "instant" });
  await sleep(400);
};

/** What stands at the top of the window at all times. */
var above = () => find("#score").offsetHeight + 16;

var scenes = {
  async work() {
    await ready();
    // Until the strip has no more of the loading.
    await sleep(6000);
    await run("#compress", "pool");
    await run("#compress", "main");
    await sleep(300);
    find("#pack .lane[data-lane=pool] button").click();
    await sleep(1200);
    scrollTo(0, 0);
    await sleep(300);
  },
  async formats() {
    await ready();
    await run("#formats", "pool");
    await show("#formats .results", above());
  },
  async peers() {
    await ready();
    globalThis.gc = undefined;
    await run("#peers", "pool");
    await show("#peers .results", above());
  },
  async phone() {
    await ready();
    await run("#pack", "pool");
    scrollTo(0, 0);
    await sleep(300);
  },
};
