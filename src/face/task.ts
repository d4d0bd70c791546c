import type { Bit } from "./instance.js";
import type { Sent } from "./snapshot.js";

/** A call's values, kept until it settles, since it may have to be sent a second time. */
export interface Task extends Sent {
  /** A function's number, or source text. */
  target: number | string;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
  /** Takes the values of a stream; only a stream has it. */
  onItem?: ((value: unknown) => void) | undefined;
  onProgress?: ((progress: unknown) => void) | undefined;
  /** Why the caller aborted, or why the engine would not clone. */
  reason?: unknown;
}

/** What a call asks of the scheduler beyond its function. */
export interface Request {
  priority: number;
  key: string | undefined;
  /** Milliseconds, -1 for none. */
  timeout: number;
  retry: number;
  /** 1 if a signal may end it. */
  cancellable: Bit;
}
