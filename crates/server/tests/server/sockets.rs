//! The sockets, through a real client.

use std::time::{Duration, Instant};

use centaurus_link::frame::{self, Control, Frame, SUBPROTOCOL, SessionId};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::common::{PATIENCE, Running};

type Client = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn open(server: &Running, path: &str, protocol: Option<&str>) -> Result<Client, Error> {
    let mut request = format!("ws://{}{path}", server.address).into_client_request()?;
    if let Some(protocol) = protocol {
        request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
    }
    Ok(connect_async(request).await?.0)
}

async fn client(server: &Running, path: &str) -> Client {
    open(server, path, None).await.unwrap()
}

/// The next message of the server's, pings left out; `None` at the end of the line.
async fn next(client: &mut Client) -> Option<Result<Message, Error>> {
    loop {
        match tokio::time::timeout(PATIENCE, client.next()).await.expect("the server says nothing") {
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            other => return other,
        }
    }
}

async fn closed(client: &mut Client) -> Option<CloseFrame> {
    loop {
        match next(client).await {
            Some(Ok(Message::Close(frame))) => return frame,
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return None,
        }
    }
}

#[tokio::test]
async fn echo_sends_back_text_and_bytes() {
    let server = Running::start().await;
    let mut client = client(&server, "/ws/echo?client=a+test").await;
    for message in [
        Message::text("grüß dich"),
        Message::binary(vec![0, 255]),
        Message::text(""),
        Message::binary(vec![7; 300_000]),
    ] {
        client.send(message.clone()).await.unwrap();
        assert_eq!(next(&mut client).await.unwrap().unwrap(), message);
    }
    client.close(Some(CloseFrame { code: 4001.into(), reason: "enough".into() })).await.unwrap();
    assert_eq!(u16::from(closed(&mut client).await.expect("an answer").code), 4001);
}

#[tokio::test]
async fn flood_numbers_its_messages_and_ends() {
    let server = Running::start().await;
    let mut client = client(&server, "/ws/flood?rate=20000&size=100&count=500").await;
    for wanted in 0..500_u64 {
        let bytes = next(&mut client).await.unwrap().unwrap().into_data();
        assert_eq!(bytes.len(), 100);
        assert_eq!(bytes[..8], wanted.to_be_bytes());
    }
    assert_eq!(u16::from(closed(&mut client).await.unwrap().code), 1000);
}

#[tokio::test]
async fn slow_answers_late_and_one_by_one() {
    let server = Running::start().await;
    let mut client = client(&server, "/ws/slow?delay=60").await;
    let start = Instant::now();
    for i in 0..3_u8 {
        client.send(Message::binary(vec![i])).await.unwrap();
    }
    for i in 0..3_u8 {
        assert_eq!(next(&mut client).await.unwrap().unwrap(), Message::binary(vec![i]));
    }
    assert!(start.elapsed() >= Duration::from_millis(180));
}

#[tokio::test]
async fn lossy_swallows_and_cuts_as_its_seed_has_it() {
    let server = Running::start().await;
    let mut runs = Vec::new();
    for _ in 0..2 {
        let mut client = client(&server, "/ws/lossy?swallow=0.3&cut=0.02&seed=5").await;
        let mut answered = Vec::new();
        for i in 0..200_u8 {
            if client.send(Message::binary(vec![i])).await.is_err() {
                break;
            }
        }
        while let Some(Ok(Message::Binary(bytes))) = next(&mut client).await {
            answered.push(bytes[0]);
        }
        runs.push(answered);
    }
    assert_eq!(runs[0], runs[1]);
    assert!(runs[0].is_sorted() && !runs[0].is_empty() && runs[0].len() < 200, "{runs:?}");
}

#[tokio::test]
async fn close_closes_with_the_code_that_is_asked_for() {
    let server = Running::start().await;
    let mut client = client(&server, "/ws/close?code=4403&reason=not+you&after=50").await;
    let frame = closed(&mut client).await.unwrap();
    assert_eq!((u16::from(frame.code), frame.reason.as_str()), (4403, "not you"));
}

#[tokio::test]
async fn hostile_breaks_the_protocol_in_every_way_that_it_offers() {
    let server = Running::start().await;
    let kinds = server.get("/ws/hostile?kind=what").await;
    assert_eq!(kinds.status, 400);
    let kinds: Vec<_> = kinds.text().trim_start_matches("kind is one of ").split(", ").map(str::to_owned).collect();
    assert!(kinds.len() > 10, "{kinds:?}");
    for kind in kinds {
        let mut client = client(&server, &format!("/ws/hostile?kind={kind}")).await;
        println!("{kind}");
        let first = next(&mut client).await;
        assert!(!matches!(first, Some(Ok(Message::Text(_) | Message::Binary(_)))), "{kind}: {first:?}");
    }
}

#[tokio::test]
async fn messages_beyond_the_limit_end_the_socket() {
    let server = Running::start_with(|_, config| config.limits.sockets.message_bytes = 1_000).await;
    let mut client = client(&server, "/ws/echo").await;
    client.send(Message::binary(vec![0; 1_000])).await.unwrap();
    assert_eq!(next(&mut client).await.unwrap().unwrap().len(), 1_000);
    let _ = client.send(Message::binary(vec![0; 1_001])).await;
    assert!(!matches!(next(&mut client).await, Some(Ok(Message::Binary(_)))));
}

#[tokio::test]
async fn one_socket_too_many_is_refused() {
    let server = Running::start_with(|_, config| config.limits.sockets.sockets = 2).await;
    let first = client(&server, "/ws/echo").await;
    let _second = client(&server, "/ws/echo").await;
    match open(&server, "/ws/echo", None).await {
        Err(Error::Http(answer)) => assert_eq!(answer.status(), 503),
        other => panic!("{other:?}"),
    }
    drop(first);
    let deadline = Instant::now() + PATIENCE;
    while open(&server, "/ws/echo", None).await.is_err() {
        assert!(Instant::now() < deadline, "the place was never given back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn silence_is_asked_after_and_then_believed() {
    let idle = Duration::from_millis(200);
    let server = Running::start_with(|_, config| config.limits.sockets.idle_timeout = idle).await;
    // Answers no pings, since it does not read.
    let mute = client(&server, "/ws/echo").await;
    let mut alive = client(&server, "/ws/echo").await;
    let end = Instant::now() + 4 * idle;
    while Instant::now() < end {
        let _ = tokio::time::timeout(idle / 4, alive.next()).await;
    }
    alive.send(Message::text("still here")).await.unwrap();
    assert_eq!(next(&mut alive).await.unwrap().unwrap(), Message::text("still here"));
    let mut mute = mute;
    assert!(closed(&mut mute).await.is_none(), "it was left without a word");
}

#[tokio::test]
async fn a_stopping_server_says_goodbye() {
    let mut server = Running::start().await;
    let mut client = client(&server, "/ws/echo").await;
    client.send(Message::text("hello")).await.unwrap();
    next(&mut client).await.unwrap().unwrap();
    server.stop.take().unwrap().send(()).unwrap();
    let frame = closed(&mut client).await.unwrap();
    assert_eq!((u16::from(frame.code), frame.reason.as_str()), (1001, "retry-after=1"));
    tokio::time::timeout(PATIENCE, &mut server.task).await.expect("the server stops").unwrap();
}

#[tokio::test]
async fn an_outage_cuts_one_clients_sockets_and_refuses_it_new_ones() {
    let server = Running::start().await;
    let mut mine = client(&server, "/ws/echo?client=me").await;
    let mut other = client(&server, "/ws/echo?client=you").await;
    assert_eq!(server.request("POST", "/ws/outage?client=me&seconds=0.4", "").await.status, 204);
    assert!(closed(&mut mine).await.is_none(), "it was cut without a word");
    match open(&server, "/ws/echo?client=me", None).await {
        Err(Error::Http(answer)) => assert_eq!(answer.status(), 503),
        other => panic!("{other:?}"),
    }
    other.send(Message::text("untouched")).await.unwrap();
    assert_eq!(next(&mut other).await.unwrap().unwrap(), Message::text("untouched"));
    tokio::time::sleep(Duration::from_millis(500)).await;
    client(&server, "/ws/echo?client=me").await;
    for plan in
        ["client=&seconds=1", "client=me&seconds=61", "client=me&seconds=-1", "client=me&seconds=NaN", "client=me"]
    {
        assert_eq!(server.request("POST", &format!("/ws/outage?{plan}"), "").await.status, 400, "{plan}");
    }
}

#[tokio::test]
async fn flood_is_no_faster_than_it_was_asked_to_be() {
    let server = Running::start().await;
    let start = Instant::now();
    let mut client = client(&server, "/ws/flood?rate=20000&size=8&count=10000").await;
    assert!(closed(&mut client).await.is_some());
    assert!(start.elapsed() >= Duration::from_millis(400), "{:?}", start.elapsed());
}

/// A client of the acknowledged echo that does what it is told, frame by frame.
struct Acknowledging(Client);

impl Acknowledging {
    async fn open(server: &Running, session: SessionId, received: u64) -> (Self, SessionId, u64) {
        let client = open(server, "/ws/echo", Some(SUBPROTOCOL)).await.unwrap();
        let mut this = Self(client);
        this.send(&Control::Hello { session, received, allowed: received + 100 }).await;
        match this.frame().await {
            Some((Frame::Control(Control::Welcome { session, received, .. }), _)) => (this, session, received),
            other => panic!("{other:?}"),
        }
    }

    async fn send(&mut self, control: &Control) {
        let mut bytes = Vec::new();
        frame::write_control(control, &mut bytes);
        self.0.send(Message::binary(bytes)).await.unwrap();
    }

    async fn data(&mut self, number: u64, text: &str) {
        let mut bytes = Vec::new();
        frame::write_data_header(number, true, &mut bytes);
        bytes.extend(text.as_bytes());
        self.0.send(Message::binary(bytes)).await.unwrap();
    }

    async fn frame(&mut self) -> Option<(Frame, Vec<u8>)> {
        let bytes = next(&mut self.0).await?.ok()?.into_data();
        frame::read(&bytes).ok().map(|frame| (frame, bytes.to_vec()))
    }

    /// The next message, as its number and text.
    async fn message(&mut self) -> (u64, String) {
        loop {
            if let (Frame::Data { sequence, payload, .. }, bytes) = self.frame().await.expect("a message") {
                return (sequence, String::from_utf8(bytes[payload..].to_vec()).unwrap());
            }
        }
    }
}

#[tokio::test]
async fn a_session_goes_on_where_its_line_broke() {
    let server = Running::start().await;
    let (mut first, session, received) = Acknowledging::open(&server, SessionId::default(), 0).await;
    assert_ne!(session, SessionId::default());
    assert_eq!(received, 0);
    for number in 1..=3 {
        first.data(number, &format!("message {number}")).await;
    }
    for number in 1..=3 {
        assert_eq!(first.message().await, (number, format!("message {number}")));
    }
    drop(first);
    // The reader had taken the first only: the others come again, under their numbers.
    let (mut second, again, received) = Acknowledging::open(&server, session, 1).await;
    assert_eq!((again, received), (session, 3));
    assert_eq!(second.message().await, (2, "message 2".into()));
    assert_eq!(second.message().await, (3, "message 3".into()));
    // What arrives twice is echoed once.
    second.data(3, "message 3").await;
    second.data(4, "message 4").await;
    assert_eq!(second.message().await, (4, "message 4".into()));
}

#[tokio::test]
async fn a_new_line_takes_the_session_over() {
    let server = Running::start().await;
    let (mut old, session, _) = Acknowledging::open(&server, SessionId::default(), 0).await;
    let (mut new, again, _) = Acknowledging::open(&server, session, 0).await;
    assert_eq!(session, again);
    assert_eq!(u16::from(closed(&mut old.0).await.unwrap().code), 4409);
    new.data(1, "mine now").await;
    assert_eq!(new.message().await, (1, "mine now".into()));
}

#[tokio::test]
async fn who_breaks_the_rules_of_a_session_is_told_which() {
    let server = Running::start().await;
    let (mut client, ..) = Acknowledging::open(&server, SessionId::default(), 0).await;
    client.data(5, "too far").await;
    let frame = closed(&mut client.0).await.unwrap();
    assert_eq!(u16::from(frame.code), 1002);
    assert_eq!(frame.reason.as_str(), "message 5 came where 1 should have");
    let mut rude = open(&server, "/ws/echo", Some(SUBPROTOCOL)).await.unwrap();
    rude.send(Message::text("no greeting")).await.unwrap();
    assert_eq!(u16::from(closed(&mut rude).await.unwrap().code), 1002);
}

#[tokio::test]
async fn forgotten_sessions_make_room() {
    let server = Running::start_with(|_, config| {
        config.limits.sockets.sessions = 1;
        config.limits.sockets.session_ttl = Duration::from_millis(100);
    })
    .await;
    let (first, session, _) = Acknowledging::open(&server, SessionId::default(), 0).await;
    let mut refused = Acknowledging(open(&server, "/ws/echo", Some(SUBPROTOCOL)).await.unwrap());
    refused.send(&Control::Hello { session: SessionId::default(), received: 0, allowed: 1 }).await;
    assert_eq!(u16::from(closed(&mut refused.0).await.unwrap().code), 1013);
    drop(first);
    tokio::time::sleep(Duration::from_millis(1_300)).await;
    let (_, another, received) = Acknowledging::open(&server, session, 9).await;
    assert_ne!(another, session);
    assert_eq!(received, 0);
}

#[tokio::test]
async fn a_server_goes_on_with_the_sessions_of_the_one_before() {
    let sessions = centaurus_server::Sessions::default();
    let first = Running::start_with(|_, config| config.sessions = sessions.clone()).await;
    let (mut client, session, _) = Acknowledging::open(&first, SessionId::default(), 0).await;
    client.data(1, "before").await;
    assert_eq!(client.message().await, (1, "before".into()));
    drop(first);
    let second = Running::start_with(|_, config| config.sessions = sessions).await;
    let (mut client, again, received) = Acknowledging::open(&second, session, 0).await;
    assert_eq!((again, received), (session, 1));
    assert_eq!(client.message().await, (1, "before".into()), "it was not told that this had been taken");
    client.data(2, "after").await;
    assert_eq!(client.message().await, (2, "after".into()));
}

#[tokio::test]
async fn a_client_that_sends_and_takes_nothing_is_cut_and_loses_nothing() {
    let server = Running::start_with(|_, config| config.limits.sockets.session_bytes = 1_000).await;
    let (mut client, session, _) = Acknowledging::open(&server, SessionId::default(), 0).await;
    let text = "x".repeat(100);
    for number in 1..=1_000 {
        let mut bytes = Vec::new();
        frame::write_data_header(number, true, &mut bytes);
        bytes.extend(text.as_bytes());
        if client.0.send(Message::binary(bytes)).await.is_err() {
            break;
        }
    }
    let frame = closed(&mut client.0).await.unwrap();
    assert_eq!((u16::from(frame.code), frame.reason.as_str()), (1013, "more than the session can keep; retry-after=1"));
    let (mut client, again, received) = Acknowledging::open(&server, session, 0).await;
    assert_eq!(again, session);
    assert!((10..200).contains(&received), "{received} were taken");
    for number in 1..=100 {
        assert_eq!(client.message().await, (number, text.clone()));
    }
}
