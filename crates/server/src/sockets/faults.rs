//! Servers that a client has to live with: slow ones, lossy ones, and ones that hang up.

use std::time::Duration;

use centaurus_protocol::Jitter;
use serde::Deserialize;
use tokio::time::{sleep, timeout};

use super::peer::Peer;

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct Slow {
    /// ms before each answer.
    delay: u64,
}

pub(super) async fn slow(mut peer: Peer, plan: Slow) {
    while let Ok(message) = peer.next().await {
        sleep(Duration::from_millis(plan.delay)).await;
        if peer.send(message).await.is_err() {
            return;
        }
    }
}

/// Chances at each message, from 0 to 1.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct Lossy {
    /// It is not answered.
    swallow: f64,
    /// The line is cut, without a close frame.
    cut: f64,
    /// Nothing is answered any more, and the line stays open.
    freeze: f64,
    /// Equal seeds, equal losses.
    seed: u64,
}

/// How finely chances are drawn.
const DICE: u64 = 1_000_000;
/// How long a frozen line is held open.
const FROZEN: Duration = Duration::from_secs(600);

pub(super) async fn lossy(mut peer: Peer, plan: Lossy) {
    let mut dice = Jitter::new(plan.seed);
    let mut happens = |chance: f64| (dice.part_of(DICE) as f64) <= chance * DICE as f64;
    while let Ok(message) = peer.next().await {
        if happens(plan.cut) {
            return;
        }
        if happens(plan.freeze) {
            let _ = timeout(FROZEN, std::future::pending::<()>()).await;
            return;
        }
        if !happens(plan.swallow) && peer.send(message).await.is_err() {
            return;
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(super) struct Close {
    code: u16,
    reason: String,
    /// ms until then; what comes meanwhile is echoed.
    after: u64,
}

impl Default for Close {
    fn default() -> Self {
        Self { code: 1000, reason: String::new(), after: 0 }
    }
}

pub(super) async fn close(mut peer: Peer, plan: Close) {
    let echo = async {
        while let Ok(message) = peer.next().await {
            if peer.send(message).await.is_err() {
                return;
            }
        }
    };
    if timeout(Duration::from_millis(plan.after), echo).await.is_err() {
        peer.close(plan.code, &plan.reason).await;
    }
}
