//! Lines that break in every way that the proxy knows.

use std::time::{Duration, Instant};

use centaurus_client::config::{Backoff, Heartbeat};
use centaurus_client::{Config, End, Event, Message, Outcome, Socket, State};
use futures_util::StreamExt;
use tokio::time::{sleep, timeout};

use crate::backend::{Backend, MS, PATIENCE, hasty, next};

/// Restarts that acknowledged messages are to live through.
const RESTARTS: u32 = 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_messages_live_through_a_thousand_restarts() {
    let mut backend = Backend::start().await;
    let mut socket = Socket::connect(backend.url("/ws/echo"), hasty(Config::acknowledged())).unwrap();
    let sender = socket.sender();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let writer = tokio::spawn(async move {
        let mut deliveries = Vec::new();
        while !*stopped.borrow() {
            deliveries.push(sender.send(deliveries.len().to_string()).unwrap());
            sleep(Duration::from_millis(1)).await;
        }
        for delivery in &mut deliveries {
            assert_eq!(timeout(PATIENCE, delivery).await.unwrap(), Outcome::Acknowledged);
        }
        deliveries.len()
    });
    let mut events = socket.events();
    let breaking = tokio::spawn(async move {
        for restart in 0..RESTARTS {
            // Every fifth strikes while the line is being opened anew.
            if restart % 5 > 0 {
                while !matches!(timeout(PATIENCE, events.next()).await.unwrap(), Some(Event::Opened { .. })) {}
            }
            sleep(Duration::from_millis(u64::from(restart % 7))).await;
            backend.restart().await;
        }
        stop.send_replace(true);
        backend
    });
    let mut read = 0;
    let mut total = None;
    let mut writer = Box::pin(writer);
    while total != Some(read) {
        tokio::select! {
            message = next(&mut socket) => {
                assert_eq!(message, Some(Message::from(read.to_string())), "nothing is lost, comes twice or overtakes");
                read += 1;
            }
            count = &mut writer, if total.is_none() => total = Some(count.unwrap()),
        }
    }
    let backend = breaking.await.unwrap();
    let attempts = backend.proxy.attempts().len();
    println!("{read} messages over {RESTARTS} restarts and {attempts} lines: lost 0, duplicated 0, in order");
    assert!(attempts > RESTARTS as usize * 3 / 4, "{attempts} lines");
    assert_eq!(socket.queued(), 0);
}

#[tokio::test]
async fn a_reset_and_a_frame_that_was_cut_lose_nothing_that_is_acknowledged() {
    let backend = Backend::start().await;
    let mut socket = Socket::connect(backend.url("/ws/echo"), hasty(Config::acknowledged())).unwrap();
    let text = "x".repeat(10_000);
    for round in 0..40_u64 {
        for _ in 0..5 {
            socket.send(text.clone()).unwrap();
        }
        // Somewhere in the frames of the answers, each time elsewhere.
        if round % 4 == 3 {
            backend.proxy.reset()
        } else {
            backend.proxy.cut_after(round * 997)
        }
        for _ in 0..5 {
            assert_eq!(next(&mut socket).await, Some(Message::from(text.clone())));
        }
    }
    assert!(backend.proxy.attempts().len() > 10);
}

#[tokio::test]
async fn a_half_open_line_is_given_up_within_its_bound() {
    let backend = Backend::start().await;
    let mut config = hasty(Config::default());
    config.link.heartbeat = Some(Heartbeat { interval: 150 * MS, timeout: 100 * MS });
    let socket = Socket::connect(backend.url("/ws/echo"), config).unwrap();
    let mut events = socket.events();
    assert_eq!(timeout(PATIENCE, events.next()).await.unwrap(), Some(Event::Opened { resumed: false }));
    // It lives on pings alone.
    sleep(Duration::from_millis(600)).await;
    assert_eq!(socket.state(), State::Open);
    assert!(socket.round_trip().is_some());
    backend.proxy.freeze().await;
    let start = Instant::now();
    match timeout(PATIENCE, events.next()).await.unwrap() {
        Some(Event::Reconnecting { end: End::Silent, .. }) => {}
        other => panic!("{other:?}"),
    }
    assert!(start.elapsed() >= Duration::from_millis(100));
    backend.proxy.pass().await;
    while !matches!(timeout(PATIENCE, events.next()).await.unwrap(), Some(Event::Opened { .. })) {}
}

#[tokio::test]
async fn a_slow_line_takes_longer_and_is_not_given_up() {
    let backend = Backend::start().await;
    backend.proxy.slow(200_000).await;
    let mut socket = Socket::connect(backend.url("/ws/echo"), hasty(Config::acknowledged())).unwrap();
    let text = "x".repeat(20_000);
    for _ in 0..5 {
        socket.send(text.clone()).unwrap();
    }
    for _ in 0..5 {
        assert_eq!(next(&mut socket).await, Some(Message::from(text.clone())));
    }
    assert_eq!(backend.proxy.attempts().len(), 1);
}

#[tokio::test]
async fn pauses_follow_their_formula() {
    let backend = Backend::start().await;
    backend.proxy.hang_up().await;
    let (min, base, max) = (10 * MS, 40 * MS, 200 * MS);
    let mut config = Config::default();
    config.link.backoff = Backoff { min, base, max, max_attempts: Some(12), ..Backoff::default() };
    let socket = Socket::connect(backend.url("/ws/echo"), config).unwrap();
    let mut events = socket.events();
    let mut tried = 0;
    loop {
        match timeout(PATIENCE, events.next()).await.unwrap() {
            Some(Event::Reconnecting { attempt, delay, .. }) => {
                tried += 1;
                assert_eq!(attempt, tried + 1);
                let limit = (base << tried).min(max - min);
                assert!(delay > min && delay <= min + limit, "before attempt {attempt}: {delay} µs");
            }
            Some(Event::Closed(End::GaveUp { attempts: 12 })) => break,
            other => panic!("{other:?}"),
        }
    }
    let attempts = backend.proxy.attempts();
    assert_eq!(attempts.len(), 12);
    let shortest = attempts.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap();
    assert!(shortest >= Duration::from_micros(min), "{shortest:?} between two attempts");
}

#[tokio::test]
async fn a_server_that_says_when_is_not_asked_before() {
    let backend = Backend::start_with(|limits| limits.sockets.sockets = 0).await;
    let socket = Socket::connect(backend.url("/ws/echo"), hasty(Config::default())).unwrap();
    match timeout(PATIENCE, socket.events().next()).await.unwrap() {
        Some(Event::Reconnecting { delay, .. }) => assert!((1_000 * MS..1_100 * MS).contains(&delay), "{delay} µs"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn memory_is_bounded_while_nobody_listens() {
    let backend = Backend::start().await;
    backend.proxy.refuse().await;
    let mut config = hasty(Config::acknowledged());
    config.link.outbox.max_bytes = 1 << 20;
    config.link.outbox.overflow = centaurus_client::config::Overflow::DropOldest;
    let socket = Socket::connect(backend.url("/ws/echo"), config).unwrap();
    let mut deliveries = Vec::new();
    for i in 0..5_000_u32 {
        let mut message = vec![0; 1_000];
        message[..4].copy_from_slice(&i.to_be_bytes());
        deliveries.push(socket.send(message).unwrap());
        assert!(socket.queued() <= 1 << 20);
    }
    let mut socket = socket;
    backend.proxy.pass().await;
    let mut outcomes = Vec::new();
    for delivery in deliveries {
        outcomes.push(timeout(PATIENCE, delivery).await.unwrap());
    }
    let kept = outcomes.iter().filter(|outcome| **outcome == Outcome::Acknowledged).count();
    assert_eq!(kept, (1 << 20) / 1_000);
    assert!(outcomes[..5_000 - kept].iter().all(|outcome| *outcome == Outcome::Dropped), "the oldest went first");
    for i in 5_000 - kept..5_000 {
        match next(&mut socket).await {
            Some(Message::Binary(bytes)) => assert_eq!(bytes[..4], (i as u32).to_be_bytes()),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_hostile_server_is_no_reason_to_hang() {
    let backend = Backend::start().await;
    for kind in ["reserved-bit", "masked", "huge", "not-utf8", "half", "garbage", "bad-close-code", "interleaved"] {
        let mut config = hasty(Config::default());
        config.link.backoff = Backoff { stable_after: 1_000 * MS, max_attempts: Some(2), ..config.link.backoff };
        let mut socket = Socket::connect(backend.url(&format!("/ws/hostile?kind={kind}")), config).unwrap();
        assert_eq!(next(&mut socket).await, None, "{kind}: what it sends is no message");
    }
}
