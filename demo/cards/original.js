import { bodyOf, showCode } from "../app/code.js";
import { element, find } from "../app/dom.js";
import { explain } from "../app/format.js";
import { isStrict } from "../app/pool.js";

const ORIGINAL = `\
let C = new Centaurus('/centaurus.worker.js');
C.loadScripts('https://unpkg.com/pako@1.0.6/dist/pako.min.js');
C.registerFunctions({
  test: (resolve, reject) => { console.log('function test executed'); resolve(123456); },
  checkPako: (resolve, reject, param1, param2) => { console.log(pako); resolve(''.concat(param1, ' ', param2)); }
});
C.test().then(console.log);
C.checkPako('is pako found?', 'yes!').then(console.log);`;

const UNPKG = "https://unpkg.com/pako@1.0.6/dist/pako.min.js";
const HERE = "/vendor/pako.min.js";

/** The same without code made of text: the functions are a module's. */
function withoutText(Centaurus, console) {
  let C = new Centaurus('/csp/centaurus.worker.js');
  C.loadScripts('/csp/vendor/pako.min.js');
  C.registerModule('/csp/original-functions.js', ['test', 'checkPako']);
  C.test().then(console.log);
  C.checkPako('is pako found?', 'yes!').then(console.log);
  return C;
}

/** How long it may take, in milliseconds: the script may come from another server. */
const LIMIT = 30_000;

/** What the example prints, one line a call; then its pool is closed. */
const LINES = 2;

/** Makes a function of the text that the card shows, so that what is shown is what runs. */
function fromText(Centaurus, console, text) {
  return new Function("Centaurus", "console", `${text}\nreturn C;`)(Centaurus, console);
}

export function originalCard(play) {
  const card = find("#original");
  const output = find(".console", card);
  const button = find("#run-original");
  const place = find(".code", card);
  let blocked = "";
  let end = () => {};

  const chosen = () => find("input[name=pako]:checked", card).value;
  const text = () => (chosen() === "here" ? ORIGINAL.replace(UNPKG, HERE) : ORIGINAL);
  const list = () => {
    place.replaceChildren();
    showCode(card, isStrict ? bodyOf(withoutText) : text());
  };
  for (const choice of card.querySelectorAll("input[name=pako]")) choice.addEventListener("change", list);
  find(".choice", card).hidden = isStrict;
  list();

  /** The example catches nothing, so what fails in it arrives as an unhandled rejection. */
  const run = () => {
    end();
    output.replaceChildren(element("p", { className: "empty" }, "Working."));
    const running = new AbortController();
    let lines = 0;
    const print = (line, className = "") => {
      output.querySelector(".empty")?.remove();
      output.append(element("p", { className }, String(line)));
      if (++lines === LINES) end();
    };
    addEventListener("unhandledrejection", ({ reason }) => print(explain(reason), "error"), { signal: running.signal });
    const console = { log: (line) => running.signal.aborted || print(line) };
    const C = isStrict ? withoutText(play.Centaurus, console) : fromText(play.Centaurus, console, text());
    const timer = setTimeout(() => {
      print(`Nothing more came for ${LIMIT / 1000} s. Is there a network?`, "error");
      end();
    }, LIMIT);
    end = () => {
      clearTimeout(timer);
      running.abort();
      C.close();
    };
  };
  button.addEventListener("click", () => blocked || run());

  return {
    /** Why it cannot run now, or nothing if it can. */
    block(reason) {
      blocked = reason;
      button.setAttribute("aria-disabled", Boolean(reason));
      output.replaceChildren(element("p", { className: "empty" }, reason || "Press Run."));
    },
  };
}
