/**
 * Types of the classic script: it sets `globalThis.Centaurus`, whose static properties are the error classes.
 *
 * `import "centaurus/global"` runs it, for pages whose bundler is to put the class there.
 */
import type * as centaurus from "./centaurus.js";

declare global {
  /** A pool of workers, its files beside the script. */
  var Centaurus: typeof centaurus.Centaurus & Pick<typeof centaurus, Extract<keyof typeof centaurus, `${string}Error`>>;
}
