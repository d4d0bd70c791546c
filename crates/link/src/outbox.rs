//! What waits: for room, for the line, for the peer's word.

use std::collections::VecDeque;

use centaurus_protocol::Time;

use crate::config::{self, Overflow};
use crate::link::MessageId;
use crate::{Outcome, SendError};

/// Messages that may wait for room. Who sends without waiting meets this, and is refused.
const MAX_OUTSIDE: usize = 100_000;

#[derive(Debug)]
struct Entry {
    message: MessageId,
    size: u64,
    expires: Time,
    /// It has been on some line: it may have arrived, and can neither expire nor make room.
    transmitted: bool,
}

#[derive(Debug)]
pub(crate) struct Outbox {
    config: config::Outbox,
    entries: VecDeque<Entry>,
    /// Those that have no room yet.
    outside: VecDeque<Entry>,
    /// Bytes of the entries.
    held: u64,
    /// How many entries are on the line that is open now.
    cursor: usize,
    next: u64,
    settled: VecDeque<(MessageId, Outcome)>,
    /// No entry expires earlier.
    expiry: Time,
}

impl Outbox {
    pub(crate) fn new(config: config::Outbox) -> Self {
        Self {
            config,
            entries: VecDeque::new(),
            outside: VecDeque::new(),
            held: 0,
            cursor: 0,
            next: 0,
            settled: VecDeque::new(),
            expiry: Time::NEVER,
        }
    }

    /// Bytes that wait, those without room included.
    pub(crate) fn waiting(&self) -> u64 {
        self.held + self.outside.iter().map(|entry| entry.size).sum::<u64>()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.outside.is_empty()
    }

    pub(crate) fn expiry(&self) -> Time {
        self.expiry
    }

    /// What has been decided on messages, in order.
    pub(crate) fn settled(&mut self) -> Option<(MessageId, Outcome)> {
        self.settled.pop_front()
    }

    pub(crate) fn push(&mut self, now: Time, size: u64, ttl: Option<u64>) -> Result<MessageId, SendError> {
        let max = self.config.max_bytes;
        if size > max {
            return Err(SendError::TooLarge { size, max });
        }
        let full = SendError::Full { held: self.held, max, size };
        let mut place = Place::Inside;
        if self.held + size > max || !self.outside.is_empty() {
            place = match self.config.overflow {
                Overflow::Reject => return Err(full),
                Overflow::DropNewest => Place::Nowhere,
                Overflow::DropOldest => {
                    // Looked at first: what is refused in the end must cost nobody his place.
                    let room = self.entries.iter().filter(|entry| !entry.transmitted).map(|entry| entry.size);
                    if self.held - room.sum::<u64>() + size > max {
                        return Err(full);
                    }
                    self.make_room(size);
                    Place::Inside
                }
                Overflow::Wait if self.outside.len() >= MAX_OUTSIDE => return Err(full),
                Overflow::Wait => Place::Outside,
            };
        }
        let entry = self.entry(now, size, ttl);
        let Entry { message, expires, .. } = entry;
        match place {
            Place::Inside => self.enter(entry),
            Place::Outside => {
                self.expiry = self.expiry.min(expires);
                self.outside.push_back(entry);
            }
            Place::Nowhere => self.settled.push_back((message, Outcome::Dropped)),
        }
        Ok(message)
    }

    /// Takes back a message that another outbox had accepted: it has its room, however full this one is. One that may
    /// have been on a line counts as if it had.
    pub(crate) fn restore(&mut self, now: Time, size: u64, ttl: Option<u64>, transmitted: bool) -> MessageId {
        let entry = Entry { transmitted, ..self.entry(now, size, ttl) };
        let message = entry.message;
        self.enter(entry);
        message
    }

    /// Removes a message that has not been on any line. Whether there was one.
    pub(crate) fn withdraw(&mut self, message: MessageId) -> bool {
        let before = self.entries.len() + self.outside.len();
        self.remove(Outcome::Withdrawn, |entry| entry.message == message && !entry.transmitted);
        self.entries.len() + self.outside.len() < before
    }

    /// The next message for the line, and its size. It stays until it is released.
    pub(crate) fn transmit(&mut self) -> Option<(MessageId, u64)> {
        let entry = self.entries.get_mut(self.cursor)?;
        entry.transmitted = true;
        self.cursor += 1;
        Some((entry.message, entry.size))
    }

    /// How many messages the line was given that have not been released.
    pub(crate) fn on_line(&self) -> u64 {
        self.cursor as u64
    }

    /// Whether there is something that the line has not been given.
    pub(crate) fn pending(&self) -> bool {
        self.cursor < self.entries.len()
    }

    /// The first entry is out of our hands.
    pub(crate) fn release(&mut self, outcome: Outcome) {
        if let Some(entry) = self.entries.pop_front() {
            self.cursor = self.cursor.saturating_sub(1);
            self.held -= entry.size;
            self.settled.push_back((entry.message, outcome));
            self.let_in();
        }
    }

    /// There is a new line, which has been given nothing.
    pub(crate) fn rewind(&mut self) {
        self.cursor = 0;
    }

    /// Messages past their time.
    pub(crate) fn expire(&mut self, now: Time) {
        if now < self.expiry {
            return;
        }
        self.remove(Outcome::Expired, |entry| !entry.transmitted && entry.expires <= now);
        let waiting = self.entries.iter().chain(&self.outside).filter(|entry| !entry.transmitted);
        self.expiry = waiting.map(|entry| entry.expires).min().unwrap_or(Time::NEVER);
    }

    /// Nothing more will be sent.
    pub(crate) fn end(&mut self) {
        self.remove(Outcome::Closed, |_| true);
    }

    fn entry(&mut self, now: Time, size: u64, ttl: Option<u64>) -> Entry {
        let message = MessageId(self.next);
        self.next += 1;
        let expires = ttl.or(self.config.ttl).map_or(Time::NEVER, |ttl| now.after(ttl));
        Entry { message, size, expires, transmitted: false }
    }

    fn enter(&mut self, entry: Entry) {
        self.held += entry.size;
        self.expiry = self.expiry.min(entry.expires);
        self.entries.push_back(entry);
    }

    fn let_in(&mut self) {
        while let Some(first) = self.outside.front()
            && self.held + first.size <= self.config.max_bytes
            && let Some(entry) = self.outside.pop_front()
        {
            self.enter(entry);
        }
    }

    /// Drops the oldest that can be dropped until so many bytes fit.
    fn make_room(&mut self, size: u64) {
        let mut missing = (self.held + size).saturating_sub(self.config.max_bytes);
        self.remove(Outcome::Dropped, |entry| {
            let drop = missing > 0 && !entry.transmitted;
            if drop {
                missing = missing.saturating_sub(entry.size);
            }
            drop
        });
    }

    fn remove(&mut self, outcome: Outcome, mut which: impl FnMut(&Entry) -> bool) {
        for (entries, inside) in [(&mut self.entries, true), (&mut self.outside, false)] {
            entries.retain(|entry| {
                let goes = which(entry);
                if goes {
                    self.settled.push_back((entry.message, outcome));
                    if inside {
                        self.held -= entry.size;
                    }
                }
                !goes
            });
        }
        self.cursor = self.cursor.min(self.entries.len());
        self.let_in();
    }
}

enum Place {
    Inside,
    Outside,
    Nowhere,
}
