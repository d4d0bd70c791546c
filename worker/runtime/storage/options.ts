/** How a page asked for a store, sent with every call. */
export interface Options {
  name: string;
  quota?: number;
  digest?: string;
  compress?: boolean | "auto";
  ttl?: number;
}

/** What an option may be: a number from 0 on, true or false, text, whatever there is, or one of these. */
type Shape = "number" | "boolean" | "string" | "any" | readonly unknown[];

/** The options of the stores and of each call. */
const SHAPES: Record<string, Record<string, Shape>> = {
  "": { name: "string", quota: "number", digest: ["blake3", "sha-256"], compress: [true, false, "auto"], ttl: "number", persist: "boolean" },
  put: { meta: "any", expect: "number", ttl: "number", pin: "boolean", type: "string" },
  get: { rev: "number" },
  read: { start: "number", end: "number" },
  delete: { expect: "number" },
  mark: { pin: "boolean", ttl: "number" },
  changes: { since: "number", limit: "number" },
  list: {
    prefix: "string", order: ["key", "time", "size", "used"], direction: ["ascending", "descending"], limit: "number", after: "string",
  },
};

/** Checks the options of a call, or of a store. */
export function check(call: string, options: object): void {
  const shapes = SHAPES[call] ?? {};
  for (const [name, value] of Object.entries(options)) {
    const shape = shapes[name];
    const where = `storage${call && `.${call}`}: `;
    if (!shape) throw new TypeError(`${where}unknown option ${name}; it knows ${Object.keys(shapes).join(", ") || "none"}`);
    const fits = Array.isArray(shape) ? shape.includes(value) : shape === "any" || (typeof value === shape && !((value as number) < 0 || value !== value));
    // An expected revision may be null: no entry at all.
    if (value !== undefined && value !== null && !fits) throw new TypeError(`${where}${name} must be ${Array.isArray(shape) ? shape.join(" or ") : `a ${shape as string}`}, not ${String(value)}`);
  }
}
