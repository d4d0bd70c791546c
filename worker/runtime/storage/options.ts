import { Fault } from "./numbers.js";
import { fault, textOf } from "./program.js";

/** How a page asked for a store, sent with every call. */
export interface Options {
  name: string;
  quota?: number;
  digest?: string;
  compress?: boolean | "auto";
  ttl?: number;
}

/** What each option of each call may be, as the program says it (worker/storage/src/faults.rs). */
let shapes: Map<string, Map<string, string>> | undefined;

function read(): Map<string, Map<string, string>> {
  const lines = textOf(Fault.Shapes).split("\n").map((line) => line.split(" "));
  return new Map(lines.map(([call = "", ...options]) => [call, new Map(options.map((option) => option.split(":") as [string, string]))]));
}

/** What methods are called whose calls go by another name. */
const METHODS: Record<string, string> = { "": "storage", read: "storage.getStream", mark: "storage.pin, unpin and touch" };

/** What an error calls the method of a call. */
export const methodOf = (call: string) => METHODS[call] ?? `storage.${call}`;

/** What an error says of a part of a shape. */
function said(part: string): string {
  if (part === "number") return "a number, zero or more";
  return part === "string" || part === "boolean" ? `a ${part}` : part;
}

/** Checks the options of a call, or of a store. */
export function check(call: string, options: object): void {
  shapes ??= read();
  const known = shapes.get(call);
  for (const [option, value] of Object.entries(options)) {
    const shape = known?.get(option);
    const parts = shape?.split("|") ?? [];
    const wanted = parts.map(said).join(" or ");
    const refuse = (kind: Fault) =>
      fault(kind, { method: methodOf(call), option, wanted, value, known: [...(known?.keys() ?? [])].join(", ") || "none" });
    if (shape === undefined) throw refuse(Fault.UnknownOption);
    // Of numbers none is below zero, or none at all.
    const fits = (part: string) =>
      (part === typeof value && !(value < 0 || value !== value)) || part === `'${String(value)}'` || (part === "null" && value === null);
    // What is undefined is not there; a store has a name.
    if (shape && (value !== undefined || option === "name") && !parts.some(fits)) throw refuse(Fault.WrongOption);
  }
}
