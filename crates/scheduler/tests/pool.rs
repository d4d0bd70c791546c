//! How many workers there are, what they are given, and how the pool ends.

mod rig;

use centaurus_protocol::WorkerId;
use centaurus_scheduler::config::{LOAD_ATTEMPTS, STABLE_AFTER};
use centaurus_scheduler::{Command, Config, Outcome, Refused, Request, Running, WorkerState};
use rig::{Rig, SHORT, UNKNOWN, config, given, killed, posted, request, settled, spawned};

const FIRST: WorkerId = WorkerId(0);
const SECOND: WorkerId = WorkerId(1);

#[test]
fn no_worker_starts_before_it_is_needed() {
    let mut rig = Rig::new(config(0, 4));
    assert_eq!(rig.tick(), []);
    assert_eq!(rig.pool.next_wake(), None);
    rig.submit_all(UNKNOWN, 3);
    assert_eq!(spawned(&rig.tick()).len(), 3, "one for each call of unknown length");
    rig.submit_all(UNKNOWN, 10);
    assert_eq!(spawned(&rig.tick()).len(), 1, "and no more than may be");
}

#[test]
fn short_calls_do_not_start_more_workers_than_they_fill() {
    let mut rig = Rig::ready_with(config(1, 4));
    rig.submit_all(SHORT, 500);
    let commands = rig.tick();
    assert_eq!((posted(&commands).len(), spawned(&commands).len()), (500, 0), "5 ms of work for one");
    rig.submit_all(SHORT, 1_500);
    let commands = rig.tick();
    assert_eq!((posted(&commands).len(), spawned(&commands).len()), (300, 2), "800 fill a worker");
}

#[test]
fn a_worker_that_registers_while_it_runs_a_long_call_does_not_count_as_coming() {
    let mut rig = Rig::ready_with(config(1, 2));
    rig.submit(Request::new(UNKNOWN));
    rig.tick();
    rig.register();
    rig.submit(Request::new(UNKNOWN));
    assert_eq!(spawned(&rig.tick()), [SECOND]);
}

#[test]
fn idle_workers_are_stopped_down_to_the_minimum() {
    let mut rig = Rig::ready_with(config(1, 3));
    let calls = rig.submit_all(UNKNOWN, 3);
    for worker in spawned(&rig.tick()) {
        rig.load(worker);
    }
    rig.tick();
    for worker in [FIRST, SECOND, WorkerId(2)] {
        for call in &calls {
            rig.reply(worker, *call);
        }
    }
    assert_eq!(killed(&rig.pass(29_999_999)), []);
    assert_eq!(killed(&rig.pass(1)), [WorkerId(2), SECOND]);
    assert_eq!(rig.pass(600_000_000), []);
    assert_eq!(rig.pool.next_wake(), None, "a pool at rest needs no timer");
}

#[test]
fn a_worker_that_does_something_is_not_idle() {
    let mut rig = Rig::ready_with(Config { idle_timeout: Some(1_000), ..config(0, 1) });
    let stream = rig.submit(request(UNKNOWN, |r| r.stream = true));
    let commands = rig.tick();
    let (worker, _) = posted(&commands)[0];
    rig.pool.started(rig.time(), worker, stream);
    assert_eq!(rig.pass(1_000_000), []);
    rig.register();
    assert!(rig.reply(worker, stream));
    assert_eq!(killed(&rig.pass(1_000_000)), [], "it works at a registration");
}

#[test]
fn the_minimum_is_kept_once_the_pool_was_used() {
    let mut rig = Rig::new(config(2, 4));
    assert_eq!(rig.tick(), []);
    rig.submit(Request::new(UNKNOWN));
    let workers = spawned(&rig.tick());
    assert_eq!(workers.len(), 2);
    for &worker in &workers {
        rig.load(worker);
    }
    rig.tick();
    let commands = rig.die(workers[0], Running::Unknown);
    assert_eq!(spawned(&commands).len(), 1);
}

#[test]
fn ready_is_told_when_the_minimum_has_answered_everything() {
    let mut rig = Rig::new(config(2, 4));
    rig.pool.warm(rig.time());
    let registration = rig.register();
    let workers = spawned(&rig.tick());
    assert_eq!(workers.len(), 2);
    for &worker in &workers {
        rig.load(worker);
        assert_eq!(rig.tick(), []);
    }
    assert!(rig.verdict(workers[1], registration, true));
    assert_eq!(rig.tick(), []);
    assert!(!rig.verdict(workers[0], registration, true));
    assert_eq!(rig.tick(), [Command::Ready]);
    rig.pool.warm(rig.time());
    assert_eq!(rig.commands(), [Command::Ready], "again when asked again");
}

#[test]
fn unready_is_told_when_one_of_the_minimum_cannot_start() {
    let mut rig = Rig::new(config(2, 2));
    rig.pool.warm(rig.time());
    let mut commands = rig.tick();
    let [good, mut bad] = spawned(&commands)[..] else { panic!("{commands:?}") };
    rig.load(good);
    for _ in 0..LOAD_ATTEMPTS {
        rig.pool.load_failed(rig.time(), bad);
        commands = rig.pass(300_000);
        bad = spawned(&commands).first().copied().unwrap_or(bad);
    }
    assert!(commands.contains(&Command::Unready { worker: bad }), "{commands:?}");
    assert_eq!(killed(&commands), [bad], "the other lives on");
}

#[test]
fn a_registration_goes_to_every_worker_at_once_and_calls_wait_for_it() {
    let mut rig = Rig::ready(2);
    let registration = rig.register();
    let commands = rig.commands();
    assert_eq!(given(&commands, FIRST), [registration]);
    assert_eq!(given(&commands, SECOND), [registration]);
    let calls = rig.submit_all(UNKNOWN, 2);
    assert_eq!(rig.tick(), []);
    assert!(rig.verdict(SECOND, registration, true));
    assert_eq!(posted(&rig.tick()), [(SECOND, calls[0])]);
    assert!(!rig.verdict(FIRST, registration, true));
    assert_eq!(posted(&rig.tick()), [(FIRST, calls[1])]);
}

#[test]
fn a_changed_registration_is_given_and_answered_again() {
    let mut rig = Rig::ready(1);
    let registration = rig.register();
    rig.commands();
    rig.pool.refresh(rig.time(), registration);
    assert_eq!(given(&rig.commands(), FIRST), [registration]);
    let call = rig.submit(Request::new(UNKNOWN));
    assert!(rig.verdict(FIRST, registration, true));
    assert_eq!(rig.tick(), [], "one answer is missing");
    assert!(!rig.verdict(FIRST, registration, true));
    assert_eq!(posted(&rig.tick()), [(FIRST, call)]);
    assert!(!rig.verdict(FIRST, registration, true), "an answer to nothing");
}

#[test]
fn a_worker_that_lacks_what_others_have_ends_its_call_and_is_replaced() {
    let mut rig = Rig::ready(2);
    let call = rig.submit(Request::new(SHORT));
    assert_eq!(posted(&rig.tick()), [(FIRST, call)]);
    let registration = rig.register();
    rig.commands();
    assert!(rig.verdict(SECOND, registration, true));
    assert!(!rig.verdict(FIRST, registration, false));
    let next = rig.submit_all(SHORT, 2);
    assert_eq!(posted(&rig.tick()), [(SECOND, next[0]), (SECOND, next[1])]);
    assert!(rig.reply(FIRST, call), "its call is not lost");
    assert_eq!(killed(&rig.tick()), [FIRST]);
    let commands = rig.pass(100_000);
    let worker = spawned(&commands)[0];
    assert_eq!(given(&commands, worker), [registration]);
}

#[test]
fn a_registration_that_kills_every_worker_is_dropped_in_the_end() {
    let mut rig = Rig::new(config(1, 1));
    let fine = rig.register();
    let deadly = rig.register();
    let mut commands = rig.tick();
    let mut ends = Vec::new();
    for attempt in 0..LOAD_ATTEMPTS {
        let worker = spawned(&commands)[0];
        assert_eq!(given(&commands, worker), [fine, deadly]);
        rig.load(worker);
        assert_eq!(rig.verdict(worker, fine, true), attempt == 0);
        rig.pool.died(rig.time(), worker, Running::Nothing);
        commands = rig.pass(300_000);
        ends.extend_from_slice(&commands);
    }
    let outcome = Outcome::LoadFailed { worker: WorkerId(2) };
    assert!(ends.contains(&Command::SettleRegistration { registration: deadly, outcome }));
    let call = rig.submit(Request::new(UNKNOWN));
    let commands = rig.tick();
    let worker = spawned(&commands)[0];
    assert_eq!(given(&commands, worker), [fine]);
    rig.load(worker);
    rig.verdict(worker, fine, true);
    assert_eq!(posted(&rig.tick()), [(worker, call)]);
    let outcome = Outcome::RegistrationFailed { registration: deadly };
    let call = rig.submit(request(UNKNOWN, |r| r.registration = Some(deadly)));
    assert_eq!(settled(&rig.commands()), [(call, outcome)]);
}

#[test]
fn workers_that_die_as_soon_as_they_are_ready_do_not_keep_a_call_for_ever() {
    let mut rig = Rig::new(config(1, 1));
    let call = rig.submit(Request::new(UNKNOWN));
    let mut commands = rig.tick();
    let mut ends = Vec::new();
    for _ in 0..LOAD_ATTEMPTS {
        let (worker, posts) = rig.replace(&commands);
        assert_eq!(posted(&posts), [(worker, call)]);
        rig.pool.died(rig.time(), worker, Running::Nothing);
        commands = rig.pass(300_000);
        ends.extend(settled(&commands));
    }
    assert_eq!(ends, [(call, Outcome::LoadFailed { worker: WorkerId(2) })]);
}

#[test]
fn the_death_of_a_worker_that_had_been_of_use_is_no_failed_start() {
    let mut rig = Rig::ready(1);
    for expected in 1..10 {
        let call = rig.submit(Request::new(UNKNOWN));
        let commands = rig.tick();
        let (worker, _) = posted(&commands)[0];
        let commands = rig.die(worker, Running::Call(call));
        assert_eq!(spawned(&commands), [WorkerId(expected)], "at once");
        rig.replace(&commands);
    }
    rig.pass(STABLE_AFTER);
    let commands = rig.die(WorkerId(9), Running::Nothing);
    assert_eq!(spawned(&commands), [WorkerId(10)], "nor of one that lived for long");
}

#[test]
fn closing_waits_for_what_is_pending_and_takes_nothing_more() {
    let mut rig = Rig::ready(1);
    let running = rig.submit(Request::new(UNKNOWN));
    rig.tick();
    let waiting = rig.submit(Request::new(UNKNOWN));
    rig.pool.close(rig.time());
    assert_eq!(rig.pool.submit(rig.time(), Request::new(UNKNOWN)), Err(Refused::Terminated));
    assert_eq!(rig.pool.register(rig.time()), Err(Refused::Terminated));
    assert!(rig.reply(FIRST, running));
    assert_eq!(posted(&rig.tick()), [(FIRST, waiting)]);
    let commands = rig.die(FIRST, Running::Nothing);
    let (worker, commands) = rig.replace(&commands);
    assert_eq!(posted(&commands), [(worker, waiting)], "it still gets what it needs");
    assert!(rig.reply(worker, waiting));
    assert_eq!(rig.commands(), [Command::Kill { worker }, Command::Closed]);
    assert_eq!(rig.pass(60_000_000), []);
}

#[test]
fn closing_an_unused_pool_is_done_at_once() {
    let mut rig = Rig::new(config(1, 1));
    rig.pool.close(rig.time());
    assert_eq!(rig.commands(), [Command::Closed]);
    rig.pool.close(rig.time());
    assert_eq!(rig.commands(), []);
}

#[test]
fn closing_waits_for_registrations_too() {
    let mut rig = Rig::ready(1);
    let registration = rig.register();
    rig.pool.close(rig.time());
    assert_eq!(given(&rig.commands(), FIRST), [registration]);
    assert!(rig.verdict(FIRST, registration, true));
    assert_eq!(rig.commands(), [Command::Kill { worker: FIRST }, Command::Closed]);
}

#[test]
fn termination_ends_a_closing_that_waits() {
    let mut rig = Rig::ready(1);
    let call = rig.submit(Request::new(UNKNOWN));
    rig.tick();
    rig.pool.close(rig.time());
    rig.pool.terminate(rig.time());
    let outcome = Outcome::Terminated;
    assert_eq!(rig.commands(), [Command::Settle { call, outcome }, Command::Kill { worker: FIRST }, Command::Closed]);
    let mut rig = Rig::ready(1);
    rig.pool.terminate(rig.time());
    rig.pool.close(rig.time());
    assert_eq!(rig.commands(), [Command::Kill { worker: FIRST }, Command::Closed]);
}

#[test]
fn a_pool_has_at_least_one_worker_and_no_more_than_can_be() {
    let mut rig = Rig::new(Config { min: 9, max: 0, broadcast: 0, ..Config::default() });
    rig.submit_all(UNKNOWN, 5);
    assert_eq!(spawned(&rig.tick()).len(), 1);
    let stats = rig.pool.stats();
    assert_eq!((stats.min, stats.max), (1, 1));
}

#[test]
fn the_statistics_tell_what_goes_on() {
    let mut rig = Rig::ready(2);
    rig.now += 1_000;
    let call = rig.submit(Request::new(UNKNOWN));
    rig.submit(request(UNKNOWN, |r| r.key = Some("k".into())));
    rig.submit(request(UNKNOWN, |r| r.key = Some("k".into())));
    rig.now += 200;
    rig.tick();
    rig.now += 5_000;
    let stats = rig.pool.stats();
    assert_eq!((stats.queued, stats.running, stats.counters.submitted), (1, 2, 4));
    assert!(stats.workers.iter().all(|worker| worker.state == WorkerState::Busy && worker.posted == 1));
    let worker = rig.pool.worker_of(call).expect("posted");
    assert!(rig.pool.replied(rig.time(), worker, call, true, 4_000));
    assert_eq!(rig.pool.worker_of(call), None);
    let stats = rig.pool.stats();
    let here = stats.workers.iter().find(|here| here.worker == worker).expect("alive");
    assert_eq!((here.state, here.posted, here.age), (WorkerState::Idle, 0, 6_200));
    assert!(here.busy >= 4_000);
    assert_eq!((stats.queue.max, stats.run.max, stats.transfer.max), (200, 4_000, 1_000));
    rig.register();
    let stats = rig.pool.stats();
    assert!(stats.workers.iter().any(|worker| worker.state == WorkerState::Starting));
}

#[test]
fn where_another_slot_will_do_the_minimum_is_found_there() {
    let mut rig = Rig::new(config(2, 3));
    rig.pool.warm(rig.time());
    let mut commands = rig.tick();
    let [good, mut bad] = spawned(&commands)[..] else { panic!("{commands:?}") };
    rig.load(good);
    for _ in 0..LOAD_ATTEMPTS {
        rig.pool.load_failed(rig.time(), bad);
        commands = rig.pass(300_000);
        bad = spawned(&commands)[0];
    }
    assert!(commands.contains(&Command::Spawn { worker: bad, slot: 2 }), "{commands:?}");
    rig.load(bad);
    assert_eq!(rig.tick(), [Command::Ready]);
}
