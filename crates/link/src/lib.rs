//! A connection that comes back.
//!
//! [`Link`] is a state machine without I/O: it is told what the user wants, what the line does and what time it is, and
//! answers with [`Command`]s. It holds no socket, no message and no clock: of a message it knows a number and a size,
//! so that the same machine serves a `WebSocket` in a worker, whose messages are JavaScript's, and a native program.
//!
//! ```
//! use centaurus_link::{Command, Config, Link, Time};
//!
//! let mut link = Link::new(Config::default());
//! let hello = link.send(Time(0), 5)?;
//! link.open(Time(0));
//! assert_eq!(link.poll(), Some(Command::Connect { attempt: 1 }));
//! link.connected(Time(20_000));
//! assert!(matches!(link.poll(), Some(Command::Opened { .. })));
//! assert!(matches!(link.poll(), Some(Command::Transmit { message, .. }) if message == hello));
//!
//! // The server restarts. Some random part of a second later the link connects anew.
//! link.lost(Time(50_000), 1006, "");
//! let Some(Command::Reconnecting { delay, .. }) = std::iter::from_fn(|| link.poll()).last() else { panic!() };
//! link.tick(Time(50_000).after(delay));
//! assert_eq!(link.poll(), Some(Command::Connect { attempt: 2 }));
//! # Ok::<(), centaurus_link::SendError>(())
//! ```
//!
//! # What it promises
//!
//! - Every accepted message settles exactly once, with an [`Outcome`].
//! - Messages are transmitted in the order in which they were sent; none is transmitted twice on one line.
//! - Without acknowledgement a message is transmitted at most once. With it (see [`session`]), what the peer has said it
//!   received is never sent again, everything else is, and what arrives twice is delivered once, in order.
//! - A line on which nothing has arrived for [`Heartbeat::interval`](config::Heartbeat::interval) and then for
//!   [`Heartbeat::timeout`](config::Heartbeat::timeout) is given up, however open it looks.
//! - The outbox holds no more bytes than it may, connected or not.
//! - Between two attempts there is a pause by full jitter; only the user, a permanent close code, or the limit of attempts
//!   ends the attempts.

mod backoff;
mod command;
pub mod config;
mod error;
pub mod frame;
mod heartbeat;
mod link;
mod outbox;
pub mod session;

pub use centaurus_protocol::Time;
pub use command::{Command, End, Outcome};
pub use config::Config;
pub use error::{ProtocolError, SendError};
pub use link::{Arrival, Link, MessageId, State};
