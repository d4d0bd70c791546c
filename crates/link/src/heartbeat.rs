//! Whether the peer is still there.

use centaurus_protocol::Time;

use crate::config;

#[derive(Debug)]
pub(crate) struct Heartbeat {
    config: config::Heartbeat,
    heard: Time,
    /// The question that waits for an answer, and when it was asked.
    asked: Option<(u64, Time)>,
    nonce: u64,
    /// µs that the last answer took.
    pub(crate) round_trip: Option<u64>,
}

/// What a look at the clock says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Beat {
    Fine,
    /// The peer is to be asked, with this nonce.
    Ask(u64),
    /// It has not answered.
    Dead,
}

impl Heartbeat {
    pub(crate) fn new(config: config::Heartbeat) -> Self {
        Self { config, heard: Time(0), asked: None, nonce: 0, round_trip: None }
    }

    /// A line is open.
    pub(crate) fn begin(&mut self, now: Time) {
        self.heard = now;
        self.asked = None;
    }

    /// Something arrived: a pong's nonce, or anything else.
    pub(crate) fn heard(&mut self, now: Time, pong: Option<u64>) {
        self.heard = now;
        if let Some((nonce, asked)) = self.asked
            && pong.is_none_or(|pong| pong == nonce)
        {
            if pong.is_some() {
                self.round_trip = Some(now.since(asked));
            }
            self.asked = None;
        }
    }

    /// There is a reason to doubt the line: it is asked now, unless it has been.
    pub(crate) fn doubt(&mut self, now: Time) -> Option<u64> {
        self.asked.is_none().then(|| self.ask(now))
    }

    pub(crate) fn look(&mut self, now: Time) -> Beat {
        if now < self.due() {
            Beat::Fine
        } else if self.asked.is_some() {
            Beat::Dead
        } else {
            Beat::Ask(self.ask(now))
        }
    }

    pub(crate) fn due(&self) -> Time {
        match self.asked {
            Some((_, asked)) => asked.after(self.config.timeout),
            None => self.heard.after(self.config.interval),
        }
    }

    fn ask(&mut self, now: Time) -> u64 {
        self.nonce += 1;
        self.asked = Some((self.nonce, now));
        self.nonce
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_asked_after_and_then_believed() {
        let mut heartbeat = Heartbeat::new(config::Heartbeat { interval: 100, timeout: 30 });
        heartbeat.begin(Time(0));
        assert_eq!(heartbeat.look(Time(99)), Beat::Fine);
        assert_eq!(heartbeat.look(Time(100)), Beat::Ask(1));
        assert_eq!(heartbeat.look(Time(129)), Beat::Fine);
        heartbeat.heard(Time(129), Some(1));
        assert_eq!(heartbeat.round_trip, Some(29));
        assert_eq!(heartbeat.look(Time(229)), Beat::Ask(2));
        heartbeat.heard(Time(230), Some(1));
        assert_eq!(heartbeat.look(Time(259)), Beat::Dead, "an old answer is no answer");
    }

    #[test]
    fn any_traffic_is_a_sign_of_life() {
        let mut heartbeat = Heartbeat::new(config::Heartbeat { interval: 100, timeout: 30 });
        heartbeat.begin(Time(0));
        for now in (0..1_000).step_by(90) {
            heartbeat.heard(Time(now), None);
            assert_eq!(heartbeat.look(Time(now + 50)), Beat::Fine);
        }
        assert_eq!(heartbeat.round_trip, None);
    }
}
