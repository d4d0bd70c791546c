//! Time to live, by clocks that may jump.

/// When an entry was written, and how long it is to live, in milliseconds of the wall clock: no other clock goes on while
/// the browser is closed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Lifetime {
    /// When it was written, or its time was begun anew.
    pub at: f64,
    /// How long it lives; infinite for ever.
    pub ttl: f64,
}

/// How an entry's time looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seen {
    /// It lives.
    Alive = 0,
    /// Its time is over.
    Expired = 1,
    /// It lives, and was written later than now: the clock has been set back. Its time is to begin anew, so that it ends
    /// no later than its whole time to live from now, and not with the day to which the clock had been set.
    Early = 2,
}

impl Lifetime {
    /// How it looks at a time.
    #[must_use]
    pub fn seen(&self, now: f64) -> Seen {
        if self.ttl.is_infinite() {
            Seen::Alive
        } else if now < self.at {
            Seen::Early
        } else if now - self.at >= self.ttl {
            Seen::Expired
        } else {
            Seen::Alive
        }
    }
}
