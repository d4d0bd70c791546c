//! Writers that come, go on, fail and die in any order.

use centaurus_storage::{CHUNK, Expect, Fault};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::world::{End, How, World};

#[derive(Clone, Copy, Debug)]
enum Event {
    Begin {
        writer: u8,
        key: u8,
        size: u64,
        expect: Expectation,
        pin: bool,
    },
    Step {
        writer: u8,
        how: How,
    },
    /// Those that want to commit do it in one transaction.
    Share {
        how: How,
    },
    Kill(u8),
    PowerLoss,
    Collect,
}

#[derive(Clone, Copy, Debug)]
enum Expectation {
    Anything,
    Nothing,
    /// What is there when the write begins.
    Current,
}

fn event() -> impl Strategy<Value = Event> {
    let size = prop_oneof![0..100_u64, 60_000..70_000_u64, (1..4_u64).prop_map(|chunks| chunks * CHUNK), 1..3 * CHUNK];
    let expect =
        prop_oneof![4 => Just(Expectation::Anything), 1 => Just(Expectation::Nothing), 2 => Just(Expectation::Current)];
    let begin = (0..4_u8, 0..5_u8, size, expect, prop::bool::weighted(0.1))
        .prop_map(|(writer, key, size, expect, pin)| Event::Begin { writer, key, size, expect, pin });
    let how = prop_oneof![30 => Just(How::Well), 1 => Just(How::Throws), 1 => Just(How::Short)];
    prop_oneof![
        4 => begin,
        20 => (0..4_u8, how).prop_map(|(writer, how)| Event::Step { writer, how }),
        4 => prop_oneof![4 => Just(How::Well), 1 => Just(How::Throws)].prop_map(|how| Event::Share { how }),
        1 => (0..4_u8).prop_map(Event::Kill),
        1 => Just(Event::PowerLoss),
        6 => Just(Event::Collect),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_torn_or_left_over_or_over_the_quota(
        quota in prop::option::of(0..8 * CHUNK),
        events in vec(event(), 1..200),
    ) {
        let mut world = World::new(quota);
        for event in events {
            match event {
                Event::Begin { writer, key, size, expect, pin } => {
                    let expect = match (expect, world.rev(key)) {
                        (Expectation::Anything, _) => Expect::Anything,
                        (Expectation::Current, Some(rev)) => Expect::Rev(rev),
                        (Expectation::Nothing, _) | (Expectation::Current, None) => Expect::Nothing,
                    };
                    world.begin(writer, key, size, expect, pin);
                }
                Event::Step { writer, how } => _ = world.step(writer, how),
                Event::Share { how } => world.share(&[2, 0, 3, 1], how),
                Event::Kill(writer) => world.kill(writer),
                Event::PowerLoss => world.power_loss(),
                Event::Collect => world.collect(),
            }
        }
        world.reopen();
    }

    #[test]
    fn a_writer_left_alone_comes_to_an_end(size in 0..3 * CHUNK, quota in prop::option::of(0..2 * CHUNK), broken in 0..8_usize) {
        let mut world = World::new(quota);
        world.begin(0, 0, 10, Expect::Anything, false);
        while world.step(0, How::Well).is_none() {}
        let before = (world.rev(0), world.bytes());
        world.begin(0, 0, size, Expect::Anything, false);
        let mut end = None;
        for step in 0..20 {
            end = world.step(0, if step == broken { How::Throws } else { How::Well });
            if end.is_some() {
                break;
            }
        }
        match end {
            Some(End::Done(rev)) => prop_assert_eq!(world.rev(0), Some(rev)),
            Some(End::Failed(fault)) => {
                prop_assert!(matches!(fault, Fault::Io | Fault::Quota));
                prop_assert_eq!((world.rev(0), world.bytes()), before);
            }
            None => prop_assert!(false, "it never ended"),
        }
        world.reopen();
    }
}
