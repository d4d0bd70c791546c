//! What the handles and the driver share: the link, and whatever belongs to the numbers that it deals in.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use centaurus_link::{Arrival, Command, End, Link, MessageId, Outcome, SendError, Time};
use futures_channel::oneshot;

use crate::message::Payload;
use crate::platform::now;
use crate::{Event, Message};

/// Events that one who does not look may miss; the oldest go first.
const MAX_EVENTS: usize = 256;
/// Data that says it is text and is none (RFC 6455, section 7.4.1), and what a peer breaks off with.
const NOT_TEXT: u16 = 1007;
const BROKEN: u16 = 1006;

#[derive(Debug)]
pub(crate) struct Shared(Mutex<Core>);

#[derive(Debug)]
pub(crate) struct Core {
    link: Link,
    acknowledged: bool,
    outgoing: HashMap<MessageId, Outgoing>,
    /// What the driver is to do.
    orders: VecDeque<Command>,
    /// When it has to look at the clock again, as it was told last.
    wake: Option<Time>,
    driver: Option<Waker>,
    inbox: VecDeque<Message>,
    reader: Option<Waker>,
    watchers: Vec<Watcher>,
    watched: usize,
    end: Option<End>,
}

#[derive(Debug)]
struct Outgoing {
    payload: Payload,
    settle: oneshot::Sender<Outcome>,
}

#[derive(Debug)]
struct Watcher {
    id: usize,
    events: VecDeque<Event>,
    waker: Option<Waker>,
}

impl Shared {
    pub(crate) fn new(config: centaurus_link::Config) -> Self {
        let acknowledged = config.acknowledged.is_some();
        Self(Mutex::new(Core {
            link: Link::new(config),
            acknowledged,
            outgoing: HashMap::new(),
            orders: VecDeque::new(),
            wake: None,
            driver: None,
            inbox: VecDeque::new(),
            reader: None,
            watchers: Vec::new(),
            watched: 0,
            end: None,
        }))
    }

    /// Nothing in here is done by halves, so what a panic left is as good as what it found.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Core> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the link something, and sees to what follows from it.
    pub(crate) fn tell<T>(&self, what: impl FnOnce(&mut Link, Time) -> T) -> T {
        self.lock().tell(what)
    }
}

impl Core {
    fn tell<T>(&mut self, what: impl FnOnce(&mut Link, Time) -> T) -> T {
        let told = what(&mut self.link, now());
        self.follow();
        told
    }

    /// Carries out what concerns the handles, and leaves the rest to the driver.
    fn follow(&mut self) {
        let before = self.orders.len();
        while let Some(command) = self.link.poll() {
            match command {
                // A message may be handed over and settled in one go; its order comes first, and wants the payload.
                settled @ Command::Settle { .. } if !self.orders.is_empty() => self.orders.push_back(settled),
                Command::Settle { message, outcome } => self.settle(message, outcome),
                Command::Opened { resumed } => self.publish(Event::Opened { resumed }),
                Command::Reconnecting { attempt, delay, end } => {
                    self.publish(Event::Reconnecting { attempt, delay, end });
                }
                Command::Closed(end) => self.close(end),
                order => self.orders.push_back(order),
            }
        }
        if (self.orders.len() > before || self.wakes_sooner() || self.end.is_some())
            && let Some(driver) = self.driver.take()
        {
            driver.wake();
        }
    }

    fn settle(&mut self, message: MessageId, outcome: Outcome) {
        if let Some(outgoing) = self.outgoing.remove(&message) {
            // Nobody may be waiting.
            let _ = outgoing.settle.send(outcome);
        }
    }

    /// Whether the link wants to be woken earlier than the driver will. One that is woken too early does no harm.
    fn wakes_sooner(&self) -> bool {
        self.link.next_wake().is_some_and(|wake| self.wake.is_none_or(|told| wake < told))
    }

    fn publish(&mut self, event: Event) {
        for watcher in &mut self.watchers {
            if watcher.events.len() == MAX_EVENTS {
                watcher.events.pop_front();
            }
            watcher.events.push_back(event.clone());
            if let Some(waker) = watcher.waker.take() {
                waker.wake();
            }
        }
    }

    fn close(&mut self, end: End) {
        self.publish(Event::Closed(end.clone()));
        self.end = Some(end);
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        for watcher in &mut self.watchers {
            if let Some(waker) = watcher.waker.take() {
                waker.wake();
            }
        }
    }
}

/// For the handles.
impl Core {
    pub(crate) fn send(&mut self, payload: Payload) -> Result<oneshot::Receiver<Outcome>, SendError> {
        let message = self.link.send(now(), payload.bytes.len() as u64)?;
        let (settle, settled) = oneshot::channel();
        self.outgoing.insert(message, Outgoing { payload, settle });
        self.follow();
        Ok(settled)
    }

    pub(crate) fn link(&self) -> &Link {
        &self.link
    }

    pub(crate) fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// The next message; nothing, and a wake-up later, if there is none yet.
    pub(crate) fn take(&mut self, waker: &Waker) -> Option<Message> {
        let message = self.inbox.pop_front();
        if message.is_some() {
            self.tell(|link, now| link.taken(now, 1));
        } else {
            self.reader = Some(waker.clone());
        }
        message
    }

    pub(crate) fn watch(&mut self) -> usize {
        self.watched += 1;
        self.watchers.push(Watcher { id: self.watched, events: VecDeque::new(), waker: None });
        self.watched
    }

    pub(crate) fn unwatch(&mut self, id: usize) {
        self.watchers.retain(|watcher| watcher.id != id);
    }

    pub(crate) fn event(&mut self, id: usize, waker: &Waker) -> Option<Event> {
        let watcher = self.watchers.iter_mut().find(|watcher| watcher.id == id)?;
        let event = watcher.events.pop_front();
        if event.is_none() {
            watcher.waker = Some(waker.clone());
        }
        event
    }
}

/// For the driver.
impl Core {
    pub(crate) fn order(&mut self) -> Option<Command> {
        loop {
            match self.orders.pop_front()? {
                Command::Settle { message, outcome } => self.settle(message, outcome),
                order => return Some(order),
            }
        }
    }

    /// When to look at the clock, from now on; `None` for never.
    pub(crate) fn wake_at(&mut self) -> Option<Time> {
        self.wake = self.link.next_wake();
        self.wake
    }

    /// Whether there is nothing to do but wait.
    pub(crate) fn rests(&mut self, waker: &Waker) -> bool {
        self.driver = Some(waker.clone());
        self.orders.is_empty() && self.end.is_none() && !self.wakes_sooner()
    }

    pub(crate) fn payload(&self, message: MessageId) -> Option<Payload> {
        self.outgoing.get(&message).map(|outgoing| outgoing.payload.clone())
    }

    /// Something arrived.
    pub(crate) fn arrived(&mut self, payload: Payload) {
        let message = if self.acknowledged {
            match self.tell(|link, now| link.received_frame(now, &payload.bytes)) {
                Arrival::Nothing => return,
                Arrival::Message { text, payload: at } => Payload { text, bytes: payload.bytes.slice(at..) },
            }
        } else {
            if !self.tell(|link, now| link.received(now)) {
                return;
            }
            payload
        };
        match message.into_message() {
            Some(message) => self.inbox.push_back(message),
            None => return self.refuse(NOT_TEXT, "the peer's text is not UTF-8"),
        }
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    /// The line is given up because of what came over it.
    fn refuse(&mut self, code: u16, reason: &str) {
        self.orders.push_back(Command::Abort);
        self.tell(|link, now| link.lost(now, code, reason));
    }

    /// The driver is gone, most likely with its runtime: nothing will happen any more.
    pub(crate) fn die(&mut self) {
        if self.end.is_none() {
            self.orders.clear();
            self.tell(Link::abort);
            self.orders.clear();
        }
        for (_, outgoing) in self.outgoing.drain() {
            let _ = outgoing.settle.send(Outcome::Closed);
        }
        let end = End::Closed { code: BROKEN, reason: "the runtime has ended".into() };
        self.end.get_or_insert(end);
    }
}
