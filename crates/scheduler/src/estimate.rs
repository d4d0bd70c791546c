//! How long a call of a function is likely to run.

use alloc::vec::Vec;

use centaurus_protocol::FunctionId;

use crate::config::FUNCTION_LIMIT;

/// Run times by function, in µs: a mean that forgets, for runs that a worker's clock can hardly measure; beyond, a longer
/// run counts at once and shorter ones bring the estimate down bit by bit, so that a function that is slow now and then
/// is not mistaken for a short one.
#[derive(Debug, Default)]
pub(crate) struct Estimates {
    /// [`PART`] times the estimate; 0: never seen.
    table: Vec<u32>,
}

/// An estimate is never less: even an empty call takes time to be read and answered.
const FLOOR: u32 = 1;

/// Engines round their clocks to as much as a millisecond. A run that shows one step of the clock may have taken next to
/// nothing, and only the mean of many tells.
const CLOCK_STEP: u32 = 1_000;

/// A run's part in the mean. The first one, which also compiles the function, counts for no more.
const PART: u32 = 32;

impl Estimates {
    pub(crate) fn get(&self, function: FunctionId) -> Option<u32> {
        let sum = self.table.get(function.index()).copied().filter(|&sum| sum > 0)?;
        Some((sum / PART).max(FLOOR))
    }

    pub(crate) fn learn(&mut self, function: FunctionId, run: u64) {
        let index = function.index();
        if index >= FUNCTION_LIMIT {
            return;
        }
        if index >= self.table.len() {
            self.table.resize(index + 1, 0);
        }
        let sample = u32::try_from(run).unwrap_or(u32::MAX).clamp(FLOOR, u32::MAX / PART);
        let sum = &mut self.table[index];
        let mean = *sum - *sum / PART + sample;
        *sum = if sample > CLOCK_STEP { mean.max(sample * PART) } else { mean };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_counts_at_once_and_is_forgotten_slowly() {
        let mut estimates = Estimates::default();
        let f = FunctionId(3);
        assert_eq!(estimates.get(f), None);
        estimates.learn(f, 0);
        assert_eq!(estimates.get(f), Some(1));
        estimates.learn(f, 8_000);
        assert_eq!(estimates.get(f), Some(8_000));
        estimates.learn(f, 0);
        assert_eq!(estimates.get(f), Some(7_750));
        assert_eq!(estimates.get(FunctionId(2)), None);
    }

    #[test]
    fn a_step_of_the_clock_is_no_run_time() {
        let mut estimates = Estimates::default();
        let f = FunctionId(0);
        for call in 0..10_000 {
            // 2 µs each, by a clock that goes in steps of 1 ms.
            estimates.learn(f, if call % 500 == 0 { 1_000 } else { 0 });
        }
        assert!(estimates.get(f).is_some_and(|estimate| estimate < 16), "{:?}", estimates.get(f));
        for call in 0..100 {
            // 800 µs each, by the same clock.
            estimates.learn(f, if call % 5 == 0 { 0 } else { 1_000 });
        }
        assert!(estimates.get(f).is_some_and(|estimate| estimate > 600), "{:?}", estimates.get(f));
    }

    #[test]
    fn a_one_off_is_never_known() {
        let mut estimates = Estimates::default();
        estimates.learn(FunctionId(u32::MAX), 5);
        assert_eq!(estimates.get(FunctionId(u32::MAX)), None);
        assert!(estimates.table.is_empty());
    }
}
