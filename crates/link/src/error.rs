use thiserror::Error;

/// Why a message was not accepted. It has no number and will not be settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SendError {
    /// The outbox has no room, and its policy is to say so.
    #[error("the outbox is full: {held} of {max} bytes wait, and {size} more do not fit")]
    Full {
        /// Bytes that wait.
        held: u64,
        /// Bytes that may.
        max: u64,
        /// Bytes of the message.
        size: u64,
    },
    /// It is larger than all of the outbox.
    #[error("a message of {size} bytes can never be sent: the outbox holds {max}")]
    TooLarge {
        /// Bytes of the message.
        size: u64,
        /// Bytes that the outbox holds.
        max: u64,
    },
    /// The link is closing, or has ended.
    #[error("the link is closed")]
    Closed,
}

/// What a peer may not do in a session.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProtocolError {
    /// Bytes that are no frame.
    #[error("byte {offset} of a frame makes no sense: {what}")]
    Malformed {
        /// Where.
        offset: usize,
        /// What was wanted there.
        what: &'static str,
    },
    /// The first frame on a line is a greeting.
    #[error("the peer did not begin with a greeting")]
    NoGreeting,
    /// A second greeting on one line.
    #[error("the peer greeted twice")]
    Greeting,
    /// A data frame whose number is not the next one.
    #[error("message {found} came where {wanted} should have")]
    Gap {
        /// The number that it has.
        found: u64,
        /// The number after the last.
        wanted: u64,
    },
    /// It acknowledges what was never sent.
    #[error("the peer acknowledges message {acknowledged} of {sent}")]
    Unsent {
        /// What it says it received.
        acknowledged: u64,
        /// What was sent.
        sent: u64,
    },
    /// It sends more than it was allowed to.
    #[error("the peer sent message {found}, and was allowed {allowed}")]
    Credit {
        /// The number of the message.
        found: u64,
        /// The last number that it may send.
        allowed: u64,
    },
}
