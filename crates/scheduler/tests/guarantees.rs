//! The table of guarantees, row by row.

mod rig;

use centaurus_protocol::{CallId, WorkerId};
use centaurus_scheduler::config::LOAD_ATTEMPTS;
use centaurus_scheduler::{Command, Config, Outcome, Refused, Request, Running};
use rig::{Rig, SHORT, UNKNOWN, config, given, killed, posted, request, settled, spawned};

const FIRST: WorkerId = WorkerId(0);

#[test]
fn what_the_function_throws_is_its_callers_and_touches_nobody_else() {
    let mut rig = Rig::ready(1);
    let calls = rig.submit_all(SHORT, 2);
    assert_eq!(posted(&rig.tick()), [(FIRST, calls[0]), (FIRST, calls[1])]);
    assert!(rig.pool.replied(rig.time(), FIRST, calls[0], false, 10), "the error is the caller's");
    assert!(!rig.pool.replied(rig.time(), FIRST, calls[0], false, 10), "once");
    assert!(rig.reply(FIRST, calls[1]));
    assert_eq!(rig.tick(), []);
    let counters = rig.pool.stats().counters;
    assert_eq!((counters.returned, counters.threw), (2, 1));
}

#[test]
fn an_argument_that_cannot_be_cloned_fails_its_call_alone() {
    let mut rig = Rig::ready(1);
    let calls = rig.submit_all(SHORT, 3);
    rig.tick();
    rig.pool.post_failed(rig.time(), calls[1]);
    assert_eq!(rig.tick(), [Command::Settle { call: calls[1], outcome: Outcome::NotCloneable }]);
    assert!(rig.reply(FIRST, calls[0]) && rig.reply(FIRST, calls[2]), "the worker stays usable");
    assert!(!rig.reply(FIRST, calls[1]));
}

#[test]
fn what_a_message_that_could_not_be_read_held_is_sent_again_call_by_call() {
    let mut rig = Rig::ready(1);
    let calls = rig.submit_all(SHORT, 3);
    assert_eq!(posted(&rig.tick()).len(), 3);
    rig.pool.unreadable(rig.time(), FIRST, &calls);
    assert_eq!(posted(&rig.tick()), [(FIRST, calls[0])], "alone");
    assert!(rig.reply(FIRST, calls[0]));
    assert_eq!(posted(&rig.tick()), [(FIRST, calls[1])]);
    rig.pool.unreadable(rig.time(), FIRST, &calls[1..2]);
    let commands = rig.tick();
    assert_eq!(settled(&commands), [(calls[1], Outcome::NotCloneable)], "now it is known which one it was");
    assert_eq!(posted(&commands), [(FIRST, calls[2])]);
    assert!(rig.reply(FIRST, calls[2]));
}

#[test]
fn transferred_arguments_in_a_message_that_could_not_be_read_are_gone() {
    let mut rig = Rig::ready(1);
    let first = rig.submit(Request::new(SHORT));
    rig.tick();
    assert!(rig.reply(FIRST, first));
    let call = rig.submit(request(SHORT, |r| r.movable = false));
    rig.tick();
    rig.pool.unreadable(rig.time(), FIRST, &[call, CallId(999)]);
    assert_eq!(settled(&rig.tick()), [(call, Outcome::NotCloneable)]);
}

#[test]
fn aborted_while_waiting_it_settles_at_once_and_is_never_sent() {
    let mut rig = Rig::ready(1);
    let calls = rig.submit_all(UNKNOWN, 2);
    rig.tick();
    rig.pool.abort(rig.time(), calls[1]);
    assert_eq!(rig.commands(), [Command::Settle { call: calls[1], outcome: Outcome::Aborted }]);
    rig.pool.abort(rig.time(), calls[1]);
    assert!(rig.reply(FIRST, calls[0]));
    assert_eq!(rig.tick(), []);
}

#[test]
fn aborted_while_running_it_settles_at_once_and_may_end_within_the_grace() {
    let mut rig = Rig::ready(1);
    let call = rig.submit(request(UNKNOWN, |r| r.cancellable = true));
    rig.tick();
    rig.pool.abort(rig.time(), call);
    let outcome = Outcome::Aborted;
    assert_eq!(rig.commands(), [Command::Abort { worker: FIRST, call }, Command::Settle { call, outcome }]);
    let next = rig.submit(Request::new(UNKNOWN));
    assert_eq!(rig.pass(999_999), [], "nothing is sent behind it, and it has its second");
    assert!(!rig.reply(FIRST, call), "too late");
    assert_eq!(posted(&rig.pass(10_000_000)), [(FIRST, next)], "the worker lives");
}

#[test]
fn past_the_grace_the_worker_is_replaced_and_what_waited_moves_on() {
    for timeout in [true, false] {
        let mut rig = Rig::ready(1);
        let call = rig.submit(request(UNKNOWN, |r| {
            r.cancellable = !timeout;
            r.timeout = timeout.then_some(5_000);
        }));
        rig.tick();
        let waiting = rig.submit(Request::new(SHORT));
        let commands = if timeout {
            assert_eq!(rig.pass(4_999), []);
            rig.pass(1)
        } else {
            rig.pool.abort(rig.time(), call);
            rig.tick()
        };
        let outcome = if timeout { Outcome::TimedOut } else { Outcome::Aborted };
        assert_eq!(commands, [Command::Abort { worker: FIRST, call }, Command::Settle { call, outcome }]);
        assert_eq!(rig.pass(999_999), []);
        let commands = rig.pass(1);
        assert_eq!(killed(&commands), [FIRST]);
        assert_eq!(commands[1], Command::Spawn { worker: WorkerId(1), slot: 0 }, "in its predecessor's place");
        let (worker, commands) = rig.replace(&commands);
        assert_eq!(posted(&commands), [(worker, waiting)]);
        assert!(!rig.reply(FIRST, call), "nobody hears a dead worker");
    }
}

#[test]
fn a_timeout_counts_the_waiting_too() {
    let mut rig = Rig::ready(1);
    let running = rig.submit(Request::new(UNKNOWN));
    let waiting = rig.submit(request(UNKNOWN, |r| r.timeout = Some(1_000)));
    rig.tick();
    assert_eq!(rig.pass(1_000), [Command::Settle { call: waiting, outcome: Outcome::TimedOut }]);
    assert!(rig.reply(FIRST, running));
}

#[test]
fn a_worker_that_cannot_load_is_tried_again_and_then_reported_within_a_second() {
    for seed in 0..200 {
        let mut rig = Rig::new(Config { seed, ..config(1, 4) });
        let call = rig.submit(Request::new(UNKNOWN));
        let registration = rig.register();
        rig.pool.warm(rig.time());
        let (mut attempts, mut commands) = (0, rig.tick());
        while let [worker] = spawned(&commands)[..] {
            attempts += 1;
            rig.pool.load_failed(rig.time(), worker);
            commands = rig.commands();
            while let Some(wake) = rig.pool.next_wake() {
                rig.now = wake.0;
                commands.extend(rig.tick());
                if !spawned(&commands).is_empty() {
                    break;
                }
            }
        }
        assert_eq!(attempts, LOAD_ATTEMPTS);
        assert!(rig.now > 0 && rig.now <= 400_000, "paused {} µs", rig.now);
        let worker = WorkerId(2);
        let outcome = Outcome::LoadFailed { worker };
        assert_eq!(settled(&commands), [(call, outcome)]);
        assert!(commands.contains(&Command::SettleRegistration { registration, outcome }));
        assert!(commands.contains(&Command::Unready { worker }));
    }
}

#[test]
fn the_next_request_tries_to_load_afresh() {
    let mut rig = Rig::new(config(1, 1));
    let registration = rig.register();
    let mut commands = rig.tick();
    for _ in 0..LOAD_ATTEMPTS {
        let worker = spawned(&commands)[0];
        rig.pool.load_failed(rig.time(), worker);
        commands = rig.pass(300_000);
    }
    assert_eq!(rig.pool.next_wake(), None, "nothing more by itself");
    let call = rig.submit(Request::new(UNKNOWN));
    let commands = rig.tick();
    let worker = spawned(&commands)[0];
    assert_eq!(given(&commands, worker), [registration], "it is still in the log");
    rig.load(worker);
    assert!(!rig.verdict(worker, registration, true), "its promise has settled");
    assert_eq!(posted(&rig.tick()), [(worker, call)]);
}

#[test]
fn where_others_live_only_what_is_bound_to_the_slot_fails() {
    let mut rig = Rig::ready_with(config(1, 2));
    let calls = rig.pool.broadcast(rig.time(), Request::new(UNKNOWN)).expect("accepted");
    let mut commands = rig.tick();
    assert_eq!(posted(&commands), [(FIRST, calls[0])]);
    let plain = rig.submit(Request::new(UNKNOWN));
    let mut ends = Vec::new();
    for _ in 0..LOAD_ATTEMPTS {
        rig.pool.load_failed(rig.time(), spawned(&commands)[0]);
        commands = rig.pass(300_000);
        ends.extend(settled(&commands));
    }
    let [(call, Outcome::LoadFailed { .. })] = ends[..] else { panic!("{ends:?}") };
    assert_eq!(call, calls[1]);
    assert!(rig.reply(FIRST, calls[0]));
    assert_eq!(posted(&rig.tick()), [(FIRST, plain)]);
}

#[test]
fn a_worker_that_says_nothing_at_all_counts_as_one_that_cannot_load() {
    let mut rig = Rig::new(config(1, 1));
    rig.submit(Request::new(UNKNOWN));
    rig.tick();
    assert_eq!(rig.pass(29_999_999), []);
    assert_eq!(killed(&rig.pass(1)), [FIRST]);
    assert_eq!(spawned(&rig.pass(100_000)), [WorkerId(1)]);
}

#[test]
fn what_ran_when_its_worker_died_fails_and_what_had_not_begun_moves_on() {
    let mut rig = Rig::ready(1);
    let calls = rig.submit_all(SHORT, 4);
    rig.tick();
    let commands = rig.die(FIRST, Running::Call(calls[1]));
    let worker = FIRST;
    let outcome = Outcome::Crashed { worker };
    assert_eq!(settled(&commands), [(calls[0], outcome), (calls[1], outcome)]);
    let (worker, commands) = rig.replace(&commands);
    assert_eq!(posted(&commands), [(worker, calls[2]), (worker, calls[3])], "in their old order");
    assert_eq!(rig.pool.stats().counters.moved, 2);
}

#[test]
fn a_worker_that_died_doing_nothing_takes_nobody_with_it() {
    let mut rig = Rig::ready(1);
    let calls = rig.submit_all(SHORT, 2);
    rig.tick();
    let commands = rig.die(FIRST, Running::Nothing);
    assert_eq!(settled(&commands), []);
    let (worker, commands) = rig.replace(&commands);
    assert_eq!(posted(&commands), [(worker, calls[0]), (worker, calls[1])]);
}

#[test]
fn of_a_silent_death_the_marks_tell_what_had_begun() {
    let mut rig = Rig::ready(1);
    let plain = rig.submit_all(SHORT, 2);
    let cancellable = rig.submit(request(SHORT, |r| r.cancellable = true));
    assert_eq!(rig::marked(&rig.tick()), [cancellable]);
    let commands = rig.die(FIRST, Running::Unknown);
    let outcome = Outcome::Crashed { worker: FIRST };
    assert_eq!(settled(&commands), [(plain[0], outcome), (plain[1], outcome)], "either may have run");
    let (worker, commands) = rig.replace(&commands);
    assert_eq!(posted(&commands), [(worker, cancellable)], "it would have said so");
}

#[test]
fn a_call_with_a_retry_runs_again_and_no_more_often() {
    let mut rig = Rig::ready(1);
    let call = rig.submit(request(UNKNOWN, |r| r.retry = 2));
    let mut commands = rig.tick();
    for _ in 0..2 {
        let (worker, _) = posted(&commands)[0];
        let died = rig.die(worker, Running::Call(call));
        assert_eq!(settled(&died), []);
        commands = rig.replace(&died).1;
        assert_eq!(posted(&commands)[0].1, call);
    }
    let (worker, _) = posted(&commands)[0];
    assert_eq!(settled(&rig.die(worker, Running::Call(call))), [(call, Outcome::Crashed { worker })]);
}

#[test]
fn transferred_arguments_cannot_move_or_run_again() {
    let mut rig = Rig::ready(1);
    let call = rig.submit(request(UNKNOWN, |r| {
        r.movable = false;
        r.retry = 5;
    }));
    rig.tick();
    let outcome = Outcome::Crashed { worker: FIRST };
    assert_eq!(settled(&rig.die(FIRST, Running::Nothing)), [(call, outcome)]);
}

#[test]
fn a_queue_over_its_limit_refuses_at_once_and_nobody_else_notices() {
    let mut rig = Rig::ready_with(Config { queue_limit: 2, ..config(1, 1) });
    let calls = rig.submit_all(UNKNOWN, 3);
    let refused = rig.pool.submit(rig.time(), Request::new(UNKNOWN));
    assert_eq!(refused, Err(Refused::QueueFull), "one for the free worker, two to wait");
    let refused = rig.pool.broadcast(rig.time(), Request::new(UNKNOWN));
    assert_eq!(refused, Err(Refused::QueueFull));
    for call in calls {
        assert_eq!(posted(&rig.tick()), [(FIRST, call)]);
        assert!(rig.pool.replied(rig.time(), FIRST, call, true, 20_000));
    }
    rig.submit(Request::new(UNKNOWN));
}

#[test]
fn a_limit_of_nothing_still_lets_free_workers_work() {
    let mut rig = Rig::ready_with(Config { queue_limit: 0, ..config(2, 2) });
    rig.submit_all(UNKNOWN, 2);
    assert_eq!(posted(&rig.tick()).len(), 2);
    assert_eq!(rig.pool.submit(rig.time(), Request::new(UNKNOWN)), Err(Refused::QueueFull));
}

#[test]
fn termination_settles_everything_and_leaves_nothing() {
    let mut rig = Rig::ready(2);
    let registration = rig.register();
    rig.commands();
    let calls = rig.submit_all(UNKNOWN, 4);
    rig.pool.terminate(rig.time());
    let commands = rig.commands();
    let outcome = Outcome::Terminated;
    let ends: Vec<_> = calls.iter().map(|&call| (call, outcome)).collect();
    assert_eq!(settled(&commands), ends);
    assert!(commands.contains(&Command::SettleRegistration { registration, outcome }));
    assert_eq!(killed(&commands), [WorkerId(0), WorkerId(1)]);
    assert_eq!(rig.pool.submit(rig.time(), Request::new(UNKNOWN)), Err(Refused::Terminated));
    assert_eq!(rig.pool.register(rig.time()), Err(Refused::Terminated));
    assert!(!rig.reply(FIRST, calls[0]));
    rig.pool.terminate(rig.time());
    assert_eq!(rig.pass(60_000_000), []);
}

#[test]
fn a_result_that_comes_hours_late_is_still_the_callers() {
    let mut rig = Rig::ready(1);
    let call = rig.submit(Request::new(UNKNOWN));
    rig.tick();
    rig.now += 10 * 3_600_000_000;
    assert!(rig.reply(FIRST, call));
}

#[test]
fn a_clock_that_runs_backwards_does_no_harm() {
    let mut rig = Rig::ready(1);
    rig.now = 5_000_000;
    let call = rig.submit(request(UNKNOWN, |r| r.timeout = Some(1_000)));
    rig.tick();
    rig.now = 0;
    assert_eq!(rig.tick(), []);
    assert!(rig.reply(FIRST, call));
    assert_eq!(rig.pool.stats().run.count, 2);
}

#[test]
fn a_replacement_is_given_everything_registered_in_order_before_its_first_call() {
    let mut rig = Rig::ready(1);
    let ids: Vec<_> = (0..4).map(|_| rig.register()).collect();
    rig.commands();
    for (id, ok) in ids.iter().zip([true, false, true, true]) {
        assert!(rig.verdict(FIRST, *id, ok), "the first verdict settles it");
        assert!(!rig.verdict(FIRST, *id, ok));
    }
    let call = rig.submit(Request::new(UNKNOWN));
    rig.tick();
    let commands = rig.die(FIRST, Running::Nothing);
    let worker = spawned(&commands)[0];
    assert_eq!(given(&commands, worker), [ids[0], ids[2], ids[3]], "not what failed");
    rig.load(worker);
    for id in [ids[0], ids[2], ids[3]] {
        assert_eq!(rig.tick(), [], "no call before the last is answered");
        assert!(!rig.verdict(worker, id, true));
    }
    assert_eq!(posted(&rig.tick()), [(worker, call)]);
}

#[test]
fn a_registration_that_fails_takes_its_calls_along() {
    let mut rig = Rig::ready(1);
    let registration = rig.register();
    let outcome = Outcome::RegistrationFailed { registration };
    let before = rig.submit(request(UNKNOWN, |r| r.registration = Some(registration)));
    let other = rig.submit(Request::new(UNKNOWN));
    rig.tick();
    assert!(rig.verdict(FIRST, registration, false));
    let commands = rig.tick();
    assert_eq!(settled(&commands), [(before, outcome)]);
    assert_eq!(posted(&commands), [(FIRST, other)]);
    let after = rig.submit(request(UNKNOWN, |r| r.registration = Some(registration)));
    assert_eq!(rig.commands(), [Command::Settle { call: after, outcome }]);
    rig.pool.refresh(rig.time(), registration);
    assert_eq!(rig.commands(), []);
}

#[test]
fn a_number_is_not_used_again_while_a_worker_may_speak_of_it_or_a_command_names_it() {
    let mut rig = Rig::ready(1);
    let call = rig.submit(request(UNKNOWN, |r| r.cancellable = true));
    rig.tick();
    rig.pool.abort(rig.time(), call);
    rig.commands();
    let others = rig.submit_all(UNKNOWN, 2);
    assert!(!others.contains(&call), "its worker has not answered");
    rig.pool.abort(rig.time(), others[0]);
    assert_ne!(rig.submit(Request::new(UNKNOWN)), others[0], "its settling waits to be carried out");
    rig.commands();
    assert_eq!(rig.submit(Request::new(UNKNOWN)), others[0]);
}
