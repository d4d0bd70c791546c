//! Acknowledged delivery, as each of the two peers keeps it.
//!
//! Messages have numbers from 1. A peer says up to which its reader has taken them, and up to which it will take them;
//! what it has not taken is sent again on the next line, and what arrives again is dropped. So a message is delivered
//! once, in order, as long as both remember the session: the client for as long as it lives, the server for as long as
//! it chooses to.

use crate::ProtocolError;
use crate::frame::SessionId;

/// One side of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    id: SessionId,
    window: u64,
    /// The last message that the peer has taken.
    acknowledged: u64,
    /// The last that it may be sent.
    allowed: u64,
    /// The last that was given a number.
    sent: u64,
    /// The last that arrived.
    arrived: u64,
    /// The last that the reader has taken.
    taken: u64,
    /// What the peer was told of that last.
    told: u64,
}

impl Session {
    /// A session in which nothing has been said. The peer may send `window` messages ahead of the reader.
    #[must_use]
    pub fn new(id: SessionId, window: u32) -> Self {
        let window = u64::from(window.max(1));
        Self { id, window, acknowledged: 0, allowed: 0, sent: 0, arrived: 0, taken: 0, told: 0 }
    }

    /// A session that somebody else has kept until now: its reader has taken messages up to `taken`, and its peer those
    /// up to `acknowledged`.
    #[must_use]
    pub fn resumed(id: SessionId, window: u32, taken: u64, acknowledged: u64) -> Self {
        // How far the other had come with sending nobody knows any more.
        Self { acknowledged, sent: u64::MAX, arrived: taken, taken, told: taken, ..Self::new(id, window) }
    }

    /// The peer has taken messages up to this one, whoever sent them.
    pub fn catch_up(&mut self, received: u64) {
        self.acknowledged = self.acknowledged.max(received);
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// The last message that the reader has taken.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// The last message that the peer has taken.
    #[must_use]
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// The last message that the peer will take.
    #[must_use]
    pub fn allowed(&self) -> u64 {
        self.allowed
    }

    /// Whether the peer lacks news that are worth a frame at once: half of its window.
    #[must_use]
    pub fn report_is_due(&self) -> bool {
        self.taken - self.told >= self.window.div_ceil(2)
    }

    /// Whether there are news at all.
    #[must_use]
    pub fn has_report(&self) -> bool {
        self.taken > self.told
    }

    /// What the peer is told: the last message taken, and the last that it may send.
    pub fn report(&mut self) -> (u64, u64) {
        self.told = self.taken;
        (self.taken, self.taken + self.window)
    }

    /// A message may be sent under this number, if the peer allows it.
    #[must_use]
    pub fn may_send(&self, number: u64) -> bool {
        number <= self.allowed
    }

    /// A message was sent, perhaps again.
    pub fn sent(&mut self, number: u64) {
        self.sent = self.sent.max(number);
    }

    /// A message has arrived. Whether it is to be delivered: one that came before is not.
    ///
    /// # Errors
    /// When it is not the next one, or one more than was allowed.
    pub fn arrived(&mut self, number: u64) -> Result<bool, ProtocolError> {
        if number <= self.arrived {
            return Ok(false);
        }
        let wanted = self.arrived + 1;
        if number != wanted {
            return Err(ProtocolError::Gap { found: number, wanted });
        }
        let allowed = self.told + self.window;
        if number > allowed {
            return Err(ProtocolError::Credit { found: number, allowed });
        }
        self.arrived = number;
        Ok(true)
    }

    /// The reader has taken so many messages.
    pub fn take(&mut self, count: u64) {
        self.taken = (self.taken + count).min(self.arrived);
    }

    /// The peer says what it has taken and will take. How many more messages are out of our hands.
    ///
    /// # Errors
    /// When it has taken what was never sent.
    pub fn told(&mut self, received: u64, allowed: u64) -> Result<u64, ProtocolError> {
        if received > self.sent {
            return Err(ProtocolError::Unsent { acknowledged: received, sent: self.sent });
        }
        let fresh = received.saturating_sub(self.acknowledged);
        self.acknowledged += fresh;
        self.allowed = self.allowed.max(allowed);
        Ok(fresh)
    }
}
