//! Calls that wait for the same thing: any worker, or the one in a slot.

use centaurus_protocol::CallId;

use crate::call::Call;
use crate::order::{Order, name};

/// A queue by priority that can also be read by age.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    by_rank: Order,
    by_age: Order,
}

impl Lane {
    pub(crate) fn insert(&mut self, id: CallId, call: &Call) {
        self.by_rank.insert(call.rank(id));
        self.by_age.insert(call.age(id));
    }

    pub(crate) fn remove(&mut self, id: CallId, call: &Call) {
        self.by_rank.remove(&call.rank(id));
        self.by_age.remove(&call.age(id));
    }

    /// The call of the highest priority, the oldest among those.
    pub(crate) fn best(&self) -> Option<CallId> {
        self.by_rank.first().map(|&element| CallId(name(element)))
    }

    /// The call that was submitted first.
    pub(crate) fn oldest(&self) -> Option<CallId> {
        self.by_age.first().map(|&element| CallId(name(element)))
    }

    pub(crate) fn len(&self) -> usize {
        self.by_rank.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_rank.is_empty()
    }
}
