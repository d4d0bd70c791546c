//! How a link behaves. All durations are in microseconds, all sizes in bytes.

/// How long the pause before the next attempt is: full jitter (Brooker, "Exponential Backoff And Jitter", AWS
/// Architecture Blog, 2015), with a minimum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// No pause is shorter.
    pub min: u64,
    /// The pause after a good line is a random part of this, beyond [`min`](Self::min); it doubles with each attempt
    /// that fails.
    pub base: u64,
    /// No pause is longer, unless the server asks for more time.
    pub max: u64,
    /// A line that has been open for so long was a good one: the next pause is as short as the first.
    pub stable_after: u64,
    /// Attempts in a row without a good line after which the link gives up; `None` for never.
    pub max_attempts: Option<u32>,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { min: 100_000, base: 1_000_000, max: 30_000_000, stable_after: 5_000_000, max_attempts: None }
    }
}

/// How a line is found dead that still looks open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// Silence after which the peer is asked for a sign of life. Whatever arrives is one.
    pub interval: u64,
    /// Silence after the question after which the line is given up.
    pub timeout: u64,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self { interval: 20_000_000, timeout: 10_000_000 }
    }
}

/// What becomes of a message for which the outbox has no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Overflow {
    /// It is refused.
    #[default]
    Reject,
    /// The oldest that have not been transmitted make room.
    DropOldest,
    /// It is dropped.
    DropNewest,
    /// It waits outside until there is room; who sends without waiting for that fills the memory, not the outbox.
    Wait,
}

/// What waits for the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outbox {
    /// Bytes that may wait: for the line, and with acknowledgement for the peer's word.
    pub max_bytes: u64,
    /// What happens beyond.
    pub overflow: Overflow,
    /// A message that has not been transmitted for so long is dropped; `None` for never.
    pub ttl: Option<u64>,
}

/// A few seconds of a fast uplink; more is better kept by who sends.
const OUTBOX_BYTES: u64 = 16 << 20;

impl Default for Outbox {
    fn default() -> Self {
        Self { max_bytes: OUTBOX_BYTES, overflow: Overflow::default(), ttl: None }
    }
}

/// Acknowledged delivery: what both peers promise each other with the frames of [`frame`](crate::frame).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// Messages that the peer may send ahead of the reader: a slow reader slows the peer.
    pub window: u32,
    /// A message that the reader has taken is acknowledged after so long at the latest.
    pub ack_delay: u64,
}

impl Default for Acknowledged {
    fn default() -> Self {
        Self { window: 1024, ack_delay: 20_000 }
    }
}

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The pauses between attempts.
    pub backoff: Backoff,
    /// The look-out for dead lines; `None` for none.
    pub heartbeat: Option<Heartbeat>,
    /// What waits for the line.
    pub outbox: Outbox,
    /// Acknowledged delivery, if the peer speaks it.
    pub acknowledged: Option<Acknowledged>,
    /// An attempt that takes longer has failed.
    pub connect_timeout: u64,
    /// After [`Link::close`](crate::Link::close): how long the outbox may take to drain and the peer to answer.
    pub close_timeout: u64,
    /// Bytes that the line itself may hold back before the link waits for it.
    pub line_buffer: u64,
    /// Messages that may wait for the reader before the line is asked to pause.
    pub inbox: u32,
    /// Close codes after which it makes no sense to come back.
    pub permanent: Vec<u16>,
    /// Where the jitter begins. Clients must not share it, or they come back together.
    pub seed: u64,
}

/// Close codes by which a peer says that the same again would end the same (RFC 6455, section 7.4.1): done (1000),
/// protocol error (1002), unacceptable data (1003), inconsistent data (1007), policy (1008), too big (1009), missing
/// extension (1010); and of the private ones those after HTTP's 400, 401, 403 and 404.
pub const PERMANENT: &[u16] = &[1000, 1002, 1003, 1007, 1008, 1009, 1010, 4400, 4401, 4403, 4404];

impl Default for Config {
    fn default() -> Self {
        Self {
            backoff: Backoff::default(),
            heartbeat: None,
            outbox: Outbox::default(),
            acknowledged: None,
            connect_timeout: 10_000_000,
            close_timeout: 5_000_000,
            line_buffer: 1 << 20,
            inbox: 1024,
            permanent: PERMANENT.to_vec(),
            seed: 0,
        }
    }
}
