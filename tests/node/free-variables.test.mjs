// The runtime's search for free variables, which has to be small and quick, against a real parser's.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { parse } from 'acorn';

import { bundled } from './support/bundled.mjs';
import { freeNames } from './support/scopes.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { boundTo, freeVariables } = await bundled('free-variables.ts');

/** Packages whose code is the measure: written by many hands, for many compilers, minified and not. */
const PACKAGES = ['acorn', 'pako', 'pako-1', 'fflate', 'msgpackr', '@msgpack/msgpack', 'comlink', 'workerpool', 'msgpack-test-suite'];
/** A longer file is a bundle of which a part says as much. */
const LONGEST_FILE = 400_000;
/** A longer function is never what a page registers. */
const LONGEST_FUNCTION = 20_000;

const GUARDS = /(?:typeof[\s(]*|\b(?:self|globalThis)\.)([\w$]+)/g;

async function files(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const scripts = entries.filter((entry) => entry.isFile() && /\.[mc]?js$/.test(entry.name));
  return scripts.map((entry) => `${entry.parentPath}/${entry.name}`).sort();
}

function syntaxTree(text) {
  for (const sourceType of ['module', 'script']) {
    try {
      return parse(text, { ecmaVersion: 'latest', sourceType, allowReturnOutsideFunction: true, allowHashBang: true });
    } catch {
      // The other kind, then.
    }
  }
  return undefined;
}

/** Every function of the file, methods too, as `toString()` gives its source. */
function* functions(node, text, parent) {
  if (!node || typeof node.type !== 'string') return;
  if (/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) {
    const isMethod = parent && (parent.method || parent.type === 'MethodDefinition') && parent.value === node;
    const accessor = parent && /^[gs]et$/.test(parent.kind) && parent.value === node;
    const computed = isMethod && parent.computed;
    if (!accessor && !computed) {
      const start = isMethod ? parent.start : node.start;
      yield { node, source: text.slice(start, node.end).replace(/^static\s+/, '') };
    }
  }
  for (const [key, value] of Object.entries(node)) {
    if (key === 'type' || typeof value !== 'object') continue;
    for (const child of Array.isArray(value) ? value : [value]) yield* functions(child, text, node);
  }
}

async function* realFunctions() {
  for (const name of PACKAGES) {
    for (const file of await files(`${root}node_modules/${name}`)) {
      const text = await readFile(file, 'utf8');
      if (text.length > LONGEST_FILE) continue;
      const tree = syntaxTree(text);
      if (!tree) continue;
      for (const { node, source } of functions(tree, text)) {
        if (source.length <= LONGEST_FUNCTION) yield { file: file.slice(root.length), node, source };
      }
    }
  }
}

test('real functions: no false alarm, and few oversights', async () => {
  let count = 0;
  let uses = 0;
  let overlooked = 0;
  const alarms = [];
  for await (const { file, node, source } of realFunctions()) {
    count += 1;
    const real = freeNames(node);
    const found = new Set(freeVariables(source));
    real.delete('undefined');
    real.delete('arguments');
    // What a function asks for before it uses it is no oversight.
    for (const [, name] of source.matchAll(GUARDS)) if (!found.has(name)) real.delete(name);
    for (const name of found) if (!real.has(name)) alarms.push(`${file}: ${name} in ${source.slice(0, 300)}`);
    uses += real.size;
    for (const name of real) if (!found.has(name)) overlooked += 1;
  }
  assert.ok(count > 3_000, `${count} functions`);
  assert.deepEqual(alarms.slice(0, 10), [], `${alarms.length} false alarms in ${count} functions`);
  assert.ok(overlooked < uses * 0.02, `${overlooked} of ${uses} free variables were overlooked`);
});

test('a free variable planted into a real function is found', async () => {
  const planted = 'plantedByTheTest';
  let count = 0;
  for await (const { file, node, source } of realFunctions()) {
    if (node.body.type !== 'BlockStatement') continue;
    count += 1;
    const end = source.length - 1;
    assert.equal(source[end], '}', file);
    for (const statement of [`;${planted}();`, `;if (${planted} === 1) { ; }`, `;({ key: ${planted} });`, `;[...${planted}];`, `;\`\${${planted}}\`;`]) {
      const found = freeVariables(`${source.slice(0, end)}\n${statement}}`);
      assert.ok(found.includes(planted), `${statement} in ${file}: ${source.slice(0, 300)}`);
    }
  }
  assert.ok(count > 2_000, `${count} functions`);
});

test('what a function asks for before it uses it is no alarm', () => {
  for (const source of [
    "(x) => { if (typeof window !== 'undefined') return window.x; return x; }",
    "function f() { return typeof(process) === 'object' && process.versions; }",
    "() => (typeof document === 'undefined' ? 0 : document.title)",
    "() => 'alert' in self && alert(1)",
    '() => ("alert" in globalThis ? alert(1) : 0)',
    '() => globalThis.document && document.title',
    '() => self.localStorage?.getItem(localStorage.key(0))',
  ]) assert.deepEqual(freeVariables(source).filter((name) => !['self', 'globalThis'].includes(name)), [], source);
  for (const source of ['() => typeof missing.x', '() => typeof missing[0]', '() => typeof missing()', '() => page.self.missing + missing', "() => 'missing' in other && missing"]) {
    assert.ok(freeVariables(source).includes('missing'), source);
  }
});

test('what a method needs of its object is found, what classes within it have is not', () => {
  const cases = [
    ['add(a) { return a + this.#rate; }', '#rate', []], ['add(a) { return #rate in a; }', '#rate', []], ['add(a) { return super.add(a); }', 'super', []],
    ['async *each() { yield* (() => super.each())(); }', 'super', []], ['add(a) { return a + this.rate; }', undefined, ['rate']],
    ['(a) => { if (a) { return this.factor?.(a) + this?.rate; } }', undefined, ['factor', 'rate']], ['async add({ a }, b = (1)) { return this.rate; }', undefined, ['rate']],
    ['f() { this.count = 1; return this.count; }', undefined, []], ['f() { this.cache ??= 1; return this.cache; }', undefined, []],
    ['f() { return new (class extends Array { #x = 1; get() { return this.#x + super.at(0) + this.y; } })(); }', undefined, []],
    ['f() { function g() { return this.x; } return { h() { return this.x + super.h; }, super: 1 }; }', undefined, []],
    ["f(a) { return a.this.x + a.super.y + '#z' + `#w`; }", undefined, []],
  ];
  for (const [source, hard, members] of cases) assert.deepEqual(boundTo(source), { hard, members }, source);
});
