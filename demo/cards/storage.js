import { bodyOf, showCode } from "../app/code.js";
import { element, find, write } from "../app/dom.js";
import { bytes, explain, percent, plural } from "../app/format.js";

/** What is written when its worker is killed: long enough to be in the middle when the first report of progress comes. */
const DOOMED = { name: "half a film.mp4", size: 48e6, part: 4e6 };

/** Lines of the log that are kept. */
const LOG_LINES = 40;

/** Below the title of the place for files, while none is put. */
const WHERE = "They stay in this browser.";

/** How often the store is opened before the page gives it up, and the pause between, in ms: what a page that was loaded anew
 *  finds may still be in the hands of the one before. */
const OPENINGS = 10;
const BETWEEN_OPENINGS = 500;

/** Hex digits of a digest that are shown. */
const DIGITS = 8;

/** Milliseconds until the browser has taken a download's file. */
const DOWNLOADED = 60_000;

function openStore(c) {
  const files = c.storage("playground", { quota: 200e6 });
  return files;
}

async function keep(files, file, onProgress) {
  const { size, stored, digest } =
    await files.put(file.name, file, { onProgress });
  return { size, stored, digest };
}

async function look(files) {
  const entries = await files.list(
    { order: "time", direction: "descending" });
  const { bytes, stored, quota, disk } = await files.usage();
  return { entries, bytes, stored, quota, disk };
}

async function killInTheMiddle(Centaurus, file, tell) {
  const doomed = new Centaurus({ size: 1 });
  const onProgress = ({ loaded, total }) => {
    tell(loaded / total);
    if (loaded > total / 3) doomed.terminate();
  };
  await keep(openStore(doomed), file, onProgress)
    .finally(() => doomed.terminate());
}

/** A file that nothing compresses, of a few megabytes over and over. */
function film() {
  const part = new Uint8Array(DOOMED.part);
  // A call gives 64 KiB at most.
  for (let at = 0; at < part.length; at += 65_536) crypto.getRandomValues(part.subarray(at, at + 65_536));
  return new File(Array.from({ length: DOOMED.size / part.length }, () => part), DOOMED.name, { type: "video/mp4" });
}

/** The list of files, and what can be done with each. */
class Shelf {
  #list;
  #used;
  #meter;
  #act;

  /** `act` does what a button says with an entry. */
  constructor(card, act) {
    this.#list = find(".kept", card);
    this.#used = find(".quota-text", card);
    this.#meter = find("[role=meter]", card);
    this.#act = act;
  }

  draw({ entries, bytes: used, stored, quota, disk }) {
    const granted = disk?.quota ? ` The browser grants this site ${bytes(disk.quota)}.` : "";
    const takes = used === stored ? "" : `, which take ${bytes(stored)}`;
    write(this.#used, `${bytes(used)} of ${bytes(quota)}${takes}.${granted}`);
    this.#meter.style.setProperty("--done", used / quota);
    this.#meter.setAttribute("aria-valuenow", Math.round((used / quota) * 100));
    this.#meter.setAttribute("aria-valuetext", `${bytes(used)} of ${bytes(quota)}`);
    // The row that has the keyboard is drawn anew, or gone.
    const focused = this.#list.contains(document.activeElement) ? document.activeElement.dataset.act : undefined;
    this.#list.replaceChildren(...entries.map((entry) => this.#row(entry)));
    if (entries.length === 0) this.#list.append(element("li", { className: "empty" }, "Nothing is kept yet."));
    if (focused) ([...this.#list.querySelectorAll("button")].find(({ dataset }) => dataset.act === focused) ?? this.#list).focus();
  }

  #row(entry) {
    const { key, size, stored, digest, pinned } = entry;
    const button = (act, text, more) => {
      const made = element("button", { type: "button", className: "small-button", ariaLabel: `${text} ${key}`, ...more }, text);
      made.dataset.act = `${act} ${key}`;
      made.addEventListener("click", () => this.#act(act, entry));
      return made;
    };
    const [algorithm, hex] = digest.split(":");
    const takes = stored < size ? `${bytes(size)}, takes ${bytes(stored)}` : bytes(size);
    return element("li", {},
      element("p", { className: "kept-name", title: key }, key),
      element("p", { className: "kept-facts" }, `${takes} · `, element("span", { title: hex }, `${algorithm} ${hex.slice(0, DIGITS)}`)),
      element("div", { className: "kept-acts" },
        button("open", "Open"), button("download", "Download"),
        button("pin", "Pin", { ariaPressed: String(pinned) }), button("delete", "Delete")));
  }
}

export function storageCard(play) {
  const card = find("#storage");
  const input = find("input[type=file]", card);
  const drop = find(".drop", card);
  const where = find("#storage-where", card);
  const log = find(".console", card);
  const kill = find("#kill-put", card);
  const again = find("#reload-page", card);
  let blocked = "";
  let files;
  /** Files that were chosen before the store was open. */
  const early = [];
  const waits = () => `To be put once the store is open: ${plural(early.length, "file")}.`;
  showCode(card, [openStore, keep, look].map(bodyOf).join("\n\n") + `\n\n// killed in the middle: whole, or not at all\n${bodyOf(killInTheMiddle)}`);

  const tell = (text) => {
    log.append(element("p", {}, text));
    while (log.childElementCount > LOG_LINES) log.firstElementChild.remove();
    log.scrollTop = log.scrollHeight;
  };
  const acts = {
    async open({ key }) {
      // At once, since a window that opens by itself later would be blocked.
      const shown = window.open("", "_blank");
      const url = URL.createObjectURL(await files.get(key));
      if (shown) shown.location = url;
      else tell("The browser opened no window.");
    },
    async download({ key }) {
      const url = URL.createObjectURL(await files.get(key));
      element("a", { href: url, download: key }).click();
      setTimeout(() => URL.revokeObjectURL(url), DOWNLOADED);
    },
    pin: ({ key, pinned }) => (pinned ? files.unpin(key) : files.pin(key)),
    async delete({ key }) {
      await files.delete(key);
      tell(`${key} is deleted.`);
    },
  };
  const attempt = async (work) => {
    if (blocked || !files) return;
    try {
      await work();
      shelf.draw(await look(files));
    } catch (error) {
      tell(explain(error));
    }
  };
  const shelf = new Shelf(card, (act, entry) => attempt(() => acts[act](entry)));

  const put = (chosen) => attempt(async () => {
    for (const file of chosen) {
      try {
        await play.timeline.track("put", keep(files, file, ({ loaded, total }) =>
          write(where, `Putting ${file.name}, ${percent(Math.round((loaded / total) * 100) / 100)}`)));
        tell(`${file.name} is kept, ${bytes(file.size)}.`);
      } catch (error) {
        tell(explain(error));
      }
    }
    write(where, WHERE);
  });
  input.addEventListener("change", async () => {
    const chosen = [...input.files];
    // The same file may be chosen again.
    input.value = "";
    if (card.dataset.state === "ready") return void (await put(chosen));
    if (chosen.length === 0) return;
    early.push(...chosen);
    write(where, waits());
    if (!blocked && !files) open();
  });
  for (const [event, over] of [["dragenter", true], ["dragleave", false], ["drop", false]]) {
    input.addEventListener(event, () => drop.toggleAttribute("data-over", over));
  }
  kill.addEventListener("click", () => attempt(async () => {
    let far = 0;
    tell(`Putting ${DOOMED.name}, ${bytes(DOOMED.size)}, by a worker of its own.`);
    try {
      await killInTheMiddle(play.Centaurus, film(), (share) => (far = share));
      tell("It was through before it could be killed.");
    } catch (error) {
      if (error.name !== "TerminatedError") throw error;
      tell(`Its worker was killed at ${percent(Math.round(far * 100) / 100)}.`);
    }
    const entry = await files.stat(DOOMED.name);
    tell(entry ? `Looked for it: it is there, whole, ${bytes(entry.size)}.` : "Looked for it: nothing of it is there. What was there before is.");
  }));
  again.addEventListener("click", () => blocked || location.reload());

  const begin = async (tries = OPENINGS) => {
    files = openStore(play.c);
    try {
      const seen = await look(files);
      const { length } = seen.entries;
      if (length > 0) tell(`Found again: ${plural(length, "file")}, kept before this page was loaded.`);
      shelf.draw(seen);
    } catch (error) {
      if (tries > 1) return setTimeout(begin, BETWEEN_OPENINGS, tries - 1);
      tell(explain(error));
    }
    card.dataset.state = "ready";
    const waiting = early.splice(0);
    if (waiting.length > 0) await put(waiting);
  };
  const open = () => {
    near.disconnect();
    void begin();
  };
  /** Opens the store as soon as somebody may look at it: until then the page needs nothing of what it stands on. */
  const near = new IntersectionObserver((seen) => {
    if (!blocked && !files && seen.some(({ isIntersecting }) => isIntersecting)) open();
  }, { rootMargin: "400px" });

  return {
    /** Why it cannot run now, or nothing if it can. */
    block(reason) {
      blocked = reason;
      for (const button of [kill, again]) button.setAttribute("aria-disabled", Boolean(reason));
      write(where, [reason, early.length > 0 ? waits() : reason ? "" : WHERE].filter(Boolean).join(" "));
      if (reason || files) return;
      if (early.length > 0) open();
      else near.observe(card);
    },
  };
}
