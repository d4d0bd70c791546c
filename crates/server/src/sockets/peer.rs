//! One end of a WebSocket: what every kind of it does alike.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::SinkExt;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::pace::Pace;
use crate::SocketLimits;

/// What a stopping server tells its clients (RFC 6455, section 7.4.1): it will be back; not all of them at once, please.
const GOING_AWAY: u16 = 1001;
const RESTARTING: &str = "retry-after=1";
/// How long a peer may take to answer a close frame.
const FAREWELL: Duration = Duration::from_secs(2);

/// Messages in both directions so far.
#[derive(Debug, Default)]
pub(super) struct Counts {
    received: AtomicU64,
    sent: AtomicU64,
}

impl Counts {
    /// Received, sent.
    pub(super) fn read(&self) -> (u64, u64) {
        (self.received.load(Ordering::Relaxed), self.sent.load(Ordering::Relaxed))
    }
}

/// The line is gone, or was closed.
#[derive(Debug)]
pub(super) struct Gone;

pub(super) struct Peer {
    socket: WebSocket,
    limits: SocketLimits,
    stopping: watch::Receiver<bool>,
    counts: Arc<Counts>,
    pace: Pace,
    /// When something was last heard, and whether a ping has gone out since.
    heard: Instant,
    asked: bool,
}

impl Peer {
    pub(super) fn new(socket: WebSocket, limits: SocketLimits, stopping: watch::Receiver<bool>) -> Self {
        let pace = Pace::new(limits.messages_per_second);
        Self { socket, limits, stopping, counts: Arc::default(), pace, heard: Instant::now(), asked: false }
    }

    pub(super) fn counts(&self) -> Arc<Counts> {
        self.counts.clone()
    }

    pub(super) fn limits(&self) -> &SocketLimits {
        &self.limits
    }

    pub(super) fn protocol(&self) -> Option<&str> {
        self.socket.protocol().and_then(|name| name.to_str().ok())
    }

    /// The next text or binary message. Reading slower than they come slows the peer, by its line. May be dropped while
    /// it waits.
    pub(super) async fn next(&mut self) -> Result<Message, Gone> {
        self.pace.ready().await;
        loop {
            let patience = self.limits.idle_timeout / 2;
            tokio::select! {
                message = self.socket.recv() => {
                    self.heard = Instant::now();
                    self.asked = false;
                    match message {
                        Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                            self.pace.took();
                            self.counts.received.fetch_add(1, Ordering::Relaxed);
                            return Ok(message);
                        }
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        Some(Ok(Message::Close(_))) => {
                            // The answer is written by now and not sent yet; without it the peer sees a broken line.
                            let _ = timeout(FAREWELL, self.socket.flush()).await;
                            return Err(Gone);
                        }
                        None => return Err(Gone),
                        Some(Err(error)) => {
                            tracing::debug!(%error, "a socket broke");
                            return Err(Gone);
                        }
                    }
                }
                () = stopped(&mut self.stopping) => {
                    self.close(GOING_AWAY, RESTARTING).await;
                    return Err(Gone);
                }
                () = sleep_until(self.heard + patience), if !self.asked => {
                    self.asked = true;
                    self.socket.send(Message::Ping(Vec::new().into())).await.map_err(|_| Gone)?;
                }
                () = sleep_until(self.heard + self.limits.idle_timeout), if self.asked => {
                    tracing::debug!("a socket fell silent");
                    return Err(Gone);
                }
            }
        }
    }

    pub(super) async fn send(&mut self, message: Message) -> Result<(), Gone> {
        self.counts.sent.fetch_add(1, Ordering::Relaxed);
        self.socket.send(message).await.map_err(|_| Gone)
    }

    /// Writes without waiting for the line; [`Peer::flush`] sends what was written.
    pub(super) async fn feed(&mut self, message: Message) -> Result<(), Gone> {
        self.counts.sent.fetch_add(1, Ordering::Relaxed);
        self.socket.feed(message).await.map_err(|_| Gone)
    }

    pub(super) async fn flush(&mut self) -> Result<(), Gone> {
        self.socket.flush().await.map_err(|_| Gone)
    }

    /// Closes, and waits a little for the peer to do so too.
    pub(super) async fn close(&mut self, code: u16, reason: &str) {
        let frame = CloseFrame { code, reason: reason.into() };
        let farewell = async {
            if self.socket.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = self.socket.recv().await {}
            }
        };
        if timeout(FAREWELL, farewell).await.is_err() {
            tracing::debug!("a socket's peer did not say goodbye");
        }
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error means that the server itself is gone, which is a stop too.
    let _ = stopping.wait_for(|stop| *stop).await;
}
