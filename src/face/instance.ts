import type { InitOutput } from "centaurus-proxy-glue";
import { broken } from "./load.js";

/**
 * What the proxy's WebAssembly exports: the methods of the Rust `Pool`, each given the pool's address first. Called as
 * they are, because only numbers pass: the JavaScript that wasm-bindgen writes around them would be a kilobyte of
 * wrappers, shipped to every page.
 */
export type Exports = InitOutput;

let shared: Exports | undefined;
const pools = new FinalizationRegistry<number>((pool) => shared?.__wbg_pool_free(pool, 0));

/** The instance that all pools of the page share. A module that is not ours must not take its place. */
export function instantiate(module: WebAssembly.Module): Exports {
  try {
    if (!WebAssembly.Module.exports(module).some(({ name }) => name === "pool_new")) throw new Error("it is another program");
    return (shared ??= new WebAssembly.Instance(module, imports(module)).exports as unknown as Exports);
  } catch (error) {
    throw broken("The proxy's WebAssembly", error);
  }
}

/** The pool's memory goes with the object that stands for it. */
export function own(owner: object, pool: number): void {
  pools.register(owner, pool);
}

/** It imports only what it would throw with, were a method called while another runs. */
function imports(module: WebAssembly.Module): WebAssembly.Imports {
  const fail = () => {
    throw new Error("The proxy's methods were called one inside another");
  };
  const all: Record<string, Record<string, () => never>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (all[from] ??= {})[name] = fail;
  return all;
}
