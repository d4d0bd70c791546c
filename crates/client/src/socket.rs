use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use centaurus_link::{End, Outcome, SendError, State};
use futures_channel::oneshot;
use futures_core::Stream;

use crate::core::Shared;
use crate::driver;
use crate::endpoint::Endpoint;
use crate::message::Payload;
use crate::platform::MaybeSend;
use crate::{CloseError, Config, ConnectError, Message};

/// What a dropped socket closes with.
const DONE: u16 = 1000;

/// A WebSocket that comes back. It is the [`Stream`] of the server's messages, which ends with the socket; what is sent
/// goes through [`send`](Self::send), or a [`Sender`] from anywhere. A socket that is dropped closes, after it has sent what
/// waits if the line is open.
#[derive(Debug)]
pub struct Socket {
    sender: Sender,
}

/// Sends on a socket from anywhere; copies are one and the same. It does not keep the socket open.
#[derive(Debug, Clone)]
pub struct Sender {
    shared: Arc<Shared>,
}

/// What happens to a socket besides messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A line is open.
    Opened {
        /// The server goes on with the session: nothing was lost.
        resumed: bool,
    },
    /// The line is gone, or the attempt has failed; another follows.
    Reconnecting {
        /// Attempts since the last good line, the next one included.
        attempt: u32,
        /// µs until then; [`u64::MAX`] while the machine is offline.
        delay: u64,
        /// Why.
        end: End,
    },
    /// It is over.
    Closed(End),
}

impl Socket {
    /// Begins to connect and gives the socket at once: messages may be sent already. Natively it wants to be called within
    /// a tokio runtime with time and I/O enabled.
    ///
    /// # Errors
    /// An address, a header or a subprotocol that no attempt could make anything of.
    ///
    /// # Panics
    /// Natively outside of a tokio runtime.
    pub fn connect(endpoint: impl Into<Endpoint>, config: Config) -> Result<Self, ConnectError> {
        let endpoint = endpoint.into();
        endpoint.check()?;
        Ok(Self::connect_with(
            move |_| {
                let endpoint = endpoint.clone();
                async move { Ok(endpoint) }
            },
            config,
        ))
    }

    /// The same, asking for the endpoint anew before each attempt: for tokens that grow old. The closure is given the
    /// attempt's number since the last good line, from 1; an error counts as a failed attempt.
    ///
    /// # Panics
    /// Natively outside of a tokio runtime.
    pub fn connect_with<F, Answer>(ask: F, config: Config) -> Self
    where
        F: FnMut(u32) -> Answer + MaybeSend + 'static,
        Answer: Future<Output = Result<Endpoint, Box<dyn std::error::Error + Send + Sync>>> + MaybeSend + 'static,
    {
        let shared = driver::start(ask, config);
        Self { sender: Sender { shared } }
    }

    /// Accepts a message: see [`Sender::send`].
    ///
    /// # Errors
    /// See there.
    pub fn send(&self, message: impl Into<Message>) -> Result<Delivery, SendError> {
        self.sender.send(message)
    }

    /// A handle that sends from elsewhere.
    #[must_use]
    pub fn sender(&self) -> Sender {
        self.sender.clone()
    }

    /// What happens from now on.
    #[must_use]
    pub fn events(&self) -> Events {
        let id = self.sender.shared.lock().watch();
        Events { shared: self.sender.shared.clone(), id }
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.sender.shared.lock().link().state()
    }

    /// Bytes that have been accepted and are still here: not on the line, or not acknowledged.
    #[must_use]
    pub fn queued(&self) -> u64 {
        self.sender.queued()
    }

    /// µs that the last question for a sign of life took to be answered.
    #[must_use]
    pub fn round_trip(&self) -> Option<u64> {
        self.sender.shared.lock().link().round_trip()
    }

    /// How it ended, if it has.
    #[must_use]
    pub fn end(&self) -> Option<End> {
        self.sender.shared.lock().end().cloned()
    }

    /// Closes, once what waits has been sent if the line is open, and waits for the end; both take no longer than
    /// [`close_timeout`](centaurus_link::Config::close_timeout). Messages that have arrived can still be read.
    ///
    /// # Errors
    /// A code other than 1000 and 3000 to 4999, or a reason of more than 123 bytes. Nothing has happened then.
    pub async fn close(&self, code: u16, reason: &str) -> Result<End, CloseError> {
        if code != DONE && !(3000..=4999).contains(&code) {
            return Err(CloseError::Code { code });
        }
        if reason.len() > CloseError::MAX_REASON {
            return Err(CloseError::Reason { bytes: reason.len() });
        }
        let mut events = self.events();
        self.sender.shared.tell(|link, now| link.close(now, code, reason));
        loop {
            if let Some(end) = self.end() {
                return Ok(end);
            }
            std::future::poll_fn(|context| Pin::new(&mut events).poll_next(context)).await;
        }
    }
}

impl Stream for Socket {
    type Item = Message;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Message>> {
        let mut core = self.sender.shared.lock();
        match core.take(context.waker()) {
            Some(message) => Poll::Ready(Some(message)),
            None if core.end().is_some() => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.sender.shared.tell(|link, now| link.close(now, DONE, ""));
    }
}

impl Sender {
    /// Accepts a message, connected or not. Messages are sent in the order in which they were accepted.
    ///
    /// # Errors
    /// The outbox has no room and is to say so, the message would never fit, or the socket is closed. The message is not
    /// sent then.
    pub fn send(&self, message: impl Into<Message>) -> Result<Delivery, SendError> {
        self.shared.lock().send(Payload::from(message.into())).map(Delivery)
    }

    /// Bytes that have been accepted and are still here: not on the line, or not acknowledged.
    #[must_use]
    pub fn queued(&self) -> u64 {
        self.shared.lock().link().queued()
    }
}

/// A message on its way; as a future, what becomes of it. Whoever drops it does not stop the message.
#[derive(Debug)]
pub struct Delivery(oneshot::Receiver<Outcome>);

impl Future for Delivery {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        Pin::new(&mut self.0).poll(context).map(|outcome| outcome.unwrap_or(Outcome::Closed))
    }
}

/// The [`Stream`] of a socket's events. It keeps the last 256 for whoever looks late, and ends with the socket.
#[derive(Debug)]
pub struct Events {
    shared: Arc<Shared>,
    id: usize,
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        let mut core = self.shared.lock();
        match core.event(self.id, context.waker()) {
            Some(event) => Poll::Ready(Some(event)),
            None if core.end().is_some() => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.shared.lock().unwatch(self.id);
    }
}
