//! The echo with acknowledgement: sessions that outlive their lines (see [`centaurus_link::session`]).

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::Message;
use centaurus_link::ProtocolError;
use centaurus_link::frame::{self, Control, Frame, SessionId};
use centaurus_link::session::Session;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::peer::{Gone, Peer};
use crate::SocketLimits;

/// Messages that a client may send ahead.
const WINDOW: u32 = 1024;
/// What was taken is told after so long at the latest.
const REPORT_AFTER: Duration = Duration::from_millis(10);
/// How often forgotten sessions are looked for.
const SWEEP: Duration = Duration::from_secs(1);

/// A client's window counts messages, memory counts bytes: at so many times of what a session keeps, its line is cut. On
/// the next one the client is given what waits for it before it may send more.
const OVERRUN: usize = 16;

/// Close codes: a rule was broken; try again later (RFC 6455 and its registry); another line has taken the session over.
const PROTOCOL_ERROR: u16 = 1002;
const TRY_AGAIN: u16 = 1013;
const TAKEN_OVER: u16 = 4409;

/// What the acknowledged echo remembers of its clients. Copies are one and the same: a server that is started with the
/// sessions of the one before goes on where that one stopped, and its clients lose nothing by the restart.
#[derive(Debug, Clone, Default)]
pub struct Sessions(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    entries: HashMap<SessionId, Arc<Entry>>,
    /// When the forgotten were last looked for.
    swept: Option<Instant>,
}

#[derive(Debug)]
struct Entry {
    kept: Mutex<Kept>,
    /// Counts the lines that have held it; the latest does.
    holder: watch::Sender<u64>,
}

#[derive(Debug)]
struct Kept {
    session: Session,
    /// What the client has not taken, oldest first.
    outbox: VecDeque<(bool, Bytes)>,
    bytes: usize,
    /// Beyond this what arrives does not count as taken.
    max_bytes: usize,
    /// How many of those the line was given.
    given: usize,
    /// Messages that arrived while the outbox had no room for their echo to be taken on.
    untaken: u64,
    /// Since when nobody has held it.
    left: Option<Instant>,
}

impl Sessions {
    /// The session of that name, or a new one; nothing if there are as many as may be.
    fn find(&self, wanted: SessionId, limits: &SocketLimits) -> Option<Arc<Entry>> {
        let mut table = locked(&self.0);
        let now = Instant::now();
        let gone = |entry: &Entry| locked(&entry.kept).left.is_some_and(|left| now - left >= limits.session_ttl);
        if let Some(entry) = table.entries.get(&wanted).filter(|entry| !gone(entry)) {
            return Some(entry.clone());
        }
        if table.swept.is_none_or(|swept| now - swept >= SWEEP) {
            table.swept = Some(now);
            table.entries.retain(|_, entry| !gone(entry));
        }
        if table.entries.len() >= limits.sessions {
            return None;
        }
        let mut id = SessionId::default();
        getrandom::fill(&mut id).ok()?;
        let kept = Kept {
            session: Session::new(id, WINDOW),
            max_bytes: limits.session_bytes,
            outbox: VecDeque::new(),
            bytes: 0,
            given: 0,
            untaken: 0,
            left: None,
        };
        let entry = Arc::new(Entry { kept: Mutex::new(kept), holder: watch::Sender::new(0) });
        table.entries.insert(id, entry.clone());
        Some(entry)
    }
}

/// What a panic left is as good as what it found: nothing here is done by halves.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why a line ends.
enum End {
    Gone,
    Broken(ProtocolError),
    TakenOver,
    /// The client sends and does not take what it is sent.
    Overrun,
}

impl From<Gone> for End {
    fn from(Gone: Gone) -> Self {
        Self::Gone
    }
}

impl From<ProtocolError> for End {
    fn from(error: ProtocolError) -> Self {
        Self::Broken(error)
    }
}

pub(super) async fn serve(sessions: &Sessions, mut peer: Peer) {
    let Ok(first) = peer.next().await else { return };
    let greeting = frame::read(&first.into_data());
    let Ok(Frame::Control(Control::Hello { session, received, allowed })) = greeting else {
        return peer.close(PROTOCOL_ERROR, "the first frame is a hello").await;
    };
    let Some(entry) = sessions.find(session, peer.limits()) else {
        return peer.close(TRY_AGAIN, "too many sessions; retry-after=5").await;
    };
    let mut line = 0;
    entry.holder.send_modify(|lines| {
        *lines += 1;
        line = *lines;
    });
    let mut holder = entry.holder.subscribe();
    let resumed = locked(&entry.kept).session.id() == session;
    // A client that is given another session than it asked for has taken nothing of it.
    let (received, allowed) = if resumed { (received, allowed) } else { (0, allowed.saturating_sub(received)) };
    let end = run(&entry, &mut peer, &mut holder, line, (received, allowed)).await;
    if let Ok(mut kept) = entry.hold(line) {
        kept.left = Some(Instant::now());
    }
    match end {
        Ok(()) | Err(End::Gone) => {}
        Err(End::Broken(error)) => {
            tracing::debug!(%error, "a session's client broke the rules");
            peer.close(PROTOCOL_ERROR, &error.to_string()).await;
        }
        Err(End::TakenOver) => peer.close(TAKEN_OVER, "another line goes on with this session").await,
        Err(End::Overrun) => peer.close(TRY_AGAIN, "more than the session can keep; retry-after=1").await,
    }
}

async fn run(
    entry: &Entry,
    peer: &mut Peer,
    holder: &mut watch::Receiver<u64>,
    line: u64,
    (received, allowed): (u64, u64),
) -> Result<(), End> {
    let welcome = {
        let mut kept = entry.hold(line)?;
        kept.left = None;
        kept.given = 0;
        kept.release(received, allowed)?;
        let session = kept.session.id();
        let (received, allowed) = kept.session.report();
        Control::Welcome { session, received, allowed }
    };
    feed(peer, &welcome).await?;
    let mut report_at = None;
    loop {
        pump(entry, peer, line).await?;
        peer.flush().await?;
        let due = report_at.unwrap_or_else(Instant::now);
        let message = tokio::select! {
            message = peer.next() => Some(message?),
            () = sleep_until(due), if report_at.is_some() => None,
            _ = holder.wait_for(|holder| *holder != line) => return Err(End::TakenOver),
        };
        let mut answer = None;
        {
            let mut kept = entry.hold(line)?;
            match message {
                Some(message) => {
                    answer = kept.obey(message.into_data())?;
                    if kept.session.has_report() && report_at.is_none() {
                        report_at = Some(Instant::now() + REPORT_AFTER);
                    }
                }
                None => report_at = Some(Instant::now()),
            }
            if kept.session.report_is_due() || report_at.is_some_and(|at| at <= Instant::now()) {
                let (received, allowed) = kept.session.report();
                answer = answer.or(Some(Control::Taken { received, allowed }));
                report_at = None;
            }
        }
        if let Some(answer) = answer {
            feed(peer, &answer).await?;
        }
    }
}

async fn feed(peer: &mut Peer, control: &Control) -> Result<(), Gone> {
    let mut bytes = Vec::new();
    frame::write_control(control, &mut bytes);
    peer.feed(Message::Binary(bytes.into())).await
}

/// Gives the line what the client will take.
async fn pump(entry: &Entry, peer: &mut Peer, line: u64) -> Result<(), End> {
    loop {
        let next = entry.hold(line)?.next();
        let Some(bytes) = next else { return Ok(()) };
        peer.feed(Message::Binary(bytes.into())).await?;
    }
}

impl Entry {
    /// What is kept, for the line that holds it. A line that was taken over while it waited must not touch it any more:
    /// what it took out of it would never reach the client.
    fn hold(&self, line: u64) -> Result<MutexGuard<'_, Kept>, End> {
        let kept = locked(&self.kept);
        if *self.holder.borrow() == line { Ok(kept) } else { Err(End::TakenOver) }
    }
}

impl Kept {
    /// The next message for the line.
    fn next(&mut self) -> Option<Vec<u8>> {
        let number = self.session.acknowledged() + self.given as u64 + 1;
        let (text, payload) = self.outbox.get(self.given).filter(|_| self.session.may_send(number))?;
        let mut bytes = Vec::with_capacity(frame::MAX_HEADER + payload.len());
        frame::write_data_header(number, *text, &mut bytes);
        bytes.extend_from_slice(payload);
        self.session.sent(number);
        self.given += 1;
        Some(bytes)
    }

    fn obey(&mut self, bytes: Bytes) -> Result<Option<Control>, End> {
        match frame::read(&bytes)? {
            Frame::Data { .. } if self.bytes > OVERRUN * self.max_bytes => Err(End::Overrun),
            Frame::Data { sequence, text, payload } => {
                if self.session.arrived(sequence)? {
                    let payload = bytes.slice(payload..);
                    self.bytes += payload.len();
                    self.outbox.push_back((text, payload));
                    self.untaken += 1;
                    self.take();
                    return Ok(None);
                }
                let (received, allowed) = self.session.report();
                Ok(Some(Control::Taken { received, allowed }))
            }
            Frame::Control(Control::Taken { received, allowed }) => {
                self.release(received, allowed)?;
                Ok(None)
            }
            Frame::Control(Control::Ping(nonce)) => Ok(Some(Control::Pong(nonce))),
            Frame::Control(Control::Pong(_)) => Ok(None),
            Frame::Control(Control::Hello { .. } | Control::Welcome { .. }) => Err(ProtocolError::Greeting.into()),
        }
    }

    /// The client has taken messages up to `received`.
    fn release(&mut self, received: u64, allowed: u64) -> Result<(), ProtocolError> {
        for _ in 0..self.session.told(received, allowed)? {
            if let Some((_, payload)) = self.outbox.pop_front() {
                self.bytes -= payload.len();
                self.given = self.given.saturating_sub(1);
            }
        }
        self.take();
        Ok(())
    }

    /// What arrived counts as taken while its echoes fit: a client that reads nothing is not read either.
    fn take(&mut self) {
        if self.bytes <= self.max_bytes {
            self.session.take(std::mem::take(&mut self.untaken));
        }
    }
}
