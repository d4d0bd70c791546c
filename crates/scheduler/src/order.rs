//! The one ordered set that everything that waits is kept in: calls by priority, by age, by key, deadlines by time.
//!
//! Its elements are numbers whose upper bits order and whose lower 32 bits name. The standard library's B-tree would
//! do, but a fifth of all that is shipped to the main thread would be its balancing code.

use alloc::vec;
use alloc::vec::Vec;

use centaurus_protocol::Time;

/// Elements in a run before it is cut in two: moving half of so many costs less than a cache miss or two, and a
/// hundred thousand waiting calls need only some hundred runs.
const RUN: usize = 512;

/// A set of numbers in ascending order: sorted runs one behind the other, none of them empty but a last one. What costs
/// is the moving of at most a run, and of the list of runs once in so many elements: some ten nanoseconds each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order {
    runs: Vec<Vec<u128>>,
    len: usize,
}

impl Order {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The smallest element.
    pub(crate) fn first(&self) -> Option<&u128> {
        self.runs.first()?.first()
    }

    /// The smallest element that is not smaller than this one.
    pub(crate) fn next(&self, element: u128) -> Option<u128> {
        let (at, place) = self.find(element);
        self.runs.get(at)?.get(place).copied()
    }

    /// Adds an element; one that is there already stays as it is.
    pub(crate) fn insert(&mut self, element: u128) {
        let (at, place) = self.find(element);
        let Some(run) = self.runs.get_mut(at) else {
            self.runs.push(vec![element]);
            self.len = 1;
            return;
        };
        if run.get(place) == Some(&element) {
            return;
        }
        run.insert(place, element);
        self.len += 1;
        if run.len() > RUN {
            let upper = run.split_off(RUN / 2);
            self.runs.insert(at + 1, upper);
        }
    }

    /// Takes an element out, if it is there.
    pub(crate) fn remove(&mut self, element: &u128) {
        let (at, place) = self.find(*element);
        let Some(run) = self.runs.get_mut(at) else { return };
        if run.get(place) != Some(element) {
            return;
        }
        run.remove(place);
        self.len -= 1;
        // The last run stays, so that a queue of one call that comes and goes allocates nothing.
        if run.is_empty() && self.runs.len() > 1 {
            self.runs.remove(at);
        }
    }

    /// Takes the smallest element out.
    pub(crate) fn pop_first(&mut self) -> Option<u128> {
        let first = *self.first()?;
        self.remove(&first);
        Some(first)
    }

    /// Where an element is or would be: its run, and its place there.
    fn find(&self, element: u128) -> (usize, usize) {
        let at = self.runs.partition_point(|run| run.last().is_some_and(|&last| last < element));
        let at = at.min(self.runs.len().saturating_sub(1));
        (at, self.runs.get(at).map_or(0, |run| run.partition_point(|&other| other < element)))
    }
}

/// By a 64-bit number that grows (a sequence number or a time), then by name.
pub(crate) const fn by_number(number: u64, name: u32) -> u128 {
    (number as u128) << 32 | name as u128
}

/// By priority, larger first, then by sequence number.
pub(crate) const fn by_priority(priority: i32, sequence: u64, name: u32) -> u128 {
    let rank = !((priority as u32) ^ 0x8000_0000);
    (rank as u128) << 96 | by_number(sequence, name)
}

/// By time.
pub(crate) const fn by_time(time: Time, name: u32) -> u128 {
    by_number(time.0, name)
}

/// The name in an element.
pub(crate) const fn name(element: u128) -> u32 {
    element as u32
}

/// The number in an element of [`by_number`] or [`by_time`].
pub(crate) const fn number(element: u128) -> u64 {
    (element >> 32) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn all(order: &Order) -> impl Iterator<Item = u128> {
        core::iter::successors(order.next(0), |&element| order.next(element + 1))
    }

    #[test]
    fn larger_priorities_come_first_and_equal_ones_by_sequence() {
        let mut order = Order::default();
        for element in
            [by_priority(i32::MIN, 0, 1), by_priority(0, 5, 2), by_priority(0, 4, 9), by_priority(i32::MAX, 7, 3)]
        {
            order.insert(element);
        }
        assert_eq!(all(&order).map(name).collect::<Vec<_>>(), [3, 9, 2, 1]);
        assert_eq!(number(by_time(Time(u64::MAX), 4)), u64::MAX);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        /// Numbers from a small range, so that removing finds something, and many, so that runs are cut and emptied.
        #[test]
        fn it_is_a_set_in_order(steps in proptest::collection::vec((0..3u8, 0..4_000u128), 0..6_000)) {
            let (mut order, mut model) = (Order::default(), BTreeSet::new());
            for (step, element) in steps {
                match step {
                    0 | 1 => {
                        order.insert(element);
                        model.insert(element);
                    }
                    _ if element % 3 == 0 => prop_assert_eq!(order.pop_first(), model.pop_first()),
                    _ => {
                        order.remove(&element);
                        model.remove(&element);
                    }
                }
                prop_assert_eq!(order.first(), model.first());
                prop_assert_eq!(order.next(element), model.range(element..).next().copied());
                prop_assert_eq!((order.len(), order.is_empty()), (model.len(), model.is_empty()));
            }
            prop_assert!(all(&order).eq(model.iter().copied()));
        }
    }
}
