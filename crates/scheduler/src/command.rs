//! What the scheduler is asked and what it answers.

use alloc::vec::Vec;

use centaurus_protocol::{CallId, FunctionId, RegistrationId, WorkerId};
use thiserror::Error;

/// One call as the page asks for it.
#[derive(Clone, Debug)]
pub struct Request {
    /// The function to run; its run times decide whether calls of it are posted behind others. A one-off has a number
    /// beyond [`crate::config::FUNCTION_LIMIT`].
    pub function: FunctionId,
    /// The registration that the function came with. If that fails, so does the call.
    pub registration: Option<RegistrationId>,
    /// Larger is sooner.
    pub priority: i32,
    /// Calls of one key, any bytes, run on one slot, one after another, in the order they were submitted. A broadcast has
    /// none.
    pub key: Option<Vec<u8>>,
    /// µs from now, waiting included, after which the call settles [`Outcome::TimedOut`].
    pub timeout: Option<u64>,
    /// It has a signal: [`crate::Scheduler::abort`] may be called.
    pub cancellable: bool,
    /// Times that it may run again after a worker died while it ran.
    pub retry: u32,
    /// Its result is a stream: it says when it starts, then runs beside the calls that follow. Streams may be aborted.
    pub stream: bool,
    /// False if its arguments are gone once they were posted (transferred), so that it cannot be posted again.
    pub movable: bool,
}

impl Request {
    /// A plain call of `function`: movable, without any option.
    #[must_use]
    pub const fn new(function: FunctionId) -> Self {
        Self {
            function,
            registration: None,
            priority: 0,
            key: None,
            timeout: None,
            cancellable: false,
            retry: 0,
            stream: false,
            movable: true,
        }
    }
}

/// Why a request is not taken on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Refused {
    /// As many calls wait as [`crate::Config::queue_limit`] allows.
    #[error("the queue is full: wait for calls to end, or raise queueLimit")]
    QueueFull,
    /// The pool was terminated, or is closing.
    #[error("the pool was terminated or is closing: make a new one")]
    Terminated,
}

/// What a worker was doing when it died, as the worker itself said or as shared memory shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Running {
    /// Nobody knows.
    Unknown,
    /// No call, and the end of every call that it had run was reported before.
    Nothing,
    /// This call; or it has ended, and nothing behind it has begun. Shared memory may show a call that ended long ago,
    /// so before a call is sent, the mark of an earlier one of its number has to be wiped out there.
    Call(CallId),
}

/// How a call ends when the worker's own reply does not decide it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Its signal fired, or the stream's reader left.
    Aborted,
    /// Its timeout ran out.
    TimedOut,
    /// No worker could be started; `worker` was the last that was tried.
    LoadFailed {
        /// The last worker that was tried.
        worker: WorkerId,
    },
    /// The worker died, or had to be killed, while it ran or may have run the call.
    Crashed {
        /// The worker that died.
        worker: WorkerId,
    },
    /// The registration that its function came with failed.
    RegistrationFailed {
        /// That registration.
        registration: RegistrationId,
    },
    /// Its arguments could not be cloned, or could not be read by the worker.
    NotCloneable,
    /// [`crate::Scheduler::terminate`] was called.
    Terminated,
}

/// What is to be done, in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// Start a worker.
    Spawn {
        /// Its number, never used before.
        worker: WorkerId,
        /// The place it takes; a replacement takes its predecessor's.
        slot: u32,
    },
    /// A worker's life ends: stop it, if it has not died already, and forget it. Each worker gets this once; whatever
    /// still arrives from it is ignored.
    Kill {
        /// The worker.
        worker: WorkerId,
    },
    /// Send a registration's payload as it is now.
    Register {
        /// To whom.
        worker: WorkerId,
        /// The registration.
        registration: RegistrationId,
    },
    /// Send a call.
    Post {
        /// To whom.
        worker: WorkerId,
        /// The call.
        call: CallId,
        /// The worker says that it starts this call before it does (a stream says so anyway).
        marked: bool,
    },
    /// Tell a worker that a call it was sent is no longer wanted: drop it if it has not begun, else fire its signal.
    Abort {
        /// The worker.
        worker: WorkerId,
        /// The call; it is settled already.
        call: CallId,
    },
    /// Settle a call's promise.
    Settle {
        /// The call.
        call: CallId,
        /// With what.
        outcome: Outcome,
    },
    /// Settle a registration's promise: [`Outcome::LoadFailed`] or [`Outcome::Terminated`].
    SettleRegistration {
        /// The registration.
        registration: RegistrationId,
        /// With what.
        outcome: Outcome,
    },
    /// As many workers are ready as [`crate::Scheduler::warm`] asked for.
    Ready,
    /// They cannot be.
    Unready {
        /// The worker that could not be started.
        worker: WorkerId,
    },
    /// [`crate::Scheduler::close`] is done.
    Closed,
}
