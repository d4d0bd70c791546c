//! How fast a peer may go.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// A token bucket that holds a second's worth.
#[derive(Debug)]
pub(super) struct Pace {
    every: Duration,
    /// Full at this time or later.
    full_at: Instant,
}

const DEPTH: Duration = Duration::from_secs(1);

impl Pace {
    pub(super) fn new(per_second: u32) -> Self {
        Self { every: DEPTH / per_second.max(1), full_at: Instant::now() }
    }

    /// Waits until one more may be taken.
    pub(super) async fn ready(&self) {
        if self.full_at > Instant::now() + DEPTH {
            sleep_until(self.full_at - DEPTH).await;
        }
    }

    pub(super) fn took(&mut self) {
        self.full_at = self.full_at.max(Instant::now()) + self.every;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_second_at_once_and_then_as_many_as_a_second_allows() {
        let start = Instant::now();
        let mut pace = Pace::new(10);
        for _ in 0..30 {
            pace.ready().await;
            pace.took();
        }
        let took = start.elapsed();
        assert!((Duration::from_millis(1_850)..Duration::from_millis(2_050)).contains(&took), "{took:?}");
    }
}
