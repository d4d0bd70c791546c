// What a socket's two ends say to each other: the page's class (src/face/socket.ts) through a port, the worker's
// (link.ts) by the values of the call that is the socket.

import type { CodecPlan } from "./codec.js";

/** What the page says: one of these and what follows it, as an array. */
export const enum Order {
  /** id, data, ms to live or NaN */
  Send,
  /** id */
  Stats,
  /** id */
  Withdraw,
  /** count: the reader has taken so many messages */
  Taken,
  /** code, reason */
  Close,
  /** attempt, address, protocols; the address is missing if the page could not get it */
  Line,
  /** whether there is a network */
  Online,
  /** Somebody looks at the page again; whether the line is to be a new one at any rate. */
  Woken,
}

/** An order, with what follows it. */
export type Asked = [Order, ...unknown[]];

/** What the worker says: one of these and a value after it, many pairs to an array. */
export const enum News {
  /** A message. */
  Message,
  /** The error of a message that the codec cannot read. */
  Unreadable,
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
  /** Messages are held until the reader has taken some: from now on each time that it takes any is of interest. */
  Full,
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
  /** How many of its messages the page would have had, if it has come late. */
  came?: number;
}

/** The end. */
export interface Closed {
  code: number;
  reason: string;
  wasClean: boolean;
  /** Why, if there was no closing handshake. */
  error: unknown;
  stats: object | undefined;
}

/** What a socket begins with. */
export interface Plan {
  /** Nothing if the page has to be asked. */
  url: string | undefined;
  protocols: string[];
  codec: CodecPlan;
  /** Under which tabs share it, if they do. */
  shared: string | undefined;
  /** Those that the program checks, and a heartbeat's message. */
  options: { acknowledged?: unknown; heartbeat?: unknown };
  /** In place of a worker that died. */
  revived: Revived | undefined;
}

/** What is known of a socket that another worker has held. */
export interface Revived {
  /** Attempts so far; 0 if the first may be made at once. */
  attempts: number;
  session: Uint8Array | undefined;
  /** Messages that have come in the session. */
  taken: number;
  /** Those that the server is known to have: the orders that follow were next, if they were sent. NaN if nobody knows who
   *  sent what; then what has not been answered is sent as new. */
  acknowledged: number;
  /** The orders that nobody has answered. */
  orders: Asked[];
}
