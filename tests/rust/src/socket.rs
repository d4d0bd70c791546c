//! The socket of `crates/client`, over the browser's own WebSocket.

#![allow(unreachable_pub, reason = "wasm-bindgen exports nothing else")]

use centaurus_client::{CloseError, Config, ConnectError, End, Endpoint, Event, Message, Socket};
use futures_util::StreamExt as _;
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::check::{Outcome, equal, error, fail, holds};

/// Messages, and how many of them come between two restarts of the server.
const MESSAGES: usize = 600;
const BETWEEN: usize = 100;

fn failure(error: impl std::fmt::Display) -> JsValue {
    js_sys::Error::new(&error.to_string()).into()
}

fn hasty(mut config: Config) -> Config {
    config.link.backoff.min = 5_000;
    config.link.backoff.base = 20_000;
    config
}

/// Acknowledged messages come once and in order while `restart` takes the server away again and again.
#[wasm_bindgen(js_name = "testSocketOverRestarts")]
pub async fn over_restarts(url: String, restart: Function) -> Outcome {
    let mut socket = Socket::connect(url, hasty(Config::acknowledged())).map_err(failure)?;
    let mut deliveries = Vec::new();
    for number in 0..MESSAGES {
        deliveries.push(socket.send(number.to_string()).map_err(failure)?);
    }
    for number in 0..MESSAGES {
        equal(socket.next().await, Some(Message::from(number.to_string())))?;
        if number % BETWEEN == 0 {
            let done: Promise = restart.call0(&JsValue::NULL)?.unchecked_into();
            JsFuture::from(done).await?;
        }
    }
    for delivery in deliveries {
        equal(delivery.await, centaurus_client::Outcome::Acknowledged)?;
    }
    equal(socket.queued(), 0)
}

/// Text and bytes without acknowledgement, a close in good order, and mistakes.
#[wasm_bindgen(js_name = "testSocketLife")]
pub async fn life(echo: String, refusing: String) -> Outcome {
    let mut socket = Socket::connect(echo.as_str(), Config::default()).map_err(failure)?;
    for message in [Message::from("grüß dich"), Message::from(vec![0, 255]), Message::from("")] {
        socket.send(message.clone()).map_err(failure)?;
        equal(socket.next().await, Some(message))?;
    }
    equal(socket.close(999, "").await, Err(CloseError::Code { code: 999 }))?;
    match socket.close(1000, "done").await {
        Ok(End::Closed { code: 1000, .. }) => {}
        other => return fail(format!("{other:?}")),
    }
    equal(socket.next().await, None)?;

    let socket = Socket::connect(refusing, hasty(Config::default())).map_err(failure)?;
    match socket.events().next().await {
        Some(Event::Opened { .. }) => {}
        other => return fail(format!("{other:?}")),
    }
    let events: Vec<_> = socket.events().collect().await;
    equal(events, [Event::Closed(End::Closed { code: 4403, reason: "not you".into() })])?;

    let header = Endpoint::new(echo).header("authorization", "none");
    let refused = error(Socket::connect(header, Config::default()))?;
    holds(matches!(refused, ConnectError::Header { .. }), "a browser sends no headers")
}
