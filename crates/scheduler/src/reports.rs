//! What the workers say, and what is learned of them.

use centaurus_protocol::{CallId, RegistrationId, Time, WorkerId};

use crate::call::State;
use crate::command::{Outcome, Running};
use crate::registration::Verdict;
use crate::scheduler::Scheduler;

impl Scheduler {
    /// The worker's script has run and speaks our version.
    pub fn loaded(&mut self, now: Time, worker: WorkerId) {
        self.advance(now);
        let Some(slot) = self.slot_of(worker) else { return };
        let Some(worker) = self.heard(slot) else { return };
        worker.loaded = true;
        self.check_ready(slot);
    }

    /// The worker could not be started: its script is missing, blocked, of another version, or failed.
    pub fn load_failed(&mut self, now: Time, worker: WorkerId) {
        self.died(now, worker, Running::Unknown);
    }

    /// A worker's verdict on a registration. True: it is the first, settle the promise with it.
    #[must_use]
    pub fn registered(&mut self, now: Time, worker: WorkerId, registration: RegistrationId, ok: bool) -> bool {
        self.advance(now);
        let Some(slot) = self.slot_of(worker) else { return false };
        let Some(worker) = self.heard(slot) else { return false };
        let Some(at) = worker.unanswered.iter().position(|&id| id == registration) else { return false };
        worker.unanswered.remove(at);
        let verdict = self.log.verdict(registration);
        self.log.decide(registration, ok);
        let first = self.log.settle(registration);
        if !ok && verdict == Some(Verdict::Pending) {
            self.fail_calls_of(registration);
        }
        if !ok && verdict == Some(Verdict::Confirmed) {
            self.retire(slot);
        } else {
            self.check_ready(slot);
        }
        self.dirty = true;
        self.wrap_up();
        first
    }

    /// The worker starts a call that was marked, or a stream.
    pub fn started(&mut self, now: Time, worker: WorkerId, call: CallId) {
        self.advance(now);
        let Some(slot) = self.place(worker, call) else { return };
        self.begin(slot, call);
    }

    /// A value of a stream, or progress, arrived. True: it is the caller's.
    #[must_use]
    pub fn item(&mut self, now: Time, worker: WorkerId, call: CallId) -> bool {
        self.advance(now);
        let Some(slot) = self.place(worker, call) else { return false };
        self.begin(slot, call);
        let call = &mut self.calls[call];
        call.delivered |= call.state == State::Posted;
        call.state == State::Posted
    }

    /// The worker has ended a call after `run` µs, or dropped it. True: settle the promise with what it said.
    #[must_use]
    pub fn replied(&mut self, now: Time, worker: WorkerId, call: CallId, ok: bool, run: u64) -> bool {
        self.advance(now);
        let Some(slot) = self.place(worker, call) else { return false };
        let state = &self.calls[call];
        let ours = state.state == State::Posted;
        if ours {
            self.running -= 1;
            self.estimates.learn(state.function, run);
            self.record.run.record(run);
            if state.first {
                self.record.transfer.record(self.now.since(state.posted).saturating_sub(run));
            }
            let counters = &mut self.record.counters;
            if ok { counters.returned += 1 } else { counters.threw += 1 }
        }
        if let Some(worker) = self.heard(slot) {
            worker.useful = true;
            worker.ended += 1;
            worker.busy = worker.busy.saturating_add(run);
        }
        self.slots[slot as usize].failures = 0;
        self.leave(slot, call);
        self.forget(call);
        self.drained(slot);
        self.wrap_up();
        ours
    }

    /// The worker is dead. `running`: what it, or shared memory, says it was doing.
    pub fn died(&mut self, now: Time, worker: WorkerId, running: Running) {
        self.advance(now);
        let Some(slot) = self.slot_of(worker) else { return };
        self.bury(slot, running);
        self.wrap_up();
    }

    /// A posted call could not be sent, because its arguments cannot be cloned. The worker never hears of it.
    pub fn post_failed(&mut self, now: Time, call: CallId) {
        self.advance(now);
        let Some(state) = self.calls.find(call).map(|call| call.state) else { return };
        if state != State::Posted && state != State::Zombie {
            return;
        }
        let slot = self.calls[call].slot;
        if state == State::Posted {
            self.running -= 1;
            self.settle(call, Outcome::NotCloneable);
        }
        self.leave(slot, call);
        self.forget(call);
        self.drained(slot);
        self.dirty = true;
        self.wrap_up();
    }

    /// The worker could not read the message that held these calls: none of them has begun. One alone is to blame and
    /// settles [`Outcome::NotCloneable`]; of several, each is posted again in a message of its own.
    pub fn unreadable(&mut self, now: Time, worker: WorkerId, calls: &[CallId]) {
        self.advance(now);
        let Some(slot) = self.slot_of(worker) else { return };
        for &call in calls {
            if self.place(worker, call).is_none() || self.calls[call].started {
                continue;
            }
            self.leave(slot, call);
            let state = &mut self.calls[call];
            if state.state == State::Zombie {
                self.forget(call);
            } else if calls.len() > 1 && state.movable {
                state.solo = true;
                self.running -= 1;
                self.enqueue(call);
            } else {
                self.running -= 1;
                self.settle(call, Outcome::NotCloneable);
                self.forget(call);
            }
        }
        self.drained(slot);
        self.dirty = true;
        self.wrap_up();
    }

    fn fail_calls_of(&mut self, registration: RegistrationId) {
        for id in self.calls.ids() {
            let call = &self.calls[id];
            if call.state == State::Queued && call.registration == Some(registration) {
                self.end_queued(id, Outcome::RegistrationFailed { registration });
            }
        }
    }
}
