//! What the simulation remembers of calls and registrations, and what it counts.

use centaurus_protocol::{CallId, WorkerId};

use super::engine::Fate;
use crate::Request;

/// A call as the page and the truth know it.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) id: CallId,
    pub(super) request: Request,
    pub(super) pin: Option<u32>,
    pub(super) submitted: u64,
    /// Its arguments cannot be cloned by the page.
    pub(super) uncloneable: bool,
    /// The message that holds it cannot be read by a worker.
    pub(super) poison: bool,
    /// Holds its worker's thread once it runs.
    pub(super) hog: bool,
    /// µs that it says it ran.
    pub(super) run: u64,

    // What the page knows.
    pub(super) settled: bool,
    pub(super) settled_at: u64,
    pub(super) aborted: bool,
    /// The worker that may still speak of it.
    pub(super) hands: Option<WorkerId>,
    pub(super) posts: u32,
    pub(super) marked: bool,
    pub(super) estimate: Option<u32>,
    pub(super) told: bool,
    /// A value of its stream was seen.
    pub(super) delivered: bool,
    /// In which tick it was posted.
    pub(super) batch: u64,
    /// A message that held it was unreadable.
    pub(super) unread: bool,

    // The truth.
    pub(super) starts: u32,
    /// In its present worker's hands it has begun.
    pub(super) begun: bool,
    /// There it has ended.
    pub(super) ended: bool,
}

impl Call {
    pub(super) fn killable(&self) -> bool {
        self.request.cancellable || self.request.timeout.is_some() || self.request.stream
    }

    pub(super) fn tells(&self) -> bool {
        self.marked || self.request.stream
    }

    pub(super) fn running(&self) -> bool {
        self.begun && !self.ended
    }

    pub(super) fn waiting(&self) -> bool {
        !self.settled && self.hands.is_none()
    }
}

#[derive(Debug)]
pub(super) struct Registration {
    pub(super) fate: Fate,
    pub(super) verdict: Option<bool>,
    pub(super) settled: bool,
}

/// What happened in a run, to show that a set of runs shows anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// The scheduler's own counts.
    pub counters: crate::Counters,
    /// Calls posted behind others.
    pub behind: u64,
    /// Of those, behind one of the same key.
    pub keyed_behind: u64,
    /// Calls posted beside a stream.
    pub beside: u64,
    /// Calls posted out of their priority's turn because they had waited long.
    pub aged: u64,
    /// Calls whose message was unreadable and that went out again.
    pub reposted: u64,
    /// Workers killed because a settled call did not end.
    pub overstayed: u64,
    /// Of those, with another call at stake.
    pub at_stake: u64,
    /// Commands [`crate::Command::Ready`] and [`crate::Command::Unready`].
    pub ready: u64,
    /// See `ready`.
    pub unready: u64,
    /// Registrations that failed.
    pub refused: u64,
    /// Workers that lacked what others had confirmed.
    pub retired: u64,
    /// Requests refused because too many waited.
    pub full: u64,
}
