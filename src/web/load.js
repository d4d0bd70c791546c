/** A promise of the module with the class. The name is there for bundlers and import maps to resolve; an address that
 *  only the program knows is none of theirs. */
export const load = (url) => (url === undefined ? import("centaurus") : import(/* webpackIgnore: true */ /* @vite-ignore */ url));
