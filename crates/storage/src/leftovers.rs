//! What writes that were cut short left behind.

/// Whether a blob is nobody's: no entry names it, and no living writer is at it.
///
/// The three must have been found out in this order: which blobs there are, which of them writers hold, which of them
/// entries name. A writer holds his blob from before it is there until after an entry names it; so one that was there and
/// not held was named already, or never will be.
#[must_use]
pub const fn is_leftover(held: bool, named: bool) -> bool {
    !held && !named
}
