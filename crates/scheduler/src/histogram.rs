//! Percentiles of durations without keeping the durations.

use alloc::boxed::Box;

/// Buckets in each power of two: a percentile is at most an eighth too high.
const SUB_BITS: u32 = 3;
const SUB: usize = 1 << SUB_BITS;
/// Powers of two told apart beyond the first `SUB` values; the last bucket takes everything from about 19 hours on.
const OCTAVES: usize = 33;
const BUCKETS: usize = SUB * (OCTAVES + 1);

/// Counts durations in buckets whose width grows with the value (log-linear, as in HdrHistogram).
#[derive(Clone, Debug)]
pub struct Histogram {
    buckets: Box<[u32; BUCKETS]>,
    count: u64,
    sum: u64,
    max: u64,
}

/// What a [`Histogram`] shows, in µs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// Durations recorded.
    pub count: u64,
    /// Their mean.
    pub mean: u64,
    /// Half of them were no longer.
    pub p50: u64,
    /// Nine of ten were no longer.
    pub p90: u64,
    /// Ninety-nine of a hundred were no longer.
    pub p99: u64,
    /// The longest.
    pub max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { buckets: Box::new([0; BUCKETS]), count: 0, sum: 0, max: 0 }
    }
}

/// The bucket of a value: exact below `SUB`, then `SUB` buckets for each power of two.
fn bucket(value: u64) -> usize {
    if value < SUB as u64 {
        return value as usize;
    }
    let octave = 63 - value.leading_zeros() - SUB_BITS;
    let index = SUB * (octave as usize + 1) + ((value >> octave) as usize - SUB);
    index.min(BUCKETS - 1)
}

/// The largest value that falls into a bucket.
fn upper(index: usize) -> u64 {
    if index < SUB {
        return index as u64;
    }
    let octave = index / SUB - 1;
    (((index % SUB + SUB + 1) as u64) << octave) - 1
}

impl Histogram {
    /// Counts one duration of so many µs.
    pub fn record(&mut self, micros: u64) {
        let bucket = &mut self.buckets[bucket(micros)];
        *bucket = bucket.saturating_add(1);
        self.count += 1;
        self.sum = self.sum.saturating_add(micros);
        self.max = self.max.max(micros);
    }

    /// The value that `share` percent of the durations do not exceed, rounded up to its bucket's end; 0 if none.
    #[must_use]
    pub fn percentile(&self, share: u64) -> u64 {
        let wanted = (self.count.saturating_mul(share)).div_ceil(100);
        let mut seen = 0;
        for (index, &count) in self.buckets.iter().enumerate() {
            seen += u64::from(count);
            if seen >= wanted && count > 0 {
                return upper(index).min(self.max);
            }
        }
        self.max
    }

    /// The usual figures.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary {
            count: self.count,
            mean: self.sum.checked_div(self.count).unwrap_or(0),
            p50: self.percentile(50),
            p90: self.percentile(90),
            p99: self.percentile(99),
            max: self.max,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_ends_where_the_next_begins() {
        for index in 0..BUCKETS - 1 {
            assert_eq!(bucket(upper(index)), index);
            assert_eq!(bucket(upper(index) + 1), index + 1);
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn a_percentile_is_at_most_an_eighth_too_high() {
        let mut histogram = Histogram::default();
        for value in 1..=10_000 {
            histogram.record(value);
        }
        for (share, exact) in [(50, 5_000), (90, 9_000), (99, 9_900)] {
            let found = histogram.percentile(share);
            assert!(found >= exact && found <= exact + exact / 8 + 1, "p{share} = {found}");
        }
        let summary = histogram.summary();
        assert_eq!((summary.count, summary.mean, summary.max), (10_000, 5_000, 10_000));
    }

    #[test]
    fn nothing_recorded_is_all_zeros() {
        assert_eq!(Histogram::default().summary(), Summary::default());
    }
}
