import type { Fault, Place, Seen, Step, Verdict } from "./numbers.js";

/** The program of `worker/storage`, which decides (crates/storage says what). */
export interface Program {
  memory: WebAssembly.Memory;
  books(): number;
  place(size: number, file: number): Place;
  chunk(): number;
  span_end(size: number, at: number, end: number): number;
  seen(at: number, ttl: number, now: number): Seen;
  is_leftover(held: boolean, named: boolean): number;
  is_expected(expect: number, rev: number): number;
  write_new(place: Place, size: number, expect: number, quota: number): number;
  write_free(write: number): void;
  write_step(write: number): Step;
  write_wrote(write: number, size: number, asked: number, told: number): Step;
  write_did(write: number): Step;
  write_failed(write: number): Step;
  write_fault(write: number): Fault;
  write_commit(write: number, rev: number, foundSize: number, foundStored: number, size: number, stored: number): Verdict;
  write_offer(write: number, size: number, stored: number): number;
  write_verdict(write: number, exhausted: boolean): Verdict;
  write_books(write: number): number;
  group_new(): number;
  group_join(group: number, bytes: number): void;
  group_begin(group: number): number;
  group_through(group: number): void;
  group_undone(group: number): number;
  books_remove(size: number, stored: number): number;
  books_touch(): number;
  books_surplus(): number;
  books_forget(count: number, last: number): void;
  books_tells(since: number): number;
  text(fault: Fault): number;
  text_length(): number;
}

/** Stands for what is not there. */
export const NONE = -1;

export let program: Program;

export function load(module: WebAssembly.Module | BufferSource): void {
  const compiled = module instanceof WebAssembly.Module ? module : new WebAssembly.Module(module as BufferSource);
  const exports = new WebAssembly.Instance(compiled).exports as unknown as Program;
  if (!exports.write_new) throw new TypeError("The WebAssembly is another program");
  program = exports;
}

/** How many numbers the books are. */
const BOOKS = 7;

/** The books that the program has before it. */
export function books(): Float64Array {
  const at = program.books();
  return new Float64Array(program.memory.buffer, at, BOOKS);
}

/** A text of the program's: it is loaded by those alone who have a store. */
export function textOf(number: Fault): string {
  const at = program.text(number);
  return new TextDecoder().decode(new Uint8Array(program.memory.buffer, at, program.text_length()));
}

/** An error, with what it is about as its properties. */
export function fault(kind: Fault, about: Record<string, unknown>, cause?: unknown): Error {
  const [name, message] = textOf(kind).split("\n") as [string, string];
  const shown = (what: string) => String(what === "key" ? JSON.stringify(about[what]).slice(0, 80) : about[what]);
  const made = name === "TypeError" ? TypeError : Error;
  const error = new made(message.replace(/\{(\w+)\}/g, (_, what: string) => shown(what)), cause ? { cause } : undefined);
  return Object.assign(Object.defineProperty(error, "name", { value: name, configurable: true, writable: true }), about);
}
