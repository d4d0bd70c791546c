//! Which call goes where, and when.

mod rig;

use centaurus_protocol::{CallId, FunctionId, WorkerId};
use centaurus_scheduler::config::{MAX_PIPELINE, STARVE_AFTER};
use centaurus_scheduler::{Command, Config, Outcome, Request, Running};
use rig::{Rig, SHORT, UNKNOWN, config, killed, marked, posted, request, settled, spawned};

const FIRST: WorkerId = WorkerId(0);
const SECOND: WorkerId = WorkerId(1);

#[test]
fn calls_of_one_tick_go_out_together() {
    let mut rig = Rig::ready(1);
    let calls = rig.submit_all(SHORT, 3);
    assert_eq!(rig.commands(), [], "not before the tick");
    assert_eq!(posted(&rig.tick()).len(), calls.len());
}

#[test]
fn a_burst_of_short_calls_is_dealt_out_evenly() {
    let mut rig = Rig::ready(4);
    rig.submit_all(SHORT, 1_002);
    let mut shares = [0; 4];
    for (worker, _) in posted(&rig.tick()) {
        shares[worker.index()] += 1;
    }
    assert_eq!(shares, [251, 251, 250, 250]);
}

#[test]
fn a_worker_has_no_more_in_hand_than_its_budget() {
    let mut rig = Rig::ready(1);
    let function = FunctionId(7);
    let call = rig.submit(Request::new(function));
    rig.tick();
    assert!(rig.pool.replied(rig.time(), FIRST, call, true, 2_000));
    rig.submit_all(function, 20);
    assert_eq!(posted(&rig.tick()).len(), 4, "8 ms of work");
    let mut rig = Rig::ready(1);
    let call = rig.submit(Request::new(function));
    rig.tick();
    assert!(rig.pool.replied(rig.time(), FIRST, call, true, 0));
    rig.submit_all(function, 2_000);
    assert_eq!(posted(&rig.tick()).len(), MAX_PIPELINE, "however short they are");
}

#[test]
fn nothing_is_posted_behind_what_may_hold_it_up() {
    let blocking: [fn(&mut Request); 4] =
        [|r| r.function = UNKNOWN, |r| r.movable = false, |r| r.cancellable = true, |r| r.timeout = Some(1_000_000)];
    for block in blocking {
        let mut rig = Rig::ready(1);
        let first = rig.submit(request(SHORT, block));
        let next = rig.submit(Request::new(SHORT));
        assert_eq!(posted(&rig.tick()), [(FIRST, first)]);
        assert!(rig.reply(FIRST, first));
        assert_eq!(posted(&rig.tick()), [(FIRST, next)]);
    }
}

#[test]
fn unknown_transferred_and_streaming_calls_wait_for_empty_hands() {
    let waiting: [fn(&mut Request); 3] = [|r| r.function = UNKNOWN, |r| r.movable = false, |r| r.stream = true];
    for wait in waiting {
        let mut rig = Rig::ready(1);
        let first = rig.submit(Request::new(SHORT));
        let next = rig.submit(request(SHORT, wait));
        assert_eq!(posted(&rig.tick()), [(FIRST, first)]);
        assert!(rig.reply(FIRST, first));
        assert_eq!(posted(&rig.tick()), [(FIRST, next)]);
    }
}

#[test]
fn a_call_that_can_be_cancelled_is_marked_where_it_waits_behind_others() {
    let mut rig = Rig::ready(1);
    let alone = rig.submit(request(SHORT, |r| r.cancellable = true));
    let commands = rig.tick();
    assert_eq!((posted(&commands), marked(&commands)), (vec![(FIRST, alone)], vec![]));
    assert!(rig.reply(FIRST, alone));
    let front = rig.submit(Request::new(SHORT));
    let timed = rig.submit(request(SHORT, |r| r.timeout = Some(1_000_000)));
    let commands = rig.tick();
    assert_eq!(posted(&commands), [(FIRST, front), (FIRST, timed)]);
    assert_eq!(marked(&commands), [timed]);
}

#[test]
fn a_marked_call_is_only_blamed_once_it_said_that_it_started() {
    let mut rig = Rig::ready(1);
    let front = rig.submit(Request::new(SHORT));
    let marked = rig.submit(request(SHORT, |r| r.cancellable = true));
    rig.tick();
    rig.pool.abort(rig.time(), marked);
    assert_eq!(killed(&rig.pass(60_000_000)), [], "the other one holds it up");
    rig.reply(FIRST, front);
    rig.pool.started(rig.time(), FIRST, marked);
    assert_eq!(killed(&rig.pass(999_999)), []);
    assert_eq!(killed(&rig.pass(1)), [FIRST]);
}

#[test]
fn a_call_that_was_not_declared_cancellable_is_settled_but_never_killed_for() {
    let mut rig = Rig::ready(1);
    let call = rig.submit(Request::new(UNKNOWN));
    rig.tick();
    rig.pool.abort(rig.time(), call);
    assert_eq!(settled(&rig.tick()), [(call, Outcome::Aborted)]);
    assert_eq!(killed(&rig.pass(600_000_000)), []);
}

#[test]
fn larger_priorities_go_first_and_equal_ones_in_order() {
    let mut rig = Rig::ready(1);
    let blocker = rig.submit(Request::new(UNKNOWN));
    rig.tick();
    let calls: Vec<CallId> = [0, 5, -3, 5, i32::MAX, i32::MIN, 0]
        .into_iter()
        .map(|priority| rig.submit(request(SHORT, |r| r.priority = priority)))
        .collect();
    assert!(rig.reply(FIRST, blocker));
    let order: Vec<CallId> = posted(&rig.tick()).into_iter().map(|(_, call)| call).collect();
    assert_eq!(order, [4, 1, 3, 0, 6, 2, 5].map(|index: usize| calls[index]));
}

#[test]
fn nothing_starves_every_second_dispatch_goes_by_age_after_a_while() {
    let mut rig = Rig::ready(1);
    let blocker = rig.submit(Request::new(UNKNOWN));
    rig.tick();
    let poor = rig.submit_all(SHORT, 3);
    rig.now += STARVE_AFTER + 1;
    let rich: Vec<CallId> = (0..3).map(|_| rig.submit(request(SHORT, |r| r.priority = 1))).collect();
    assert!(rig.reply(FIRST, blocker));
    let order: Vec<CallId> = posted(&rig.tick()).into_iter().map(|(_, call)| call).collect();
    // Whichever turn it is first.
    let mut by_turns = [rich[0], poor[0], rich[1], poor[1], rich[2], poor[2]];
    if order[0] != by_turns[0] {
        by_turns = [poor[0], rich[0], poor[1], rich[1], poor[2], rich[2]];
    }
    assert_eq!(order, by_turns);
}

#[test]
fn no_flow_of_urgent_calls_keeps_a_call_out_in_any_lane() {
    for pinned in [false, true] {
        let mut rig = Rig::ready(2);
        let key = pinned.then(|| "key".into());
        let poor = rig.submit(request(UNKNOWN, |r| {
            r.priority = -1;
            r.key = key;
        }));
        let (mut running, mut dispatches) = (Vec::new(), 0);
        'flow: loop {
            while rig.pool.stats().queued < 4 {
                rig.submit(request(UNKNOWN, |r| r.priority = 9));
            }
            for (worker, call) in posted(&rig.tick()) {
                if call == poor {
                    break 'flow;
                }
                running.push((worker, call));
            }
            rig.now += 50_000;
            let (worker, call) = running.remove(0);
            assert!(rig.pool.replied(rig.time(), worker, call, true, 50_000));
            dispatches += u32::from(rig.now > STARVE_AFTER);
            assert!(dispatches <= 4, "it was passed over {dispatches} times after its time had come");
        }
    }
}

#[test]
fn calls_of_a_key_run_in_one_place_one_after_another() {
    let mut rig = Rig::ready(3);
    let calls: Vec<CallId> = (0..4).map(|_| rig.submit(request(UNKNOWN, |r| r.key = Some("k".into())))).collect();
    let mut place = None;
    for call in calls {
        let posts = posted(&rig.tick());
        let [(worker, only)] = posts[..] else { panic!("one at a time: {posts:?}") };
        assert_eq!(only, call);
        assert_eq!(*place.get_or_insert(worker), worker);
        assert!(rig.pool.replied(rig.time(), worker, call, true, 20_000));
    }
}

#[test]
fn short_calls_of_a_key_may_share_a_message_but_not_follow_in_another() {
    let mut rig = Rig::ready(2);
    let keyed = || request(SHORT, |r| r.key = Some("k".into()));
    let calls = [rig.submit(keyed()), rig.submit(keyed())];
    let posts = posted(&rig.tick());
    let worker = posts[0].0;
    assert_eq!(posts, [(worker, calls[0]), (worker, calls[1])]);
    let later = rig.submit(keyed());
    assert_eq!(rig.tick(), [], "the first message might turn out unreadable and its calls come back");
    assert!(rig.reply(worker, calls[0]));
    assert_eq!(rig.tick(), []);
    assert!(rig.reply(worker, calls[1]));
    assert_eq!(posted(&rig.tick()), [(worker, later)]);
}

#[test]
fn what_of_a_key_found_no_room_in_a_message_waits_for_all_before_it() {
    let mut rig = Rig::ready(1);
    let milliseconds = |n: u32| FunctionId(10 + n);
    for n in [1, 3, 5] {
        let call = rig.submit(Request::new(milliseconds(n)));
        rig.tick();
        assert!(rig.pool.replied(rig.time(), FIRST, call, true, u64::from(n) * 1_000));
    }
    let keyed = |n| request(milliseconds(n), |r| r.key = Some("k".into()));
    let front = rig.submit(Request::new(milliseconds(5)));
    let calls = [rig.submit(keyed(1)), rig.submit(keyed(3))];
    assert_eq!(posted(&rig.tick()), [(FIRST, front), (FIRST, calls[0])], "9 ms would be too much");
    assert!(rig.reply(FIRST, front));
    assert_eq!(rig.tick(), []);
    assert!(rig.reply(FIRST, calls[0]));
    assert_eq!(posted(&rig.tick()), [(FIRST, calls[1])]);
}

#[test]
fn a_key_stays_in_its_slot_through_a_crash_and_keeps_its_order() {
    let mut rig = Rig::ready(2);
    let filler = rig.submit(request(UNKNOWN, |r| r.key = Some("other".into())));
    let keyed = |retry| request(SHORT, |r| (r.key, r.retry) = (Some("k".into()), retry));
    let calls = [rig.submit(keyed(1)), rig.submit(keyed(0)), rig.submit(keyed(0))];
    let posts = posted(&rig.tick());
    let worker = posts.iter().find(|post| post.1 == calls[0]).expect("posted").0;
    assert_ne!(posts.iter().find(|post| post.1 == filler).expect("posted").0, worker, "keys are spread");
    let commands = rig.die(worker, Running::Call(calls[0]));
    let [Command::Spawn { slot, .. }] = commands[1..] else { panic!("{commands:?}") };
    assert_eq!(slot, worker.0);
    let (next, commands) = rig.replace(&commands);
    assert_eq!(posted(&commands), calls.map(|call| (next, call)));
}

#[test]
fn an_abandoned_call_of_a_key_holds_the_next_back_until_it_has_ended() {
    let mut rig = Rig::ready(2);
    let keyed = || request(UNKNOWN, |r| (r.key, r.cancellable) = (Some("k".into()), true));
    let calls = [rig.submit(keyed()), rig.submit(keyed())];
    let (worker, _) = posted(&rig.tick())[0];
    rig.pool.abort(rig.time(), calls[0]);
    assert_eq!(posted(&rig.tick()), []);
    assert!(!rig.reply(worker, calls[0]));
    assert_eq!(posted(&rig.tick()), [(worker, calls[1])]);
}

#[test]
fn many_keys_are_forgotten_in_time_and_found_again() {
    let mut rig = Rig::ready(1);
    for round in 0..2 {
        for number in 0..10_050 {
            let call = rig.submit(request(SHORT, |r| r.key = Some(number.to_string().into())));
            assert_eq!(posted(&rig.tick()), [(FIRST, call)], "round {round}");
            assert!(rig.reply(FIRST, call));
        }
    }
}

#[test]
fn a_stream_runs_beside_the_calls_that_follow() {
    let mut rig = Rig::ready(1);
    let stream = rig.submit(request(UNKNOWN, |r| r.stream = true));
    let call = rig.submit(Request::new(UNKNOWN));
    assert_eq!(posted(&rig.tick()), [(FIRST, stream)]);
    rig.pool.started(rig.time(), FIRST, stream);
    let commands = rig.tick();
    assert_eq!(posted(&commands), [(FIRST, call)]);
    assert_eq!(marked(&commands), [call], "beside a stream everything is");
    assert!(rig.pool.item(rig.time(), FIRST, stream));
    assert!(rig.reply(FIRST, call));
    assert!(rig.pool.item(rig.time(), FIRST, stream));
    assert!(rig.reply(FIRST, stream));
    assert!(!rig.pool.item(rig.time(), FIRST, stream));
}

#[test]
fn streams_go_to_the_worker_with_the_fewest() {
    let mut rig = Rig::ready(3);
    let mut streams = [0; 3];
    for _ in 0..7 {
        let stream = rig.submit(request(UNKNOWN, |r| r.stream = true));
        let (worker, _) = posted(&rig.tick())[0];
        streams[worker.index()] += 1;
        rig.pool.started(rig.time(), worker, stream);
    }
    assert_eq!(streams, [3, 2, 2]);
}

#[test]
fn calls_go_where_no_stream_runs_and_the_pool_grows_for_it() {
    let mut rig = Rig::ready_with(config(1, 2));
    let stream = rig.submit(request(UNKNOWN, |r| r.stream = true));
    rig.tick();
    rig.pool.started(rig.time(), FIRST, stream);
    let call = rig.submit(Request::new(UNKNOWN));
    let commands = rig.tick();
    assert_eq!(posted(&commands), [(FIRST, call)], "not later for it");
    assert_eq!(spawned(&commands), [SECOND]);
    rig.load(SECOND);
    assert!(rig.reply(FIRST, call));
    let call = rig.submit(Request::new(UNKNOWN));
    assert_eq!(posted(&rig.tick()), [(SECOND, call)]);
}

#[test]
fn a_stream_is_not_run_again_once_a_value_was_seen() {
    for seen in [false, true] {
        let mut rig = Rig::ready(1);
        let stream = rig.submit(request(UNKNOWN, |r| (r.stream, r.retry) = (true, 1)));
        rig.tick();
        rig.pool.started(rig.time(), FIRST, stream);
        assert!(!seen || rig.pool.item(rig.time(), FIRST, stream));
        let commands = rig.die(FIRST, Running::Nothing);
        let crashed = settled(&commands) == [(stream, Outcome::Crashed { worker: FIRST })];
        assert_eq!(crashed, seen);
        assert_eq!(posted(&rig.replace(&commands).1).len(), usize::from(!seen));
    }
}

#[test]
fn an_abandoned_stream_keeps_its_worker_from_new_calls_until_it_has_ended() {
    let mut rig = Rig::ready(1);
    let stream = rig.submit(request(UNKNOWN, |r| r.stream = true));
    rig.tick();
    rig.pool.started(rig.time(), FIRST, stream);
    rig.pool.abort(rig.time(), stream);
    let call = rig.submit(Request::new(UNKNOWN));
    assert_eq!(posted(&rig.tick()), []);
    assert!(!rig.reply(FIRST, stream));
    assert_eq!(posted(&rig.tick()), [(FIRST, call)]);
}

#[test]
fn a_running_call_is_waited_for_before_its_worker_goes_for_a_streams_sake() {
    let mut rig = Rig::ready(1);
    let stream = rig.submit(request(UNKNOWN, |r| r.stream = true));
    rig.tick();
    rig.pool.started(rig.time(), FIRST, stream);
    let call = rig.submit(Request::new(UNKNOWN));
    rig.tick();
    rig.pool.started(rig.time(), FIRST, call);
    rig.pool.abort(rig.time(), stream);
    assert_eq!(killed(&rig.pass(60_000_000)), []);
    assert!(rig.reply(FIRST, call));
    assert_eq!(killed(&rig.pass(999_999)), [], "only now could the stream have ended");
    assert_eq!(killed(&rig.pass(1)), [FIRST]);
}

#[test]
fn a_stream_that_speaks_is_not_killed_for_anothers_sake() {
    let mut rig = Rig::ready(1);
    let streams = [0, 1].map(|_| rig.submit(request(UNKNOWN, |r| r.stream = true)));
    for stream in streams {
        assert_eq!(posted(&rig.tick()), [(FIRST, stream)]);
        rig.pool.started(rig.time(), FIRST, stream);
    }
    rig.pool.abort(rig.time(), streams[0]);
    for _ in 0..10 {
        assert_eq!(killed(&rig.pass(700_000)), []);
        assert!(rig.pool.item(rig.time(), FIRST, streams[1]));
    }
    let commands = rig.pass(1_000_000);
    assert_eq!(killed(&commands), [FIRST], "in silence nobody can be told from a stream that hogs the thread");
    assert_eq!(settled(&commands), [(streams[1], Outcome::Crashed { worker: FIRST })]);
}

#[test]
fn a_broadcast_runs_once_in_each_slot() {
    let mut rig = Rig::ready_with(Config { broadcast: 3, ..config(1, 4) });
    let calls = rig.pool.broadcast(rig.time(), Request::new(UNKNOWN)).expect("accepted");
    assert_eq!(calls.len(), 3);
    let commands = rig.tick();
    assert_eq!(posted(&commands), [(FIRST, calls[0])]);
    let others = spawned(&commands);
    assert_eq!(others.len(), 2);
    let commands = rig.die(others[0], Running::Unknown);
    assert_eq!(settled(&commands), []);
    rig.load(others[1]);
    assert_eq!(posted(&rig.tick()), [(others[1], calls[2])]);
    let commands = rig.pass(100_000);
    assert_eq!(posted(&rig.replace(&commands).1), [(WorkerId(3), calls[1])], "in its slot's next worker");
}
