//! Which waiting call goes to which worker.

use centaurus_protocol::CallId;

use crate::call::State;
use crate::command::Command;
use crate::config::{MAX_PIPELINE, PIPELINE_BUDGET, STARVE_AFTER};
use crate::order::{by_number, name};
use crate::scheduler::Scheduler;
use crate::worker::{Slot, Worker};

/// One call in hand weighs more than any number of streams, in the choice of a worker.
const CALL_WEIGHT: u32 = 1 << 16;

impl Scheduler {
    /// Deals the waiting calls out to the workers, each to the one that has least in hand, until none may take more.
    pub(crate) fn dispatch(&mut self) {
        self.crowded = 0;
        if self.waiting == 0 {
            return;
        }
        let mut takers = core::mem::take(&mut self.takers);
        for (index, slot) in self.slots.iter().enumerate() {
            if self.lane.is_empty() && slot.lane.is_empty() {
                continue;
            }
            if let Some(worker) = slot.worker.as_ref().filter(|worker| worker.takes()) {
                // Calls for anybody go first to those that nobody else waits for.
                let beside = 2 * worker.streams.len() as u32 + u32::from(!slot.lane.is_empty());
                takers.push((worker.fifo.len() as u32 * CALL_WEIGHT + beside.min(CALL_WEIGHT - 1), index as u32));
            }
        }
        while self.waiting > 0
            && let Some(at) = lightest(&takers)
        {
            let slot = takers[at].1;
            match self.candidate(slot) {
                Some(id) if self.may_post(slot, id) => {
                    self.post(slot, id);
                    takers[at].0 += CALL_WEIGHT;
                }
                _ => {
                    takers.swap_remove(at);
                }
            }
        }
        takers.clear();
        self.takers = takers;
        while let Some(key) = self.trailing.pop() {
            self.set_head(key, false);
        }
    }

    /// The call that the worker in a slot should have next: by priority, or in turn by age.
    fn candidate(&self, slot: u32) -> Option<CallId> {
        let slot = &self.slots[slot as usize];
        let either = |a: Option<CallId>, b: Option<CallId>, order: &dyn Fn(CallId) -> u128| match (a, b) {
            (Some(a), Some(b)) => Some(if order(a) < order(b) { a } else { b }),
            (a, b) => a.or(b),
        };
        if slot.worker.as_ref().is_some_and(|worker| worker.by_age) {
            let oldest = either(self.lane.oldest(), slot.lane.oldest(), &|id| self.calls[id].age(id))?;
            if self.now.since(self.calls[oldest].submitted) > STARVE_AFTER {
                return Some(oldest);
            }
        }
        either(self.lane.best(), slot.lane.best(), &|id| self.calls[id].rank(id))
    }

    /// Whether a call may be posted to the worker in a slot now: to one with empty hands always, behind others only
    /// while all of them are known to be short.
    fn may_post(&self, slot: u32, id: CallId) -> bool {
        let Some(worker) = &self.slots[slot as usize].worker else { return false };
        let Some(&last) = worker.fifo.last() else { return true };
        let call = &self.calls[id];
        let Some(estimate) = self.estimates.get(call.function) else { return false };
        call.movable
            && !call.stream
            && !call.solo
            && worker.streams.is_empty()
            && worker.fifo.len() < MAX_PIPELINE
            && !self.calls[last].blocks()
            && worker.load.saturating_add(estimate) <= PIPELINE_BUDGET
    }

    fn post(&mut self, slot: u32, id: CallId) {
        self.dequeue(id);
        let call = &mut self.calls[id];
        let place = &mut self.slots[slot as usize];
        let Some(worker) = &mut place.worker else { return };
        self.waiting -= 1;
        self.running += 1;
        call.state = State::Posted;
        call.slot = slot;
        call.posted = self.now;
        call.estimate = self.estimates.get(call.function).unwrap_or(u32::MAX);
        call.first = worker.fifo.is_empty();
        call.marked = (!call.first && call.killable) || !worker.streams.is_empty();
        call.started = false;
        if !call.pinned && call.key.is_none() {
            self.crowded += worker.streams.len().min(1);
        }
        worker.load = worker.load.saturating_add(call.estimate);
        worker.fifo.push(id);
        worker.by_age = !worker.by_age;
        self.record.queue.record(self.now.since(call.submitted));
        self.commands.push(Command::Post { worker: worker.id, call: id, marked: call.marked });
        if let Some(key) = call.key {
            let behind = !call.blocks();
            self.keys[key].posted += 1;
            self.set_head(key, behind);
            if self.keys[key].head.is_some() {
                self.trailing.push(key);
            }
        }
    }

    /// Puts a call among those that wait.
    pub(crate) fn enqueue(&mut self, id: CallId) {
        self.waiting += 1;
        let call = &mut self.calls[id];
        call.state = State::Queued;
        if let Some(key) = call.key {
            let element = by_number(call.sequence, id.0);
            self.keys[key].waiting.insert(element);
            if self.keys[key].slot.is_none() {
                self.bind(key);
            }
            self.set_head(key, false);
        } else {
            let lane = if call.pinned { &mut self.slots[call.slot as usize].lane } else { &mut self.lane };
            lane.insert(id, call);
        }
    }

    /// Takes a call out of the queues; what follows it in its key stays behind.
    pub(crate) fn dequeue(&mut self, id: CallId) {
        let call = &self.calls[id];
        if let Some(index) = call.key {
            let key = &mut self.keys[index];
            key.waiting.remove(&by_number(call.sequence, id.0));
            if key.head == Some(id) {
                key.head = None;
                if let Some(slot) = key.slot {
                    self.slots[slot as usize].lane.remove(id, call);
                }
            }
        } else {
            let lane = if call.pinned { &mut self.slots[call.slot as usize].lane } else { &mut self.lane };
            lane.remove(id, call);
        }
    }

    /// Brings a key's first waiting call into its slot's lane, if it may run now: when no other of the key is in the
    /// worker's hands, or (`behind`) right behind one that goes out in the same message.
    pub(crate) fn set_head(&mut self, index: u32, behind: bool) {
        let key = &mut self.keys[index];
        let free = key.posted == 0 || behind;
        let head = key.waiting.first().filter(|_| free).map(|&element| CallId(name(element)));
        let (Some(slot), false) = (key.slot, head == key.head) else { return };
        let before = core::mem::replace(&mut key.head, head);
        let lane = &mut self.slots[slot as usize].lane;
        if let Some(id) = before {
            lane.remove(id, &self.calls[id]);
        }
        if let Some(id) = head {
            lane.insert(id, &self.calls[id]);
        }
    }

    /// Binds a key to the slot that has the fewest; of those to one with a worker, the one with the least to do.
    pub(crate) fn bind(&mut self, key: u32) {
        let load = |slot: &Slot| {
            let held = |worker: &Worker| worker.fifo.len() + worker.streams.len();
            (slot.given_up, slot.keys, slot.worker.as_ref().map_or(usize::MAX, held))
        };
        let best = self.slots.iter().enumerate().min_by_key(|(_, slot)| load(slot)).map_or(0, |(index, _)| index);
        self.slots[best].keys += 1;
        self.keys[key].slot = Some(best as u32);
    }

    /// A call of a key is gone: the next may follow, or the key rests.
    pub(crate) fn next_of_key(&mut self, key: u32) {
        self.set_head(key, false);
        if let Some(slot) = self.keys.rest(key) {
            self.slots[slot as usize].keys -= 1;
        }
    }
}

fn lightest(takers: &[(u32, u32)]) -> Option<usize> {
    let mut best = 0;
    for (index, taker) in takers.iter().enumerate() {
        if *taker < *takers.get(best)? {
            best = index;
        }
    }
    (!takers.is_empty()).then_some(best)
}
