/** What the scheduler wants done; src/command.rs says what each means, and which operands it has. */
export const enum Op { Spawn, Kill, Register, Post, Abort, Settle, SettleRegistration, Ready, Unready, Closed }

/** How a call ends that its worker did not answer. */
export const enum End { Aborted, TimedOut, LoadFailed, Crashed, RegistrationFailed, NotCloneable, Terminated }
