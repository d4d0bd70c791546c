use std::time::Duration;

/// Connections at one time. A browser opens six to a host; this is a server for a person and for tests.
const MAX_CONNECTIONS: usize = 256;

/// The head of a request: request line and headers, in bytes. What nginx allows in all is 32 KiB; a page served from
/// here sends less than one.
const MAX_HEAD_BYTES: usize = 16 * 1024;

/// Headers of a request. Browsers send about twenty.
const MAX_HEADERS: usize = 64;

/// The body of a request, in bytes. Nothing here takes one; a small one is read and ignored.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// From the start of a connection, or the end of the answer before, to the end of the request's head. It is the time
/// a kept-alive connection may idle, too.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// From a request's head to the head of its answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a peer may take nothing of an answer before its connection is dropped.
const STALL_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a stopping server waits for the answers under way.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// What a peer may cost. The default is meant for the playground; tests set smaller values to meet them.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at one time; further ones wait to be accepted. Default: 256.
    pub connections: usize,
    /// Bytes of a request's head; more is answered with 431 and closed. Default: 16 KiB, at least 8 KiB.
    pub head_bytes: usize,
    /// Headers of a request; more is answered with 431 and closed. Default: 64.
    pub headers: usize,
    /// Bytes of a request's body; more is answered with 413. Default: 64 KiB.
    pub body_bytes: usize,
    /// Time for a request's head to arrive, idling before it included. Default: 30 s.
    pub head_timeout: Duration,
    /// Time for an answer to begin; 503 after it. Default: 15 s.
    pub request_timeout: Duration,
    /// Time that a peer may take nothing of an answer. Default: 30 s.
    pub stall_timeout: Duration,
    /// Time for the answers under way when the server stops. Default: 5 s.
    pub shutdown_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: MAX_CONNECTIONS,
            head_bytes: MAX_HEAD_BYTES,
            headers: MAX_HEADERS,
            body_bytes: MAX_BODY_BYTES,
            head_timeout: HEAD_TIMEOUT,
            request_timeout: REQUEST_TIMEOUT,
            stall_timeout: STALL_TIMEOUT,
            shutdown_timeout: SHUTDOWN_TIMEOUT,
        }
    }
}
