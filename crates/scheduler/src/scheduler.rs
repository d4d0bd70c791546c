use alloc::vec::Vec;

use centaurus_protocol::{CallId, Jitter, Time, WorkerId};

use crate::call::{Calls, State};
use crate::command::Command;
use crate::config::Config;
use crate::estimate::Estimates;
use crate::key::Keys;
use crate::lane::Lane;
use crate::order::{Order, number};
use crate::registration::Log;
use crate::stats::{Record, Stats, WorkerState, WorkerStats};
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
    pub(crate) commands: Vec<Command>,
    /// So many of them have been fetched.
    pub(crate) fetched: usize,
    /// Calls queued, those behind others of their key included.
    pub(crate) waiting: u32,
    /// Calls posted and not settled.
    pub(crate) running: u32,
    pub(crate) record: Record,
    /// Spreads the attempts to start workers.
    pub(crate) jitter: Jitter,
    /// Something was asked of it: `min` workers are kept from now on.
    pub(crate) used: bool,
    /// No worker could be started; none is tried until the next request.
    pub(crate) down: bool,
    /// Some slot is given up.
    pub(crate) given_up: bool,
    /// Somebody waits for [`Command::Ready`].
    pub(crate) warming: bool,
    /// Something changed that the next tick should look at, other than by submissions and replies.
    pub(crate) dirty: bool,
    /// Workers that are alive.
    pub(crate) alive: u32,
    /// No slot has anything due before.
    pub(crate) slots_wake: Time,
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
            deadlines: Order::default(),
            slots: (0..config.max).map(|_| Slot::default()).collect(),
            next_worker: 0,
            log: Log::default(),
            estimates: Estimates::default(),
            commands: Vec::new(),
            fetched: 0,
            waiting: 0,
            running: 0,
            record: Record::default(),
            jitter: Jitter::new(config.seed),
            used: false,
            down: false,
            given_up: false,
            warming: false,
            dirty: false,
            alive: 0,
            slots_wake: Time::NEVER,
            closing: false,
            ended: false,
            takers: Vec::new(),
            trailing: Vec::new(),
            crowded: 0,
            config,
        }
    }

    /// Does what is due, and posts what can be posted. To be called at or after [`Self::next_wake`], and once after
    /// any number of other calls: what was submitted in between goes out together.
    pub fn tick(&mut self, now: Time) {
        self.advance(now);
        if self.ended {
            return;
        }
        self.meet_deadlines();
        if self.dirty || self.now >= self.slots_wake {
            self.check_starts();
        }
        self.dispatch();
        if self.dirty || self.crowded > 0 || self.waiting > 0 {
            self.size_pool();
        }
        if self.dirty {
            self.stop_idle();
            self.dirty = false;
        }
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
        let deadline = self.deadlines.first().map_or(Time::NEVER, |&element| Time(number(element)));
        let wake = self.slots_wake.min(deadline);
        (wake < Time::NEVER).then_some(wake)
    }

    /// The next thing to do. To be called until there is none.
    pub fn poll(&mut self) -> Option<Command> {
        if let Some(&command) = self.commands.get(self.fetched) {
            self.fetched += 1;
            return Some(command);
        }
        self.commands.clear();
        self.fetched = 0;
        self.calls.rested();
        None
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

    /// Ends the pool if it is closing and nothing is left.
    pub(crate) fn wrap_up(&mut self) {
        if self.closing && !self.ended && self.waiting == 0 && self.running == 0 && self.log.unsettled() == 0 {
            self.shut_down();
            self.commands.push(Command::Closed);
        }
    }
}
