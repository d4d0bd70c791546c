//! Outages on demand: the playground shows what a client does when its server goes, without taking the server from
//! everybody else.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::Instant;

use super::Sockets;

/// The longest outage, in seconds.
const MAX_SECONDS: f64 = 60.0;
/// Clients that are out at one time.
const MAX_CLIENTS: usize = 256;

/// How long a client's sockets have to notice an outage that is over at once.
const NOTICE: Duration = Duration::from_secs(5);

/// Which clients are out.
#[derive(Debug, Default)]
pub(super) struct Outages(watch::Sender<HashMap<String, Outage>>);

#[derive(Debug, Clone, Copy)]
struct Outage {
    began: Instant,
    until: Instant,
}

impl Outages {
    pub(super) fn is_out(&self, client: &str) -> bool {
        self.0.borrow().get(client).is_some_and(|outage| outage.until > Instant::now())
    }

    /// Ends when an outage of this client begins.
    pub(super) fn begins(&self, client: &str) -> impl Future<Output = ()> + Send + use<> {
        let (mut clients, since) = (self.0.subscribe(), Instant::now());
        let client = client.to_owned();
        async move {
            let begun = |clients: &HashMap<String, Outage>| clients.get(&client).is_some_and(|one| one.began >= since);
            if clients.wait_for(begun).await.is_err() {
                std::future::pending().await
            }
        }
    }

    /// Whether there is room for one more.
    fn begin(&self, client: String, length: Duration) -> bool {
        let now = Instant::now();
        let mut room = false;
        self.0.send_modify(|clients| {
            clients.retain(|_, outage| outage.until.max(outage.began + NOTICE) > now);
            room = clients.len() < MAX_CLIENTS || clients.contains_key(&client);
            if room {
                clients.insert(client, Outage { began: now, until: now + length });
            }
        });
        room
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Plan {
    /// Whose.
    client: String,
    /// How long new sockets of it are refused; 0 only cuts those that are open.
    seconds: f64,
}

pub(super) async fn begin(State(sockets): State<Arc<Sockets>>, Query(plan): Query<Plan>) -> Response {
    if plan.client.is_empty() || !(0.0..=MAX_SECONDS).contains(&plan.seconds) {
        let rule = format!("an outage wants a client, and from 0 to {MAX_SECONDS} seconds\n");
        return (StatusCode::BAD_REQUEST, rule).into_response();
    }
    if !sockets.outages.begin(plan.client, Duration::from_secs_f64(plan.seconds)) {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many outages\n").into_response();
    }
    StatusCode::NO_CONTENT.into_response()
}
