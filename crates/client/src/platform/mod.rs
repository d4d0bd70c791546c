//! What a platform has to give: a clock, a task, and lines. Natively tokio's, in the browser the page's or the worker's.

#[cfg(all(not(all(target_arch = "wasm32", target_os = "unknown")), feature = "native"))]
mod native;
#[cfg(all(not(all(target_arch = "wasm32", target_os = "unknown")), feature = "native"))]
pub(crate) use native::*;

#[cfg(all(not(all(target_arch = "wasm32", target_os = "unknown")), feature = "rustls"))]
pub(crate) mod tls;

#[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "web"))]
mod web;
#[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "web"))]
pub(crate) use web::*;

use crate::message::Payload;

/// What happens on a line.
#[derive(Debug)]
pub(crate) enum Happening {
    Message(Payload),
    #[cfg_attr(
        all(target_arch = "wasm32", target_os = "unknown"),
        expect(dead_code, reason = "browsers answer pings, and let nobody see")
    )]
    /// No message: an answer to the ping of that nonce, or anything else.
    SignOfLife(Option<u64>),
    /// The line holds so many bytes back.
    Buffered(u64),
    /// It is over.
    Lost(Lost),
}

/// How a line, or an attempt at one, ended: with a close code of RFC 6455, section 7.4.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(crate) code: u16,
    pub(crate) reason: String,
}

/// The server lacks what was asked for (RFC 6455, section 7.4.1, there of extensions).
const MISSING: u16 = 1010;

impl Lost {
    /// Coming back would find the same server.
    pub(crate) fn without_link() -> Self {
        Self { code: MISSING, reason: "the server does not speak centaurus.link.1".into() }
    }
}
