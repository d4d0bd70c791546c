//! Every way a call ends, or goes back to the queue, other than by a reply.

use alloc::vec::Vec;

use centaurus_protocol::{CallId, Time, WorkerId};

use crate::call::State;
use crate::command::{Command, Outcome, Running};
use crate::order::{by_time, name, number};
use crate::scheduler::Scheduler;
use crate::worker::{Slot, Worker};

impl Scheduler {
    pub(crate) fn slot_of(&self, worker: WorkerId) -> Option<u32> {
        let is = |slot: &Slot| slot.worker.as_ref().is_some_and(|here| here.id == worker);
        self.slots.iter().position(is).map(|index| index as u32)
    }

    /// The slot of a call that this worker may speak of.
    pub(crate) fn place(&self, worker: WorkerId, call: CallId) -> Option<u32> {
        let call = self.calls.find(call).filter(|call| call.state != State::Queued)?;
        let here = self.slots[call.slot as usize].worker.as_ref()?;
        (here.id == worker).then_some(call.slot)
    }

    pub(crate) fn heard(&mut self, slot: u32) -> Option<&mut Worker> {
        let worker = self.slots[slot as usize].worker.as_mut()?;
        worker.heard = self.now;
        Some(worker)
    }

    pub(crate) fn set_deadline(&mut self, id: CallId, at: Time) {
        self.clear_deadline(id);
        self.calls[id].deadline = Some(at);
        self.deadlines.insert(by_time(at, id.0));
    }

    fn clear_deadline(&mut self, id: CallId) {
        if let Some(at) = self.calls[id].deadline.take() {
            self.deadlines.remove(&by_time(at, id.0));
        }
    }

    pub(crate) fn settle(&mut self, call: CallId, outcome: Outcome) {
        let counters = &mut self.record.counters;
        *match outcome {
            Outcome::Aborted => &mut counters.aborted,
            Outcome::TimedOut => &mut counters.timed_out,
            Outcome::LoadFailed { .. } => &mut counters.load_failed,
            Outcome::Crashed { .. } => &mut counters.crashed,
            Outcome::RegistrationFailed { .. } => &mut counters.registration_failed,
            Outcome::NotCloneable => &mut counters.not_cloneable,
            Outcome::Terminated => &mut counters.terminated,
        } += 1;
        self.commands.push(Command::Settle { call, outcome });
    }

    /// Gives the number of a call back that is in no queue and no worker's hands; the next of its key may follow.
    pub(crate) fn forget(&mut self, id: CallId) {
        self.clear_deadline(id);
        let key = self.calls[id].key;
        self.calls.release(id, !self.commands.is_empty());
        if let Some(key) = key {
            self.next_of_key(key);
        }
    }

    /// Ends a call that waits.
    pub(crate) fn end_queued(&mut self, id: CallId, outcome: Outcome) {
        self.dequeue(id);
        self.waiting -= 1;
        self.settle(id, outcome);
        self.forget(id);
    }

    /// A call is aborted or has timed out. If it was posted, it stays on as a zombie until its worker has spoken.
    pub(crate) fn cancel(&mut self, id: CallId, outcome: Outcome) {
        match self.calls.find(id).map(|call| call.state) {
            Some(State::Queued) => self.end_queued(id, outcome),
            Some(State::Posted) => {
                self.running -= 1;
                self.clear_deadline(id);
                let call = &mut self.calls[id];
                call.state = State::Zombie;
                // Whoever tells its start has begun once it has told; whoever does not was first, and may have.
                let begun = call.killable && (call.started || !call.tells());
                let stream = call.stream && call.started;
                if let Some(worker) = &mut self.slots[call.slot as usize].worker {
                    worker.zombie_streams += u32::from(stream);
                    // First, as long as the caller's reason is at hand.
                    self.commands.push(Command::Abort { worker: worker.id, call: id });
                }
                self.settle(id, outcome);
                if begun {
                    self.set_deadline(id, self.now.after(self.config.kill_grace));
                }
            }
            _ => {}
        }
    }

    /// The worker in a slot says that it has begun a call.
    pub(crate) fn begin(&mut self, slot: u32, id: CallId) {
        let Some(worker) = self.slots[slot as usize].worker.as_mut() else { return };
        worker.heard = self.now;
        worker.useful = true;
        let call = &mut self.calls[id];
        if core::mem::replace(&mut call.started, true) {
            return;
        }
        let zombie = call.state == State::Zombie;
        if call.stream {
            remove(&mut worker.fifo, id);
            worker.load = worker.load.saturating_sub(call.estimate);
            worker.streams.push(id);
            worker.zombie_streams += u32::from(zombie);
        }
        if zombie && call.killable && call.deadline.is_none() {
            self.set_deadline(id, self.now.after(self.config.kill_grace));
        }
    }

    /// Takes a call out of its worker's hands. It is to be forgotten or queued again next.
    pub(crate) fn leave(&mut self, slot: u32, id: CallId) {
        let call = &self.calls[id];
        if let Some(worker) = self.slots[slot as usize].worker.as_mut() {
            if call.stream && call.started {
                remove(&mut worker.streams, id);
                worker.zombie_streams -= u32::from(call.state == State::Zombie);
            } else {
                worker.load = worker.load.saturating_sub(call.estimate);
                remove(&mut worker.fifo, id);
            }
        }
        if let Some(key) = call.key {
            self.keys[key].posted -= 1;
        }
    }

    /// A worker's hands may have become empty.
    pub(crate) fn drained(&mut self, slot: u32) {
        let Some(worker) = self.slots[slot as usize].worker.as_mut() else { return };
        if !worker.fifo.is_empty() {
            return;
        }
        worker.idle_since = self.now;
        if let Some(timeout) = self.stoppable() {
            self.slots_wake = self.slots_wake.min(self.now.after(timeout));
        }
        let Some(worker) = self.slots[slot as usize].worker.as_mut() else { return };
        if worker.retiring && worker.streams.is_empty() {
            self.discard(slot);
        } else if worker.zombie_streams > 0 {
            // What held the thread until now may have kept the abandoned streams from ending.
            let streams = worker.streams.clone();
            for id in streams {
                if self.calls[id].state == State::Zombie && self.calls[id].deadline.is_none() {
                    self.set_deadline(id, self.now.after(self.config.kill_grace));
                }
            }
        }
    }

    /// Timeouts, and calls whose grace is over.
    pub(crate) fn meet_deadlines(&mut self) {
        while let Some(&element) = self.deadlines.first() {
            if number(element) > self.now.0 {
                break;
            }
            let id = CallId(name(element));
            self.clear_deadline(id);
            if self.calls[id].state == State::Zombie {
                self.overstay(id);
            } else {
                self.cancel(id, Outcome::TimedOut);
            }
        }
    }

    /// A settled call has not ended within its grace: its worker goes, as soon as no other call would pay for it.
    fn overstay(&mut self, id: CallId) {
        let slot = self.calls[id].slot;
        let Some(worker) = &self.slots[slot as usize].worker else { return };
        let innocent = |&other: &CallId| self.calls[other].state == State::Posted;
        if let Some(&other) = worker.fifo.iter().find(|other| innocent(other)) {
            // Only a stream has others after it. The one that runs is waited for; `drained` sets the clock again.
            if self.calls[other].started {
                return;
            }
            // One that has not said that it started has as long to say so as the stream had to end.
            let patience = self.calls[other].posted.after(self.config.kill_grace);
            if patience > self.now {
                self.set_deadline(id, patience);
                return;
            }
        } else if worker.streams.iter().any(innocent) {
            // A stream that still speaks is not held up; silence means that all of them are.
            let patience = worker.heard.after(self.config.kill_grace);
            if patience > self.now {
                self.set_deadline(id, patience);
                return;
            }
        }
        self.kill(slot);
    }

    /// Kills the worker in a slot. Whether calls that it was sent have begun cannot be known in that moment, because
    /// what it said last may still be on its way: they count as begun.
    pub(crate) fn kill(&mut self, slot: u32) {
        let Some(worker) = self.slots[slot as usize].worker.take() else { return };
        self.commands.push(Command::Kill { worker: worker.id });
        self.record.counters.killed += 1;
        self.alive -= 1;
        for &id in worker.fifo.iter().chain(&worker.streams) {
            self.lose(id, worker.id, true);
        }
        self.dirty = true;
    }

    /// The worker in a slot has died by itself.
    pub(crate) fn bury(&mut self, slot: u32, running: Running) {
        let Some(mut worker) = self.slots[slot as usize].worker.take() else { return };
        self.commands.push(Command::Kill { worker: worker.id });
        self.alive -= 1;
        self.record.counters.crashes += u64::from(worker.ready_at.is_some());
        let begun = worker.begun(&self.calls, running);
        for (index, &id) in worker.fifo.iter().enumerate() {
            self.lose(id, worker.id, index < begun);
        }
        for &id in &worker.streams {
            self.lose(id, worker.id, true);
        }
        worker.useful |= begun > 0 || !worker.streams.is_empty();
        self.dirty = true;
        self.start_failed_unless_useful(slot, &worker);
    }

    /// A call's worker is gone.
    fn lose(&mut self, id: CallId, worker: WorkerId, begun: bool) {
        let call = &mut self.calls[id];
        if let Some(key) = call.key {
            self.keys[key].posted -= 1;
        }
        if call.state == State::Zombie {
            self.forget(id);
        } else {
            self.running -= 1;
            let again = call.movable && (!begun || (call.retry > 0 && !(call.stream && call.delivered)));
            if again {
                call.retry -= u32::from(begun);
                let counters = &mut self.record.counters;
                if begun {
                    counters.retried += 1
                } else {
                    counters.moved += 1
                }
                self.enqueue(id);
            } else {
                self.settle(id, Outcome::Crashed { worker });
                self.forget(id);
            }
        }
    }
}

/// Takes a call out of a list. The first is the one that mostly goes: what follows it moves up as a block.
fn remove(calls: &mut Vec<CallId>, id: CallId) {
    if let Some(at) = calls.iter().position(|&other| other == id) {
        calls.remove(at);
    }
}
