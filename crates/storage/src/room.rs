//! Making room under a quota.

/// Room that is being made: entries are offered, the one that was used longest ago first, and taken until it is enough.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Room {
    short: u64,
}

impl Room {
    /// What is missing for `bytes` to fit into `quota`; `None` is no quota.
    #[must_use]
    pub const fn new(bytes: u64, quota: Option<u64>) -> Self {
        match quota {
            Some(quota) => Self { short: bytes.saturating_sub(quota) },
            None => Self { short: 0 },
        }
    }

    /// Bytes that are still missing.
    #[must_use]
    pub const fn short(&self) -> u64 {
        self.short
    }

    /// Whether an entry of so many bytes is to go. One without any makes no room.
    pub const fn take(&mut self, size: u64) -> bool {
        let takes = self.short > 0 && size > 0;
        if takes {
            self.short = self.short.saturating_sub(size);
        }
        takes
    }
}
