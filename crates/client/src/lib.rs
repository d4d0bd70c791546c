//! A WebSocket that always comes back, natively and in the browser.
//!
//! What it does when is decided by [`centaurus_link`], the same state machine that stands behind the JavaScript client:
//! it reconnects with exponential back-off and full jitter, finds dead lines by heartbeat, holds what is sent meanwhile in
//! an outbox of bounded size, and with a server that speaks `centaurus.link.1` delivers each message exactly once, in order,
//! over as many lines as it takes. This crate carries that out: on tokio and tokio-tungstenite (feature `native`, on by
//! default), or on the browser's own `WebSocket` (feature `web`, for `wasm32-unknown-unknown`).
//!
//! ```no_run
//! use centaurus_client::{Config, Outcome, Socket};
//! use futures_util::StreamExt;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let mut socket = Socket::connect("ws://127.0.0.1:8080/ws/echo", Config::acknowledged())?;
//! // Accepted at once, connected or not. What became of it is there for whoever waits.
//! let delivery = socket.send("hello")?;
//! assert_eq!(delivery.await, Outcome::Acknowledged);
//! while let Some(message) = socket.next().await {
//!     println!("{message:?}");
//!     break;
//! }
//! socket.close(1000, "thank you").await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is bounded
//!
//! The outbox by [`config::Outbox::max_bytes`], connected or not. The inbox by [`config::Config::inbox`] messages: beyond
//! it the line is not read, natively, until the reader has caught up; with acknowledgement the server's window does the
//! same in every environment. A browser's `WebSocket` cannot be told to pause, so there, without acknowledgement, a slow
//! reader's messages pile up.
//!
//! # What differs
//!
//! | | natively | in the browser |
//! | --- | --- | --- |
//! | heartbeat | WebSocket pings | link frames with acknowledgement, else [`Config::ping`] |
//! | an answer other than 101 | close code 4000 + the HTTP status; `Retry-After` in seconds is heeded | 1006 |
//! | headers of the request, TLS settings | yes | the browser's own |
//! | a certificate that is not trusted | close code 1015, which is final, with what to do; see `Config::tls` | 1006 |
//! | online and offline | found out by the heartbeat | heeded at once |

#[cfg(all(target_arch = "wasm32", target_os = "unknown", not(feature = "web")))]
compile_error!(
    "for wasm32-unknown-unknown enable the feature `web` of centaurus-client: it stands on the browser's WebSocket"
);
#[cfg(all(not(all(target_arch = "wasm32", target_os = "unknown")), not(feature = "native")))]
compile_error!("enable the feature `native` of centaurus-client: the feature `web` is for wasm32-unknown-unknown");

mod core;
mod driver;
mod endpoint;
mod error;
mod message;
mod platform;
mod settings;
mod socket;

pub use centaurus_link::{End, Outcome, SendError, State, config};
pub use endpoint::Endpoint;
pub use error::{CloseError, ConnectError};
pub use message::Message;
/// The library behind `Config::tls`.
#[cfg(feature = "rustls")]
pub use rustls;
pub use settings::Config;
pub use socket::{Delivery, Event, Events, Sender, Socket};
