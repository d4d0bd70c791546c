use std::collections::VecDeque;

use centaurus_protocol::{CallId, RegistrationId, WorkerId};

use crate::call::{Call, Calls, State};
use crate::command::{Command, Outcome, Refused, Request, Running};
use crate::config::Config;
use crate::estimate::Estimates;
use crate::key::Keys;
use crate::lane::Lane;
use crate::order::{Order, number};
use crate::registration::{Log, Verdict};
use crate::stats::{Record, Stats, WorkerState, WorkerStats};
use crate::time::Time;
use crate::worker::Slot;

/// The state machine; see the crate's page.
#[derive(Debug)]
pub struct Scheduler {
    pub(crate) config: Config,
    pub(crate) now: Time,
    pub(crate) calls: Calls,
    pub(crate) sequence: u64,
    /// Calls that any worker may run.
    pub(crate) lane: Lane,
    pub(crate) keys: Keys,
    /// Deadlines of calls.
    pub(crate) deadlines: Order,
    pub(crate) slots: Vec<Slot>,
    pub(crate) next_worker: u32,
    pub(crate) log: Log,
    pub(crate) estimates: Estimates,
    pub(crate) commands: VecDeque<Command>,
    /// Calls queued, those behind others of their key included.
    pub(crate) waiting: u32,
    /// Calls posted and not settled.
    pub(crate) running: u32,
    pub(crate) record: Record,
    /// State of the jitter's generator.
    pub(crate) random: u64,
    /// Something was asked of it: `min` workers are kept from now on.
    pub(crate) used: bool,
    /// No worker could be started; none is tried until the next request.
    pub(crate) down: bool,
    /// Some slot is given up.
    pub(crate) given_up: bool,
    /// Somebody waits for [`Command::Ready`].
    pub(crate) warming: bool,
    /// Something changed that the next tick should look at.
    pub(crate) dirty: bool,
    pub(crate) closing: bool,
    pub(crate) ended: bool,
    /// Workers that can take a call in this tick: (load, slot). Kept for its memory.
    pub(crate) takers: Vec<(u32, u32)>,
    /// Keys of which a call was put behind another in this tick.
    pub(crate) trailing: Vec<u32>,
    /// Calls of this tick that had to share a worker with a stream.
    pub(crate) crowded: usize,
}

impl Scheduler {
    /// A pool without workers: they are started when something is asked for.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let config = config.checked();
        Self {
            now: Time(0),
            calls: Calls::default(),
            sequence: 0,
            lane: Lane::default(),
            keys: Keys::default(),
            deadlines: Order::new(),
            slots: (0..config.max).map(|_| Slot::default()).collect(),
            next_worker: 0,
            log: Log::default(),
            estimates: Estimates::default(),
            commands: VecDeque::new(),
            waiting: 0,
            running: 0,
            record: Record::default(),
            random: config.seed,
            used: false,
            down: false,
            given_up: false,
            warming: false,
            dirty: false,
            closing: false,
            ended: false,
            takers: Vec::new(),
            trailing: Vec::new(),
            crowded: 0,
            config,
        }
    }

    /// Accepts a call. It is posted in a [`Self::tick`], this one's or a later one.
    ///
    /// # Errors
    /// [`Refused::QueueFull`] if [`Config::queue_limit`] calls wait already, beside one for each worker that has none
    /// or could still be started: what those take at once does not count as waiting. [`Refused::Terminated`] after
    /// [`Self::close`] or [`Self::terminate`].
    pub fn submit(&mut self, now: Time, request: Request) -> Result<CallId, Refused> {
        self.advance(now);
        self.admit(1)?;
        self.awake();
        Ok(self.accept(request, None))
    }

    /// Accepts a call for each slot that has a worker, at least [`Config::broadcast`] slots. The key is ignored.
    ///
    /// # Errors
    /// As [`Self::submit`], for all of them or none.
    pub fn broadcast(&mut self, now: Time, request: Request) -> Result<Vec<CallId>, Refused> {
        self.advance(now);
        let live = self.slots.iter().filter(|slot| slot.live()).count();
        let mut extra = (self.config.broadcast as usize).saturating_sub(live);
        let mut slots = Vec::new();
        for (index, slot) in self.slots.iter().enumerate() {
            if slot.live() {
                slots.push(index as u32);
            } else if extra > 0 {
                extra -= 1;
                slots.push(index as u32);
            }
        }
        self.admit(slots.len())?;
        self.awake();
        Ok(slots.into_iter().map(|slot| self.accept(request.clone(), Some(slot))).collect())
    }

    /// The call's signal fired, or the reader of its stream left. Does nothing if it has ended.
    pub fn abort(&mut self, now: Time, call: CallId) {
        self.advance(now);
        self.cancel(call, Outcome::Aborted);
        self.dirty = true;
        self.wrap_up();
    }

    /// Adds to what every worker is given. Workers that are alive get it at once; if there is none, one is started.
    /// The first verdict ([`Self::registered`]) settles its promise.
    ///
    /// # Errors
    /// [`Refused::Terminated`] after [`Self::close`] or [`Self::terminate`].
    pub fn register(&mut self, now: Time) -> Result<RegistrationId, Refused> {
        self.advance(now);
        if self.closing || self.ended {
            return Err(Refused::Terminated);
        }
        self.awake();
        let registration = self.log.append();
        for slot in &mut self.slots {
            if let Some(worker) = &mut slot.worker {
                worker.unanswered.push(registration);
                self.commands.push_back(Command::Register { worker: worker.id, registration });
            }
        }
        self.size_pool();
        Ok(registration)
    }

    /// The payload of a registration has changed: every worker that was given it is given it again, and answers again
    /// before its next call. Does nothing for one that failed.
    pub fn refresh(&mut self, now: Time, registration: RegistrationId) {
        self.advance(now);
        if matches!(self.log.verdict(registration), None | Some(Verdict::Failed)) {
            return;
        }
        for slot in &mut self.slots {
            // Every worker alive was given every registration that has not failed.
            if let Some(worker) = &mut slot.worker {
                worker.unanswered.push(registration);
                self.commands.push_back(Command::Register { worker: worker.id, registration });
            }
        }
    }

    /// Brings up [`Config::min`] workers, or one. [`Command::Ready`] follows once so many are ready, or
    /// [`Command::Unready`] if one of them cannot be started. Neither follows a [`Self::terminate`] or the end of a
    /// [`Self::close`].
    pub fn warm(&mut self, now: Time) {
        self.advance(now);
        if self.closing || self.ended {
            return;
        }
        self.awake();
        self.warming = true;
        self.size_pool();
        self.check_warm();
    }

    /// Ends everything now: every call and every open registration settles [`Outcome::Terminated`], every worker is
    /// killed. [`Command::Closed`] follows if a [`Self::close`] was under way.
    pub fn terminate(&mut self, now: Time) {
        self.advance(now);
        if self.ended {
            return;
        }
        for id in self.calls.ids() {
            match self.calls[id].state {
                State::Queued => self.end_queued(id, Outcome::Terminated),
                State::Posted => {
                    self.running -= 1;
                    self.settle(id, Outcome::Terminated);
                    self.calls[id].state = State::Zombie;
                }
                State::Zombie | State::Free => {}
            }
        }
        for registration in self.log.ids() {
            if self.log.settle(registration) {
                let outcome = Outcome::Terminated;
                self.commands.push_back(Command::SettleRegistration { registration, outcome });
            }
        }
        let closed = self.closing;
        self.shut_down();
        if closed {
            self.commands.push_back(Command::Closed);
        }
    }

    /// Refuses what comes from now on. When the last call has ended and the last registration is settled, the workers
    /// are killed and [`Command::Closed`] follows.
    pub fn close(&mut self, now: Time) {
        self.advance(now);
        if self.ended && !self.closing {
            self.commands.push_back(Command::Closed);
        }
        self.closing = true;
        self.wrap_up();
    }

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
            worker.busy += run;
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
            if self.place(worker, call).is_none() {
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

    /// Does what is due, and posts what can be posted. To be called at or after [`Self::next_wake`], and once after
    /// any number of other calls: what was submitted in between goes out together.
    pub fn tick(&mut self, now: Time) {
        self.advance(now);
        if self.ended {
            return;
        }
        self.dirty = false;
        self.meet_deadlines();
        self.check_starts();
        self.dispatch();
        self.size_pool();
        self.stop_idle();
        self.wrap_up();
    }

    /// When [`Self::tick`] is due, if nothing happens before; `None`: never. Calls submitted and replies received
    /// since the last tick are not in it: after those a tick is due in any case.
    #[must_use]
    pub fn next_wake(&self) -> Option<Time> {
        if self.ended {
            return None;
        }
        if self.dirty {
            return Some(self.now);
        }
        let mut wake = self.deadlines.first().map_or(Time(u64::MAX), |&element| Time(number(element)));
        let stoppable = self.stoppable();
        for slot in &self.slots {
            let at = match &slot.worker {
                Some(worker) => worker.wakes(stoppable),
                None => slot.retry_at,
            };
            wake = at.map_or(wake, |at| wake.min(at));
        }
        (wake < Time(u64::MAX)).then_some(wake)
    }

    /// The next thing to do. To be called until there is none.
    pub fn poll(&mut self) -> Option<Command> {
        let command = self.commands.pop_front();
        if command.is_none() {
            self.calls.rested();
        }
        command
    }

    /// The worker that holds a call which is not settled.
    #[must_use]
    pub fn worker_of(&self, call: CallId) -> Option<WorkerId> {
        let call = self.calls.find(call).filter(|call| call.state == State::Posted)?;
        self.slots[call.slot as usize].worker.as_ref().map(|worker| worker.id)
    }

    /// A picture of the pool now.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let mut workers = Vec::new();
        for (index, slot) in self.slots.iter().enumerate() {
            let Some(worker) = &slot.worker else { continue };
            let state = match (worker.holds_nothing(), worker.ready()) {
                (false, _) => WorkerState::Busy,
                (true, true) => WorkerState::Idle,
                (true, false) => WorkerState::Starting,
            };
            workers.push(WorkerStats {
                worker: worker.id,
                slot: index as u32,
                state,
                posted: worker.fifo.len() as u32,
                streams: worker.streams.len() as u32,
                ended: worker.ended,
                busy: worker.busy,
                age: self.now.since(worker.spawned),
            });
        }
        Stats {
            min: self.config.min,
            max: self.config.max,
            queued: self.waiting,
            running: self.running,
            counters: self.record.counters,
            queue: self.record.queue.summary(),
            run: self.record.run.summary(),
            transfer: self.record.transfer.summary(),
            workers,
        }
    }

    pub(crate) fn advance(&mut self, now: Time) {
        self.now = self.now.max(now);
    }

    /// Whether so many calls more may wait.
    fn admit(&self, calls: usize) -> Result<(), Refused> {
        if self.closing || self.ended {
            return Err(Refused::Terminated);
        }
        let limit = self.config.queue_limit as usize;
        let waiting = self.waiting as usize + calls;
        if waiting <= limit {
            return Ok(());
        }
        let holds = |slot: &&Slot| slot.worker.as_ref().is_some_and(|worker| !worker.fifo.is_empty());
        let busy = self.slots.iter().filter(holds).count();
        if waiting <= limit + self.slots.len() - busy { Ok(()) } else { Err(Refused::QueueFull) }
    }

    /// Something is asked of the pool: slots that were given up are tried afresh.
    fn awake(&mut self) {
        self.used = true;
        self.down = false;
        if !core::mem::take(&mut self.given_up) {
            return;
        }
        for slot in &mut self.slots {
            if slot.given_up {
                slot.given_up = false;
                slot.failures = 0;
            }
        }
    }

    fn accept(&mut self, request: Request, pin: Option<u32>) -> CallId {
        let key = request.key.filter(|_| pin.is_none()).map(|name| self.keys.wake(name));
        self.sequence += 1;
        let id = self.calls.insert(Call {
            sequence: self.sequence,
            submitted: self.now,
            posted: self.now,
            deadline: None,
            function: request.function,
            registration: request.registration,
            priority: request.priority,
            key,
            slot: pin.unwrap_or(0),
            retry: request.retry,
            estimate: 0,
            state: State::Queued,
            pinned: pin.is_some(),
            movable: request.movable,
            stream: request.stream,
            killable: request.cancellable || request.timeout.is_some() || request.stream,
            solo: false,
            marked: false,
            first: false,
            started: false,
            delivered: false,
        });
        self.record.counters.submitted += 1;
        if let Some(timeout) = request.timeout {
            self.set_deadline(id, self.now.after(timeout));
        }
        self.enqueue(id);
        if let Some(registration) = request.registration
            && self.log.verdict(registration) == Some(Verdict::Failed)
        {
            self.end_queued(id, Outcome::RegistrationFailed { registration });
        }
        id
    }

    fn fail_calls_of(&mut self, registration: RegistrationId) {
        for id in self.calls.ids() {
            let call = &self.calls[id];
            if call.state == State::Queued && call.registration == Some(registration) {
                self.end_queued(id, Outcome::RegistrationFailed { registration });
            }
        }
    }

    /// Ends the pool if it is closing and nothing is left.
    pub(crate) fn wrap_up(&mut self) {
        if self.closing && !self.ended && self.waiting == 0 && self.running == 0 && self.log.unsettled() == 0 {
            self.shut_down();
            self.commands.push_back(Command::Closed);
        }
    }
}
