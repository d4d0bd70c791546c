import { bodyOf, showCode } from "../app/code.js";
import { element, find, write } from "../app/dom.js";
import { count, explain, time } from "../app/format.js";
import { lanes } from "../app/lane.js";

/** The flood: so many messages of so many bytes a second, for so long. */
const RATE = 100_000;
const SIZE = 64;
const SECONDS = 4;

/** How long a lane may take for it, in seconds: a thread that cannot follow would have the page at work for minutes. */
const LIMIT = 15;

/** How long the server may take to answer that it will be away, in milliseconds. */
const ANSWER = 10_000;

/** How long this page's line is cut, in seconds, and how often a number is sent on it, in milliseconds. */
const OUTAGE = 5;
const EVERY = 50;

/** Lines of the log that are kept. */
const LOG_LINES = 40;

/** Names this page to the server: an outage is for it alone. */
const client = crypto.randomUUID();

/** The server's sockets are at its root, also for the page under a strict policy. */
function address(path, parameters) {
  const url = new URL(path, location.origin);
  url.protocol = url.protocol.replace("http", "ws");
  url.search = new URLSearchParams({ client, ...parameters });
  return url.href;
}

async function inPool(c, url, signal, onmessage) {
  const socket = c.socket(url, { signal });
  socket.binaryType = "arraybuffer";
  socket.onmessage = onmessage;
  await ended(socket, signal);
}

async function onMain(url, signal, onmessage) {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  socket.onmessage = onmessage;
  await ended(socket, signal);
}

function openLine(c, url, tell) {
  const socket = c.socket(url, {
    acknowledged: true,
    backoff: { min: 100, initial: 400, max: 2000 },
  });
  socket.onopen = ({ detail }) =>
    tell(detail.resumed ? "Open again: the session goes on." : "Open.");
  socket.onreconnecting = ({ detail }) =>
    tell(`Lost, ${detail.code}. Attempt ${detail.attempt} in ${time(detail.delay)}.`);
  return socket;
}

const broken = (code) =>
  new Error(`The socket closed with ${code}. Is there a network? “cargo xtask demo” serves the page and its sockets.`);

/** Resolves when the socket has closed as it should. */
const ended = (socket, signal) => new Promise((resolve, reject) => {
  signal.addEventListener("abort", () => {
    socket.close();
    reject(signal.reason);
  });
  // Another line would be another flood.
  socket.onreconnecting = ({ detail }) => {
    socket.close();
    reject(broken(detail.code));
  };
  socket.onclose = ({ code, wasClean }) => {
    if (wasClean) resolve();
    else reject(broken(code));
  };
});

/** Looks at each message of the flood as it comes. `flow` takes `(signal, onmessage)` and resolves at the flood's end. */
async function flooded(flow, cancel, progress) {
  const wanted = RATE * SECONDS;
  const began = performance.now();
  const seen = { messages: 0, skipped: 0 };
  const over = new AbortController();
  const onmessage = ({ data }) => {
    // A timer has no turn where messages come faster than they are taken.
    if (performance.now() - began > LIMIT * 1000) over.abort();
    if (over.signal.aborted) return;
    if (new DataView(data).getUint32(4) !== seen.messages) seen.skipped++;
    seen.messages++;
    if (seen.messages % 2_000 === 0) progress(seen.messages / wanted);
  };
  const timer = setTimeout(() => over.abort(), LIMIT * 1000);
  try {
    await flow(AbortSignal.any([cancel, over.signal]), onmessage);
  } catch (error) {
    // A line that breaks after the last message has nothing left to bring.
    const enough = over.signal.aborted || seen.messages === wanted;
    if (cancel.aborted || !enough) throw error;
    if (seen.messages === 0) throw new Error(`Nothing came for ${LIMIT} s. Is there a network, and the server?`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
  const rate = count(Math.round(seen.messages / ((performance.now() - began) / 1000)));
  const late = seen.messages < wanted ? ` Of ${count(wanted)}: after ${LIMIT} s the page let go.` : "";
  return `${count(seen.messages)} messages, ${rate} a second${seen.skipped ? `, ${count(seen.skipped)} out of order` : ""}.${late}`;
}

/** The line that is cut and comes back: numbers go out and are looked for. */
class Line {
  #play;
  #log;
  #figures;
  #sent = 0;
  #back = 0;
  #wrong = 0;
  #socket;

  constructor(card, play) {
    this.#play = play;
    this.#log = find(".console", card);
    const figure = (name) => find(`[data-figure=${name}]`, card);
    this.#figures = { sent: figure("sent"), back: figure("back"), wrong: figure("wrong") };
  }

  open() {
    if (this.#socket) return;
    this.#socket = openLine(this.#play.c, address("/ws/echo"), (text) => this.#tell(text));
    this.#socket.onmessage = ({ data }) => {
      if (Number(data) !== this.#back) this.#wrong++;
      this.#back++;
    };
    const sending = setInterval(() => {
      this.#socket.send(`${this.#sent++}`).catch(() => undefined);
      for (const [name, value] of [["sent", this.#sent], ["back", this.#back], ["wrong", this.#wrong]]) {
        write(this.#figures[name], count(value));
      }
    }, EVERY);
    this.#socket.onclose = ({ code }) => {
      clearInterval(sending);
      this.#tell(`Closed for good, ${code}.`);
      this.#socket = undefined;
    };
  }

  async cut() {
    this.open();
    const plan = new URLSearchParams({ client, seconds: OUTAGE });
    try {
      const answer = await fetch(new URL(`/ws/outage?${plan}`, location.origin), { method: "POST", signal: AbortSignal.timeout(ANSWER) });
      if (!answer.ok) throw new Error(await answer.text());
      this.#tell(`The server is away for ${OUTAGE} s.`);
    } catch (error) {
      this.#tell(explain(error));
    }
  }

  #tell(text) {
    this.#log.append(element("p", {}, `${(performance.now() / 1000).toFixed(1)} s  ${text}`));
    while (this.#log.childElementCount > LOG_LINES) this.#log.firstElementChild.remove();
    this.#log.scrollTop = this.#log.scrollHeight;
  }
}

export function socketCard(play) {
  const card = find("#socket");
  const line = new Line(card, play);
  const open = find("#open-line", card);
  const cut = find("#cut-line", card);
  let blocked = "";
  open.addEventListener("click", () => blocked || line.open());
  cut.addEventListener("click", () => blocked || line.cut());
  showCode(card, `${bodyOf(inPool)}\n\n// and the line that is cut\n${bodyOf(openLine)}`);

  const flood = () => address("/ws/flood", { rate: RATE, size: SIZE, count: RATE * SECONDS });
  const made = lanes(card, {
    frames: play.frames,
    main: ({ signal: cancel, progress, say }) => {
      say("Working. Each message is an event of the page’s.");
      return flooded((signal, onmessage) => onMain(flood(), signal, onmessage), cancel, progress);
    },
    pool: ({ signal: cancel, progress }) =>
      flooded((signal, onmessage) => inPool(play.c, flood(), signal, onmessage), cancel, progress),
  });
  return {
    /** Why it cannot run now, or nothing if it can. The main thread can always. */
    block(reason) {
      blocked = reason;
      made.pool.block(reason);
      for (const button of [open, cut]) button.setAttribute("aria-disabled", Boolean(reason));
    },
  };
}
