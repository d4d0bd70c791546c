//! When to try again.

use centaurus_protocol::{Jitter, Time};

use crate::config;

/// The longest that a server's wish is heeded, in µs: an hour. Whoever wants clients away for longer closes for good.
const MAX_RETRY_AFTER: u64 = 3_600_000_000;
/// How a server asks for time, in the reason of its close frame: so many seconds.
const RETRY_AFTER: &str = "retry-after=";

#[derive(Debug)]
pub(crate) struct Backoff {
    config: config::Backoff,
    jitter: Jitter,
    /// Attempts since the last good line.
    attempts: u32,
    opened: Option<Time>,
}

impl Backoff {
    pub(crate) fn new(config: config::Backoff, seed: u64) -> Self {
        Self { config, jitter: Jitter::new(seed), attempts: 0, opened: None }
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Another attempt begins. Its number.
    pub(crate) fn attempt(&mut self) -> u32 {
        self.attempts = self.attempts.saturating_add(1);
        self.attempts
    }

    /// Goes on with another's count.
    pub(crate) fn resume(&mut self, attempts: u32) {
        self.attempts = attempts;
    }

    pub(crate) fn opened(&mut self, now: Time) {
        self.opened = Some(now);
    }

    /// The line, or the attempt, is over. µs to wait; `None` if that was the last attempt.
    pub(crate) fn lost(&mut self, now: Time, reason: &str) -> Option<u64> {
        if self.opened.take().is_some_and(|opened| now.since(opened) >= self.config.stable_after) {
            self.attempts = 0;
        }
        if self.config.max_attempts.is_some_and(|max| self.attempts >= max) {
            return None;
        }
        let grown = 1_u64.checked_shl(self.attempts).and_then(|factor| self.config.base.checked_mul(factor));
        let limit = grown.unwrap_or(u64::MAX).min(self.config.max.saturating_sub(self.config.min));
        let pause = self.config.min.saturating_add(self.jitter.part_of(limit));
        // What it asks for is when the server will be there; that all clients come then is what jitter is for.
        Some(retry_after(reason).map_or(pause, |wished| wished.saturating_add(pause)))
    }

    /// A moment, so that those who are woken by the same event do not come together.
    pub(crate) fn moment(&mut self) -> u64 {
        self.jitter.part_of(self.config.min)
    }
}

fn retry_after(reason: &str) -> Option<u64> {
    let (_, rest) = reason.split_once(RETRY_AFTER)?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).map_or(rest, |end| &rest[..end]);
    let seconds: u64 = digits.parse().ok()?;
    Some(seconds.saturating_mul(1_000_000).min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    fn backoff(max_attempts: Option<u32>) -> Backoff {
        let config = config::Backoff { max_attempts, ..config::Backoff::default() };
        Backoff::new(config, 7)
    }

    #[test]
    fn pauses_are_full_jitter_between_the_minimum_and_a_limit_that_doubles() {
        let config = config::Backoff::default();
        for attempt in 0..12_u32 {
            let limit = (config.base << attempt).min(config.max - config.min);
            let pauses: Vec<_> = (0..2_000)
                .map(|seed| {
                    let mut backoff = Backoff::new(config.clone(), seed);
                    for _ in 0..attempt {
                        backoff.attempt();
                    }
                    backoff.lost(Time(0), "").expect("there is no limit")
                })
                .collect();
            assert!(pauses.iter().all(|&pause| pause > config.min && pause <= config.min + limit));
            let mean = pauses.iter().sum::<u64>() / pauses.len() as u64 - config.min;
            assert!(mean.abs_diff(limit / 2) < limit / 20, "attempt {attempt}: a mean of {mean} µs of {limit}");
        }
    }

    #[test]
    fn a_good_line_starts_the_count_anew_and_a_bad_one_does_not() {
        let mut backoff = backoff(None);
        for wanted in 1..=5 {
            assert_eq!(backoff.attempt(), wanted);
            backoff.opened(Time(0));
            backoff.lost(Time(SECOND), "");
        }
        backoff.attempt();
        backoff.opened(Time(0));
        backoff.lost(Time(5 * SECOND), "");
        assert_eq!(backoff.attempt(), 1);
    }

    #[test]
    fn attempts_have_an_end_if_one_is_set() {
        let mut backoff = backoff(Some(3));
        for last in [false, false, true] {
            backoff.attempt();
            assert_eq!(backoff.lost(Time(0), "").is_none(), last);
        }
    }

    #[test]
    fn a_server_may_ask_for_time() {
        let mut backoff = backoff(None);
        backoff.attempt();
        let pause = backoff.lost(Time(0), "restart; retry-after=20 please").expect("there is no limit");
        assert!((20 * SECOND..22 * SECOND).contains(&pause), "{pause}");
        assert_eq!(retry_after("retry-after=99999999999"), Some(MAX_RETRY_AFTER));
        assert_eq!(retry_after("retry-after=soon"), None);
        assert_eq!(retry_after("try again"), None);
    }
}
