//! How many workers there are, and what happens when one cannot be started.

use centaurus_protocol::{RegistrationId, Time, WorkerId};

use crate::call::State;
use crate::command::{Command, Outcome};
use crate::config::{LOAD_ATTEMPTS, LOAD_DELAYS, MAX_PIPELINE, PIPELINE_BUDGET, STABLE_AFTER, START_TIMEOUT};
use crate::registration::Verdict;
use crate::scheduler::Scheduler;
use crate::worker::{Slot, Worker};

impl Worker {
    /// When something of its own is due: the end of its start, or of its idleness if it may be stopped for that after
    /// `stoppable` µs.
    pub(crate) fn wakes(&self, stoppable: Option<u64>) -> Option<Time> {
        if !self.loaded {
            return Some(self.spawned.after(START_TIMEOUT));
        }
        let idle = self.ready() && self.holds_nothing();
        stoppable.filter(|_| idle).map(|timeout| self.idle_since.after(timeout))
    }
}

impl Scheduler {
    /// Starts as many workers as are needed now and allowed.
    pub(crate) fn size_pool(&mut self) {
        if self.ended || self.down {
            return;
        }
        let (mut live, mut coming) = (0, 0);
        for index in 0..self.slots.len() {
            if self.slots[index].vacant() && !self.slots[index].lane.is_empty() {
                self.spawn(index);
            }
            let slot = &self.slots[index];
            live += usize::from(slot.live());
            let comes = |worker: &Worker| !worker.ready() && !worker.retiring && worker.fifo.is_empty();
            coming += usize::from(slot.live() && slot.worker.as_ref().is_none_or(comes));
        }
        let needed = self.lane.len().div_ceil(self.capacity()) + self.crowded;
        let least = if self.used { self.config.min as usize } else { 0 };
        let someone = usize::from(self.warming || self.log.unsettled() > 0);
        let wanted = needed.saturating_sub(coming).max(least.max(someone).saturating_sub(live));
        for _ in 0..wanted {
            let vacant = (0..self.slots.len()).filter(|&index| self.slots[index].vacant());
            // A slot that failed before is tried to its end before another one.
            let Some(index) = vacant.min_by_key(|&index| (LOAD_ATTEMPTS - self.slots[index].failures, index)) else {
                break;
            };
            self.spawn(index);
        }
    }

    /// Calls like the next one that a worker with empty hands would be given.
    fn capacity(&self) -> usize {
        let Some(next) = self.lane.best().map(|id| &self.calls[id]) else { return 1 };
        match self.estimates.get(next.function) {
            Some(estimate) if !next.blocks() => ((PIPELINE_BUDGET / estimate) as usize).clamp(1, MAX_PIPELINE),
            _ => 1,
        }
    }

    fn spawn(&mut self, index: usize) {
        let id = WorkerId(self.next_worker);
        self.next_worker += 1;
        let registrations = self.log.replay();
        self.record.counters.spawned += 1;
        self.commands.push(Command::Spawn { worker: id, slot: index as u32 });
        for &registration in &registrations {
            self.commands.push(Command::Register { worker: id, registration });
        }
        self.slots[index].worker = Some(Worker::new(id, self.now, registrations));
        self.alive += 1;
        self.dirty = true;
    }

    /// A worker may have become ready.
    pub(crate) fn check_ready(&mut self, slot: u32) {
        let Some(worker) = &mut self.slots[slot as usize].worker else { return };
        self.dirty = true;
        if worker.ready() {
            worker.idle_since = self.now;
            worker.ready_at.get_or_insert(self.now);
            self.check_warm();
        }
    }

    /// As many workers may be ready as were asked for.
    pub(crate) fn check_warm(&mut self) {
        let ready = self.slots.iter().filter(|slot| slot.worker.as_ref().is_some_and(Worker::ready)).count();
        if self.warming && ready >= self.config.min.max(1) as usize {
            self.warming = false;
            self.commands.push(Command::Ready);
        }
    }

    /// A worker refused what another has confirmed: it ends what it holds, gets nothing more, and counts as one that
    /// could not be started.
    pub(crate) fn retire(&mut self, slot: u32) {
        let Some(worker) = &mut self.slots[slot as usize].worker else { return };
        worker.retiring = true;
        if worker.holds_nothing() {
            self.discard(slot);
        }
    }

    /// Kills a worker that holds nothing and counts it as a failed start.
    pub(crate) fn discard(&mut self, slot: u32) {
        let Some(worker) = self.slots[slot as usize].worker.as_ref().map(|worker| worker.id) else { return };
        self.kill(slot);
        self.start_failed(slot, worker, None);
    }

    /// Starts that take too long, and pauses that are over.
    pub(crate) fn check_starts(&mut self) {
        self.dirty = true;
        for index in 0..self.slots.len() {
            let slot = &mut self.slots[index];
            slot.retry_at = slot.retry_at.filter(|&at| at > self.now);
            let late = |worker: &Worker| !worker.loaded && worker.spawned.after(START_TIMEOUT) <= self.now;
            if slot.worker.as_ref().is_some_and(late) {
                self.discard(index as u32);
            }
        }
    }

    /// After a worker's death: unless it had been of use, or had lived for long, its start counts as failed.
    pub(crate) fn start_failed_unless_useful(&mut self, slot: u32, worker: &Worker) {
        let stable = worker.ready_at.is_some_and(|at| self.now.since(at) >= STABLE_AFTER);
        if !worker.retiring && (worker.useful || stable) {
            self.slots[slot as usize].failures = 0;
            return;
        }
        // It had loaded, then died over a registration that no worker has got through yet.
        let first = worker.unanswered.first().filter(|_| worker.loaded).copied();
        let suspect = first.filter(|&id| self.log.verdict(id) == Some(Verdict::Pending));
        self.start_failed(slot, worker.id, suspect);
    }

    fn start_failed(&mut self, slot: u32, worker: WorkerId, suspect: Option<RegistrationId>) {
        self.record.counters.failed_starts += 1;
        let place = &mut self.slots[slot as usize];
        place.failures += 1;
        if let Some(&limit) = LOAD_DELAYS.get(place.failures - 1) {
            let pause = self.jitter.part_of(limit);
            self.slots[slot as usize].retry_at = Some(self.now.after(pause));
            return;
        }
        place.given_up = true;
        self.given_up = true;
        if self.slots.iter().any(Slot::live) {
            self.give_up_slot(slot, worker);
        } else {
            self.give_up(worker, suspect);
        }
        let left = self.slots.iter().filter(|slot| !slot.given_up).count();
        if self.warming && (self.down || left < self.config.min.max(1) as usize) {
            self.warming = false;
            self.commands.push(Command::Unready { worker });
        }
    }

    /// No worker can be started in a slot, but others live: what could only run there fails, keys move elsewhere.
    fn give_up_slot(&mut self, slot: u32, worker: WorkerId) {
        for id in self.calls.ids() {
            let call = &self.calls[id];
            if call.state == State::Queued && call.pinned && call.slot == slot {
                self.end_queued(id, Outcome::LoadFailed { worker });
            }
        }
        for index in self.keys.indexes() {
            let key = &mut self.keys[index];
            if key.slot != Some(slot) {
                continue;
            }
            key.slot = None;
            let idle = key.waiting.is_empty();
            if let Some(id) = key.head.take() {
                self.slots[slot as usize].lane.remove(id, &self.calls[id]);
            }
            if !idle {
                self.bind(index);
                self.set_head(index, false);
            }
        }
        self.slots[slot as usize].keys = 0;
    }

    /// No worker can be started at all: everything that waits fails. Registrations stay in the log, they may yet load;
    /// not so one over which the last worker died.
    fn give_up(&mut self, worker: WorkerId, suspect: Option<RegistrationId>) {
        self.down = true;
        let outcome = Outcome::LoadFailed { worker };
        for id in self.calls.ids() {
            if self.calls[id].state == State::Queued {
                self.end_queued(id, outcome);
            }
        }
        for registration in self.log.ids() {
            if self.log.settle(registration) {
                self.commands.push(Command::SettleRegistration { registration, outcome });
            }
        }
        if let Some(registration) = suspect {
            self.log.decide(registration, false);
        }
    }

    /// After how many µs of idleness workers may be stopped, if there are more than must be kept.
    pub(crate) fn stoppable(&self) -> Option<u64> {
        self.config.idle_timeout.filter(|_| self.alive > self.config.min)
    }

    /// Stops workers that have had nothing to do for too long, those in higher slots first, and notes when the next
    /// thing is due in a slot.
    pub(crate) fn stop_idle(&mut self) {
        self.slots_wake = Time::NEVER;
        for index in (0..self.slots.len()).rev() {
            let stoppable = self.stoppable();
            let slot = &self.slots[index];
            let wake = slot.worker.as_ref().map_or(slot.retry_at, |worker| worker.wakes(stoppable));
            match wake {
                Some(at) if at <= self.now => self.kill(index as u32),
                Some(at) => self.slots_wake = self.slots_wake.min(at),
                None => {}
            }
        }
    }

    /// Kills every worker; nothing is accepted or started any more.
    pub(crate) fn shut_down(&mut self) {
        for slot in 0..self.slots.len() {
            self.kill(slot as u32);
            self.slots[slot].retry_at = None;
        }
        self.ended = true;
    }
}
