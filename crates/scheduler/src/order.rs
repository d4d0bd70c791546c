//! The one ordered set that everything that waits is kept in: calls by priority, by age, by key, deadlines by time.
//!
//! Its elements are numbers whose upper bits order and whose lower 32 bits name, so that one instantiation of
//! `BTreeSet` serves all.

use alloc::collections::BTreeSet;

use crate::time::Time;

/// See the module.
pub(crate) type Order = BTreeSet<u128>;

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
    use super::*;

    #[test]
    fn larger_priorities_come_first_and_equal_ones_by_sequence() {
        let order: Order =
            [by_priority(i32::MIN, 0, 1), by_priority(0, 5, 2), by_priority(0, 4, 9), by_priority(i32::MAX, 7, 3)]
                .into();
        assert_eq!(order.iter().map(|&element| name(element)).collect::<Vec<_>>(), [3, 9, 2, 1]);
        assert_eq!(number(by_time(Time(u64::MAX), 4)), u64::MAX);
    }
}
