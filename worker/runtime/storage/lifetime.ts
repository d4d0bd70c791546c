import type { Entry } from "./database.js";
import { Seen } from "./numbers.js";
import { NONE, program } from "./program.js";

/** Begins the time to live of an entry. */
export function live(entry: Entry, ttl: number = Infinity, at = Date.now()): Entry {
  delete entry.expires;
  return Object.assign(entry, ttl < Infinity ? { at, ttl, expires: at + ttl } : { at, ttl: NONE });
}

export function alive({ at, ttl }: Entry, now = Date.now()): boolean {
  return program.seen(at, ttl, now) !== Seen.Expired;
}
