/** Shows code that the page really runs: the source of its functions, coloured. */

import { element, find } from "./dom.js";

const TOKENS =
  /(?<comment>\/\/.*|\/\*[\s\S]*?\*\/)|(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|(?<keyword>\b(?:async|await|break|catch|const|continue|else|export|finally|for|from|function|if|import|in|let|new|of|return|this|throw|try|typeof|while|yield)\b)|(?<number>\b\d[\d_.e]*\b)|(?<call>\b[A-Za-z_$][\w$]*(?=\())/g;

/** The statements inside a function, without the lines that make it one: the first, the last, and a `return` of names. */
export function bodyOf(fn) {
  const lines = fn.toString().split("\n").slice(1, -1);
  return dedent(lines.join("\n")).replace(/\s*^return [\w {},]+;$/m, "");
}

/** A function's whole source. */
const sourceOf = (fn) => dedent(fn.toString());

function dedent(text) {
  const lines = text.split("\n");
  const depths = lines.slice(lines[0].startsWith(" ") ? 0 : 1).filter((line) => line.trim()).map((line) => line.search(/\S/));
  const depth = Math.min(...depths, Infinity);
  return lines.map((line) => (line.search(/\S/) >= depth ? line.slice(depth) : line)).join("\n");
}

/** Fills a card's place for code: the lines that do it, and the job's whole source to fold out. */
export function showCode(card, lines, job) {
  const box = find(".code", card);
  const title = find("h3", card).textContent;
  box.append(listing(lines, `${title}: the code`));
  if (job) {
    box.append(element("details", {}, element("summary", {}, `The function “${job.name}”`), listing(sourceOf(job), `The function ${job.name}`)));
  }
}

/** It scrolls, so the keyboard has to reach it. */
function listing(code, label) {
  return element("pre", { tabIndex: 0, role: "group", ariaLabel: label }, element("code", {}, ...coloured(code)));
}

/** The code as coloured nodes. */
function coloured(code) {
  const nodes = [];
  let end = 0;
  for (const match of code.matchAll(TOKENS)) {
    nodes.push(code.slice(end, match.index));
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    nodes.push(element("span", { className: `t-${kind}` }, match[0]));
    end = match.index + match[0].length;
  }
  nodes.push(code.slice(end));
  return nodes;
}
