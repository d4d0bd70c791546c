import type { Op, Tell } from "./numbers.js";

/** The program of `worker/socket`: its lib.rs says what each does. */
export interface Program {
  memory: WebAssembly.Memory;
  room(length: number): number;
  socket_new(seed: number): number;
  socket_free(machine: number): void;
  socket_tell(machine: number, now: number, what: Tell, a: number, b: number): number;
  socket_poll(machine: number): Op;
  row_at(machine: number): number;
  bytes_at(machine: number): number;
}

/** The instance that all sockets of the worker share. */
export let program: Program;

export function use(exports: Program): void {
  if (!exports.socket_tell) throw new TypeError("The WebAssembly is another program");
  program = exports;
}
