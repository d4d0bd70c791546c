// Written by `cargo xtask build` from the Rust that is named, which says what each number means.

/** crates/storage/src/layout.rs */
export const enum Place {
  Inline = 0,
  File = 1,
  Rows = 2,
}

/** crates/storage/src/lifetime.rs */
export const enum Seen {
  Alive = 0,
  Expired = 1,
  Early = 2,
}

/** crates/storage/src/write.rs */
export const enum Step {
  Blob = 0,
  Flush = 1,
  Commit = 2,
  Discard = 3,
  Release = 4,
  Done = 5,
  Failed = 6,
}

/** crates/storage/src/write.rs */
export const enum Verdict {
  Go = 0,
  Room = 1,
  Stop = 2,
}

/** worker/storage/src/faults.rs */
export const enum Fault {
  Io = 0,
  Conflict = 1,
  Quota = 2,
  Disk = 3,
  Corrupt = 4,
  NotFound = 5,
  Changed = 6,
  History = 7,
  UnknownOption = 8,
  WrongOption = 9,
  WrongKey = 10,
  Shapes = 11,
}
