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

/** Its `Tell`. */
export const enum Tell {
  Open,
  Revive,
  Resume,
  Send,
  Restore,
  Withdraw,
  Connected,
  Lost,
  Received,
  Frame,
  Taken,
  Buffered,
  Online,
  Woken,
  Close,
  Abort,
  Tick,
  Queued,
  RoundTrip,
}

/** Its `Op`. */
export const enum Op {
  Nothing,
  Connect,
  Transmit,
  Control,
  Disconnect,
  Abort,
  Pause,
  Settle,
  Opened,
  Reconnecting,
  Closed,
}

/** Where the numbers of its row stand that do not belong to a command. */
export const enum Row {
  /** Bytes of the command. */
  Bytes = 3,
  /** When it is to be told the time, in ms. */
  Wake,
  /** Whether it waits for the line to hold back less. */
  Waits,
  Length,
}
