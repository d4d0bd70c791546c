//! What a socket's user sees when all is well, and when it ends.

use std::time::Duration;

use centaurus_client::config::{Heartbeat, Overflow};
use centaurus_client::{
    CloseError, Config, ConnectError, End, Endpoint, Event, Message, Outcome, SendError, Socket, State,
};
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::backend::{Backend, MS, PATIENCE, hasty, next};

#[tokio::test]
async fn messages_go_there_and_come_back_in_both_modes() {
    let backend = Backend::start().await;
    for (config, outcome) in
        [(Config::default(), Outcome::Transmitted), (Config::acknowledged(), Outcome::Acknowledged)]
    {
        let mut socket = Socket::connect(backend.url("/ws/echo"), config).unwrap();
        let messages = [
            Message::from("grüß dich"),
            Message::from(vec![0, 255]),
            Message::from(""),
            Message::from(Vec::new()),
            Message::from(vec![7; 3_000_000]),
        ];
        let deliveries = messages.clone().map(|message| socket.send(message).unwrap());
        // The server takes no more than its echoes have room for: who reads nothing is not acknowledged for ever.
        for message in messages {
            assert_eq!(next(&mut socket).await, Some(message));
        }
        for delivery in deliveries {
            assert_eq!(timeout(PATIENCE, delivery).await.unwrap(), outcome);
        }
        let end = timeout(PATIENCE, socket.close(1000, "thank you")).await.unwrap().unwrap();
        assert!(matches!(end, End::Closed { code: 1000, .. }), "{end:?}");
        assert_eq!(next(&mut socket).await, None);
        assert_eq!(socket.send("late").unwrap_err(), SendError::Closed);
    }
}

#[tokio::test]
async fn what_is_sent_before_the_line_is_open_arrives_in_order() {
    let backend = Backend::start().await;
    let mut socket = Socket::connect(backend.url("/ws/echo"), Config::default()).unwrap();
    for i in 0..100 {
        socket.send(i.to_string()).unwrap();
    }
    for i in 0..100 {
        assert_eq!(next(&mut socket).await, Some(Message::from(i.to_string())));
    }
}

#[tokio::test]
async fn closing_sends_first_what_waits() {
    let backend = Backend::start().await;
    let mut socket = Socket::connect(backend.url("/ws/echo"), Config::acknowledged()).unwrap();
    socket.send("one").unwrap();
    assert_eq!(next(&mut socket).await, Some(Message::from("one")));
    let last = socket.send("two").unwrap();
    timeout(PATIENCE, socket.close(4000, "")).await.unwrap().unwrap();
    assert_eq!(last.await, Outcome::Acknowledged);
}

#[tokio::test]
async fn a_permanent_code_ends_it_and_others_do_not() {
    let backend = Backend::start().await;
    let socket = Socket::connect(backend.url("/ws/close?code=4403&reason=not+you"), hasty(Config::default())).unwrap();
    let mut events = socket.events();
    let mut seen = Vec::new();
    while let Some(event) = timeout(PATIENCE, events.next()).await.unwrap() {
        seen.push(event);
    }
    let end = End::Closed { code: 4403, reason: "not you".into() };
    assert_eq!(seen, [Event::Opened { resumed: false }, Event::Closed(end.clone())]);
    assert_eq!(socket.end(), Some(end));

    let socket = Socket::connect(backend.url("/ws/close?code=1012"), hasty(Config::default())).unwrap();
    let opened = socket.events().filter(|event| std::future::ready(matches!(event, Event::Opened { .. })));
    assert_eq!(timeout(PATIENCE, opened.take(5).count()).await.unwrap(), 5);
}

#[tokio::test]
async fn an_answer_of_http_is_a_close_code() {
    let backend = Backend::start_with(|limits| limits.sockets.sockets = 0).await;
    for (path, status) in [("/ws/echo", 4503), ("/nowhere", 4404)] {
        let mut config = hasty(Config::default());
        config.link.permanent.push(4503);
        let socket = Socket::connect(backend.url(path), config).unwrap();
        let mut events = socket.events();
        match timeout(PATIENCE, events.next()).await.unwrap() {
            Some(Event::Closed(End::Closed { code, reason })) => {
                assert_eq!(code, status, "{reason}");
                // The server's wish is passed on, and would have been heeded.
                assert_eq!(reason.contains("retry-after=1"), status == 4503, "{reason}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_server_without_acknowledgement_is_told_apart() {
    let backend = Backend::start().await;
    // The flood offers no link: what it sends are no frames.
    let socket = Socket::connect(backend.url("/nowhere"), Config::acknowledged()).unwrap();
    assert!(socket.events().next().await.is_some());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(plain_server(listener));
    let socket = Socket::connect(format!("ws://{address}/"), Config::acknowledged()).unwrap();
    match timeout(PATIENCE, socket.events().next()).await.unwrap() {
        Some(Event::Closed(End::Closed { code: 1010, reason })) => assert!(reason.contains("centaurus.link.1")),
        other => panic!("{other:?}"),
    }
}

/// Upgrades whoever comes, with no subprotocol.
async fn plain_server(listener: tokio::net::TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            let _ = tokio_tungstenite::accept_async(stream).await;
        });
    }
}

#[tokio::test]
async fn a_fresh_endpoint_is_asked_for_before_each_attempt() {
    let mut backend = Backend::start().await;
    let url = backend.url("/ws/echo");
    let (asked, mut questions) = tokio::sync::mpsc::unbounded_channel();
    let mut socket = Socket::connect_with(
        move |attempt| {
            asked.send(attempt).unwrap();
            let endpoint = Endpoint::new(&url).header("authorization", format!("Bearer {attempt}"));
            // The first time there is no token to be had.
            async move { if attempt == 1 { Err("the token server sleeps".into()) } else { Ok(endpoint) } }
        },
        hasty(Config::default()),
    );
    let mut events = socket.events();
    match timeout(PATIENCE, events.next()).await.unwrap() {
        Some(Event::Reconnecting { attempt: 2, end: End::Closed { code: 1006, reason }, .. }) => {
            assert_eq!(reason, "the token server sleeps");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(timeout(PATIENCE, events.next()).await.unwrap(), Some(Event::Opened { resumed: false }));
    backend.restart().await;
    while !matches!(timeout(PATIENCE, events.next()).await.unwrap(), Some(Event::Opened { .. })) {}
    socket.send("again").unwrap();
    assert_eq!(next(&mut socket).await, Some(Message::from("again")));
    // After a good line the count begins anew.
    for attempt in [1, 2, 1] {
        assert_eq!(questions.recv().await, Some(attempt));
    }
}

#[tokio::test]
async fn mistakes_are_told_at_once() {
    for url in ["", "echo", "http://localhost/", "ws://", "ws://a b/"] {
        let error = Socket::connect(url, Config::default()).unwrap_err();
        assert!(matches!(error, ConnectError::Url { .. }), "{url}: {error}");
    }
    let header = Endpoint::new("ws://localhost/").header("not a name", "x");
    assert!(matches!(Socket::connect(header, Config::default()), Err(ConnectError::Header { .. })));
    if !cfg!(feature = "rustls") {
        assert!(matches!(Socket::connect("wss://localhost/", Config::default()), Err(ConnectError::NoTls { .. })));
    }
    let backend = Backend::start().await;
    let socket = Socket::connect(backend.url("/ws/echo"), Config::default()).unwrap();
    for code in [0, 999, 1001, 1005, 2999, 5000] {
        assert_eq!(socket.close(code, "").await, Err(CloseError::Code { code }));
    }
    assert_eq!(socket.close(1000, &"é".repeat(62)).await, Err(CloseError::Reason { bytes: 124 }));
    assert!(matches!(socket.state(), State::Connecting | State::Open));
}

#[tokio::test]
async fn a_slow_reader_slows_the_server_and_keeps_its_line() {
    let backend = Backend::start().await;
    let mut config = hasty(Config::default());
    config.link.inbox = 100;
    config.link.heartbeat = Some(Heartbeat { interval: 50 * MS, timeout: 50 * MS });
    let mut socket = Socket::connect(backend.url("/ws/flood?rate=1000000&size=1000&count=30000"), config).unwrap();
    // Far more than all buffers between them hold waits for the reader, for many heartbeats.
    tokio::time::sleep(Duration::from_millis(500)).await;
    for number in 0..30_000_u64 {
        match next(&mut socket).await {
            Some(Message::Binary(bytes)) => assert_eq!(bytes[..8], number.to_be_bytes()),
            other => panic!("{number}: {other:?}"),
        }
    }
    assert_eq!(next(&mut socket).await, None, "the server closed for good");
}

#[tokio::test]
async fn a_full_outbox_refuses_or_waits_as_it_was_told() {
    let backend = Backend::start().await;
    backend.proxy.refuse().await;
    let mut config = hasty(Config::default());
    config.link.outbox.max_bytes = 10_000;
    let socket = Socket::connect(backend.url("/ws/echo"), config.clone()).unwrap();
    let mut accepted = 0;
    while socket.send(vec![0; 1_000]).is_ok() {
        accepted += 1;
    }
    assert_eq!((accepted, socket.queued()), (10, 10_000));
    assert!(matches!(socket.send(vec![0; 10_001]), Err(SendError::TooLarge { .. })));

    config.link.outbox.overflow = Overflow::Wait;
    let mut patient = Socket::connect(backend.url("/ws/echo"), config).unwrap();
    let deliveries: Vec<_> = (0..30).map(|i| patient.send(vec![i; 1_000]).unwrap()).collect();
    backend.proxy.pass().await;
    for delivery in deliveries {
        assert_eq!(timeout(PATIENCE, delivery).await.unwrap(), Outcome::Transmitted);
    }
    for i in 0..30 {
        assert_eq!(next(&mut patient).await, Some(Message::from(vec![i; 1_000])));
    }
}

#[tokio::test]
async fn a_dropped_socket_closes_and_what_it_sent_is_settled() {
    let backend = Backend::start().await;
    backend.proxy.refuse().await;
    let socket = Socket::connect(backend.url("/ws/echo"), hasty(Config::default())).unwrap();
    let (sender, delivery) = (socket.sender(), socket.send("never").unwrap());
    drop(socket);
    assert_eq!(timeout(PATIENCE, delivery).await.unwrap(), Outcome::Closed);
    assert_eq!(sender.send("too late").unwrap_err(), SendError::Closed);
}

#[test]
fn nobody_waits_for_a_socket_whose_runtime_has_ended() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut socket, delivery) = runtime.block_on(async {
        // Nobody listens on the port of discarded bytes.
        let socket = Socket::connect("ws://127.0.0.1:9/", Config::default()).unwrap();
        let delivery = socket.send("hello").unwrap();
        (socket, delivery)
    });
    drop(runtime);
    let outcome = futures_util::FutureExt::now_or_never(delivery);
    assert_eq!(outcome, Some(Outcome::Closed));
    assert_eq!(futures_util::FutureExt::now_or_never(socket.next()), Some(None));
}
