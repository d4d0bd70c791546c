//! What the page asks for.

use alloc::vec::Vec;

use centaurus_protocol::{CallId, RegistrationId, Time};

use crate::call::{Call, State};
use crate::command::{Command, Outcome, Refused, Request};
use crate::registration::Verdict;
use crate::scheduler::Scheduler;
use crate::worker::Slot;

impl Scheduler {
    /// Accepts a call. It is posted in a [`Self::tick`], this one's or a later one.
    ///
    /// # Errors
    /// [`Refused::QueueFull`] if [`crate::Config::queue_limit`] calls wait already, beside one for each worker that has
    /// none or could still be started: what those take at once does not count as waiting. [`Refused::Terminated`]
    /// after [`Self::close`] or [`Self::terminate`].
    pub fn submit(&mut self, now: Time, request: Request) -> Result<CallId, Refused> {
        self.advance(now);
        self.admit(1)?;
        self.awake();
        Ok(self.accept(request, None))
    }

    /// Accepts a call for each slot that has a worker, at least [`crate::Config::broadcast`] slots. The key is ignored.
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
                self.commands.push(Command::Register { worker: worker.id, registration });
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
                self.commands.push(Command::Register { worker: worker.id, registration });
            }
        }
    }

    /// Brings up [`crate::Config::min`] workers, or one. [`Command::Ready`] follows once so many are ready, or
    /// [`Command::Unready`] if too few can be started. Neither follows a [`Self::terminate`] or the end of a
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
                self.commands.push(Command::SettleRegistration { registration, outcome });
            }
        }
        let closed = self.closing;
        self.shut_down();
        if closed {
            self.commands.push(Command::Closed);
        }
    }

    /// Refuses what comes from now on. When the last call has ended and the last registration is settled, the workers
    /// are killed and [`Command::Closed`] follows.
    pub fn close(&mut self, now: Time) {
        self.advance(now);
        if self.ended && !self.closing {
            self.commands.push(Command::Closed);
        }
        self.closing = true;
        self.wrap_up();
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
        self.dirty |= self.down || !self.used;
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
}
