// Written by `cargo xtask build` from crates/protocol/src/wire.rs, which says what each number means.
export const MAGIC = 216506373;
export const VERSION = 1;
export const STARTED_CELL = 0;
export const ABORT_CELLS = 1;
export const ABORT_RING = 63;
export const STREAM_WINDOW = 32;
export const enum Down {
  /** options */
  Hello = 1,
  /** registration, kind, payload */
  Register = 2,
  /** call, function, flags, args */
  Call = 3,
  /** call, source, flags, args */
  Run = 4,
  /** call, reason */
  Abort = 5,
  /** call, count */
  Credit = 6,
  /** errors */
  Errors = 7,
}
export const enum Up {
  /** version */
  Loaded = 1,
  /** lock */
  Locked = 2,
  /** registration, found */
  Registered = 3,
  /** registration, error */
  RegisterFailed = 4,
  /** call */
  Started = 5,
  /** call, run, value */
  Done = 6,
  /** call, run, error */
  Failed = 7,
  /** call, value */
  Item = 8,
  /** call, value */
  Progress = 9,
  /** call, error */
  Crashed = 10,
  /** message */
  Unreadable = 11,
  /** errors */
  Errors = 12,
  /** error */
  Uncaught = 13,
}
export const enum Flag {
  Marked = 1,
  Stream = 2,
  Progress = 4,
}
export const enum Kind {
  Functions = 1,
  Scripts = 2,
  Module = 3,
  Setup = 4,
  Services = 5,
}
