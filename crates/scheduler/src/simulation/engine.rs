//! A worker as it really is.

use std::collections::VecDeque;

use centaurus_protocol::{CallId, RegistrationId, WorkerId};

use super::{Call, Registration, Simulation};

/// What becomes of a registration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    Succeeds,
    Fails,
    /// Now this, now that.
    Flaky,
    /// It brings the worker down.
    Deadly,
}

/// What a worker is sent.
#[derive(Debug)]
pub(super) enum Down {
    Register(RegistrationId),
    Call(usize),
    Abort(CallId),
}

#[derive(Debug)]
pub(super) struct Message {
    items: Vec<Down>,
    readable: bool,
}

impl Message {
    pub(super) fn new(items: Vec<Down>, calls: &[Call]) -> Self {
        let poison = |item: &Down| matches!(*item, Down::Call(call) if calls[call].poison);
        Self { readable: !items.iter().any(poison), items }
    }
}

/// What a worker says, or what is learned of it.
#[derive(Debug)]
pub(super) enum Up {
    Loaded,
    LoadFailed,
    Registered(RegistrationId, bool),
    Started(usize),
    Item(usize),
    Done {
        call: usize,
        ok: bool,
        dropped: bool,
    },
    Unreadable(Vec<usize>),
    /// Dead, without a word.
    Died,
    /// Dead, and this is what it was running.
    DiedSaying(Option<usize>),
    /// Dead, and shared memory shows the call that began last.
    DiedSeen,
}

/// How a worker dies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Death {
    /// Without a word.
    Silent,
    /// It says what it was doing, after everything else it had to say.
    Said,
    /// Shared memory shows what it was doing; what it had held back is lost.
    Seen,
}

#[derive(Debug)]
pub(super) struct Engine {
    pub(super) id: WorkerId,
    pub(super) slot: u32,
    pub(super) spawned: u64,
    pub(super) inbox: VecDeque<Message>,
    pub(super) outbox: VecDeque<Up>,
    /// Replies that it has not sent yet.
    held: Vec<Up>,
    queue: VecDeque<usize>,
    current: Option<usize>,
    streams: Vec<usize>,
    /// The call that does not let go of the thread.
    hogged: bool,
    loaded: bool,
    dead: bool,
    /// The call that began last, as shared memory shows it.
    pub(super) last: Option<usize>,

    // What the page knows of it.
    pub(super) told_loaded: bool,
    pub(super) given: Vec<RegistrationId>,
    pub(super) unanswered: Vec<RegistrationId>,
    pub(super) refused: bool,
    pub(super) hands: Vec<usize>,
    pub(super) heard: u64,
}

impl Engine {
    pub(super) fn new(id: WorkerId, slot: u32, now: u64) -> Self {
        Self {
            id,
            slot,
            spawned: now,
            inbox: VecDeque::new(),
            outbox: VecDeque::new(),
            held: Vec::new(),
            queue: VecDeque::new(),
            current: None,
            streams: Vec::new(),
            hogged: false,
            loaded: false,
            dead: false,
            last: None,
            told_loaded: false,
            given: Vec::new(),
            unanswered: Vec::new(),
            refused: false,
            hands: Vec::new(),
            heard: now,
        }
    }

    fn flush(&mut self) {
        self.outbox.extend(self.held.drain(..));
    }

    /// Before a call is sent, what shared memory shows of an earlier one of its number is wiped out.
    pub(super) fn forget_mark(&mut self, id: CallId, calls: &[Call]) {
        self.last = self.last.filter(|&last| calls[last].id != id);
    }

    /// Nothing happens here any more unless something arrives.
    pub(super) fn quiet(&self) -> bool {
        self.dead
            || (self.loaded
                && self.inbox.is_empty()
                && self.held.is_empty()
                && self.queue.is_empty()
                && self.current.is_none()
                && self.streams.is_empty())
    }
}

impl Simulation {
    /// A worker does one thing, if it can.
    pub(super) fn work(&mut self, at: usize, choice: u8) {
        if self.calm {
            self.engines[at].hogged = false;
        }
        let engine = &mut self.engines[at];
        if engine.dead {
            return;
        }
        if engine.hogged {
            engine.hogged = choice % 8 != 7;
            return;
        }
        if !engine.loaded {
            engine.loaded = true;
            engine.outbox.push_back(Up::Loaded);
            return;
        }
        match choice % 8 {
            0 | 1 => self.receive(at, choice),
            2 | 3 => self.begin(at),
            4 | 5 => self.finish(at, choice),
            6 => self.stream(at, choice),
            _ => self.engines[at].flush(),
        }
    }

    /// A worker goes on until it has nothing to do.
    pub(super) fn work_out(&mut self, at: usize) {
        while !self.engines[at].quiet() && (self.calm || !self.engines[at].hogged) {
            for choice in [0, 2, 4, 6, 7] {
                self.work(at, choice | 0x80);
            }
        }
    }

    fn receive(&mut self, at: usize, choice: u8) {
        let engine = &mut self.engines[at];
        let Some(message) = engine.inbox.pop_front() else { return };
        if !message.readable {
            let call = |item: &Down| if let Down::Call(call) = *item { Some(call) } else { None };
            let calls: Vec<usize> = message.items.iter().filter_map(call).collect();
            // Alone it is to blame, and will not come again.
            if let [index] = calls[..] {
                self.calls[index].ended = true;
            }
            engine.flush();
            engine.outbox.push_back(Up::Unreadable(calls));
            return;
        }
        for item in message.items {
            match item {
                Down::Call(call) => engine.queue.push_back(call),
                Down::Abort(id) => {
                    let waits = engine.queue.iter().position(|&call| self.calls[call].id == id);
                    if let Some(call) = waits.and_then(|position| engine.queue.remove(position)) {
                        engine.held.push(Up::Done { call, ok: false, dropped: true });
                    }
                }
                Down::Register(id) => {
                    engine.flush();
                    let Registration { fate, .. } = self.registrations[id.index()];
                    let ok = match fate {
                        Fate::Succeeds => true,
                        Fate::Fails => false,
                        Fate::Flaky => self.calm || choice & 0x10 != 0,
                        Fate::Deadly if self.calm => false,
                        Fate::Deadly => {
                            let how = if engine.current.is_none() { Death::Said } else { Death::Silent };
                            self.die(at, how);
                            return;
                        }
                    };
                    engine.outbox.push_back(Up::Registered(id, ok));
                }
            }
        }
        if engine.queue.is_empty() && engine.current.is_none() {
            engine.flush();
        }
    }

    fn begin(&mut self, at: usize) {
        let engine = &mut self.engines[at];
        if engine.current.is_some() {
            return;
        }
        let Some(index) = engine.queue.pop_front() else { return };
        let call = &mut self.calls[index];
        call.starts += 1;
        call.begun = true;
        if call.tells() {
            engine.flush();
            engine.outbox.push_back(Up::Started(index));
        }
        if call.request.stream {
            engine.streams.push(index);
        } else {
            engine.current = Some(index);
            engine.last = Some(index);
        }
        engine.hogged = call.hog && !self.calm;
        self.check_begin(at, index);
    }

    fn finish(&mut self, at: usize, choice: u8) {
        let engine = &mut self.engines[at];
        let Some(index) = engine.current.take() else { return };
        let call = &mut self.calls[index];
        call.ended = true;
        engine.held.push(Up::Done { call: index, ok: choice & 0x40 == 0, dropped: false });
        if call.marked || engine.queue.is_empty() || choice & 0x20 != 0 {
            engine.flush();
        }
    }

    fn stream(&mut self, at: usize, choice: u8) {
        let engine = &mut self.engines[at];
        if engine.streams.is_empty() {
            // A call that is running reports progress.
            if let Some(index) = engine.current {
                engine.flush();
                engine.outbox.push_back(Up::Item(index));
            }
            return;
        }
        let position = usize::from(choice >> 3) % engine.streams.len();
        let index = engine.streams[position];
        engine.flush();
        if choice & 0x80 == 0 {
            engine.outbox.push_back(Up::Item(index));
            engine.hogged = self.calls[index].hog && choice & 0x40 != 0;
        } else {
            engine.streams.remove(position);
            self.calls[index].ended = true;
            engine.outbox.push_back(Up::Done { call: index, ok: true, dropped: false });
        }
    }

    /// A worker dies; the page learns it after everything that the worker had sent.
    pub(super) fn die(&mut self, at: usize, how: Death) {
        let engine = &mut self.engines[at];
        if engine.dead {
            return;
        }
        engine.dead = true;
        let end = match how {
            Death::Silent => Up::Died,
            Death::Said => {
                engine.flush();
                Up::DiedSaying(engine.current)
            }
            Death::Seen => Up::DiedSeen,
        };
        engine.held.clear();
        engine.outbox.push_back(if engine.loaded { end } else { Up::LoadFailed });
    }
}
