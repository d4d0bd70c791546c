// What the entry in the CommonJS form has in the place of `import.meta.url` (esbuild's `define` and `inject`).
import { pathToFileURL } from "node:url";

export const importMetaUrl = pathToFileURL(__filename).href;
