//! On tokio and tokio-tungstenite.

use std::pin::Pin;
#[cfg(feature = "rustls")]
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use centaurus_link::Time;
use futures_util::{Sink, Stream};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::{ProtocolError, SubProtocolError, UrlError};
use tokio_tungstenite::tungstenite::handshake::client::{Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, header};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

#[cfg(feature = "rustls")]
use super::tls;
use super::{Happening, Lost};
use crate::core::Shared;
use crate::message::Payload;
use crate::{Config, ConnectError, Endpoint};

/// RFC 6455 has them (section 5.5.2), and tokio-tungstenite gives them.
pub(crate) const HAS_PINGS: bool = true;

/// Each of a line's two buffers, in bytes: larger messages do without.
const BUFFER_BYTES: usize = 16 * 1024;
/// Close codes (RFC 6455, section 7.4.1): too big; no code was given; it broke.
const TOO_BIG: u16 = 1009;
const NO_CODE: u16 = 1005;
const BROKEN: u16 = 1006;
/// What HTTP's status codes are as close codes: 4401 where a token is wanted, 4503 where there is no room.
const HTTP_CODES: u16 = 4000;

/// What a task asks of what it holds: tokio's may move from thread to thread.
pub trait MaybeSend: Send {}
impl<T: Send> MaybeSend for T {}

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
pub(crate) type Sleep = tokio::time::Sleep;

/// How lines are opened.
pub(crate) struct Ways {
    max_message_bytes: usize,
    pub(crate) ping: Option<Payload>,
    #[cfg(feature = "rustls")]
    tls: Arc<rustls::ClientConfig>,
    /// The server's certificate has been good, so one that is not comes from whoever stands between, such as a hotel's
    /// network before somebody has signed in.
    #[cfg(feature = "rustls")]
    trusted: AtomicBool,
}

impl Ways {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            max_message_bytes: config.max_message_bytes,
            ping: config.ping.map(Payload::from),
            #[cfg(feature = "rustls")]
            tls: config.tls.unwrap_or_else(tls::default),
            #[cfg(feature = "rustls")]
            trusted: AtomicBool::new(false),
        }
    }
}

fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}

pub(crate) fn now() -> Time {
    Time(u64::try_from(start().elapsed().as_micros()).unwrap_or(u64::MAX))
}

pub(crate) fn sleep_until(time: Time) -> Sleep {
    tokio::time::sleep_until(start() + Duration::from_micros(time.0))
}

pub(crate) fn seed() -> u64 {
    // A machine without random numbers still has clients that were not all started in the same microsecond.
    getrandom::u64().unwrap_or_else(|_| now().0)
}

pub(crate) fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}

/// Nobody tells a native program about its network; the heartbeat finds out.
pub(crate) struct Network;

pub(crate) fn watch_network(_: &Arc<Shared>) -> Network {
    Network
}

pub(crate) fn check(endpoint: &Endpoint) -> Result<(), ConnectError> {
    let secure = request(endpoint)?.uri().scheme_str() == Some("wss");
    if secure && !cfg!(feature = "rustls") {
        return Err(ConnectError::NoTls { url: endpoint.url.clone() });
    }
    Ok(())
}

fn request(endpoint: &Endpoint) -> Result<Request, ConnectError> {
    let bad = |reason: String| ConnectError::Url { url: endpoint.url.clone(), reason };
    let mut request = endpoint.url.as_str().into_client_request().map_err(|error| bad(error.to_string()))?;
    match request.uri().scheme_str() {
        Some("ws" | "wss") => {}
        Some(other) => return Err(bad(format!("'{other}:' is another protocol"))),
        None => return Err(bad("it has no scheme".into())),
    }
    let cannot = |what, value: &str, reason: String| ConnectError::Header { what, value: value.to_owned(), reason };
    for (name, value) in &endpoint.headers {
        let header = HeaderName::try_from(name).map_err(|error| cannot("header", name, error.to_string()))?;
        let value = HeaderValue::try_from(value).map_err(|error| cannot("value of header", name, error.to_string()))?;
        request.headers_mut().append(header, value);
    }
    if !endpoint.protocols.is_empty() {
        let list = endpoint.protocols.join(", ");
        let value = HeaderValue::try_from(&list).map_err(|error| cannot("subprotocol", &list, error.to_string()))?;
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, value);
    }
    Ok(request)
}

pub(crate) async fn connect(endpoint: Endpoint, ways: &Ways) -> Result<Line, Lost> {
    let request = request(&endpoint).map_err(|error| Lost { code: BROKEN, reason: error.to_string() })?;
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_message_size(Some(ways.max_message_bytes))
        .max_frame_size(Some(ways.max_message_bytes));
    // Messages are written whole; waiting for more of them only delays the last packet.
    const NO_DELAY: bool = true;
    #[cfg(feature = "rustls")]
    let connected = {
        let connector = tokio_tungstenite::Connector::Rustls(ways.tls.clone());
        let connected =
            tokio_tungstenite::connect_async_tls_with_config(request, Some(config), NO_DELAY, Some(connector)).await;
        match &connected {
            Ok(_) | Err(Error::Http(_)) => ways.trusted.store(true, Ordering::Relaxed),
            Err(error) => {
                if let Some(reason) = tls::untrusted(error) {
                    let code = if ways.trusted.load(Ordering::Relaxed) { BROKEN } else { tls::UNTRUSTED };
                    return Err(Lost { code, reason });
                }
            }
        }
        connected
    };
    #[cfg(not(feature = "rustls"))]
    let connected = tokio_tungstenite::connect_async_with_config(request, Some(config), NO_DELAY).await;
    let (stream, response) = connected.map_err(|error| refused(&error))?;
    let protocol = response.headers().get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok());
    Ok(Line { protocol: protocol.map(str::to_owned), stream, unflushed: 0, failed: None })
}

/// Why an attempt failed.
fn refused(error: &Error) -> Lost {
    let missing = SubProtocolError::NoSubProtocol;
    match error {
        Error::Http(response) => http(response),
        Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(error)) if *error == missing => {
            Lost::without_link()
        }
        Error::Url(UrlError::UnableToConnect(address)) => {
            Lost { code: BROKEN, reason: format!("nobody answers at {address}") }
        }
        error => Lost { code: BROKEN, reason: error.to_string() },
    }
}

fn http(response: &Response) -> Lost {
    let status = response.status();
    let wish = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let wish = wish.and_then(|text| text.parse::<u32>().ok()).map(|seconds| format!("; retry-after={seconds}"));
    Lost { code: HTTP_CODES + status.as_u16(), reason: format!("HTTP {status}{}", wish.unwrap_or_default()) }
}

/// A line that is open.
#[derive(Debug)]
pub(crate) struct Line {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    protocol: Option<String>,
    /// Bytes that were handed over since everything was last on its way.
    unflushed: u64,
    /// What went wrong in sending; it is told when the line is looked at next.
    failed: Option<Lost>,
}

impl Line {
    /// The subprotocol that was agreed on.
    pub(crate) fn protocol(&self) -> Option<&str> {
        self.protocol.as_deref()
    }

    pub(crate) fn transmit(&mut self, payload: Payload) {
        let size = payload.bytes.len();
        let message = if payload.text {
            Message::Text(Utf8Bytes::try_from(payload.bytes).expect("text was made of a String"))
        } else {
            Message::Binary(payload.bytes)
        };
        self.hand_over(message, size);
    }

    pub(crate) fn ping(&mut self, nonce: u64) {
        self.hand_over(Message::Ping(Bytes::copy_from_slice(&nonce.to_be_bytes())), 0);
    }

    pub(crate) fn close(&mut self, code: u16, reason: &str) {
        self.hand_over(Message::Close(Some(CloseFrame { code: code.into(), reason: reason.into() })), 0);
    }

    fn hand_over(&mut self, message: Message, size: usize) {
        // Even nothing has a frame around it that wants to be flushed.
        self.unflushed += size.max(1) as u64;
        if let Err(error) = Pin::new(&mut self.stream).start_send(message) {
            self.failed.get_or_insert(broken(&error));
        }
    }

    pub(crate) fn poll(&mut self, context: &mut Context<'_>, paused: bool) -> Poll<Happening> {
        if let Some(lost) = self.failed.take() {
            return Poll::Ready(Happening::Lost(lost));
        }
        if self.unflushed > 0 {
            match Pin::new(&mut self.stream).poll_flush(context) {
                Poll::Ready(Ok(())) => {
                    self.unflushed = 0;
                    return Poll::Ready(Happening::Buffered(0));
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Happening::Lost(broken(&error))),
                Poll::Pending => {}
            }
        }
        if paused {
            return Poll::Pending;
        }
        Pin::new(&mut self.stream).poll_next(context).map(|message| match message {
            Some(Ok(Message::Text(text))) => Happening::Message(Payload { text: true, bytes: text.into() }),
            Some(Ok(Message::Binary(bytes))) => Happening::Message(Payload { text: false, bytes }),
            Some(Ok(Message::Pong(nonce))) => {
                Happening::SignOfLife(nonce.as_ref().try_into().ok().map(u64::from_be_bytes))
            }
            Some(Ok(Message::Ping(_) | Message::Frame(_))) => {
                // The library has its answer ready.
                self.unflushed += 1;
                Happening::SignOfLife(None)
            }
            Some(Ok(Message::Close(frame))) => {
                // The answer is small and goes out at once, or nobody is there to miss it.
                let _ = Pin::new(&mut self.stream).poll_flush(context);
                let (code, reason) = frame
                    .map_or((NO_CODE, String::new()), |frame| (frame.code.into(), frame.reason.as_str().to_owned()));
                Happening::Lost(Lost { code, reason })
            }
            Some(Err(error)) => Happening::Lost(broken(&error)),
            None => Happening::Lost(Lost { code: BROKEN, reason: String::new() }),
        })
    }
}

/// Why a line is over that was open.
fn broken(error: &Error) -> Lost {
    let code = if matches!(error, Error::Capacity(_)) { TOO_BIG } else { BROKEN };
    Lost { code, reason: error.to_string() }
}
