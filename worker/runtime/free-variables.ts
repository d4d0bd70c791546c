/**
 * The names that a function's source uses and does not declare: what it took from around it on the page and will miss
 * in a worker. Made to warn, so it errs on the side of silence: a name that is declared anywhere in the source counts
 * as declared everywhere in it.
 */
export function freeVariables(source: string): string[] {
  const tokens = tokenize(source);
  const declared = new Set<string>(["arguments", "undefined"]);
  const used = new Set<string>();
  collectDeclared(tokens, declared);
  collectGuarded(tokens, declared);
  const fields = fieldsOfClasses(tokens);
  tokens.forEach((token, i) => {
    if (token.kind === "name" && !fields.has(i) && isReference(tokens, i) && !declared.has(token.text)) used.add(token.text);
  });
  return [...used];
}

/** Where a function's source calls `import()`. */
export function dynamicImports(source: string): number[] {
  // Few do, and they need not be taken apart.
  const tokens = /\bimport\b/.test(source) ? tokenize(source) : [];
  const calls = tokens.filter(({ kind, text }, i) =>
    kind === "keyword" && text === "import" && tokens[i + 1]?.text === "(" && !/^\??\.$/.test(tokens[i - 1]?.text ?? "")
    && !methodBody(tokens, i + 1));
  return calls.map(({ at }) => at as number);
}

/** What of its object a method's source needs: private names and `super`, without which it is no valid source or never
 *  runs; and members of `this` that it reads and does not set itself. Classes and functions within it have their own. */
export function boundTo(source: string): { hard: string | undefined; members: string[] } {
  const found = { hard: undefined as string | undefined, members: [] as string[] };
  if (!/[#]|super|this/.test(source)) return found;
  let tokens: Token[];
  try {
    tokens = tokenize(source);
  } catch {
    return found;
  }
  const members = new Set<string>();
  const set = new Set<string>();
  const inner = innerScopes(tokens);
  tokens.forEach((token, i) => {
    const { text, kind } = token;
    if (inner.has(i)) return;
    const [dot, member, then] = [tokens[i + 1], tokens[i + 2], tokens[i + 3]];
    if (kind === "name" && text.startsWith("#")) found.hard ??= text;
    else if (kind !== "keyword" || tokens[i - 1]?.text === ".") return;
    else if (text === "super" && /^[.[(]$/.test(dot?.text ?? "")) found.hard ??= "super";
    else if (text === "this" && /^(\.|\?\.)$/.test(dot?.text ?? "") && member?.kind === "name" && !member.text.startsWith("#")) {
      members.add(member.text);
      // Whoever sets it, on his task, may read it.
      const [assign, equals] = [then?.text ?? "", tokens[i + 4]?.text];
      if ((assign === "=" && equals !== "=") || /^[?&|]$/.test(assign)) set.add(member.text);
    }
  });
  found.members = [...members].filter((member) => !set.has(member));
  return found;
}

/** The places inside classes, object literals' methods and functions with a `this` of their own. */
function innerScopes(tokens: Token[]): Set<number> {
  const inner = new Set<number>();
  const mute = (open: number) => {
    const close = matching(tokens, open);
    for (let at = open; at <= close; at += 1) inner.add(at);
  };
  const from = tokens[0]?.text === "async" ? 1 : 0;
  tokens.forEach((token, i) => {
    if (token.kind !== "keyword" || i <= from || inner.has(i) || tokens[i - 1]?.text === ".") return;
    if (token.text !== "class" && token.text !== "function") return;
    let open = i + 1;
    while (open < tokens.length && tokens[open]?.text !== "{") open = tokens[open]?.text === "(" ? matching(tokens, open) + 1 : open + 1;
    if (open < tokens.length) mute(open);
  });
  const body = tokens.findIndex((token) => token.text === "{" || token.text === "=>");
  tokens.forEach((token, i) => {
    const before = tokens[i - 1];
    const control = before?.kind === "keyword" && /^(if|while|for|switch|with|catch|function)$/.test(before.text);
    if (token.text !== "(" || token.kind !== "punctuator" || i < body || control || inner.has(i)) return;
    if (methodBody(tokens, i)) mute(matching(tokens, i) + 1);
  });
  return inner;
}

interface Token {
  kind: "name" | "keyword" | "punctuator" | "other";
  text: string;
  /** Where a word begins. */
  at?: number;
}

const KEYWORDS = new Set(
  ("async await break case catch class const continue debugger default delete do else export extends false finally for "
    + "function get if import in instanceof let new null of return set static super switch this throw true try typeof "
    + "var void while with yield enum implements interface package private protected public target meta").split(" "),
);
/** Words that are names too, unless their place says otherwise. */
const SOFT = new Set("async get set of static target meta implements interface package private protected public".split(" "));

const SPACE = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const NAME = /#?[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;
const NUMBER = /(?:0[xob][\da-f_]+|\d[\d_]*\.?[\d_]*(?:e[+-]?\d+)?|\.\d[\d_]*(?:e[+-]?\d+)?)n?/iy;
const STRING = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y;
const REGEXP = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const PUNCTUATOR = /=>|\.\.\.|\?\.|\+\+|--|[^\s]/uy;

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  // Braces opened since each template's `${`, so that its closing one is known.
  const templates: number[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(source)?.[0];
    if (match) at += match.length;
    return match;
  };
  const template = (): void => {
    while (at < source.length) {
      const c = source[at++];
      if (c === "\\") at += 1;
      else if (c === "`") return;
      else if (c === "$" && source[at] === "{") {
        at += 1;
        templates.push(0);
        tokens.push({ kind: "punctuator", text: "(" });
        return;
      }
    }
  };
  while (at < source.length) {
    if (take(SPACE)) continue;
    const c = source[at] as string;
    const depth = templates.length - 1;
    if (c === "`") {
      at += 1;
      tokens.push({ kind: "other", text: "`" });
      template();
    } else if (c === "}" && templates[depth] === 0) {
      at += 1;
      templates.pop();
      tokens.push({ kind: "punctuator", text: ")" });
      template();
    } else if ((/[\d.]/.test(c) && take(NUMBER)) || (c === "/" && regexpMayStart(tokens) && take(REGEXP))) {
      tokens.push({ kind: "other", text: "" });
    } else {
      const string = take(STRING);
      if (string) {
        tokens.push({ kind: "other", text: string });
        continue;
      }
      const name = take(NAME);
      if (name) {
        tokens.push({ kind: KEYWORDS.has(name) ? "keyword" : "name", text: name, at: at - name.length });
        continue;
      }
      const text = take(PUNCTUATOR) ?? source[at++] as string;
      if (depth >= 0 && text === "{") templates[depth] = (templates[depth] as number) + 1;
      if (depth >= 0 && text === "}") templates[depth] = (templates[depth] as number) - 1;
      tokens.push({ kind: "punctuator", text });
    }
  }
  // A soft keyword is one only in its own place; everywhere else it is a name.
  tokens.forEach((token, i) => {
    if (token.kind === "keyword" && SOFT.has(token.text) && !softKeyword(tokens, i)) token.kind = "name";
  });
  return tokens;
}

function softKeyword(tokens: Token[], i: number): boolean {
  const token = tokens[i] as Token;
  const next = tokens[i + 1];
  if (!next) return false;
  if (token.text === "of") return tokens[i - 1]?.kind === "name" || tokens[i - 1]?.text === "]" || tokens[i - 1]?.text === "}";
  if (token.text === "async") return next.text === "function" || next.text === "(" || next.kind === "name" || next.text === "*";
  if (token.text === "target" || token.text === "meta") return tokens[i - 1]?.text === ".";
  return next.kind === "name" || next.text === "[" || next.text === "*";
}

/** After a value a slash divides; elsewhere it begins a regular expression. */
function regexpMayStart(tokens: Token[]): boolean {
  const last = tokens[tokens.length - 1];
  if (!last) return true;
  if (last.kind === "keyword") return !/^(this|super|true|false|null)$/.test(last.text);
  return last.kind === "punctuator" && !/^(\)|\]|\}|\+\+|--)$/.test(last.text);
}

/** Whether the name at `i` stands for a variable, and is not a property, a key, a label or a method's name. */
function isReference(tokens: Token[], i: number): boolean {
  const token = tokens[i] as Token;
  const before = tokens[i - 1];
  const after = tokens[i + 1];
  if (token.text.startsWith("#")) return false;
  if (before?.text === "." || before?.text === "?.") return false;
  if (after?.text === ":" && before?.text !== "?" && before?.text !== "case" && !inConditional(tokens, i)) return false;
  if (/^(break|continue)$/.test(before?.text ?? "")) return false;
  if (after?.text === "(" && methodBody(tokens, i + 1)) return false;
  return true;
}

/** Whether a `:` after the name at `i` belongs to `? … :` and not to a key. */
function inConditional(tokens: Token[], i: number): boolean {
  let depth = 0;
  for (let at = i - 1; at >= 0; at -= 1) {
    const { text } = tokens[at] as Token;
    if (text === ")" || text === "]" || text === "}") depth += 1;
    else if (text === "(" || text === "[" || text === "{") {
      if (depth === 0) return false;
      depth -= 1;
    } else if (depth === 0 && text === "?") return true;
    else if (depth === 0 && (text === "," || text === ";")) return false;
  }
  return false;
}

/** `name(…) {`: a method. A call is never followed by a block. */
function methodBody(tokens: Token[], open: number): boolean {
  const close = matching(tokens, open);
  return tokens[close + 1]?.text === "{" && tokens[close + 1]?.kind === "punctuator";
}

function matching(tokens: Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    const { text, kind } = tokens[at] as Token;
    if (kind !== "punctuator") continue;
    if (text === "(" || text === "[" || text === "{") depth += 1;
    else if (text === ")" || text === "]" || text === "}") {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return tokens.length;
}

/** The places where classes name their fields: `name = …`, `name;`. */
function fieldsOfClasses(tokens: Token[]): Set<number> {
  const fields = new Set<number>();
  tokens.forEach((token, i) => {
    if (token.kind !== "keyword" || token.text !== "class" || tokens[i - 1]?.text === ".") return;
    let open = i + 1;
    while (open < tokens.length && tokens[open]?.text !== "{") open = /^[([]$/.test(tokens[open]?.text ?? "") ? matching(tokens, open) + 1 : open + 1;
    const close = matching(tokens, open);
    for (let at = open + 1; at < close; at += 1) {
      const { text, kind } = tokens[at] as Token;
      const after = tokens[at + 1]?.text ?? "";
      if (kind === "punctuator" && /^[([{]$/.test(text)) at = matching(tokens, at);
      else if (kind !== "name") continue;
      else if (after === "=" && tokens[at + 2]?.text !== "=") fields.add(at);
      else if (/^[;}]$/.test(after) && /^([{;}]|static)$/.test(tokens[at - 1]?.text ?? "")) fields.add(at);
    }
  });
  return fields;
}

/** Names of which the function asks whether they are there, or which it sees to by another way: `typeof name`,
 *  `'name' in self`, `globalThis.name`. */
function collectGuarded(tokens: Token[], declared: Set<string>): void {
  tokens.forEach(({ kind, text }, i) => {
    const [next, after] = [tokens[i + 1], tokens[i + 2]];
    if (kind === "keyword" && text === "typeof") {
      let name = i + 1;
      while (tokens[name]?.text === "(") name += 1;
      // `typeof name.member` throws like any other use.
      if (tokens[name]?.kind === "name" && !/^(\.|\[|\()$/.test(tokens[name + 1]?.text ?? "")) declared.add((tokens[name] as Token).text);
    } else if (kind === "other" && /^["']/.test(text) && next?.text === "in" && GLOBAL.test(after?.text ?? "")) {
      declared.add(text.slice(1, -1));
    } else if (kind === "name" && GLOBAL.test(text) && /^(\.|\?\.)$/.test(next?.text ?? "") && tokens[i - 1]?.text !== "." && after?.kind === "name") {
      declared.add(after.text);
    }
  });
}

const GLOBAL = /^(?:globalThis|self)$/;

function collectDeclared(tokens: Token[], declared: Set<string>): void {
  tokens.forEach((token, i) => {
    const next = tokens[i + 1];
    const before = tokens[i - 1];
    if (token.kind === "keyword" && /^(var|let|const)$/.test(token.text)) declareList(tokens, i + 1, declared);
    else if (token.kind === "keyword" && token.text === "class" && next?.kind === "name") declared.add(next.text);
    else if (token.kind === "keyword" && token.text === "function") {
      const name = next?.text === "*" ? i + 2 : i + 1;
      if (tokens[name]?.kind === "name") declared.add((tokens[name] as Token).text);
    } else if (token.text === "=>" && token.kind === "punctuator") {
      if (before?.kind === "name") declared.add(before.text);
    } else if (token.text === "(" && token.kind === "punctuator") {
      const close = matching(tokens, i);
      const after = tokens[close + 1];
      const arrow = after?.text === "=>";
      const control = before?.kind === "keyword" && /^(if|while|for|switch|with)$/.test(before.text);
      if (arrow || (after?.text === "{" && !control)) declarePattern(tokens, i + 1, close, declared);
    } else if (token.kind === "name" && next?.text === ":" && before?.kind === "punctuator" && /^[;{}]$/.test(before.text)) {
      // A label, or a key; either way it is harmless to take it for declared only as a label.
      if (/^(for|while|do)$/.test(tokens[i + 2]?.text ?? "")) declared.add(token.text);
    }
  });
}

/** `let a = 1, {b, c: d} = e`: the names before each `=`. */
function declareList(tokens: Token[], from: number, declared: Set<string>): void {
  let at = from;
  for (;;) {
    const end = patternEnd(tokens, at);
    declarePattern(tokens, at, end, declared);
    // Over the initializer to the comma that begins the next declarator, if there is one.
    let depth = 0;
    for (at = end; at < tokens.length; at += 1) {
      const { text, kind } = tokens[at] as Token;
      if (kind === "keyword" && depth === 0 && /^(of|in|var|let|const|return|if|for)$/.test(text)) return;
      if (kind !== "punctuator") continue;
      if (text === "(" || text === "[" || text === "{") depth += 1;
      else if (text === ")" || text === "]" || text === "}") depth -= 1;
      if (depth < 0 || (depth === 0 && text === ";")) return;
      if (depth === 0 && text === ",") break;
    }
    if (at >= tokens.length) return;
    at += 1;
  }
}

function patternEnd(tokens: Token[], from: number): number {
  const { text } = tokens[from] ?? { text: "" };
  return text === "[" || text === "{" ? matching(tokens, from) + 1 : from + 1;
}

/** Binding names between two places: every name that is neither a key (`key: name`) nor inside a default. */
function declarePattern(tokens: Token[], from: number, to: number, declared: Set<string>): void {
  let depth = 0;
  let inDefault = -1;
  for (let at = from; at < to; at += 1) {
    const { text, kind } = tokens[at] as Token;
    if (kind === "punctuator") {
      if (text === "(" || text === "[" || text === "{") depth += 1;
      else if (text === ")" || text === "]" || text === "}") depth -= 1;
      if (inDefault > depth || (inDefault === depth && text === ",")) inDefault = -1;
      else if (text === "=" && inDefault < 0) inDefault = depth;
    } else if (kind === "name" && inDefault < 0 && tokens[at + 1]?.text !== ":") {
      declared.add(text);
    }
  }
}
