//! The calls that are not forgotten yet.

use alloc::vec::Vec;

use centaurus_protocol::{CallId, FunctionId, RegistrationId, Time};

use crate::order::{by_number, by_priority};

/// Where a call is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// The number is free.
    Free,
    /// Waiting.
    Queued,
    /// In the hands of the worker in `slot`, not settled.
    Posted,
    /// Settled, but the worker in `slot` can still speak of it.
    Zombie,
}

/// One call. Kept small: a burst has a hundred thousand of them.
#[derive(Debug)]
pub(crate) struct Call {
    /// Its place in the order of submission, kept when it is moved or run again.
    pub(crate) sequence: u64,
    pub(crate) submitted: Time,
    pub(crate) posted: Time,
    /// The deadline that is set: of the timeout, or for a zombie of the grace.
    pub(crate) deadline: Option<Time>,
    pub(crate) function: FunctionId,
    pub(crate) registration: Option<RegistrationId>,
    pub(crate) priority: i32,
    /// Index into the table of keys.
    pub(crate) key: Option<u32>,
    /// Posted: where. Queued and pinned: where to.
    pub(crate) slot: u32,
    pub(crate) retry: u32,
    /// The estimate that it was posted with, in µs.
    pub(crate) estimate: u32,
    pub(crate) state: State,
    /// Of a broadcast: runs in `slot` and nowhere else.
    pub(crate) pinned: bool,
    pub(crate) movable: bool,
    pub(crate) stream: bool,
    /// It can end while it runs (signal, timeout, reader), and its worker be killed for it.
    pub(crate) killable: bool,
    /// Must travel alone: a message that it was in could not be read.
    pub(crate) solo: bool,
    /// Posted with a mark.
    pub(crate) marked: bool,
    /// Posted to a worker that had nothing else in hand.
    pub(crate) first: bool,
    /// The worker said that it started.
    pub(crate) started: bool,
    /// The caller has seen a value of the stream.
    pub(crate) delivered: bool,
}

impl Call {
    /// The worker says when this one starts, so that silence means it has not.
    pub(crate) const fn tells(&self) -> bool {
        self.marked || self.stream
    }

    /// Nothing may be posted behind it: it cannot be posted twice, may take long, may bring the worker down with it at
    /// a moment when nobody could say whether the next call has begun, or tells its start so that its end alone would
    /// tell the start of the next.
    pub(crate) const fn blocks(&self) -> bool {
        !self.movable || self.killable || self.tells() || self.solo || self.estimate == u32::MAX
    }

    pub(crate) const fn rank(&self, id: CallId) -> u128 {
        by_priority(self.priority, self.sequence, id.0)
    }

    pub(crate) const fn age(&self, id: CallId) -> u128 {
        by_number(self.sequence, id.0)
    }
}

/// All calls, by number.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    slab: Vec<Call>,
    free: Vec<CallId>,
    /// Freed while commands that name them had not been fetched.
    resting: Vec<CallId>,
}

impl Calls {
    pub(crate) fn insert(&mut self, call: Call) -> CallId {
        if let Some(id) = self.free.pop() {
            self.slab[id.index()] = call;
            id
        } else {
            self.slab.push(call);
            CallId(self.slab.len() as u32 - 1)
        }
    }

    /// The call of a number that comes from outside, if there is one.
    pub(crate) fn find(&self, id: CallId) -> Option<&Call> {
        self.slab.get(id.index()).filter(|call| call.state != State::Free)
    }

    /// Forgets a call. `spoken_of`: commands that name it may still be waiting.
    pub(crate) fn release(&mut self, id: CallId, spoken_of: bool) {
        self.slab[id.index()].state = State::Free;
        if spoken_of { self.resting.push(id) } else { self.free.push(id) }
    }

    /// No command waits any more.
    pub(crate) fn rested(&mut self) {
        self.free.append(&mut self.resting);
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = CallId> + use<> {
        (0..self.slab.len() as u32).map(CallId)
    }
}

impl core::ops::Index<CallId> for Calls {
    type Output = Call;

    fn index(&self, id: CallId) -> &Call {
        &self.slab[id.index()]
    }
}

impl core::ops::IndexMut<CallId> for Calls {
    fn index_mut(&mut self, id: CallId) -> &mut Call {
        &mut self.slab[id.index()]
    }
}
