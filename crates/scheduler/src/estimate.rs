//! How long a call of a function is likely to run.

use alloc::vec::Vec;

use centaurus_protocol::FunctionId;

use crate::config::FUNCTION_LIMIT;

/// Run times by function, in µs. A longer run counts at once, shorter ones bring the estimate down by an eighth of the
/// difference each: a function that is slow now and then is not mistaken for a short one.
#[derive(Debug, Default)]
pub(crate) struct Estimates {
    /// 0: never seen.
    table: Vec<u32>,
}

/// An estimate is never less: even an empty call takes time to be read and answered.
const FLOOR: u32 = 1;

impl Estimates {
    pub(crate) fn get(&self, function: FunctionId) -> Option<u32> {
        self.table.get(function.index()).copied().filter(|&estimate| estimate > 0)
    }

    pub(crate) fn learn(&mut self, function: FunctionId, run: u64) {
        let index = function.index();
        if index >= FUNCTION_LIMIT {
            return;
        }
        if index >= self.table.len() {
            self.table.resize(index + 1, 0);
        }
        let sample = u32::try_from(run).unwrap_or(u32::MAX).max(FLOOR);
        let estimate = &mut self.table[index];
        *estimate = sample.max(*estimate - estimate.saturating_sub(sample) / 8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_at_once_and_falls_slowly() {
        let mut estimates = Estimates::default();
        let f = FunctionId(3);
        assert_eq!(estimates.get(f), None);
        estimates.learn(f, 0);
        assert_eq!(estimates.get(f), Some(1));
        estimates.learn(f, 8_001);
        assert_eq!(estimates.get(f), Some(8_001));
        estimates.learn(f, 1);
        assert_eq!(estimates.get(f), Some(7_001));
        assert_eq!(estimates.get(FunctionId(2)), None);
    }

    #[test]
    fn a_one_off_is_never_known() {
        let mut estimates = Estimates::default();
        estimates.learn(FunctionId(u32::MAX), 5);
        assert_eq!(estimates.get(FunctionId(u32::MAX)), None);
        assert!(estimates.table.is_empty());
    }
}
