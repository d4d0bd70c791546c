import type { Registered } from "./functions.js";

/** Stands for the address of a module whose functions are those that the worker's own script has exposed. */
export const EXPOSED = "expose()";

/** They, by name. */
export const exposed: Record<string, Registered["run"]> = /* @__PURE__ */ Object.create(null);
