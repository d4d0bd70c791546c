//! Group commit: writes that come together share a transaction (Gray and Reuter, *Transaction Processing*, 1993, 9.4.7),
//! since of what a small one costs most is its transaction.

use std::collections::VecDeque;

use crate::CHUNK;

/// Writes that share a transaction, at most: whoever else wants one waits for it. A hundred were measured to take 15 ms.
pub const GROUP_WRITES: usize = 128;

/// Bytes of contents that share one, at most, unless it is a single write's: as much as one alone may bring.
pub const GROUP_BYTES: u64 = CHUNK;

/// The writes of one worker to one store that want to commit. A transaction is begun as soon as none is under way, and
/// takes along whoever has come until then: nobody waits for others to come.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GroupCommit {
    /// Bytes of each that waits, in the order in which they came.
    waiting: VecDeque<u64>,
    /// The same of those that share the transaction under way.
    under_way: Vec<u64>,
    /// So many of those that wait shared one that was undone: each gets one of its own, since any of them may be to blame.
    alone: usize,
}

impl GroupCommit {
    /// A write wants to commit, whose transaction takes so many bytes.
    pub fn join(&mut self, bytes: u64) {
        self.waiting.push_back(bytes);
    }

    /// How many of those that wait are to share a transaction now, first come, first served. None while one is under way.
    pub fn begin(&mut self) -> usize {
        if !self.under_way.is_empty() {
            return 0;
        }
        let most = if self.alone > 0 { 1 } else { GROUP_WRITES };
        self.alone = self.alone.saturating_sub(1);
        let mut total = 0_u64;
        while self.under_way.len() < most
            && let Some(&bytes) = self.waiting.front()
        {
            total = total.saturating_add(bytes);
            if total > GROUP_BYTES && !self.under_way.is_empty() {
                break;
            }
            self.waiting.pop_front();
            self.under_way.push(bytes);
        }
        self.under_way.len()
    }

    /// The transaction is through.
    pub fn through(&mut self) {
        self.under_way.clear();
    }

    /// The transaction was undone. True: those that shared it wait again, before all others. False: it had one write alone,
    /// which has failed.
    pub fn undone(&mut self) -> bool {
        let again = self.under_way.len() > 1;
        if again {
            self.alone += self.under_way.len();
            for bytes in self.under_way.drain(..).rev() {
                self.waiting.push_front(bytes);
            }
        }
        self.under_way.clear();
        again
    }
}
