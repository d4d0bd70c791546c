//! What happened so far, in numbers.

use alloc::vec::Vec;

use centaurus_protocol::WorkerId;

use crate::histogram::{Histogram, Summary};

/// How many calls came and how they ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Calls accepted.
    pub submitted: u64,
    /// Calls that returned.
    pub returned: u64,
    /// Calls that threw or rejected.
    pub threw: u64,
    /// Calls settled [`crate::Outcome::Aborted`].
    pub aborted: u64,
    /// Calls settled [`crate::Outcome::TimedOut`].
    pub timed_out: u64,
    /// Calls settled [`crate::Outcome::Crashed`].
    pub crashed: u64,
    /// Calls settled [`crate::Outcome::LoadFailed`].
    pub load_failed: u64,
    /// Calls settled [`crate::Outcome::RegistrationFailed`].
    pub registration_failed: u64,
    /// Calls settled [`crate::Outcome::NotCloneable`].
    pub not_cloneable: u64,
    /// Calls settled [`crate::Outcome::Terminated`].
    pub terminated: u64,
    /// Times that a call that had begun was queued again.
    pub retried: u64,
    /// Times that a call that had not begun was queued again.
    pub moved: u64,
    /// Workers started.
    pub spawned: u64,
    /// Workers stopped by the scheduler.
    pub killed: u64,
    /// Workers that died by themselves.
    pub crashes: u64,
    /// Starts of a worker that failed.
    pub failed_starts: u64,
}

/// What one worker does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum WorkerState {
    /// Loading, or working through registrations.
    #[default]
    Starting,
    /// Ready, with nothing to do.
    Idle,
    /// In charge of calls or streams.
    Busy,
}

/// One worker in [`Stats`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WorkerStats {
    /// Its number.
    pub worker: WorkerId,
    /// Its place.
    pub slot: u32,
    /// What it does.
    pub state: WorkerState,
    /// Calls in its hands, running or waiting there.
    pub posted: u32,
    /// Streams that run on it.
    pub streams: u32,
    /// Calls that it has ended.
    pub ended: u64,
    /// µs that it spent running them.
    pub busy: u64,
    /// µs since it was started.
    pub age: u64,
}

/// A picture of the pool.
#[derive(Clone, Debug)]
pub struct Stats {
    /// Fewest and most workers.
    pub min: u32,
    /// See `min`.
    pub max: u32,
    /// Calls that wait for a worker.
    pub queued: u32,
    /// Calls in the hands of workers, not settled.
    pub running: u32,
    /// Counts since the beginning.
    pub counters: Counters,
    /// µs from the call to its posting.
    pub queue: Summary,
    /// µs that calls ran, as the workers say.
    pub run: Summary,
    /// µs from posting to the reply without the run, of calls posted to a worker with nothing else in hand.
    pub transfer: Summary,
    /// The workers that are alive, by slot.
    pub workers: Vec<WorkerStats>,
}

/// What is counted as it happens.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) counters: Counters,
    pub(crate) queue: Histogram,
    pub(crate) run: Histogram,
    pub(crate) transfer: Histogram,
}
