//! More messages than a main thread cares for.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::Message;
use serde::Deserialize;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::peer::Peer;

/// How often a batch is sent.
const TICK: Duration = Duration::from_millis(5);
/// What a busy machine missed is made up for, up to so much of it; what a slow reader missed is not.
const MAX_LAG: Duration = Duration::from_millis(100);
/// More would measure this server, not its client.
const MAX_RATE: u32 = 1_000_000;
/// A message begins with its number.
const LEAST: usize = size_of::<u64>();

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default)]
pub(super) struct Plan {
    /// Messages a second.
    rate: u32,
    /// Bytes of each: its number as a big-endian 64-bit integer, then zeros.
    size: usize,
    /// How many; 0 for no end.
    count: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self { rate: 1_000, size: 64, count: 0 }
    }
}

pub(super) async fn serve(mut peer: Peer, plan: Plan) {
    let size = plan.size.clamp(LEAST, peer.limits().message_bytes);
    let rate = f64::from(plan.rate.clamp(1, MAX_RATE));
    let end = if plan.count == 0 { u64::MAX } else { plan.count };
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut due = 0.0;
    let mut last = Instant::now();
    let mut number = 0_u64;
    while number < end {
        tokio::select! {
            _ = ticks.tick() => {
                due += rate * last.elapsed().min(MAX_LAG).as_secs_f64();
                last = Instant::now();
                while due >= 1.0 && number < end {
                    due -= 1.0;
                    let mut bytes = vec![0; size];
                    bytes[..LEAST].copy_from_slice(&number.to_be_bytes());
                    number += 1;
                    if peer.feed(Message::Binary(Bytes::from(bytes))).await.is_err() {
                        return;
                    }
                }
                if peer.flush().await.is_err() {
                    return;
                }
            }
            said = peer.next() => {
                if said.is_err() {
                    return;
                }
            }
        }
    }
    peer.close(1000, "that was all").await;
}
