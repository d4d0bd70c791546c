import { bodyOf, showCode } from "../app/code.js";
import { find, write } from "../app/dom.js";
import { bytes, count, percent, time } from "../app/format.js";
import { Lane } from "../app/lane.js";
import { canSave, nowhere, toDisk, toMemory } from "../app/sink.js";

/** Milliseconds between two writings of the figures: digits that change each frame cannot be read. */
const FIGURES_EVERY = 200;

/** Output bytes for one input byte when the page inflates what it has deflated: deflate makes 1032 at most. */
const MOST_RATIO = 1100;

async function inPool(c, file, level, signal, read, made) {
  const squeezed = file.stream()
    .pipeThrough(read)
    .pipeThrough(c.zlib.compressStream(
      { format: "gzip", level, signal }))
    .pipeThrough(made);
  return squeezed;
}

async function compared(c, file, squeezed, signal, maxRatio) {
  const unsqueezed = squeezed
    .pipeThrough(c.zlib.decompressStream(
      { format: "gzip", signal, maxRatio }));
  const [there, back] = await Promise.all([
    c.digest("sha-256", file, { signal }),
    c.digest("sha-256", unsqueezed, { signal }),
  ]);
  return { there, back };
}

/** A stream that passes everything on, after `take` is through with it. */
const tap = (take) => new TransformStream({
  async transform(chunk, controller) {
    await take(chunk);
    controller.enqueue(chunk);
  },
});

/** What is wrong with a file that was moved or changed since it was chosen; engines fail its stream with all kinds of errors. */
const unreadable = (file) => file.slice(0, 1).arrayBuffer().then(() => undefined, () =>
  new DOMException(`${file.name} cannot be read any more. Was it moved or changed?`, "NotReadableError"));

const hex = (digest) => Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The card's own figures while a file flows by. */
class Flow {
  #file;
  #places;
  #began = performance.now();
  #written = -Infinity;
  read = 0;
  made = 0;

  constructor(file, card) {
    this.#file = file;
    const place = (name) => find(`[data-figure=${name}]`, card);
    this.#places = { read: place("read"), made: place("made"), ratio: place("ratio"), speed: place("speed") };
    this.show();
  }

  get done() {
    return this.#file.size ? this.read / this.#file.size : 1;
  }

  get ratio() {
    return this.read ? percent(this.made / this.read) : "–";
  }

  /** Writes the figures, those that come soon after the last ones left out. */
  tick() {
    if (performance.now() - this.#written >= FIGURES_EVERY) this.show();
  }

  show() {
    this.#written = performance.now();
    const seconds = (this.#written - this.#began) / 1000;
    write(this.#places.read, `${bytes(this.read)} of ${bytes(this.#file.size)}`);
    write(this.#places.made, bytes(this.made));
    write(this.#places.ratio, this.ratio);
    write(this.#places.speed, this.read ? `${count(Math.round(this.read / 1e6 / seconds))} MB/s` : "–");
  }
}

export function squeezeCard(play) {
  const card = find("#squeeze");
  const input = find("input[type=file]", card);
  const drop = find(".drop", card);
  const name = find(".drop-name", card);
  const download = find(".download", card);
  const save = find("#squeeze-save", card);
  const verify = find("#squeeze-verify", card);
  const level = () => Number(find("input[name=squeeze-level]:checked", card).value);
  showCode(card, `${bodyOf(inPool)}\n\n// and, if it is compared\n${bodyOf(compared)}`);

  let file;
  let link;
  let poolProblem = "";

  const forget = () => {
    if (link) URL.revokeObjectURL(link);
    link = undefined;
    download.hidden = true;
  };
  const offer = (blob) => {
    link = URL.createObjectURL(blob);
    Object.assign(download, { href: link, download: `${file.name}.gz`, hidden: false });
    write(download, `Download ${file.name}.gz, ${bytes(blob.size)}`);
  };

  const run = async ({ signal: cancelled, progress }) => {
    forget();
    // What still runs when one part of it has failed ends too.
    const over = new AbortController();
    const signal = AbortSignal.any([cancelled, over.signal]);
    const taken = file;
    let sink = nowhere();
    if (save.checked) sink = canSave ? await toDisk(`${taken.name}.gz`) : toMemory();
    const flow = new Flow(taken, card);
    const began = performance.now();
    const read = tap((chunk) => {
      flow.read += chunk.length;
      flow.tick();
      progress(flow.done);
    });
    const made = tap((chunk) => {
      flow.made += chunk.length;
      return sink.write(chunk);
    });
    try {
      signal.throwIfAborted();
      const { c } = play;
      const work = async () => {
        const squeezed = await inPool(c, taken, level(), signal, read, made);
        if (!verify.checked) return void (await squeezed.pipeTo(new WritableStream(), { signal }));
        const { there, back } = await compared(c, taken, squeezed, signal, MOST_RATIO);
        if (hex(there["sha-256"]) !== hex(back["sha-256"])) throw new Error("What came back is not what went in.");
        return hex(there["sha-256"]);
      };
      const digest = await play.timeline.track("gzip", work());
      const took = performance.now() - began;
      const { said, blob } = (await sink.end()) ?? {};
      if (blob) offer(blob);
      const came = `${bytes(flow.read)} became ${bytes(flow.made)}, ${flow.ratio} of it, in ${time(took)}.`;
      return [came, digest && `Decompressed again it is the same: SHA-256 ${digest.slice(0, 16)}….`, said].filter(Boolean).join(" ");
    } catch (error) {
      sink.drop();
      if (cancelled.aborted) throw cancelled.reason;
      throw (await unreadable(taken)) ?? error;
    } finally {
      over.abort();
      flow.show();
    }
  };

  const lane = new Lane(find("[data-lane=pool]", card), { frames: play.frames, run });
  const unblock = () => lane.block(poolProblem || (file ? "" : "Choose a file first, or drop one."));
  const choose = (chosen) => {
    if (!chosen) return;
    if (lane.running) return void lane.say("Cancel first: one file at a time.");
    forget();
    file = chosen;
    write(name, `${file.name}, ${bytes(file.size)}`);
    drop.dataset.state = "chosen";
    unblock();
    if (!poolProblem) lane.say("Ready. Press Run.");
  };

  input.addEventListener("change", () => choose(input.files[0]));
  card.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    drop.dataset.over = "";
  });
  card.addEventListener("dragleave", ({ relatedTarget }) => {
    if (!card.contains(relatedTarget)) delete drop.dataset.over;
  });
  card.addEventListener("drop", (event) => {
    event.preventDefault();
    delete drop.dataset.over;
    // A folder looks like a file until it is read.
    const folder = event.dataTransfer.items[0]?.webkitGetAsEntry?.()?.isDirectory;
    if (folder) lane.say("That is a folder. Drop a file.", "error");
    else choose(event.dataTransfer.files[0]);
  });

  return {
    /** Why it cannot run now, or nothing if it can. */
    block(reason) {
      poolProblem = reason;
      unblock();
    },
  };
}
