import { ABORT_CELLS, ABORT_RING, Down, MAGIC, STARTED_CELL } from "../../worker/runtime/protocol.js";
import { copyFor } from "./copied.js";
import type { Task } from "./task.js";

/** What an item of a message is about: a call by its number, a registration, or neither. */
export type Subject = number;

/** The subject of items that hold only our own numbers, or that are worth sending without their value. */
const NEITHER: Subject = -1;

/** The subject of a registration, which shares the numbers below zero. */
export function ofRegistration(registration: number): Subject {
  return -2 - registration;
}

/** The registration of a subject, or -1. */
export function registrationOf(subject: Subject): number {
  return subject <= -2 ? -2 - subject : -1;
}

/** Messages whose contents are remembered in case the worker cannot read one. It says so at once, so an older message
 *  has been read. */
const REMEMBERED = 64;

/** An item that the engine would not clone. */
export interface Refusal {
  subject: Subject;
  error: unknown;
}

/** A worker as the page holds it: the engine's worker, its next message, and the memory shared with it. */
export class Handle {
  /** The proxy's number; -1 for a worker that was started before the proxy was there. */
  id = -1;
  slot = 0;
  /** Messages that came before the proxy could take them. */
  early: unknown[] = [];
  /** It has said something. */
  loaded = false;
  /** Nothing is sent before that: a module that still waits for its imports would not hear it. */
  waits = false;
  /** Ends the wait for its lock. */
  unlock: AbortController | undefined;
  #message: unknown[] = [MAGIC];
  #transfer: Transferable[] = [];
  #subjects: Subject[] = [];
  #starts: number[] = [];
  #sent = 0;
  readonly #recent = new Map<number, Subject[]>();

  constructor(readonly worker: Worker, readonly cells: Int32Array | null) {}

  /** Adds a call, with what it moves to the worker. */
  addCall(call: number, flags: number, task: Task): void {
    const { target, args, transfer, errors } = task;
    this.#forget(call);
    this.#begin(call);
    if (errors) this.#message.push(Down.Errors, errors);
    const copy = copyFor(args);
    this.#message.push(typeof target === "string" ? Down.Run : Down.Call, call, target, flags, copy ? [copy, ...args.slice(1)] : args);
    if (copy) this.#transfer.push(copy);
    if (transfer) this.#transfer.push(...transfer);
  }

  /** Adds an item that is neither a call nor a registration. */
  add(...item: unknown[]): void {
    this.#begin(NEITHER);
    this.#message.push(...item);
  }

  addCredit(call: number, count: number): void {
    this.add(Down.Credit, call, count);
  }

  addRegistration(registration: number, kind: number, payload: unknown): void {
    this.#begin(ofRegistration(registration));
    this.#message.push(Down.Register, registration, kind, payload);
  }

  /** Tells the task that its signal has fired, even if it never yields. */
  addAbort(call: number, reason: unknown): void {
    if (this.cells) Atomics.store(this.cells, abortCell(call), call + 1);
    this.add(Down.Abort, call, reason);
  }

  /** Sends what has gathered; where something in it cannot be cloned, its items one by one, so that only what holds
   *  the culprit is refused. `moved` gives what a call transfers. */
  send(moved: (call: number) => Transferable[] | undefined): Refusal[] {
    if (this.#subjects.length === 0 || (this.waits && !this.loaded)) return [];
    const message = this.#message;
    const subjects = this.#subjects;
    const starts = this.#starts;
    const transfer = this.#transfer;
    this.#message = [MAGIC];
    this.#subjects = [];
    this.#starts = [];
    this.#transfer = [];
    const error = this.#post(message, subjects, transfer);
    if (error === undefined) return [];
    const refused: Refusal[] = [];
    subjects.forEach((subject, i) => {
      const item = [MAGIC, ...message.slice(starts[i], starts[i + 1])];
      const why = subjects.length === 1 ? error : this.#post(item, [subject], (subject >= 0 && moved(subject)) || []);
      if (why === undefined) return;
      // The abort matters more than its reason.
      if (item[1] === Down.Abort) this.#post([MAGIC, Down.Abort, item[2], undefined], [subject], []);
      else refused.push({ subject, error: why });
    });
    return refused;
  }

  /** What the n-th message held. */
  contents(message: number): Subject[] {
    return this.#recent.get(message) ?? [];
  }

  /** The call that the worker runs or has run last, -1 if it has run none, -2 where no memory is shared to tell. */
  running(): number {
    return this.cells ? Atomics.load(this.cells, STARTED_CELL) - 1 : -2;
  }

  #begin(subject: Subject): void {
    this.#subjects.push(subject);
    this.#starts.push(this.#message.length);
  }

  #post(message: unknown[], subjects: Subject[], transfer: Transferable[]): unknown {
    try {
      // Without a list where there is nothing to transfer: reading an empty one costs a tenth of a small message.
      if (transfer.length > 0) this.worker.postMessage(message, transfer);
      else this.worker.postMessage(message);
    } catch (error) {
      return error ?? new Error("refused");
    }
    this.#sent += 1;
    this.#recent.set(this.#sent, subjects);
    this.#recent.delete(this.#sent - REMEMBERED);
    return undefined;
  }

  /** The number may be that of an earlier call, whose marks in the shared memory must not count for this one: that it
   *  was the last to begin, or that it was aborted. */
  #forget(call: number): void {
    const { cells } = this;
    if (!cells) return;
    Atomics.compareExchange(cells, STARTED_CELL, call + 1, 0);
    Atomics.compareExchange(cells, abortCell(call), call + 1, 0);
  }
}

function abortCell(call: number): number {
  return ABORT_CELLS + (call % ABORT_RING);
}
