// The free variables of a function by its syntax tree: the exact answer, to hold the runtime's quick one against.

/** Names that the function uses and does not declare, by the scoping rules of ECMAScript. */
export function freeNames(fn) {
  const free = new Set();
  visit(fn, new Scope(null, true), free);
  return free;
}

class Scope {
  names = new Set();

  constructor(outer, isFunction) {
    this.outer = outer;
    this.isFunction = isFunction;
  }

  has(name) {
    return this.names.has(name) || (this.outer?.has(name) ?? false);
  }

  /** Where a `var` lands. */
  get nearestFunction() {
    return this.isFunction ? this : this.outer.nearestFunction;
  }
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

function visit(node, scope, free) {
  if (!node || typeof node.type !== 'string') return;
  if (FUNCTIONS.has(node.type)) return visitFunction(node, scope, free);
  switch (node.type) {
    case 'Identifier':
      if (!scope.has(node.name)) free.add(node.name);
      return;
    case 'ClassDeclaration':
    case 'ClassExpression': {
      const inner = new Scope(scope, false);
      if (node.id) inner.names.add(node.id.name);
      visit(node.superClass, inner, free);
      visit(node.body, inner, free);
      return;
    }
    case 'BlockStatement':
    case 'StaticBlock':
    case 'SwitchStatement': {
      if (node.type === 'SwitchStatement') visit(node.discriminant, scope, free);
      const inner = new Scope(scope, node.type === 'StaticBlock');
      const statements = node.type === 'SwitchStatement' ? node.cases.flatMap(({ consequent }) => consequent) : node.body;
      declareBlock(statements, inner);
      if (node.type === 'StaticBlock') hoist(node.body, inner);
      if (node.type === 'SwitchStatement') for (const one of node.cases) visit(one.test, inner, free);
      for (const statement of statements) visit(statement, inner, free);
      return;
    }
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement': {
      const inner = new Scope(scope, false);
      declareBlock([node.init ?? node.left], inner);
      for (const child of ['init', 'left', 'right', 'test', 'update', 'body']) visit(node[child], inner, free);
      return;
    }
    case 'CatchClause': {
      const inner = new Scope(scope, false);
      if (node.param) declarePattern(node.param, inner);
      visit(node.param, inner, free);
      visit(node.body, inner, free);
      return;
    }
    case 'MemberExpression':
      visit(node.object, scope, free);
      if (node.computed) visit(node.property, scope, free);
      return;
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      if (node.computed) visit(node.key, scope, free);
      visit(node.value, scope, free);
      return;
    case 'LabeledStatement':
      visit(node.body, scope, free);
      return;
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MetaProperty':
      return;
    default:
      for (const [key, value] of Object.entries(node)) {
        if (key === 'type') continue;
        for (const child of Array.isArray(value) ? value : [value]) visit(child, scope, free);
      }
  }
}

function visitFunction(fn, outer, free) {
  const scope = new Scope(outer, true);
  if (fn.type !== 'ArrowFunctionExpression') scope.names.add('arguments');
  if (fn.id && (fn.type === 'FunctionExpression' || !outer.outer)) scope.names.add(fn.id.name);
  for (const param of fn.params) declarePattern(param, scope);
  if (fn.body.type === 'BlockStatement') {
    hoist(fn.body.body, scope);
    declareBlock(fn.body.body, scope);
  }
  for (const param of fn.params) visit(param, scope, free);
  if (fn.body.type === 'BlockStatement') for (const statement of fn.body.body) visit(statement, scope, free);
  else visit(fn.body, scope, free);
}

/** `let`, `const`, classes and functions of a block. */
function declareBlock(statements, scope) {
  for (const statement of statements) {
    if (!statement) continue;
    if (statement.type === 'VariableDeclaration' && statement.kind !== 'var') {
      for (const { id } of statement.declarations) declarePattern(id, scope);
    } else if ((statement.type === 'ClassDeclaration' || statement.type === 'FunctionDeclaration') && statement.id) {
      scope.names.add(statement.id.name);
    }
  }
}

/** `var`s, and functions in blocks, which sloppy code hoists too (ECMAScript, annex B.3.2). */
function hoist(node, scope) {
  if (Array.isArray(node)) return node.forEach((one) => hoist(one, scope));
  if (!node || typeof node.type !== 'string') return;
  if (node.type === 'FunctionDeclaration') {
    if (node.id) scope.names.add(node.id.name);
    return;
  }
  if (FUNCTIONS.has(node.type) || node.type.startsWith('Class')) return;
  if (node.type === 'VariableDeclaration' && node.kind === 'var') {
    for (const { id } of node.declarations) declarePattern(id, scope);
  }
  for (const [key, value] of Object.entries(node)) if (key !== 'type' && typeof value === 'object') hoist(value, scope);
}

function declarePattern(pattern, scope) {
  switch (pattern?.type) {
    case 'Identifier':
      scope.names.add(pattern.name);
      return;
    case 'ObjectPattern':
      for (const property of pattern.properties) declarePattern(property.value ?? property.argument, scope);
      return;
    case 'ArrayPattern':
      for (const element of pattern.elements) declarePattern(element, scope);
      return;
    case 'AssignmentPattern':
      declarePattern(pattern.left, scope);
      return;
    case 'RestElement':
      declarePattern(pattern.argument, scope);
  }
}
