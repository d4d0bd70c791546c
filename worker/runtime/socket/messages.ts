// What a socket's two ends say to each other: the page's class (src/face/socket.ts) through a port, the worker's
// (socket.ts) by the values of the call that is the socket.

/** What the page says: one of these and what follows it, as an array. */
export const enum Order {
  /** id, data, ms to live or NaN */
  Send,
  /** id */
  Withdraw,
  /** id */
  Stats,
  /** count: the reader has taken so many messages */
  Taken,
  /** code, reason */
  Close,
  /** attempt, address, protocols; the address is missing if the page could not get it */
  Line,
  /** whether there is a network */
  Online,
  /** Somebody looks at the page again. */
  Woken,
}

/** What the worker says: one of these and a value after it, many pairs to an array. */
export const enum News {
  /** A message. */
  Message,
  /** [id, value]: what was asked is done */
  Done,
  /** [id, error]: it cannot be done */
  Failed,
  /** A {@link Line} */
  Open,
  /** The detail of the event. */
  Reconnecting,
  /** The number of the attempt for which address and protocols are wanted. */
  Ask,
  /** An error that costs nobody the line. */
  Error,
  /** A {@link Closed} */
  Closed,
}

/** A line that has opened. */
export interface Line {
  url: string;
  protocol: string;
  extensions: string;
  /** The session goes on: nothing was lost. */
  resumed: boolean;
  /** Its name, with acknowledgement. */
  session: Uint8Array | undefined;
}

/** The end. */
export interface Closed {
  code: number;
  reason: string;
  wasClean: boolean;
  /** Why, if nobody asked for it. */
  error: unknown;
  stats: object;
}

/** What a socket begins with. */
export interface Plan {
  /** Nothing if the page has to be asked. */
  url: string | undefined;
  protocols: string[];
  /** Those that the program checks. */
  options: object;
  /** What is sent to ask for a sign of life. */
  ping: unknown;
  /** In place of a worker that died. */
  revived: Revived | undefined;
}

/** What the page knows of a socket whose worker died. */
export interface Revived {
  attempts: number;
  session: Uint8Array | undefined;
  /** Messages that it has had of the session, and that the server has. */
  taken: number;
  acknowledged: number;
  /** The orders that nobody has answered. */
  orders: unknown[][];
}

/** Who offers this speaks the frames of acknowledged delivery (crates/link/src/frame.rs). */
export const SUBPROTOCOL = "centaurus.link.1";
