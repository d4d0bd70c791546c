//! One worker as far as the page can know it, and the slot it sits in.

use alloc::vec::Vec;

use centaurus_protocol::{CallId, RegistrationId, Time, WorkerId};

use crate::call::Calls;
use crate::command::Running;
use crate::lane::Lane;

/// A worker that is alive.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) id: WorkerId,
    pub(crate) spawned: Time,
    pub(crate) loaded: bool,
    /// When it was ready for calls for the first time.
    pub(crate) ready_at: Option<Time>,
    /// Registrations sent and not answered; one that was sent twice stands here twice.
    pub(crate) unanswered: Vec<RegistrationId>,
    /// It lacks a registration that others have: it ends what it holds and is replaced.
    pub(crate) retiring: bool,
    /// It has begun a call: its start was a success, whatever happens now.
    pub(crate) useful: bool,
    /// Calls in its hands, in the order it runs them.
    pub(crate) fifo: Vec<CallId>,
    /// Streams that have started: they run beside the others.
    pub(crate) streams: Vec<CallId>,
    /// How many of those are settled.
    pub(crate) zombie_streams: u32,
    /// Sum of the estimates in `fifo`, in µs. Meaningless while one is unknown; then nothing is posted behind it.
    pub(crate) load: u32,
    /// The next dispatch goes by age.
    pub(crate) by_age: bool,
    /// When it was heard of last.
    pub(crate) heard: Time,
    /// Since when it has had nothing to do.
    pub(crate) idle_since: Time,
    pub(crate) ended: u64,
    pub(crate) busy: u64,
}

impl Worker {
    pub(crate) fn new(id: WorkerId, now: Time, unanswered: Vec<RegistrationId>) -> Self {
        Self {
            id,
            spawned: now,
            loaded: false,
            ready_at: None,
            unanswered,
            retiring: false,
            useful: false,
            fifo: Vec::new(),
            streams: Vec::new(),
            zombie_streams: 0,
            load: 0,
            by_age: false,
            heard: now,
            idle_since: now,
            ended: 0,
            busy: 0,
        }
    }

    /// It knows everything it was told to, so it may have calls.
    pub(crate) fn ready(&self) -> bool {
        self.loaded && self.unanswered.is_empty() && !self.retiring
    }

    /// It may be given calls now. One with an abandoned stream may not: if that does not end, the worker is killed, and
    /// nobody could say whether a call sent after it had begun.
    pub(crate) fn takes(&self) -> bool {
        self.ready() && self.zombie_streams == 0
    }

    pub(crate) fn holds_nothing(&self) -> bool {
        self.fifo.is_empty() && self.streams.is_empty()
    }

    /// Calls in the queue that have begun, or may have, when it dies and `running` is all that is known: so many from
    /// the front.
    pub(crate) fn begun(&self, calls: &Calls, running: Running) -> usize {
        let told = self.fifo.iter().rposition(|&id| calls[id].started).map_or(0, |index| index + 1);
        match running {
            Running::Nothing => told,
            // A call that it does not hold any more has ended, and what shared memory shows is old: none came after.
            Running::Call(call) if !self.streams.contains(&call) => {
                told.max(self.fifo.iter().position(|&id| id == call).map_or(0, |index| index + 1))
            }
            // Nothing is posted behind a call that tells its start.
            Running::Call(_) | Running::Unknown => {
                let silent = |id: &&CallId| calls[**id].started || !calls[**id].tells();
                told.max(self.fifo.iter().take_while(silent).count())
            }
        }
    }
}

/// A place for a worker.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    pub(crate) worker: Option<Worker>,
    /// Calls that only this slot's worker may run.
    pub(crate) lane: Lane,
    /// Starts that failed since one succeeded.
    pub(crate) failures: usize,
    /// The next start waits until then.
    pub(crate) retry_at: Option<Time>,
    /// No start is tried until the next request.
    pub(crate) given_up: bool,
    /// Keys bound to it.
    pub(crate) keys: u32,
}

impl Slot {
    /// A worker may be started here now.
    pub(crate) fn vacant(&self) -> bool {
        self.worker.is_none() && self.retry_at.is_none() && !self.given_up
    }

    /// A worker is here, or will be tried.
    pub(crate) fn live(&self) -> bool {
        self.worker.is_some() || self.retry_at.is_some()
    }
}
