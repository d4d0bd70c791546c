//! A peer that breaks the rules of RFC 6455, a different one for each `kind`. Whatever a client makes of it, it must not
//! hang, and must not take what it was given for a message.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tungstenite::handshake::derive_accept_key;

use super::Sockets;

/// How long the client may take to notice.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is sent right after the handshake, by the section that forbids it.
const KINDS: &[(&str, &[u8])] = &[
    // 5.2: a reserved bit without an extension that gives it a meaning.
    ("reserved-bit", b"\xC2\x02hi"),
    // 5.2: an opcode that nobody has defined.
    ("reserved-opcode", b"\x83\x02hi"),
    // 5.1: a server masks nothing.
    ("masked", b"\x82\x82\x01\x02\x03\x04ik"),
    // 5.2: the longest length that the field can hold, and then some.
    ("huge", b"\x82\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFFxx"),
    // 5.5: control frames are short.
    ("long-ping", &LONG_PING),
    // 5.5: and whole.
    ("fragmented-ping", b"\x09\x01a"),
    // 5.4: a continuation of nothing.
    ("continuation", b"\x80\x02hi"),
    // 5.4: a message within a message.
    ("interleaved", b"\x02\x01a\x82\x01b"),
    // 5.6: text is UTF-8.
    ("not-utf8", b"\x81\x02\xC3\x28"),
    // 5.5.1: a close frame's body is nothing, or a code and text.
    ("short-close", b"\x88\x01\x03"),
    // 7.4.2: a code that is never sent.
    ("bad-close-code", b"\x88\x02\x03\xED"),
    // The line ends in the middle of a frame.
    ("half", b"\x82\x0Ahalf"),
    // No frame at all.
    ("garbage", b"HTTP/1.1 200 OK\r\n\r\n<!doctype html>"),
];

/// A ping of 126 bytes, one more than a ping may have.
const LONG_PING: [u8; 4 + 126] = {
    let mut frame = [b'!'; 4 + 126];
    (frame[0], frame[1], frame[2], frame[3]) = (0x89, 126, 0, 126);
    frame
};

#[derive(Debug, Deserialize)]
pub(super) struct Plan {
    kind: String,
}

pub(super) async fn serve(
    State(sockets): State<Arc<Sockets>>,
    Query(plan): Query<Plan>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let Some(&(kind, bytes)) = KINDS.iter().find(|(kind, _)| *kind == plan.kind) else {
        let known: Vec<_> = KINDS.iter().map(|(kind, _)| *kind).collect();
        return (StatusCode::BAD_REQUEST, format!("kind is one of {}", known.join(", "))).into_response();
    };
    let Some(key) = headers.get(header::SEC_WEBSOCKET_KEY) else {
        return (StatusCode::UPGRADE_REQUIRED, "this is a WebSocket").into_response();
    };
    let Some(place) = sockets.admit() else { return super::full() };
    let accept = derive_accept_key(key.as_bytes());
    tokio::spawn(async move {
        let _place = place;
        let upgraded = match hyper::upgrade::on(request).await {
            Ok(upgraded) => upgraded,
            Err(error) => return tracing::debug!(%error, "a hostile socket's upgrade failed"),
        };
        tracing::info!(kind, "hostile socket open");
        let mut stream = TokioIo::new(upgraded);
        let _ = stream.write_all(bytes).await;
        if matches!(kind, "half" | "garbage") {
            let _ = stream.shutdown().await;
        }
        let mut heard = Vec::new();
        let noticed = timeout(PATIENCE, stream.read_to_end(&mut heard)).await.is_ok();
        tracing::info!(kind, noticed, "hostile socket closed");
    });
    let headers = [
        (header::CONNECTION, "Upgrade".to_owned()),
        (header::UPGRADE, "websocket".to_owned()),
        (header::SEC_WEBSOCKET_ACCEPT, accept),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}
