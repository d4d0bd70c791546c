//! What a store knows of itself as a whole.

/// Deletions that the feed of changes still tells of. A reader who was away for more of them than this has to look at
/// everything anew; ten thousand of them take about as much room as one large value.
pub const KEPT_TOMBSTONES: u64 = 10_000;

/// A store's counters. They change in the transaction that changes the entries, so they are never wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Books {
    /// Number of the last change. The first is 1.
    pub rev: u64,
    /// Number of the last use, by which it is known which entry was used longest ago.
    pub clock: u64,
    /// Bytes of the contents of all entries, before compression.
    pub bytes: u64,
    /// Bytes that they take, after it.
    pub stored: u64,
    /// How many entries there are.
    pub entries: u64,
    /// Deletions that the feed can tell of.
    pub tombstones: u64,
    /// The feed is complete only for readers that have seen this change.
    pub horizon: u64,
}

/// What one entry counts in the books.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Weight {
    pub(crate) size: u64,
    pub(crate) stored: u64,
}

impl Books {
    /// Its numbers in a row, as the database keeps them.
    #[must_use]
    pub const fn row(&self) -> [f64; 7] {
        let Self { rev, clock, bytes, stored, entries, tombstones, horizon } = *self;
        [rev as f64, clock as f64, bytes as f64, stored as f64, entries as f64, tombstones as f64, horizon as f64]
    }

    /// The books of such a row. What is no count is taken for 0: a store that was tampered with must not stop working.
    #[must_use]
    pub const fn from_row(row: &[f64; 7]) -> Self {
        let [rev, clock, bytes, stored, entries, tombstones, horizon] = *row;
        Self {
            rev: rev as u64,
            clock: clock as u64,
            bytes: bytes as u64,
            stored: stored as u64,
            entries: entries as u64,
            tombstones: tombstones as u64,
            horizon: horizon as u64,
        }
    }

    /// An entry comes. Gives its revision.
    pub(crate) const fn add(&mut self, weight: Weight) -> u64 {
        self.bytes = self.bytes.saturating_add(weight.size);
        self.stored = self.stored.saturating_add(weight.stored);
        self.entries += 1;
        self.clock += 1;
        self.rev += 1;
        self.rev
    }

    /// An entry goes to make room for another of its key.
    pub(crate) const fn replace(&mut self, weight: Weight) {
        self.bytes = self.bytes.saturating_sub(weight.size);
        self.stored = self.stored.saturating_sub(weight.stored);
        self.entries = self.entries.saturating_sub(1);
    }

    /// An entry goes for good. Gives the revision of its deletion, which the feed tells.
    pub const fn remove(&mut self, size: u64, stored: u64) -> u64 {
        self.replace(Weight { size, stored });
        self.tombstones += 1;
        self.rev += 1;
        self.rev
    }

    /// An entry is used. Gives the number of the use.
    pub const fn touch(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    /// How many of the oldest tombstones are to go: none until there are twice as many as are kept, so that they go
    /// seldom and many at once.
    #[must_use]
    pub const fn surplus(&self) -> u64 {
        if self.tombstones >= 2 * KEPT_TOMBSTONES { self.tombstones - KEPT_TOMBSTONES } else { 0 }
    }

    /// They have gone, so many of them, up to that of change `last`.
    pub const fn forget(&mut self, count: u64, last: u64) {
        self.tombstones = self.tombstones.saturating_sub(count);
        if last > self.horizon {
            self.horizon = last;
        }
    }

    /// Whether a reader of the feed who has seen everything up to change `since` can be told everything after it. Who has
    /// seen nothing at all knows of no entry whose deletion he could miss; who has seen what never was, another store of the
    /// name.
    #[must_use]
    pub const fn tells(&self, since: u64) -> bool {
        since == 0 || (since >= self.horizon && since <= self.rev)
    }
}
