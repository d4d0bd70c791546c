//! What the simulation looks up inside the scheduler, because nothing outside shows it.

use centaurus_protocol::{CallId, RegistrationId};

use crate::Scheduler;
use crate::call::State;
use crate::registration::Verdict;

impl Scheduler {
    /// The slot of a broadcast's call.
    pub(super) fn pin_of(&self, call: CallId) -> u32 {
        self.calls[call].slot
    }

    /// A registration is out of the log.
    pub(super) fn has_failed(&self, registration: RegistrationId) -> bool {
        self.log.verdict(registration) == Some(Verdict::Failed)
    }

    /// Calls, queues, deadlines, keys in use and commands: all zero when nothing is going on.
    pub(super) fn leftovers(&self) -> [usize; 8] {
        let calls = self.calls.ids().filter(|&id| self.calls[id].state != State::Free).count();
        let lanes = self.slots.iter().map(|slot| slot.lane.len()).sum();
        let counts = [self.waiting as usize, self.running as usize];
        let [waiting, running] = counts;
        let (lane, deadlines) = (self.lane.len(), self.deadlines.len());
        [calls, lanes, waiting, running, lane, deadlines, self.keys.busy(), self.commands.len()]
    }
}
