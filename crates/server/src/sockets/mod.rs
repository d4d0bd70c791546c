//! WebSockets for tests and for the playground: one that answers, one that floods, and some that misbehave.
//!
//! | URL | what it does | parameters |
//! | --- | --- | --- |
//! | `/ws/echo` | sends back what comes; to who offers `centaurus.link.1` with acknowledgement | |
//! | `/ws/flood` | sends numbered messages | `rate` a second, `size` in bytes, `count` (0: endless) |
//! | `/ws/slow` | echoes, reading no message before it has answered the last | `delay` in ms |
//! | `/ws/lossy` | echoes, and now and then swallows a message, cuts the line, or falls silent | `swallow`, `cut`, `freeze`: chances from 0 to 1; `seed` |
//! | `/ws/close` | closes | `code`, `reason`, `after` in ms |
//! | `/ws/hostile` | breaks the protocol | `kind`, see [`hostile`] |
//!
//! The parameter `client` of any of them stands in the log. `POST /ws/outage?client=…&seconds=…` cuts that client's
//! sockets and refuses it new ones for so long (see [`outages`]): what a restart looks like from where it stands.

mod echo;
mod faults;
mod flood;
pub(crate) mod hostile;
mod outages;
mod pace;
mod peer;
mod sessions;

use std::sync::Arc;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::SocketLimits;
use outages::Outages;
use peer::Peer;
pub use sessions::Sessions;

/// What all sockets share.
#[derive(Debug)]
pub(crate) struct Sockets {
    limits: SocketLimits,
    places: Arc<Semaphore>,
    stopping: watch::Receiver<bool>,
    sessions: Sessions,
    outages: Outages,
}

impl Sockets {
    pub(crate) fn new(limits: SocketLimits, sessions: Sessions, stopping: watch::Receiver<bool>) -> Arc<Self> {
        let places = Arc::new(Semaphore::new(limits.sockets));
        Arc::new(Self { limits, places, stopping, sessions, outages: Outages::default() })
    }

    /// A place for one more, if there is one.
    fn admit(&self) -> Option<OwnedSemaphorePermit> {
        let place = self.places.clone().try_acquire_owned().ok();
        if place.is_none() {
            tracing::warn!(limit = self.limits.sockets, "a socket was refused: there are as many as may be");
        }
        place
    }

    /// Upgrades a connection and lets `serve` have it.
    fn upgrade<F>(
        self: Arc<Self>,
        upgrade: WebSocketUpgrade,
        about: About,
        kind: &'static str,
        serve: impl FnOnce(Arc<Self>, Peer) -> F + Send + 'static,
    ) -> Response
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let Some(place) = self.admit() else { return full() };
        // Looked out for before it is asked whether there is one: none begins unseen in between.
        let outage = self.outages.begins(&about.client);
        if self.outages.is_out(&about.client) {
            return (StatusCode::SERVICE_UNAVAILABLE, "an outage, as was asked for").into_response();
        }
        let limits = &self.limits;
        let upgrade = upgrade
            .protocols([centaurus_link::frame::SUBPROTOCOL])
            // The library's own buffers of 128 KiB a connection would be gigabytes for ten thousand of them.
            .read_buffer_size(limits.buffer_bytes)
            .write_buffer_size(limits.buffer_bytes)
            .max_write_buffer_size(limits.message_bytes + 2 * limits.buffer_bytes)
            .max_message_size(limits.message_bytes)
            .max_frame_size(limits.message_bytes);
        let failed = |error| tracing::debug!(%error, "a socket's upgrade failed");
        upgrade.on_failed_upgrade(failed).on_upgrade(move |socket| async move {
            let _place = place;
            let protocol = socket.protocol().and_then(|name| name.to_str().ok()).unwrap_or_default().to_owned();
            tracing::info!(kind, protocol, client = about.client, "socket open");
            let peer = Peer::new(socket, self.limits.clone(), self.stopping.clone());
            let counts = peer.counts();
            let cut = tokio::select! {
                () = serve(self, peer) => false,
                () = outage => true,
            };
            let (received, sent) = counts.read();
            tracing::info!(kind, client = about.client, received, sent, cut, "socket closed");
        })
    }
}

fn full() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "1")], "too many sockets").into_response()
}

/// What a client says of itself.
#[derive(Debug, Default, Deserialize)]
struct About {
    #[serde(default, deserialize_with = "short")]
    client: String,
}

/// Bytes of a client's name; the rest of a longer one is left out of the log.
const MAX_NAME: usize = 64;

fn short<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let mut name = String::deserialize(deserializer)?;
    name.truncate(name.floor_char_boundary(MAX_NAME));
    Ok(name)
}

/// The sockets alone, for a router of somebody else's. They end when `stopping` turns true, or its sender goes.
pub fn sockets(limits: &SocketLimits, sessions: Sessions, stopping: watch::Receiver<bool>) -> Router {
    routes(Sockets::new(limits.clone(), sessions, stopping))
}

pub(crate) fn routes(sockets: Arc<Sockets>) -> Router {
    type Upgrade<T> = (State<Arc<Sockets>>, Query<About>, Query<T>, WebSocketUpgrade);
    Router::new()
        .route(
            "/ws/echo",
            any(async |State(sockets): State<Arc<Sockets>>, Query(about), upgrade| {
                sockets.upgrade(upgrade, about, "echo", echo::serve)
            }),
        )
        .route(
            "/ws/flood",
            any(async |(State(sockets), Query(about), Query(plan), upgrade): Upgrade<flood::Plan>| {
                sockets.upgrade(upgrade, about, "flood", move |_, peer| flood::serve(peer, plan))
            }),
        )
        .route(
            "/ws/slow",
            any(async |(State(sockets), Query(about), Query(plan), upgrade): Upgrade<faults::Slow>| {
                sockets.upgrade(upgrade, about, "slow", move |_, peer| faults::slow(peer, plan))
            }),
        )
        .route(
            "/ws/lossy",
            any(async |(State(sockets), Query(about), Query(plan), upgrade): Upgrade<faults::Lossy>| {
                sockets.upgrade(upgrade, about, "lossy", move |_, peer| faults::lossy(peer, plan))
            }),
        )
        .route(
            "/ws/close",
            any(async |(State(sockets), Query(about), Query(plan), upgrade): Upgrade<faults::Close>| {
                sockets.upgrade(upgrade, about, "close", move |_, peer| faults::close(peer, plan))
            }),
        )
        .route("/ws/hostile", any(hostile::serve))
        .route("/ws/outage", post(outages::begin))
        .with_state(sockets)
}
