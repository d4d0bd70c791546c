//! A pool that is not there: workers that really run calls one after another, over lines on which every message takes
//! its time, with everything that can go wrong going wrong at the worst moment.
//!
//! [`run`] turns any bytes into such a story, and after every step compares what the scheduler decided with what it may
//! decide. The workers know the truth about what has begun; the scheduler only knows what reached it. The property
//! tests and the fuzz target both call it.

mod checks;
mod engine;
mod inside;
mod record;
mod story;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use centaurus_protocol::{CallId, RegistrationId, WorkerId};

use crate::estimate::Estimates;
use crate::{Command, Config, Outcome, Running, Scheduler, Time};
use engine::{Down, Engine, Message, Up};
pub use record::Report;
use record::{Call, Registration};
pub use story::run;

#[derive(Debug)]
struct Simulation {
    pool: Scheduler,
    config: Config,
    now: u64,
    calls: Vec<Call>,
    /// The latest call of each number.
    by_id: BTreeMap<CallId, usize>,
    engines: Vec<Engine>,
    next_worker: u32,
    /// Ticks so far.
    batch: u64,
    registrations: Vec<Registration>,
    estimates: Estimates,
    /// Where calls of a key run.
    places: BTreeMap<Vec<u8>, u32>,
    /// Starts that failed, by slot.
    failures: BTreeMap<u32, u32>,
    warming: bool,
    used: bool,
    closing: bool,
    closed: bool,
    terminated: bool,
    /// The worker whose death is being told.
    dying: Option<WorkerId>,
    /// Calls in its hands that, by all that was said, have not begun.
    innocent: Vec<usize>,
    /// Little goes wrong.
    mild: bool,
    /// Every other call is a stream.
    streamy: bool,
    /// Nothing fails any more.
    calm: bool,
    report: Report,
}

impl Simulation {
    fn new(config: Config) -> Self {
        Self {
            pool: Scheduler::new(config.clone()),
            config: config.checked(),
            now: 0,
            calls: Vec::new(),
            by_id: BTreeMap::new(),
            engines: Vec::new(),
            next_worker: 0,
            batch: 0,
            registrations: Vec::new(),
            estimates: Estimates::default(),
            places: BTreeMap::new(),
            failures: BTreeMap::new(),
            warming: false,
            used: false,
            closing: false,
            closed: false,
            terminated: false,
            dying: None,
            innocent: Vec::new(),
            mild: false,
            streamy: false,
            calm: false,
            report: Report::default(),
        }
    }

    fn time(&self) -> Time {
        Time(self.now)
    }

    fn engine(&self, worker: WorkerId) -> usize {
        self.engines.iter().position(|engine| engine.id == worker).expect("a command names a worker that is alive")
    }

    fn call(&self, id: CallId) -> usize {
        *self.by_id.get(&id).expect("a command names a call that was accepted")
    }

    /// Does what the scheduler says, as the glue does: the messages of one go leave together.
    fn obey(&mut self) {
        // A registration over which worker after worker died is out of the log, though none has refused it.
        for (id, registration) in self.registrations.iter_mut().enumerate() {
            let dropped = self.pool.has_failed(RegistrationId(id as u32));
            registration.verdict = registration.verdict.or(dropped.then_some(false));
        }
        loop {
            let mut outgoing: BTreeMap<WorkerId, Vec<Down>> = BTreeMap::new();
            while let Some(command) = self.pool.poll() {
                self.carry_out(command, &mut outgoing);
            }
            if outgoing.is_empty() {
                break;
            }
            for (worker, items) in outgoing {
                self.send(worker, items);
            }
        }
    }

    fn carry_out(&mut self, command: Command, outgoing: &mut BTreeMap<WorkerId, Vec<Down>>) {
        match command {
            Command::Spawn { worker, slot } => {
                self.check_spawn(worker, slot);
                self.next_worker += 1;
                self.engines.push(Engine::new(worker, slot, self.now));
            }
            Command::Kill { worker } => {
                outgoing.remove(&worker);
                self.kill(worker);
            }
            Command::Register { worker, registration } => {
                self.check_register(worker, registration);
                let at = self.engine(worker);
                let engine = &mut self.engines[at];
                engine.given.push(registration);
                engine.unanswered.push(registration);
                outgoing.entry(worker).or_default().push(Down::Register(registration));
            }
            Command::Post { worker, call, marked } => {
                let index = self.call(call);
                self.check_post(worker, index, marked);
                let at = self.engine(worker);
                self.engines[at].hands.push(index);
                let call = &mut self.calls[index];
                call.hands = Some(worker);
                call.posts += 1;
                call.marked = marked;
                call.batch = self.batch;
                call.estimate = self.estimates.get(call.request.function);
                (call.told, call.begun, call.ended) = (false, false, false);
                outgoing.entry(worker).or_default().push(Down::Call(index));
            }
            Command::Abort { worker, call } => {
                let index = self.call(call);
                assert_eq!(self.calls[index].hands, Some(worker), "an abort goes where the call is");
                outgoing.entry(worker).or_default().push(Down::Abort(call));
            }
            Command::Settle { call, outcome } => self.settle(call, outcome),
            Command::SettleRegistration { registration, outcome } => {
                assert!(matches!(outcome, Outcome::LoadFailed { .. } | Outcome::Terminated));
                self.settle_registration(registration);
            }
            Command::Ready => {
                assert!(core::mem::take(&mut self.warming), "ready was asked for");
                self.check_warm();
                self.report.ready += 1;
            }
            Command::Unready { .. } => {
                assert!(core::mem::take(&mut self.warming), "ready was asked for");
                self.report.unready += 1;
            }
            Command::Closed => {
                assert!(self.closing && !self.closed, "closing is told once");
                assert!(self.engines.is_empty(), "no worker outlives the pool");
                assert!(self.calls.iter().all(|call| call.settled), "closing waits for every call");
                assert!(self.registrations.iter().all(|registration| registration.settled));
                self.closed = true;
            }
        }
    }

    /// Sends a message; what cannot be cloned makes each item travel by itself.
    fn send(&mut self, worker: WorkerId, items: Vec<Down>) {
        let Some(at) = self.engines.iter().position(|engine| engine.id == worker) else { return };
        for item in &items {
            if let Down::Call(index) = *item {
                self.engines[at].forget_mark(self.calls[index].id, &self.calls);
            }
        }
        let uncloneable = |calls: &[Call], item: &Down| matches!(*item, Down::Call(call) if calls[call].uncloneable);
        if !items.iter().any(|item| uncloneable(&self.calls, item)) {
            let message = Message::new(items, &self.calls);
            self.engines[at].inbox.push_back(message);
            return;
        }
        for item in items {
            if let Down::Call(index) = item
                && uncloneable(&self.calls, &item)
            {
                self.leave(index);
                self.calls[index].unread = true;
                self.pool.post_failed(self.time(), self.calls[index].id);
            } else {
                let message = Message::new(vec![item], &self.calls);
                self.engines[at].inbox.push_back(message);
            }
        }
    }

    /// A worker can no longer speak of a call.
    fn leave(&mut self, index: usize) {
        let worker = self.calls[index].hands.take();
        for engine in &mut self.engines {
            if Some(engine.id) == worker {
                engine.hands.retain(|&other| other != index);
            }
        }
    }

    fn kill(&mut self, worker: WorkerId) {
        let at = self.engine(worker);
        if self.dying != Some(worker) {
            self.check_kill(at);
        }
        let engine = self.engines.remove(at);
        if !engine.told_loaded && self.dying != Some(worker) {
            *self.failures.entry(engine.slot).or_default() += 1;
        }
        for index in engine.hands {
            let call = &mut self.calls[index];
            call.hands = None;
            (call.begun, call.ended) = (false, false);
        }
    }

    fn settle(&mut self, id: CallId, outcome: Outcome) {
        let index = self.call(id);
        self.check_settle(index, outcome);
        let call = &mut self.calls[index];
        call.settled = true;
        call.settled_at = self.now;
    }

    fn settle_registration(&mut self, id: RegistrationId) {
        let registration = &mut self.registrations[id.index()];
        assert!(!registration.settled, "a registration settles once");
        registration.settled = true;
    }

    /// Hands the next message of a worker to the scheduler.
    fn deliver(&mut self, at: usize) {
        let now = self.time();
        let engine = &mut self.engines[at];
        let worker = engine.id;
        let Some(message) = engine.outbox.pop_front() else { return };
        engine.heard = self.now;
        match message {
            Up::Loaded => {
                engine.told_loaded = true;
                self.pool.loaded(now, worker);
            }
            Up::LoadFailed => {
                *self.failures.entry(engine.slot).or_default() += 1;
                self.dying = Some(worker);
                self.pool.load_failed(now, worker);
            }
            Up::Registered(id, ok) => self.deliver_verdict(at, id, ok),
            Up::Started(index) => {
                self.calls[index].told = true;
                self.pool.started(now, worker, self.calls[index].id);
            }
            Up::Item(index) => {
                self.calls[index].told = true;
                let ours = self.pool.item(now, worker, self.calls[index].id);
                assert_eq!(ours, !self.calls[index].settled, "values reach whoever still listens");
                self.calls[index].delivered |= ours && self.calls[index].request.stream;
            }
            Up::Done { call: index, ok, dropped } => {
                let (id, run) = (self.calls[index].id, if dropped { 0 } else { self.calls[index].run });
                let ours = self.pool.replied(now, worker, id, ok, run);
                assert_eq!(ours, !self.calls[index].settled, "a reply settles what is open and nothing else");
                if ours {
                    self.estimates.learn(self.calls[index].request.function, run);
                    self.calls[index].settled = true;
                }
                self.leave(index);
            }
            Up::Unreadable(calls) => {
                let ids: Vec<CallId> = calls.iter().map(|&index| self.calls[index].id).collect();
                for &index in &calls {
                    self.report.reposted += u64::from(calls.len() > 1 && self.calls[index].request.movable);
                    self.calls[index].unread = true;
                    self.leave(index);
                }
                self.pool.unreadable(now, worker, &ids);
            }
            Up::Died => self.deliver_death(at, None),
            Up::DiedSaying(call) => self.deliver_death(at, Some(call)),
            Up::DiedSeen => self.deliver_death(at, Some(self.engines[at].last)),
        }
        self.obey();
        self.dying = None;
        self.innocent.clear();
    }

    /// A worker is dead. `how` is what is known of its last moment: nothing, or the last call, if any, that it began.
    fn deliver_death(&mut self, at: usize, how: Option<Option<usize>>) {
        let running = how.map_or(Running::Unknown, |call| {
            call.map_or(Running::Nothing, |index| Running::Call(self.calls[index].id))
        });
        let Engine { id, slot, .. } = self.engines[at];
        *self.failures.entry(slot).or_default() += 1;
        self.innocent = self.known_innocent(at, how);
        self.dying = Some(id);
        self.pool.died(self.time(), id, running);
    }

    fn deliver_verdict(&mut self, at: usize, id: RegistrationId, ok: bool) {
        let now = self.time();
        let engine = &mut self.engines[at];
        let worker = engine.id;
        let position = engine.unanswered.iter().position(|&other| other == id).expect("an answer to something asked");
        engine.unanswered.remove(position);
        let registration = &mut self.registrations[id.index()];
        let open = !registration.settled;
        if !ok && registration.verdict == Some(true) {
            engine.refused = true;
            *self.failures.entry(engine.slot).or_default() += 1;
            self.report.retired += 1;
        }
        if registration.verdict.is_none() {
            registration.verdict = Some(ok);
            self.report.refused += u64::from(!ok);
        }
        let first = self.pool.registered(now, worker, id, ok);
        assert_eq!(first, open, "the first verdict settles the registration");
        if first {
            self.settle_registration(id);
        }
    }
}
