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
    /// What sockets may cost.
    pub sockets: SocketLimits,
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
            sockets: SocketLimits::default(),
        }
    }
}

/// Sockets at one time: a few for each page that is open, and the fifty of the tests.
const MAX_SOCKETS: usize = 1_024;

/// A message, in bytes.
const MAX_MESSAGE_BYTES: usize = 16 << 20;

/// Each of a socket's two buffers, in bytes. Small messages fit in, large ones do without.
const BUFFER_BYTES: usize = 4 * 1024;

/// Messages that are read of one socket in a second.
const MESSAGES_PER_SECOND: u32 = 50_000;

/// How long a socket may say nothing, not even answer a ping.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a session is remembered when its line is gone.
const SESSION_TTL: Duration = Duration::from_secs(60);

/// What a session keeps of messages that its client has not taken, in bytes.
const SESSION_BYTES: usize = 1 << 20;

/// What sockets may cost.
#[derive(Debug, Clone)]
pub struct SocketLimits {
    /// Sockets at one time; one more is answered with 503. Default: 1,024.
    pub sockets: usize,
    /// Bytes of a message; a larger one ends the socket. Default: 16 MiB.
    pub message_bytes: usize,
    /// Bytes of the buffers that a socket has in each direction. Default: 4 KiB.
    pub buffer_bytes: usize,
    /// Messages of one socket that are read in a second; more wait in its line. Default: 50,000.
    pub messages_per_second: u32,
    /// Time that a peer may be silent; it is pinged after half of it. Default: 60 s.
    pub idle_timeout: Duration,
    /// Sessions that are remembered. Default: 1,024.
    pub sessions: usize,
    /// Time that a session without a line is remembered. Default: 60 s.
    pub session_ttl: Duration,
    /// Bytes that a session keeps for its client. Default: 1 MiB.
    pub session_bytes: usize,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self {
            sockets: MAX_SOCKETS,
            message_bytes: MAX_MESSAGE_BYTES,
            buffer_bytes: BUFFER_BYTES,
            messages_per_second: MESSAGES_PER_SECOND,
            idle_timeout: IDLE_TIMEOUT,
            sessions: MAX_SOCKETS,
            session_ttl: SESSION_TTL,
            session_bytes: SESSION_BYTES,
        }
    }
}
