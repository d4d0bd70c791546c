use thiserror::Error;

/// Why a socket cannot even try to connect.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The address is none of a WebSocket.
    #[error("'{url}' is no WebSocket address: {reason}; it looks like ws://host/path or wss://host/path")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// `wss:` without the means for it.
    #[error("'{url}' wants TLS: enable the feature `rustls` of centaurus-client")]
    NoTls {
        /// What was given.
        url: String,
    },
    /// A header or a subprotocol that cannot be sent.
    #[error("the {what} '{value}' cannot be sent: {reason}")]
    Header {
        /// Of which kind it is.
        what: &'static str,
        /// What was given.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Why a socket was not closed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CloseError {
    /// A code that an application may not send (RFC 6455, section 7.4.2).
    #[error("{code} is no close code for an application: those are 1000, and 3000 to 4999")]
    Code {
        /// What was given.
        code: u16,
    },
    /// A reason that does not fit into a close frame (RFC 6455, section 5.5).
    #[error("a reason has at most {} bytes, and this one has {bytes}", CloseError::MAX_REASON)]
    Reason {
        /// How long it is.
        bytes: usize,
    },
}

impl CloseError {
    /// Bytes of a reason: a control frame carries 125, of which two are the code.
    pub(crate) const MAX_REASON: usize = 123;
}
