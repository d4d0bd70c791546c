use proptest::prelude::*;

use super::{Report, run};

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn every_interleaving_keeps_the_guarantees(story in prop::collection::vec(any::<u8>(), 0..1_500)) {
        run(&story);
    }
}

/// Bytes that look random and are always the same (splitmix64).
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// Found by the fuzz target.
#[test]
fn stories_that_once_failed_end_well() {
    run(include_bytes!("stories/a-number-seen-in-shared-memory-is-anothers-now"));
    run(include_bytes!("stories/a-mark-is-wiped-out-after-a-worker-has-died"));
}

#[test]
fn the_same_story_ends_the_same_way() {
    let story = noise(7, 2_000);
    assert_eq!(run(&story), run(&story));
}

type Count = fn(&Report) -> u64;

#[test]
fn the_stories_reach_every_way_a_call_can_end() {
    let reports: Vec<Report> = (0..500).map(|seed| run(&noise(seed, 1_500))).collect();
    let total = |of: Count| reports.iter().map(of).sum::<u64>();
    let reached: [(&str, Count); 25] = [
        ("returned", |r| r.counters.returned),
        ("threw", |r| r.counters.threw),
        ("aborted", |r| r.counters.aborted),
        ("timed out", |r| r.counters.timed_out),
        ("crashed", |r| r.counters.crashed),
        ("load failed", |r| r.counters.load_failed),
        ("registration failed", |r| r.counters.registration_failed),
        ("not cloneable", |r| r.counters.not_cloneable),
        ("terminated", |r| r.counters.terminated),
        ("retried", |r| r.counters.retried),
        ("moved", |r| r.counters.moved),
        ("died", |r| r.counters.crashes),
        ("killed", |r| r.counters.killed),
        ("failed to start", |r| r.counters.failed_starts),
        ("behind others", |r| r.behind),
        ("behind one of its key", |r| r.keyed_behind),
        ("beside a stream", |r| r.beside),
        ("by age", |r| r.aged),
        ("posted again", |r| r.reposted),
        ("killed for overstaying", |r| r.overstayed),
        ("killed with another at stake", |r| r.at_stake),
        ("ready", |r| r.ready),
        ("unready", |r| r.unready),
        ("refused and retired", |r| r.refused.min(r.retired)),
        ("queue full", |r| r.full),
    ];
    for (what, of) in reached {
        assert!(total(of) > 0, "no story shows: {what}");
    }
}
