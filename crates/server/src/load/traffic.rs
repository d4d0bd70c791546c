//! Ping-pong with the echo.

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::task::JoinSet;
use tungstenite::{Bytes, Message};

use crate::crowd::Socket;

/// What came of it.
#[derive(Debug)]
pub(crate) struct Traffic {
    /// µs that each message took there and back, sorted.
    round_trips: Vec<u32>,
    /// Sockets that ended.
    pub(crate) lost: usize,
    pub(crate) took: Duration,
}

impl Traffic {
    pub(crate) fn answered(&self) -> usize {
        self.round_trips.len()
    }

    /// The time in µs that a share `q` of the messages did not exceed (nearest rank).
    pub(crate) fn quantile(&self, q: f64) -> u32 {
        let rank = (q * self.round_trips.len() as f64).ceil() as usize;
        self.round_trips.get(rank.saturating_sub(1)).copied().unwrap_or(0)
    }
}

/// Each of the sockets sends a message, waits for its echo, and sends the next, for so long.
pub(crate) async fn play(players: Vec<Socket>, size: usize, length: Duration) -> Traffic {
    let start = Instant::now();
    let message = Message::Binary(Bytes::from(vec![0; size]));
    let mut games: JoinSet<_> =
        players.into_iter().map(|socket| game(socket, message.clone(), start + length)).collect();
    let mut traffic = Traffic { round_trips: Vec::new(), lost: 0, took: Duration::ZERO };
    while let Some(game) = games.join_next().await {
        match game {
            Ok((round_trips, held)) => {
                traffic.round_trips.extend(round_trips);
                traffic.lost += usize::from(!held);
            }
            Err(_) => traffic.lost += 1,
        }
    }
    traffic.took = start.elapsed();
    traffic.round_trips.sort_unstable();
    traffic
}

/// The round trips, and whether the socket held to the end.
async fn game(mut socket: Socket, message: Message, end: Instant) -> (Vec<u32>, bool) {
    let mut round_trips = Vec::new();
    while Instant::now() < end {
        let sent = Instant::now();
        if socket.send(message.clone()).await.is_err() {
            return (round_trips, false);
        }
        loop {
            match socket.next().await {
                Some(Ok(Message::Binary(_))) => break,
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return (round_trips, false),
            }
        }
        round_trips.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    (round_trips, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_nearest_rank() {
        let traffic = Traffic { round_trips: (1..=100).collect(), lost: 0, took: Duration::ZERO };
        assert_eq!([0.0, 0.5, 0.99, 1.0].map(|q| traffic.quantile(q)), [1, 50, 99, 100]);
        let nothing = Traffic { round_trips: Vec::new(), lost: 0, took: Duration::ZERO };
        assert_eq!(nothing.quantile(0.5), 0);
    }
}
