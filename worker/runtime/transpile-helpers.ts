// Names that compilers and bundlers write into a function's source for what they put beside it in its file. The source goes
// to the worker alone.

/** Stand-ins for helpers of which nothing is lost with them. */
const SHIMS: Record<string, unknown> = {
  // esbuild's keepNames, and so tsx's: gives a function the name that it had.
  __name: (target: object, value: string) => Object.defineProperty(target, "name", { value, configurable: true }),
};

/** Counters of istanbul, which jest, nyc and vitest have written in: `cov_` and a hash, called before each statement. */
const COUNTER = /^cov_[a-z\d]{6,}$/;
const counters: unknown = new Proxy(() => 0, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => 0 : counters),
  set: () => true,
});

/** What stands in for those of the names that can be stood in for. */
export function shimsFor(names: readonly string[], source: string): Record<string, unknown> {
  const shims: Record<string, unknown> = {};
  for (const name of names) {
    if (Object.hasOwn(SHIMS, name)) shims[name] = SHIMS[name];
    else if (COUNTER.test(name) && new RegExp(`\\b${name}\\(\\)\\.(?:[sfb]|bT)\\[`).test(source)) shims[name] = () => counters;
  }
  return shims;
}

/** TypeScript's and esbuild's. */
const DOUBLE = new Set(
  ("awaiter generator spreadArray spreadArrays spreadValues spreadProps assign rest objRest values read async await asyncGenerator "
    + "asyncValues asyncDelegator yieldStar forAwait extends decorate decorateClass decorateElement makeTemplateObject template pow "
    + "publicField privateGet privateSet privateAdd privateMethod classPrivateFieldGet classPrivateFieldSet classPrivateFieldIn").split(" "),
);
/** Babel's; SWC has the same words in lower case, with underscores between them. */
const SINGLE = new Set(
  ("asyncToGenerator asyncGeneratorStep wrapAsyncGenerator awaitAsyncGenerator asyncIterator asyncGeneratorDelegate objectSpread "
    + "objectSpreadProps objectWithoutProperties objectWithoutPropertiesLoose defineProperty extends classCallCheck createClass callSuper "
    + "inherits possibleConstructorReturn getPrototypeOf setPrototypeOf toConsumableArray toArray toPropertyKey slicedToArray "
    + "createForOfIteratorHelper createForOfIteratorHelperLoose taggedTemplateLiteral typeof typeOf instanceof regenerator "
    + "regeneratorRuntime tsGenerator tsValues classPrivateFieldGet classPrivateFieldSet classPrivateFieldInit classPrivateFieldLooseBase").split(" "),
);

function isSyntaxHelper(name: string): boolean {
  const [, marks, word] = /^(__?|)(\D*)\d*$/.exec(name) ?? [];
  if (word === undefined) return false;
  if (marks === "__") return DOUBLE.has(word);
  return word === "regeneratorRuntime" || (marks === "_" && SINGLE.has(word.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())));
}

const IMPORT = /^__vi_|^__vite_|__WEBPACK_IMPORTED_|^__webpack_|^__TURBOPACK_|^tslib_\d+$|^__import(?:Default|Star)$|^__toESM$/;
const COVERAGE = /^cov_[a-z\d]{6,}$|^__cov|^stry(?:Cov|MutAct|NS)_/;

/** What a missing name is and what is to be done, if a compiler, a bundler or a test runner has made it up. */
export function helperAdvice(name: string): string | undefined {
  if (IMPORT.test(name)) {
    return `'${name}' is what a bundler or test runner makes of an import: put the function into a module and use registerModule(), `
      + "or import() inside it.";
  }
  if (COVERAGE.test(name)) {
    return `'${name}' counts coverage: exclude the function from it, by /* istanbul ignore next */ or // Stryker disable before it.`;
  }
  if (isSyntaxHelper(name)) {
    return `'${name}' is a compiler's helper for syntax that it has replaced: have it compile for ES2022 or later (target in TypeScript `
      + "and esbuild, jsc.target in SWC, targets in Babel).";
  }
  return isShort(name) ? `'${name}' is probably a minifier's name for a variable of the page's script.` : undefined;
}

/** Whether the name is as minifiers make them. */
export function isShort(name: string): boolean {
  return name.length <= 2;
}
