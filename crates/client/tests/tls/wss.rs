//! What a user of `wss:` sees.

use std::sync::Arc;

use centaurus_client::rustls::ClientConfig;
use centaurus_client::{Config, End, Event, Message, Outcome, Socket};
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::backend::{Backend, PATIENCE, hasty, next};
use crate::front::{Authority, Front};

/// Comes back at once, and trusts as it is told.
fn trusting(tls: &Arc<ClientConfig>, config: Config) -> Config {
    Config { tls: Some(tls.clone()), ..hasty(config) }
}

/// How the first attempt of the socket ends, which must end it.
async fn refusal(url: &str, config: Config) -> String {
    let mut socket = Socket::connect(url, config).unwrap();
    let delivery = socket.send("to nobody").unwrap();
    match timeout(PATIENCE, socket.events().next()).await.unwrap() {
        Some(Event::Closed(End::Closed { code: 1015, reason })) => {
            assert_eq!(next(&mut socket).await, None, "a socket that has ended gives no more messages");
            assert_eq!(timeout(PATIENCE, delivery).await.unwrap(), Outcome::Closed);
            reason
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn messages_go_there_and_come_back() {
    let (backend, authority) = (Backend::start().await, Authority::new());
    let front = Front::start(backend.proxy.address(), &authority.sign("localhost", |_| {})).await;
    for (config, outcome) in
        [(Config::default(), Outcome::Transmitted), (Config::acknowledged(), Outcome::Acknowledged)]
    {
        let mut socket = Socket::connect(front.url("/ws/echo"), trusting(&authority.trusted(), config)).unwrap();
        for message in [Message::from("grüß dich"), Message::from(vec![7; 3_000_000])] {
            let delivery = socket.send(message.clone()).unwrap();
            assert_eq!(next(&mut socket).await, Some(message));
            assert_eq!(timeout(PATIENCE, delivery).await.unwrap(), outcome);
        }
        let end = timeout(PATIENCE, socket.close(1000, "thank you")).await.unwrap().unwrap();
        assert!(matches!(end, End::Closed { code: 1000, .. }), "{end:?}");
    }
    // The same client without TLS.
    let mut socket = Socket::connect(backend.url("/ws/echo"), Config::default()).unwrap();
    socket.send("plain").unwrap();
    assert_eq!(next(&mut socket).await, Some(Message::from("plain")));
}

#[tokio::test]
async fn acknowledged_messages_come_once_and_in_order_over_restarts() {
    const ROUNDS: usize = 10;
    let (mut backend, authority) = (Backend::start().await, Authority::new());
    let front = Front::start(backend.proxy.address(), &authority.sign("localhost", |_| {})).await;
    let config = trusting(&authority.trusted(), Config::acknowledged());
    let mut socket = Socket::connect(front.url("/ws/echo"), config).unwrap();
    let mut events = socket.events();
    for round in 0..ROUNDS {
        for part in 0..10 {
            socket.send(format!("{round}.{part}")).unwrap();
        }
        backend.restart().await;
        for part in 0..10 {
            assert_eq!(next(&mut socket).await, Some(Message::from(format!("{round}.{part}"))));
        }
    }
    socket.close(1000, "").await.unwrap();
    let mut reopened = 0;
    while let Some(event) = events.next().await {
        reopened += usize::from(matches!(event, Event::Opened { resumed: true }));
    }
    assert!(reopened > 0, "no line was ever broken");
}

#[tokio::test]
async fn a_certificate_of_somebody_unknown_ends_it_and_says_what_to_do() {
    let (backend, authority) = (Backend::start().await, Authority::new());
    let front = Front::start(backend.proxy.address(), &authority.sign("localhost", |_| {})).await;
    // Mozilla does not know our authority, and another of ours does not either.
    for config in [hasty(Config::default()), trusting(&Authority::new().trusted(), Config::acknowledged())] {
        let reason = refusal(&front.url("/ws/echo"), config).await;
        assert!(reason.contains("not trusted") && reason.contains("Config::tls"), "{reason}");
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_or_another_time_is_told_apart() {
    let (backend, authority) = (Backend::start().await, Authority::new());
    let front = Front::start(backend.proxy.address(), &authority.sign("elsewhere.example", |_| {})).await;
    let reason = refusal(&front.url("/ws/echo"), trusting(&authority.trusted(), Config::default())).await;
    assert!(reason.contains("elsewhere.example") && reason.contains("a name that it was made for"), "{reason}");

    front.show(&authority.sign("localhost", |params| {
        params.not_before = rcgen::date_time_ymd(2001, 1, 1);
        params.not_after = rcgen::date_time_ymd(2002, 1, 1);
    }));
    let reason = refusal(&front.url("/ws/echo"), trusting(&authority.trusted(), Config::default())).await;
    assert!(reason.contains("expired") && reason.contains("needs a new one"), "{reason}");
}

#[tokio::test]
async fn a_socket_that_was_trusted_outlives_a_wrong_certificate() {
    let (mut backend, authority) = (Backend::start().await, Authority::new());
    let right = authority.sign("localhost", |_| {});
    let front = Front::start(backend.proxy.address(), &right).await;
    let config = trusting(&authority.trusted(), Config::acknowledged());
    let mut socket = Socket::connect(front.url("/ws/echo"), config).unwrap();
    socket.send("one").unwrap();
    assert_eq!(next(&mut socket).await, Some(Message::from("one")));

    // As in a network that wants a login first.
    front.show(&Authority::new().sign("localhost", |_| {}));
    let mut events = socket.events();
    backend.restart().await;
    let seen = loop {
        match timeout(PATIENCE, events.next()).await.unwrap() {
            Some(Event::Reconnecting { end: End::Closed { code, reason }, .. }) if reason.contains("not trusted") => {
                break code;
            }
            Some(_) => {}
            None => panic!("the socket has ended: {:?}", socket.end()),
        }
    };
    assert_eq!(seen, 1006);
    socket.send("two").unwrap();
    front.show(&right);
    assert_eq!(next(&mut socket).await, Some(Message::from("two")));
}
