import { bodyOf, showCode } from "../app/code.js";
import { find } from "../app/dom.js";
import { count, time } from "../app/format.js";
import { lanes } from "../app/lane.js";
import { registration } from "../app/pool.js";
import { primes } from "../jobs.js";

/** How long the loop runs if nobody stops it, in seconds. A page frozen for longer gets a warning from its browser. */
const SECONDS = { main: 3, pool: 12 };

/** How long to look out for the worker's end after a cancel, in milliseconds: `killGrace` and as much again. */
const WATCH = 2000;

async function inPool(c, seconds, attentive, signal, onProgress) {
  const count = await c
    .with({ signal, onProgress })
    .primes(seconds, attentive);
  return count;
}

/** Tells what became of the worker after a cancel. */
function watchWorker(play, began, lane) {
  const told = new AbortController();
  const tell = (text) => {
    told.abort();
    if (!lane.running) lane.say(text, "cancelled");
  };
  play.c.addEventListener("workerstop", ({ detail }) => {
    const after = time(performance.now() - began);
    tell(`Rejected at once. The loop heard nothing: worker ${detail.slot + 1} was ended after ${after}.`);
  }, { signal: told.signal });
  setTimeout(() => {
    if (!told.signal.aborted) tell("Rejected at once. The loop saw the signal and ended; its worker lives on.");
  }, WATCH);
}

export function stopCard(play) {
  const card = find("#stop");
  const attentive = () => find("input[name=loop]:checked", card).value === "attentive";
  showCode(card, `${registration("primes")}\n\n${bodyOf(inPool)}\n\n// and on the button\ncontroller.abort();`, primes);

  const outcome = (found) => `${count(found)} primes. It ran to its end.`;
  const made = lanes(card, {
    frames: play.frames,
    main: async ({ task }) => outcome(primes.call(task, SECONDS.main, attentive())),
    pool: async ({ signal, progress, say }) => {
      signal.addEventListener("abort", () => watchWorker(play, performance.now(), made.pool));
      const report = ({ done, count: found }) => {
        progress(done);
        say(`${count(found)} primes so far. Cancel when you like.`);
      };
      return outcome(await play.timeline.track("primes", inPool(play.c, SECONDS.pool, attentive(), signal, report)));
    },
  });
  return made;
}
