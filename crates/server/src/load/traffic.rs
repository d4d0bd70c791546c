//! Ping-pong with the echo.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::ops::AddAssign;
use std::str::FromStr;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::task::JoinSet;
use tungstenite::{Bytes, Message};

use crate::Failure;
use crate::crowd::Socket;

/// What came of it, in one process or in several.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Traffic {
    /// How many messages took so many µs there and back.
    round_trips: BTreeMap<u32, usize>,
    /// Sockets that ended while they played.
    pub(crate) lost: usize,
    /// Silent sockets that ended.
    pub(crate) gone: usize,
    pub(crate) took: Duration,
}

impl Traffic {
    pub(crate) fn answered(&self) -> usize {
        self.round_trips.values().sum()
    }

    /// The time in µs that a share `q` of the messages did not exceed (nearest rank).
    pub(crate) fn quantile(&self, q: f64) -> u32 {
        let rank = ((q * self.answered() as f64).ceil() as usize).max(1);
        let mut passed = 0;
        let reached = self.round_trips.iter().find(|(_, count)| {
            passed += **count;
            passed >= rank
        });
        reached.map_or(0, |(micros, _)| *micros)
    }

    fn add(&mut self, micros: u32, count: usize) {
        *self.round_trips.entry(micros).or_default() += count;
    }
}

/// Of processes that played at the same time.
impl AddAssign for Traffic {
    fn add_assign(&mut self, other: Self) {
        other.round_trips.into_iter().for_each(|(micros, count)| self.add(micros, count));
        self.lost += other.lost;
        self.gone += other.gone;
        self.took = self.took.max(other.took);
    }
}

/// A line for the process that sums up: `LOST GONE µs`, and `µs*messages` for each time that a message took.
impl Display for Traffic {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.lost, self.gone, self.took.as_micros())?;
        self.round_trips.iter().try_for_each(|(micros, count)| write!(f, " {micros}*{count}"))
    }
}

impl FromStr for Traffic {
    type Err = Failure;

    fn from_str(line: &str) -> Result<Self, Failure> {
        let mut words = line.split(' ');
        let mut next = || words.next().ok_or("a part of the load has said too little");
        let mut traffic = Self { lost: next()?.parse()?, gone: next()?.parse()?, ..Self::default() };
        traffic.took = Duration::from_micros(next()?.parse()?);
        for word in words {
            let (micros, count) = word.split_once('*').ok_or("a part of the load has said something odd")?;
            traffic.add(micros.parse()?, count.parse()?);
        }
        Ok(traffic)
    }
}

/// Each of the sockets sends a message, waits for its echo, and sends the next, for so long.
pub(crate) async fn play(players: Vec<Socket>, size: usize, length: Duration) -> Traffic {
    let start = Instant::now();
    let message = Message::Binary(Bytes::from(vec![0; size]));
    let mut games: JoinSet<_> =
        players.into_iter().map(|socket| game(socket, message.clone(), start + length)).collect();
    let mut traffic = Traffic::default();
    while let Some(game) = games.join_next().await {
        match game {
            Ok((round_trips, held)) => {
                round_trips.into_iter().for_each(|micros| traffic.add(micros, 1));
                traffic.lost += usize::from(!held);
            }
            Err(_) => traffic.lost += 1,
        }
    }
    traffic.took = start.elapsed();
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

    fn of(micros: impl IntoIterator<Item = u32>) -> Traffic {
        let mut traffic = Traffic::default();
        micros.into_iter().for_each(|micros| traffic.add(micros, 1));
        traffic
    }

    #[test]
    fn quantiles_are_of_the_nearest_rank() {
        let traffic = of(1..=100);
        assert_eq!([0.0, 0.5, 0.99, 1.0].map(|q| traffic.quantile(q)), [1, 50, 99, 100]);
        assert_eq!(of([]).quantile(0.5), 0);
    }

    #[test]
    fn parts_are_summed_up_as_if_they_were_one() {
        let parts = [of([5, 7, 7]), Traffic { lost: 1, gone: 2, took: Duration::from_micros(9), ..of([7, 11]) }];
        let mut sum = Traffic::default();
        for part in parts {
            sum += part.to_string().parse().unwrap();
        }
        let whole = Traffic { lost: 1, gone: 2, took: Duration::from_micros(9), ..of([5, 7, 7, 7, 11]) };
        assert_eq!(sum, whole);
    }

    #[test]
    fn what_is_no_outcome_is_refused() {
        for line in ["", "1 2", "1 2 3 4", "1 2 3 4*", "a b c"] {
            assert!(line.parse::<Traffic>().is_err(), "{line}");
        }
    }
}
