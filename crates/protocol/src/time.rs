/// Microseconds since an origin of the caller's choosing, such as the page's `performance.now()` times 1,000.
///
/// The state machines hold no clock: every method is told the time. A time earlier than the last one counts as the last
/// one, so a clock that is set back can delay a deadline but never upset the order of things.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Time(pub u64);

impl Time {
    /// Later than anything.
    pub const NEVER: Self = Self(u64::MAX);

    /// The time `micros` later; a sum that leaves the range is the end of time.
    #[must_use]
    pub const fn after(self, micros: u64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// Microseconds from `earlier` to this, or 0 if that is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}
