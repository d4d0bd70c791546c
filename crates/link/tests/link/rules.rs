//! Single rules, one at a time.

use centaurus_link::config::{Acknowledged, Backoff, Config, Heartbeat, Outbox, Overflow};
use centaurus_link::frame::{self, Control};
use centaurus_link::{Command, End, Link, MessageId, Outcome, SendError, State, Time};

const SECOND: u64 = 1_000_000;

fn commands(link: &mut Link) -> Vec<Command> {
    std::iter::from_fn(|| link.poll()).collect()
}

fn opened(config: Config) -> Link {
    let mut link = Link::new(config);
    link.open(Time(0));
    link.connected(Time(0));
    commands(&mut link);
    link
}

fn settled(link: &mut Link) -> Vec<(u64, Outcome)> {
    commands(link)
        .into_iter()
        .filter_map(|command| match command {
            Command::Settle { message, outcome } => Some((message.0, outcome)),
            _ => None,
        })
        .collect()
}

fn outbox(max_bytes: u64, overflow: Overflow) -> Config {
    Config { outbox: Outbox { max_bytes, overflow, ttl: None }, ..Config::default() }
}

#[test]
fn what_is_sent_before_the_line_is_open_goes_out_first() {
    let mut link = Link::new(Config::default());
    let early = link.send(Time(0), 1).expect("there is room");
    link.open(Time(0));
    link.connected(Time(1));
    let late = link.send(Time(2), 1).expect("there is room");
    let sent: Vec<_> = commands(&mut link)
        .into_iter()
        .filter_map(|command| if let Command::Transmit { message, .. } = command { Some(message) } else { None })
        .collect();
    assert_eq!(sent, [early, late]);
}

#[test]
fn a_full_outbox_rejects_and_says_how_full() {
    let mut link = Link::new(outbox(10, Overflow::Reject));
    link.send(Time(0), 8).expect("there is room");
    assert_eq!(link.send(Time(0), 3), Err(SendError::Full { held: 8, max: 10, size: 3 }));
    assert_eq!(link.send(Time(0), 11), Err(SendError::TooLarge { size: 11, max: 10 }));
    assert!(link.send(Time(0), 2).is_ok());
    assert_eq!(link.queued(), 10);
}

#[test]
fn the_oldest_make_room_if_they_are_to() {
    let mut link = Link::new(outbox(10, Overflow::DropOldest));
    for _ in 0..5 {
        link.send(Time(0), 3).expect("room is made");
    }
    assert_eq!(settled(&mut link), [(0, Outcome::Dropped), (1, Outcome::Dropped)]);
    assert_eq!(link.queued(), 9);
}

#[test]
fn the_newest_is_dropped_if_it_is_to() {
    let mut link = Link::new(outbox(10, Overflow::DropNewest));
    for _ in 0..5 {
        link.send(Time(0), 4).expect("it is accepted, and dropped");
    }
    assert_eq!(settled(&mut link), [(2, Outcome::Dropped), (3, Outcome::Dropped), (4, Outcome::Dropped)]);
}

#[test]
fn what_waits_for_room_enters_in_order() {
    let mut link = Link::new(outbox(10, Overflow::Wait));
    for _ in 0..5 {
        link.send(Time(0), 6).expect("it waits");
    }
    assert_eq!(link.queued(), 30);
    link.open(Time(0));
    link.connected(Time(0));
    assert_eq!(settled(&mut link), (0..5).map(|i| (i, Outcome::Transmitted)).collect::<Vec<_>>());
}

#[test]
fn messages_expire_while_they_wait() {
    let config = Config { outbox: Outbox { ttl: Some(SECOND), ..Outbox::default() }, ..Config::default() };
    let mut link = Link::new(config);
    link.send(Time(0), 1).expect("there is room");
    link.send(Time(SECOND / 2), 1).expect("there is room");
    assert_eq!(link.next_wake(), Some(Time(SECOND)));
    link.tick(Time(SECOND));
    assert_eq!(settled(&mut link), [(0, Outcome::Expired)]);
    assert_eq!(link.next_wake(), Some(Time(SECOND * 3 / 2)));
}

#[test]
fn a_line_that_holds_much_back_is_waited_for() {
    let mut link = opened(Config { line_buffer: 10, ..Config::default() });
    for _ in 0..4 {
        link.send(Time(0), 6).expect("there is room");
    }
    assert_eq!(settled(&mut link).len(), 2);
    assert!(link.waits_for_line());
    link.buffered(Time(1), 9);
    assert_eq!(settled(&mut link).len(), 1);
    link.buffered(Time(2), 0);
    assert_eq!(settled(&mut link).len(), 1);
    assert!(!link.waits_for_line());
}

#[test]
fn a_slow_reader_pauses_the_line() {
    let mut link = opened(Config { inbox: 4, ..Config::default() });
    for _ in 0..4 {
        assert!(link.received(Time(0)));
    }
    assert_eq!(commands(&mut link), [Command::Pause(true)]);
    link.taken(Time(1), 1);
    assert_eq!(commands(&mut link), []);
    link.taken(Time(2), 1);
    assert_eq!(commands(&mut link), [Command::Pause(false)]);
}

#[test]
fn a_line_that_pauses_is_not_taken_for_dead() {
    let heartbeat = Some(Heartbeat { interval: SECOND, timeout: SECOND });
    let mut link = opened(Config { inbox: 2, heartbeat, ..Config::default() });
    link.received(Time(0));
    link.received(Time(0));
    assert_eq!(commands(&mut link), [Command::Pause(true)]);
    link.tick(Time(60 * SECOND));
    assert_eq!(commands(&mut link), [], "whatever the peer says waits in the line");
    link.taken(Time(60 * SECOND), 2);
    assert_eq!(commands(&mut link), [Command::Pause(false)]);
    assert_eq!(link.next_wake(), Some(Time(61 * SECOND)));
    link.tick(Time(61 * SECOND));
    assert_eq!(commands(&mut link), [Command::Control(Control::Ping(1))]);
    link.alive(Time(61 * SECOND + 5), Some(1));
    assert_eq!(link.round_trip(), Some(5));
}

#[test]
fn permanent_close_codes_end_it() {
    for &code in centaurus_link::config::PERMANENT {
        let mut link = opened(Config::default());
        link.lost(Time(SECOND), code, "go away");
        let end = End::Closed { code, reason: "go away".into() };
        assert_eq!(commands(&mut link), [Command::Closed(end)]);
        assert_eq!((link.state(), link.next_wake()), (State::Closed, None));
    }
}

#[test]
fn it_gives_up_after_as_many_attempts_as_it_may_make() {
    let backoff = Backoff { max_attempts: Some(3), ..Backoff::default() };
    let mut link = Link::new(Config { backoff, ..Config::default() });
    let message = link.send(Time(0), 1).expect("there is room");
    link.open(Time(0));
    for _ in 0..2 {
        link.lost(Time(0), 1006, "");
        link.tick(link.next_wake().expect("it tries again"));
    }
    commands(&mut link);
    link.lost(Time(0), 1006, "");
    let end = Command::Closed(End::GaveUp { attempts: 3 });
    assert_eq!(commands(&mut link), [Command::Settle { message, outcome: Outcome::Closed }, end]);
}

#[test]
fn closing_drains_and_shakes_hands() {
    let mut link = opened(Config { line_buffer: 1, ..Config::default() });
    for _ in 0..3 {
        link.send(Time(0), 1).expect("there is room");
    }
    link.close(Time(1), 1000, "done");
    assert_eq!(link.state(), State::Draining);
    assert_eq!(link.send(Time(1), 1), Err(SendError::Closed));
    link.buffered(Time(2), 0);
    link.buffered(Time(3), 0);
    let all = commands(&mut link);
    assert_eq!(all.iter().filter(|command| matches!(command, Command::Transmit { .. })).count(), 3);
    assert_eq!(all.last(), Some(&Command::Disconnect { code: 1000, reason: "done".into() }));
    link.lost(Time(4), 1000, "done");
    assert_eq!(commands(&mut link), [Command::Closed(End::Closed { code: 1000, reason: "done".into() })]);
}

#[test]
fn a_peer_that_does_not_answer_the_farewell_is_left() {
    let mut link = opened(Config::default());
    link.close(Time(0), 1000, "");
    commands(&mut link);
    link.tick(link.next_wake().expect("it does not wait for ever"));
    assert_eq!(
        commands(&mut link),
        [Command::Abort, Command::Closed(End::Closed { code: 1006, reason: String::new() })]
    );
}

#[test]
fn closing_between_two_attempts_ends_at_once() {
    let mut link = opened(Config::default());
    link.lost(Time(0), 1006, "");
    let message = link.send(Time(0), 1).expect("there is room");
    commands(&mut link);
    link.close(Time(1), 1000, "");
    let end = Command::Closed(End::Closed { code: 1000, reason: String::new() });
    assert_eq!(commands(&mut link), [Command::Settle { message, outcome: Outcome::Closed }, end]);
}

#[test]
fn a_silent_line_is_given_up_within_the_bound() {
    let heartbeat = Heartbeat { interval: 2 * SECOND, timeout: SECOND };
    let mut link = opened(Config { heartbeat: Some(heartbeat), ..Config::default() });
    let mut aborted = None;
    while aborted.is_none() {
        let wake = link.next_wake().expect("it looks after the line");
        link.tick(wake);
        aborted = commands(&mut link).contains(&Command::Abort).then_some(wake);
    }
    assert_eq!(aborted, Some(Time(3 * SECOND)));
    assert_eq!(link.state(), State::BackingOff);
}

#[test]
fn attempts_rest_while_the_machine_is_offline() {
    let mut link = opened(Config::default());
    link.online(Time(0), false);
    link.lost(Time(1), 1006, "");
    assert!(matches!(commands(&mut link)[..], [Command::Reconnecting { delay: u64::MAX, .. }]));
    assert_eq!(link.next_wake(), None);
    link.online(Time(SECOND), true);
    link.tick(link.next_wake().expect("it tries again"));
    assert!(matches!(commands(&mut link)[..], [Command::Connect { .. }]));
}

#[test]
fn an_attempt_that_takes_too_long_has_failed() {
    let mut link = Link::new(Config::default());
    link.open(Time(0));
    commands(&mut link);
    link.tick(link.next_wake().expect("it does not wait for ever"));
    let all = commands(&mut link);
    assert!(matches!(all[..], [Command::Abort, Command::Reconnecting { end: End::ConnectTimeout, .. }]), "{all:?}");
}

#[test]
fn numbers_of_messages_are_their_places() {
    let mut link = opened(Config::default());
    assert_eq!(link.send(Time(0), 0), Ok(MessageId(0)));
    assert_eq!(link.send(Time(0), 0), Ok(MessageId(1)));
}

#[test]
fn a_message_may_have_a_time_of_its_own() {
    let mut link = Link::new(Config::default());
    link.send_within(Time(0), 1, Some(SECOND)).expect("there is room");
    link.send(Time(0), 1).expect("there is room");
    assert_eq!(link.next_wake(), Some(Time(SECOND)));
    link.tick(Time(SECOND));
    assert_eq!(settled(&mut link), [(0, Outcome::Expired)]);
}

#[test]
fn a_message_is_taken_back_until_it_has_been_on_a_line() {
    let mut link = Link::new(Config::default());
    let [first, second] = [0, 1].map(|_| link.send(Time(0), 1).expect("there is room"));
    assert!(link.withdraw(Time(0), first) && !link.withdraw(Time(0), first));
    assert_eq!(settled(&mut link), [(0, Outcome::Withdrawn)]);
    link.open(Time(0));
    link.connected(Time(0));
    assert_eq!(settled(&mut link), [(1, Outcome::Transmitted)]);
    assert!(!link.withdraw(Time(0), second));
}

#[test]
fn who_takes_the_place_of_a_dead_link_goes_on_with_its_attempts() {
    let mut link =
        Link::new(Config { backoff: Backoff { max_attempts: Some(3), ..Backoff::default() }, ..Config::default() });
    link.restore(Time(0), u64::MAX / 2, None);
    link.revive(Time(0), 2, "died");
    let reconnecting = commands(&mut link).pop();
    let Some(Command::Reconnecting { attempt: 3, delay, end: End::Closed { code: 1006, reason } }) = reconnecting
    else {
        panic!("found {reconnecting:?}")
    };
    assert_eq!(reason, "died");
    link.tick(Time(delay));
    assert_eq!(commands(&mut link), [Command::Connect { attempt: 3 }]);
    link.lost(Time(delay), 1006, "");
    assert_eq!(link.state(), State::Closed, "that was the last attempt");
}

const SESSION: [u8; 16] = [7; 16];

/// A link that goes on with a session in which two messages were taken, and has been welcomed by a peer that took `received`.
fn welcomed(begin: impl FnOnce(&mut Link), received: u64) -> Vec<Command> {
    let mut link = Link::new(Config {
        acknowledged: Some(Acknowledged::default()),
        outbox: Outbox { ttl: Some(SECOND), ..Outbox::default() },
        ..Config::default()
    });
    begin(&mut link);
    for _ in 0..3 {
        link.restore(Time(0), 1, None);
    }
    link.open(Time(0));
    link.connected(Time(1));
    commands(&mut link);
    let mut welcome = Vec::new();
    frame::write_control(&Control::Welcome { session: SESSION, received, allowed: 100 }, &mut welcome);
    link.received_frame(Time(2), &welcome);
    commands(&mut link)
}

fn transmitted(commands: &[Command]) -> Vec<(u64, Option<u64>)> {
    let transmit = |command: &Command| match command {
        Command::Transmit { message, sequence } => Some((message.0, *sequence)),
        _ => None,
    };
    commands.iter().filter_map(transmit).collect()
}

#[test]
fn a_resumed_session_tells_which_messages_the_peer_has() {
    // Messages 5, 6 and 7 of the session had not been acknowledged; the peer has the first of them.
    let commands = welcomed(|link| link.resume(SESSION, 2, 4), 5);
    let acknowledged = Command::Settle { message: MessageId(0), outcome: Outcome::Acknowledged };
    assert!(commands.contains(&acknowledged) && commands.contains(&Command::Opened { resumed: true }));
    assert_eq!(transmitted(&commands), [(1, Some(6)), (2, Some(7))]);
}

#[test]
fn an_adopted_session_takes_all_messages_as_new() {
    let commands = welcomed(|link| link.adopt(SESSION, 2), 5);
    assert!(!commands.iter().any(|command| matches!(command, Command::Settle { .. })));
    assert_eq!(transmitted(&commands), [(0, Some(6)), (1, Some(7)), (2, Some(8))]);
}

#[test]
fn what_may_have_been_sent_in_a_session_does_not_expire() {
    let mut link = Link::new(Config {
        acknowledged: Some(Acknowledged::default()),
        outbox: Outbox { max_bytes: 3, overflow: Overflow::DropOldest, ttl: Some(SECOND) },
        ..Config::default()
    });
    link.resume(SESSION, 0, 0);
    link.restore(Time(0), 3, None);
    link.tick(Time(2 * SECOND));
    assert!(link.send(Time(2 * SECOND), 1).is_err(), "it does not make room either");
    assert_eq!(settled(&mut link), []);
}
