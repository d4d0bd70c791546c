// Written by `cargo xtask build` from the Rust that is named, which says what each number means.

/** worker/socket/src/machine.rs */
export const enum Tell {
  Open = 0,
  Revive = 1,
  Resume = 2,
  Send = 3,
  Restore = 4,
  Withdraw = 5,
  Connected = 6,
  Lost = 7,
  Received = 8,
  Frame = 9,
  Taken = 10,
  Buffered = 11,
  Online = 12,
  Woken = 13,
  Close = 14,
  Abort = 15,
  Tick = 16,
  Queued = 17,
  RoundTrip = 18,
}

/** worker/socket/src/machine.rs */
export const enum Op {
  Nothing = 0,
  Connect = 1,
  Transmit = 2,
  Control = 3,
  Disconnect = 4,
  Abort = 5,
  Pause = 6,
  Settle = 7,
  Opened = 8,
  Reconnecting = 9,
  Closed = 10,
}

/** worker/socket/src/machine.rs */
export const enum Row {
  Bytes = 3,
  Wake = 4,
  Waits = 5,
  Length = 6,
}
