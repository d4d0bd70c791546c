//! The rules, one by one.

use centaurus_storage::{
    Books, CHUNK, Expect, Fault, GROUP_BYTES, GROUP_WRITES, GroupCommit, INLINE_MAX, KEPT_TOMBSTONES, Lifetime, Place,
    Seen, Step, Write, place, span,
};
use proptest::prelude::*;

use crate::world::{End, How, World};

fn put(world: &mut World, key: u8, size: u64, expect: Expect, pin: bool) -> End {
    world.begin(0, key, size, expect, pin);
    loop {
        if let Some(end) = world.step(0, How::Well) {
            return end;
        }
    }
}

#[test]
fn small_contents_lie_in_the_database_and_large_ones_in_files_where_there_are_any() {
    for file in [None, Some(0.0), Some(3.0), Some(70.0)] {
        assert_eq!(place(0, file), Place::Inline);
        assert_eq!(place(INLINE_MAX, file), Place::Inline);
        assert_eq!(place(CHUNK + 1, file), if file.is_some() { Place::File } else { Place::Rows });
    }
    assert_eq!(place(INLINE_MAX + 1, Some(0.0)), Place::File, "before it is known how long one takes");
    assert_eq!(place(INLINE_MAX * 4, Some(3.0)), Place::File);
    assert_eq!(place(INLINE_MAX * 2, Some(3.0)), Place::Inline);
    // Firefox takes its time over a file.
    assert_eq!(place(CHUNK, Some(70.0)), Place::Inline);
    assert_eq!(place(CHUNK, None), Place::Inline);
}

proptest! {
    #[test]
    fn a_reader_gets_every_byte_of_the_range_once(size in 0..5 * CHUNK, start in 0..6 * CHUNK, length in 0..6 * CHUNK) {
        let end = start + length;
        let mut at = start;
        while let Some(piece) = span(size, at, end) {
            prop_assert_eq!(piece.chunk * CHUNK + piece.from, at);
            prop_assert!(piece.from < piece.to && piece.to <= CHUNK);
            at = piece.chunk * CHUNK + piece.to;
        }
        prop_assert_eq!(at, start.max(end.min(size)));
    }

    #[test]
    fn no_jump_of_the_clock_makes_anything_live_for_longer_than_it_may(
        ttl in 1..1_000_u32, jumps in prop::collection::vec(-100_000..100_000_i32, 1..20),
    ) {
        let ttl = f64::from(ttl);
        let mut now = 0.0;
        let mut lifetime = Lifetime { at: now, ttl };
        // Time goes on by a tenth of the time to live between two looks, and the clock jumps as well.
        for jump in jumps {
            now += f64::from(jump) + ttl / 10.0;
            match lifetime.seen(now) {
                Seen::Early => lifetime.at = now,
                Seen::Expired => break,
                Seen::Alive => {}
            }
            prop_assert!(lifetime.at + ttl - now <= ttl, "it may live for {} of {ttl}", lifetime.at + ttl - now);
        }
    }

    #[test]
    fn a_row_is_the_books(counts in prop::array::uniform7(0..1_u64 << 53)) {
        let [rev, clock, bytes, stored, entries, tombstones, horizon] = counts;
        let books = Books { rev, clock, bytes, stored, entries, tombstones, horizon };
        prop_assert_eq!(Books::from_row(&books.row()), books);
    }
}

#[test]
fn a_row_that_was_tampered_with_is_still_books() {
    let books = Books::from_row(&[f64::NAN, -1.0, f64::INFINITY, 1.5, -0.0, f64::NEG_INFINITY, 7.0]);
    assert_eq!((books.rev, books.clock, books.stored, books.entries, books.horizon), (0, 0, 1, 0, 7));
}

#[test]
fn an_expectation_that_is_not_met_changes_nothing() {
    let mut world = World::new(None);
    let End::Done(first) = put(&mut world, 1, 10, Expect::Nothing, false) else { panic!("it was refused") };
    for expect in [Expect::Nothing, Expect::Rev(first + 1)] {
        for size in [20, 3 * CHUNK] {
            assert_eq!(put(&mut world, 1, size, expect, false), End::Failed(Fault::Conflict));
            assert_eq!((world.rev(1), world.bytes()), (Some(first), 10));
        }
    }
    assert!(matches!(put(&mut world, 1, 20, Expect::Rev(first), false), End::Done(rev) if rev > first));
    assert_eq!(put(&mut world, 2, 20, Expect::Rev(first), false), End::Failed(Fault::Conflict));
    world.reopen();
}

/// Brings a write to its transaction.
fn ready(world: &mut World, writer: u8, key: u8, size: u64, expect: Expect) {
    world.begin(writer, key, size, expect, false);
    assert_eq!(world.step_of(writer), Some(Step::Commit));
}

#[test]
fn in_a_transaction_that_is_shared_each_write_is_judged_by_itself() {
    let mut world = World::new(Some(100));
    put(&mut world, 0, 40, Expect::Anything, true);
    ready(&mut world, 0, 1, 30, Expect::Nothing);
    ready(&mut world, 1, 1, 50, Expect::Nothing);
    ready(&mut world, 2, 2, 70, Expect::Anything);
    ready(&mut world, 3, 3, 30, Expect::Anything);
    world.share(&[0, 1, 2, 3], How::Well);
    let ends = [0, 1, 2, 3].map(|writer| {
        loop {
            if let Some(end) = world.step(writer, How::Well) {
                break end;
            }
        }
    });
    // The second comes after the first, and the third has no room, whatever gives way: neither keeps the last from its own.
    assert!(matches!(ends[0], End::Done(_)) && matches!(ends[3], End::Done(_)), "{ends:?}");
    assert_eq!(ends[1..3], [End::Failed(Fault::Conflict), End::Failed(Fault::Quota)]);
    assert_eq!(world.bytes(), 100);
}

#[test]
fn a_conflict_in_a_transaction_that_was_undone_is_looked_at_anew() {
    let mut world = World::new(None);
    ready(&mut world, 0, 1, 10, Expect::Nothing);
    ready(&mut world, 1, 1, 20, Expect::Nothing);
    world.share(&[0, 1], How::Throws);
    world.kill(0);
    while world.rev(1).is_none() {
        assert_eq!(world.step(1, How::Well), None);
    }
    assert_eq!(world.bytes(), 20);
}

proptest! {
    #[test]
    fn who_shares_a_transaction_ends_once_and_in_turn_and_pays_for_nobody_else(
        writes in prop::collection::vec((0..GROUP_BYTES * 2, prop::bool::weighted(0.05)), 0..400), at_once in 1..300_usize,
    ) {
        let mut group = GroupCommit::default();
        let mut waiting = std::collections::VecDeque::new();
        let mut coming = writes.iter().copied().enumerate();
        let mut ended = Vec::new();
        loop {
            for (at, write) in coming.by_ref().take(at_once) {
                group.join(write.0);
                waiting.push_back((at, write));
            }
            let count = group.begin();
            if count == 0 {
                break;
            }
            prop_assert_eq!(group.begin(), 0, "one at a time");
            let taken: Vec<_> = waiting.drain(..count).collect();
            prop_assert!(count <= GROUP_WRITES);
            prop_assert!(count == 1 || taken.iter().map(|(_, (bytes, _))| bytes).sum::<u64>() <= GROUP_BYTES);
            if !taken.iter().any(|(_, (_, bad))| *bad) {
                group.through();
                ended.extend(taken.into_iter().map(|(at, _)| (at, true)));
            } else if group.undone() {
                prop_assert!(count > 1);
                taken.into_iter().rev().for_each(|write| waiting.push_front(write));
            } else {
                prop_assert_eq!(count, 1);
                ended.extend(taken.into_iter().map(|(at, _)| (at, false)));
            }
        }
        prop_assert_eq!(ended, writes.iter().enumerate().map(|(at, (_, bad))| (at, !bad)).collect::<Vec<_>>());
    }
}

#[test]
fn what_was_used_longest_ago_gives_way_and_what_is_pinned_does_not() {
    let mut world = World::new(Some(100));
    for key in 0..5 {
        put(&mut world, key, 20, Expect::Anything, key == 0);
    }
    put(&mut world, 5, 30, Expect::Anything, false);
    assert_eq!((0..6).map(|key| world.rev(key).is_some()).collect::<Vec<_>>(), [true, false, false, true, true, true]);
    // All that may go does not make enough room: then nothing goes.
    let before = world.bytes();
    assert_eq!(put(&mut world, 6, 81, Expect::Anything, false), End::Failed(Fault::Quota));
    assert_eq!(world.bytes(), before);
    assert!(matches!(put(&mut world, 6, 80, Expect::Anything, false), End::Done(_)));
    assert_eq!(world.bytes(), 100);
}

#[test]
fn what_can_not_fit_is_refused_before_anything_is_written() {
    let mut world = World::new(Some(CHUNK));
    world.begin(0, 0, CHUNK + 1, Expect::Anything, false);
    assert_eq!(world.step(0, How::Well), Some(End::Failed(Fault::Quota)));
}

#[test]
fn a_stream_over_the_quota_is_not_written_to_its_end() {
    let mut write = Write::new(Place::File, CHUNK, Expect::Anything, Some(2 * CHUNK));
    assert_eq!(write.wrote(CHUNK, 10, 10.0), Step::Blob);
    assert_eq!(write.wrote(CHUNK, 10, 10.0), Step::Blob);
    assert_eq!(write.wrote(1, 10, 10.0), Step::Discard);
    assert_eq!((write.did(), write.fault()), (Step::Failed, Fault::Quota));
}

#[test]
fn a_disk_that_takes_less_than_it_was_given_is_noticed() {
    for told in [0.0, 9.0, 4_294_967_288.0, -8.0, f64::NAN] {
        let mut write = Write::new(Place::File, CHUNK, Expect::Anything, None);
        assert_eq!((write.wrote(CHUNK, 10, told), write.fault()), (Step::Discard, Fault::Disk), "{told}");
    }
}

#[test]
fn a_write_that_fails_cleans_up_after_itself() {
    for (broken, how) in [(1, How::Throws), (1, How::Short), (2, How::Throws), (4, How::Throws), (5, How::Throws)] {
        let mut world = World::new(None);
        world.begin(0, 0, 3 * CHUNK, Expect::Anything, false);
        let mut step = 0;
        let end = loop {
            step += 1;
            if let Some(end) = world.step(0, if step == broken { how } else { How::Well }) {
                break end;
            }
        };
        assert!(matches!(end, End::Failed(Fault::Io | Fault::Disk)), "{end:?}");
        assert_eq!((world.blobs(), world.rev(0)), (0, None), "broken at step {broken}");
    }
}

#[test]
fn once_it_is_through_nothing_undoes_a_write() {
    let mut world = World::new(None);
    put(&mut world, 1, 2 * CHUNK, Expect::Anything, false);
    world.begin(0, 1, 3 * CHUNK, Expect::Anything, false);
    let before = world.rev(1);
    while world.rev(1) == before {
        assert_eq!(world.step(0, How::Well), None);
    }
    // The old blob cannot be removed: a leftover, no failure.
    world.step(0, How::Well);
    world.step(0, How::Throws);
    assert!(matches!(world.step(0, How::Well), Some(End::Done(_))));
    world.reopen();
}

#[test]
fn the_feed_forgets_old_deletions_many_at_once_and_says_so() {
    let mut books = Books::default();
    for _ in 0..2 * KEPT_TOMBSTONES - 1 {
        books.remove(0, 0);
        assert_eq!(books.surplus(), 0);
    }
    let last = books.remove(0, 0);
    let surplus = books.surplus();
    assert_eq!(surplus, KEPT_TOMBSTONES);
    books.forget(surplus, surplus);
    assert_eq!((books.tombstones, books.surplus()), (KEPT_TOMBSTONES, 0));
    assert!(books.tells(0) && books.tells(surplus) && books.tells(last));
    assert!(!books.tells(surplus - 1));
    assert!(!books.tells(last + 1), "a change that never was");
}
