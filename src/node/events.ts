// Events of the web that not every runtime has: Node.js has no ErrorEvent, and CloseEvent from version 23 on.

class NodeErrorEvent extends Event {
  readonly error: unknown;
  readonly message: string;

  constructor(type: string, init: ErrorEventInit = {}) {
    super(type, init);
    this.error = init.error;
    this.message = init.message ?? "";
  }
}

class NodeCloseEvent extends Event {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;

  constructor(type: string, { code = 0, reason = "", wasClean = false, ...init }: CloseEventInit = {}) {
    super(type, init);
    this.code = code;
    this.reason = reason;
    this.wasClean = wasClean;
  }
}

export const ErrorEvent = globalThis.ErrorEvent ?? NodeErrorEvent;
export const CloseEvent = globalThis.CloseEvent ?? NodeCloseEvent;
