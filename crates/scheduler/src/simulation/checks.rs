//! What the scheduler may do and what it may not.

use centaurus_protocol::{RegistrationId, WorkerId};

use super::engine::Engine;
use super::{Call, Outcome, Simulation};
use crate::config::{LOAD_ATTEMPTS, MAX_PIPELINE, PIPELINE_BUDGET, START_TIMEOUT, STARVE_AFTER};

impl Simulation {
    pub(super) fn check_spawn(&self, worker: WorkerId, slot: u32) {
        assert!(!self.closed && !self.terminated, "no worker starts in a pool that has ended");
        assert_eq!(worker.0, self.next_worker, "a worker's number is new");
        assert!(slot < self.config.max, "a slot within the pool");
        assert!(self.engines.iter().all(|engine| engine.slot != slot), "a slot holds one worker");
    }

    pub(super) fn check_register(&self, worker: WorkerId, id: RegistrationId) {
        let engine = &self.engines[self.engine(worker)];
        assert_ne!(self.registrations[id.index()].verdict, Some(false), "what failed is not given to anybody again");
        let again = engine.given.contains(&id);
        assert!(again || engine.given.iter().all(|&other| other < id), "registrations are given in order");
    }

    /// What a worker has in hand apart from streams that it said it started.
    fn fifo<'a>(&'a self, engine: &'a Engine) -> impl Iterator<Item = &'a Call> {
        let calls = engine.hands.iter().map(|&index| &self.calls[index]);
        calls.filter(|call| !(call.request.stream && call.told))
    }

    fn streams<'a>(&'a self, engine: &'a Engine) -> impl Iterator<Item = &'a Call> {
        let calls = engine.hands.iter().map(|&index| &self.calls[index]);
        calls.filter(|call| call.request.stream && call.told)
    }

    /// May have calls, as far as registrations and abandoned streams are concerned.
    fn takes(&self, engine: &Engine) -> bool {
        engine.told_loaded
            && engine.unanswered.is_empty()
            && !engine.refused
            && self.streams(engine).all(|stream| !stream.settled)
    }

    pub(super) fn check_post(&mut self, worker: WorkerId, index: usize, marked: bool) {
        let engine = &self.engines[self.engine(worker)];
        let call = &self.calls[index];
        assert!(call.waiting(), "only what waits is posted");
        assert!(self.takes(engine), "a worker without calls of its own gets them once it has answered everything");
        for (id, registration) in self.registrations.iter().enumerate() {
            let given = engine.given.contains(&RegistrationId(id as u32));
            assert!(given || registration.verdict != Some(true), "every confirmed registration comes before a call");
        }
        if let Some(id) = call.request.registration {
            assert_ne!(self.registrations[id.index()].verdict, Some(false), "its function was registered");
        }
        assert!(call.request.movable || call.posts == 0, "transferred arguments go out once");
        assert!(call.pin.is_none_or(|slot| slot == engine.slot), "a broadcast's call runs in its slot");

        let beside = self.streams(engine).count();
        let behind = self.fifo(engine).count();
        assert_eq!(marked, (behind > 0 && call.killable()) || beside > 0, "marks where they are needed");
        if behind > 0 {
            assert!(beside == 0, "one call at a time beside streams");
            assert!(call.request.movable && !call.request.stream, "may wait behind others");
            assert!(behind < MAX_PIPELINE);
            let short =
                |call: &Call| call.request.movable && !call.killable() && !call.tells() && call.estimate.is_some();
            assert!(self.fifo(engine).all(short), "nothing is posted behind a call that may hold it up");
            let estimate = self.estimates.get(call.request.function).expect("of known length");
            let load: u32 = self.fifo(engine).filter_map(|call| call.estimate).sum();
            assert!(load + estimate <= PIPELINE_BUDGET, "no more than a worker may have in hand");
        }
        let same_key = |other: &Call| other.request.key.is_some() && other.request.key == call.request.key;
        let keyed = u64::from(call.pin.is_none() && self.fifo(engine).any(same_key));
        let together = |other: &Call| other.pin.is_some() || other.batch == self.batch;
        let siblings = self.fifo(engine).filter(|other| same_key(other)).all(together);
        assert!(siblings || call.pin.is_some(), "calls of one key that are in hand together went out together");
        if call.pin.is_none() && call.request.key.is_none() {
            let old = self.now - call.submitted > STARVE_AFTER;
            let overtaken = self.better(index).any(|other| !self.calls[other].settled);
            assert!(old || !overtaken, "larger priorities first, equal ones in order");
            self.report.aged += u64::from(overtaken);
        }
        self.report.behind += u64::from(behind > 0);
        self.report.keyed_behind += keyed;
        self.report.beside += u64::from(beside > 0);
    }

    /// Calls for any worker that wait and come before this one.
    fn better(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let rank = |index: usize| (core::cmp::Reverse(self.calls[index].request.priority), index);
        let others = (0..self.calls.len()).filter(|&other| self.for_anybody(other));
        others.filter(move |&other| rank(other) < rank(index))
    }

    /// Waits, and any worker may run it.
    fn for_anybody(&self, index: usize) -> bool {
        let call = &self.calls[index];
        call.waiting() && call.pin.is_none() && call.request.key.is_none()
    }

    /// A call begins in truth.
    pub(super) fn check_begin(&mut self, at: usize, index: usize) {
        let engine = &self.engines[at];
        let call = &self.calls[index];
        assert!(call.starts <= call.request.retry + 1, "no call runs more often than it may");
        assert!(!call.delivered, "a stream that was seen does not begin again");
        assert_eq!(call.hands, Some(engine.id), "it runs where it was posted");
        let Some(key) = call.request.key.clone().filter(|_| call.pin.is_none()) else { return };
        for (other, sibling) in self.calls.iter().enumerate() {
            if other == index || sibling.pin.is_some() || sibling.request.key != call.request.key {
                continue;
            }
            assert!(!sibling.running(), "calls of one key run one after another");
            if other < index {
                assert!(sibling.settled || sibling.ended, "calls of one key keep their order");
            } else {
                assert!(sibling.starts == 0 || call.starts > 1, "calls of one key keep their order");
            }
        }
        let slot = engine.slot;
        let before = self.places.insert(key, slot).unwrap_or(slot);
        let failures = self.failures.get(&before).copied().unwrap_or(0) as usize;
        assert!(before == slot || failures >= LOAD_ATTEMPTS, "calls of one key run in one place");
    }

    /// Those in a dead worker's hands of which everything that was said shows that they have not begun. `how` is what
    /// is known of its last moment.
    pub(super) fn known_innocent(&self, at: usize, how: Option<Option<usize>>) -> Vec<usize> {
        let engine = &self.engines[at];
        let mut innocent = Vec::new();
        let mut stop = false;
        for &index in &engine.hands {
            let call = &self.calls[index];
            if call.request.stream && call.told {
                continue;
            }
            if how.is_some() {
                stop = !call.begun;
            } else {
                stop |= call.tells() && !call.told;
            }
            if stop {
                assert!(!call.begun, "the simulated worker says when a marked call begins");
                innocent.push(index);
            }
        }
        innocent
    }

    /// The scheduler kills a worker of its own will.
    pub(super) fn check_kill(&mut self, at: usize) {
        let engine = &self.engines[at];
        if self.terminated {
            return;
        }
        if engine.hands.is_empty() {
            assert!(engine.told_loaded || self.closing || self.now >= engine.spawned + START_TIMEOUT);
            return;
        }
        let all_settled = engine.hands.iter().all(|&index| self.calls[index].settled);
        if self.closing && all_settled {
            return;
        }
        let grace = self.config.kill_grace;
        let overdue = |call: &Call| call.settled && call.killable() && self.now >= call.settled_at + grace;
        assert!(engine.hands.iter().any(|&index| overdue(&self.calls[index])), "a worker is killed for a reason");
        for call in self.fifo(engine).filter(|call| !call.settled) {
            assert!(!call.told, "a call that runs is not killed for another's sake");
        }
        if self.streams(engine).any(|stream| !stream.settled) {
            assert!(self.now >= engine.heard + grace, "streams that speak are not killed for another's sake");
        }
        self.report.overstayed += 1;
        self.report.at_stake += u64::from(!all_settled);
    }

    pub(super) fn check_settle(&self, index: usize, outcome: Outcome) {
        let call = &self.calls[index];
        assert!(!call.settled, "a call settles once");
        match outcome {
            Outcome::Aborted => assert!(call.aborted),
            Outcome::TimedOut => {
                let timeout = call.request.timeout.expect("only what has a timeout times out");
                assert!(self.now >= call.submitted.saturating_add(timeout), "not before its time");
            }
            Outcome::Crashed { .. } => {
                let lost = self.innocent.contains(&index) && call.request.movable;
                assert!(!lost, "what is known not to have begun moves on");
                assert!(call.posts > 0, "only what was sent can crash");
            }
            Outcome::RegistrationFailed { registration } => {
                assert_eq!(call.request.registration, Some(registration));
                assert_eq!(self.registrations[registration.index()].verdict, Some(false));
                assert!(call.hands.is_none());
            }
            Outcome::NotCloneable => assert!(call.unread),
            Outcome::LoadFailed { .. } => assert!(call.hands.is_none(), "what a worker has in hand is not given up"),
            Outcome::Terminated => assert!(self.terminated),
        }
    }

    pub(super) fn check_warm(&self) {
        let ready = self.engines.iter().filter(|engine| engine.told_loaded && engine.unanswered.is_empty()).count();
        assert!(ready >= self.config.min.max(1) as usize, "ready means ready");
    }

    /// After a tick nothing is left that could have been done.
    pub(super) fn check_tick(&self) {
        let wake = self.pool.next_wake();
        assert!(wake.is_none_or(|at| at.0 > self.now), "a tick does everything that is due");
        if self.closed || self.terminated {
            return;
        }
        for call in self.calls.iter().filter(|call| !call.settled) {
            let deadline = call.request.timeout.map_or(u64::MAX, |timeout| call.submitted.saturating_add(timeout));
            assert!(deadline > self.now, "a timeout is met at once");
        }
        for engine in self.engines.iter().filter(|engine| self.takes(engine) && self.fifo(engine).next().is_none()) {
            let left = (0..self.calls.len()).any(|index| {
                self.for_anybody(index) || (self.calls[index].waiting() && self.calls[index].pin == Some(engine.slot))
            });
            assert!(!left, "no call waits while a worker has nothing to do");
        }
        if self.used && self.failures.is_empty() && !self.closing {
            assert!(self.engines.len() >= self.config.min as usize, "the least number of workers is kept");
        }
    }
}
