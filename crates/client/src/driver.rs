//! Carries out what the link commands, on a line of the platform's. There is one for each socket, as a task.

use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use centaurus_link::frame::{self, Control, SUBPROTOCOL};
use centaurus_link::{Command, Time};

use crate::core::Shared;
use crate::message::Payload;
use crate::platform::{self, BoxFuture, Happening, Line, Lost, MaybeSend, Sleep, Ways};
use crate::{Config, Endpoint};

/// How the platform reports an attempt that failed (RFC 6455, section 7.4.1).
const BROKEN: u16 = 1006;

type Attempt = BoxFuture<Result<Line, Lost>>;

struct Driver<Ask> {
    shared: Arc<Shared>,
    ask: Ask,
    ways: Arc<Ways>,
    acknowledged: bool,
    /// The attempt under way, or the line.
    attempt: Option<Attempt>,
    line: Option<Line>,
    paused: bool,
    sleep: Option<Pin<Box<Sleep>>>,
    _mourner: Mourner,
}

/// Starts a socket's driver.
pub(crate) fn start<F, Answer>(ask: F, config: Config) -> Arc<Shared>
where
    F: FnMut(u32) -> Answer + MaybeSend + 'static,
    Answer: Future<Output = Result<Endpoint, Box<dyn std::error::Error + Send + Sync>>> + MaybeSend + 'static,
{
    let mut link = config.link.clone();
    if link.seed == 0 {
        link.seed = platform::seed();
    }
    let acknowledged = link.acknowledged.is_some();
    if !acknowledged && !platform::HAS_PINGS && config.ping.is_none() {
        link.heartbeat = None;
    }
    let shared = Arc::new(Shared::new(link));
    shared.tell(centaurus_link::Link::open);
    let driver = Driver {
        shared: shared.clone(),
        ask,
        ways: Arc::new(Ways::new(config)),
        acknowledged,
        attempt: None,
        line: None,
        paused: false,
        sleep: None,
        _mourner: Mourner(shared.clone()),
    };
    platform::spawn(driver.run());
    shared
}

/// Whatever becomes of the task, even if it never ran, nobody waits for it in vain.
struct Mourner(Arc<Shared>);

impl Drop for Mourner {
    fn drop(&mut self) {
        self.0.lock().die();
    }
}

impl<F, Answer> Driver<F>
where
    F: FnMut(u32) -> Answer + MaybeSend + 'static,
    Answer: Future<Output = Result<Endpoint, Box<dyn std::error::Error + Send + Sync>>> + MaybeSend + 'static,
{
    async fn run(mut self) {
        let _network = platform::watch_network(&self.shared);
        loop {
            self.carry_out();
            if self.shared.lock().end().is_some() {
                return;
            }
            let wake = self.shared.lock().wake_at();
            self.sleep = wake.filter(|wake| *wake < Time::NEVER).map(|wake| Box::pin(platform::sleep_until(wake)));
            self.wait().await;
        }
    }

    fn carry_out(&mut self) {
        loop {
            // Locked for each anew: what a line does at once may be heard by others meanwhile.
            let Some(order) = self.shared.lock().order() else { return };
            match order {
                Command::Connect { attempt } => self.connect(attempt),
                Command::Transmit { message, sequence } => {
                    let payload = self.shared.lock().payload(message);
                    if let (Some(line), Some(payload)) = (&mut self.line, payload) {
                        line.transmit(framed(payload, sequence));
                    }
                }
                Command::Control(control) => self.control(&control),
                Command::Disconnect { code, reason } => {
                    if let Some(line) = &mut self.line {
                        line.close(code, &reason);
                    }
                }
                Command::Abort => (self.attempt, self.line) = (None, None),
                Command::Pause(paused) => self.paused = paused,
                // These are the handles' business, and never come here.
                Command::Settle { .. } | Command::Opened { .. } | Command::Reconnecting { .. } | Command::Closed(_) => {
                }
            }
        }
    }

    fn connect(&mut self, attempt: u32) {
        (self.line, self.paused) = (None, false);
        let (asked, ways, acknowledged) = ((self.ask)(attempt), self.ways.clone(), self.acknowledged);
        self.attempt = Some(Box::pin(async move {
            let mut endpoint = asked.await.map_err(|error| Lost { code: BROKEN, reason: error.to_string() })?;
            if acknowledged {
                endpoint.protocols.insert(0, SUBPROTOCOL.to_owned());
            }
            let line = platform::connect(endpoint, &ways).await?;
            if acknowledged && line.protocol() != Some(SUBPROTOCOL) {
                return Err(Lost::without_link());
            }
            Ok(line)
        }));
    }

    fn control(&mut self, control: &Control) {
        let Some(line) = &mut self.line else { return };
        match control {
            Control::Ping(nonce) if platform::HAS_PINGS => line.ping(*nonce),
            Control::Ping(_) if !self.acknowledged => {
                if let Some(ping) = &self.ways.ping {
                    line.transmit(ping.clone());
                }
            }
            control => {
                let mut bytes = Vec::new();
                frame::write_control(control, &mut bytes);
                line.transmit(Payload { text: false, bytes: bytes.into() });
            }
        }
    }

    /// Waits until there is something to do, and tells the link what happened.
    async fn wait(&mut self) {
        std::future::poll_fn(|context| {
            let mut something = false;
            if let Some(attempt) = &mut self.attempt
                && let Poll::Ready(outcome) = attempt.as_mut().poll(context)
            {
                self.attempt = None;
                match outcome {
                    Ok(line) => {
                        self.line = Some(line);
                        self.shared.tell(|link, now| link.connected(now));
                    }
                    Err(Lost { code, reason }) => self.shared.tell(|link, now| link.lost(now, code, &reason)),
                }
                something = true;
            }
            if let Some(line) = &mut self.line
                && let Poll::Ready(happening) = line.poll(context, self.paused)
            {
                match happening {
                    Happening::Message(payload) => self.shared.lock().arrived(payload),
                    Happening::SignOfLife(pong) => self.shared.tell(|link, now| link.alive(now, pong)),
                    Happening::Buffered(bytes) => self.shared.tell(|link, now| link.buffered(now, bytes)),
                    Happening::Lost(Lost { code, reason }) => {
                        self.line = None;
                        self.shared.tell(|link, now| link.lost(now, code, &reason));
                    }
                }
                something = true;
            }
            if let Some(sleep) = &mut self.sleep
                && sleep.as_mut().poll(context).is_ready()
            {
                self.sleep = None;
                self.shared.tell(|link, now| link.tick(now));
                something = true;
            }
            if something || !self.shared.lock().rests(context.waker()) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// With acknowledgement a message travels in a frame.
fn framed(payload: Payload, sequence: Option<u64>) -> Payload {
    let Some(sequence) = sequence else { return payload };
    let mut bytes = Vec::with_capacity(frame::MAX_HEADER + payload.bytes.len());
    frame::write_data_header(sequence, payload.text, &mut bytes);
    bytes.extend_from_slice(&payload.bytes);
    Payload { text: false, bytes: bytes.into() }
}
