import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What to do where a bundle has taken the package in without its files. */
const ADVICE = "Leave 'centaurus' out of the bundle (external), copy the package's .js, .mjs and .wasm files beside it, or name them: new Centaurus({ worker, wasm, thread })";

/**
 * The address of a file of the package. `beside` makes it from the address of this module, which a bundle in the
 * CommonJS form does not know, and which is the bundle's in others. Then the file is looked for beside the bundle and in
 * the package that the bundle could `require`; where it is found nowhere, the address beside the bundle is returned, so
 * that an error names it.
 */
export function place(file: string, beside: () => URL): string {
  let near: string | undefined;
  try {
    near = beside().href;
  } catch {
    // `import.meta.url` is undefined.
  }
  if (near && (!near.startsWith("file:") || existsSync(fileURLToPath(near)))) return near;
  const bundle = typeof __filename === "string" ? __filename : near ? fileURLToPath(near) : join(process.cwd(), file);
  const here = join(dirname(bundle), file);
  const found = existsSync(here) ? here : installed(bundle, file);
  return pathToFileURL(found ?? here).href;
}

/** The file in the package that a module finds under `node_modules`. */
function installed(from: string, file: string): string | undefined {
  try {
    const path = join(dirname(createRequire(from).resolve("centaurus/package.json")), file);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** A sentence to end the error of a missing file with, if it is one of the package's. */
export function advice(path: string): string {
  return basename(path).startsWith("centaurus.") && !existsSync(path) ? `. ${ADVICE}` : "";
}
