use crate::frame::Control;
use crate::link::MessageId;

/// What is to be done. Commands are carried out in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Open a line. Whatever is left of an earlier one is no longer listened to.
    Connect {
        /// Attempts since the last good line, from 1.
        attempt: u32,
    },
    /// Hand a message to the line; with acknowledgement as a data frame of this number.
    Transmit {
        /// Which.
        message: MessageId,
        /// Its number in the session.
        sequence: Option<u64>,
    },
    /// Hand a frame of the link's own to the line. Without acknowledgement only [`Control::Ping`] occurs, and stands for
    /// whatever the user's peer answers.
    Control(Control),
    /// Begin the closing handshake.
    Disconnect {
        /// RFC 6455, section 7.4.
        code: u16,
        /// At most 123 bytes (RFC 6455, section 5.5).
        reason: String,
    },
    /// Drop the line without a handshake: nobody is there to shake hands with.
    Abort,
    /// Ask the line for no more messages, or for more again.
    Pause(bool),
    /// A message's fate. Exactly one for each that was accepted.
    Settle {
        /// Which.
        message: MessageId,
        /// How it ended.
        outcome: Outcome,
    },
    /// The line is open.
    Opened {
        /// The peer remembers the session: nothing was lost and nothing comes twice.
        resumed: bool,
    },
    /// The line is gone; another is tried after a pause.
    Reconnecting {
        /// Attempts since the last good line, this one included.
        attempt: u32,
        /// µs until then; [`u64::MAX`] while the machine is offline.
        delay: u64,
        /// Why the line is gone.
        end: End,
    },
    /// The link has ended. Nothing follows.
    Closed(End),
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was handed to the line. Whether it arrived nobody knows.
    Transmitted,
    /// The peer's reader has taken it.
    Acknowledged,
    /// It waited longer than its time to live.
    Expired,
    /// Others had to have its room ([`Overflow`](crate::config::Overflow)).
    Dropped,
    /// Its sender took it back ([`Link::withdraw`](crate::Link::withdraw)).
    Withdrawn,
    /// The link ended first.
    Closed,
}

/// How a line, or the link, ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The peer or the user closed it, or it broke (1006).
    Closed {
        /// RFC 6455, section 7.4.
        code: u16,
        /// The peer's words.
        reason: String,
    },
    /// Nothing was heard for longer than the heartbeat allows.
    Silent,
    /// The attempt took too long.
    ConnectTimeout,
    /// The peer broke the rules of the session.
    Protocol(crate::ProtocolError),
    /// As many attempts failed as the link may make.
    GaveUp {
        /// How many.
        attempts: u32,
    },
}
