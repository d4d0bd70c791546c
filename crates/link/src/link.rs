mod line;
mod peer;

use std::collections::VecDeque;

use centaurus_protocol::Time;

use crate::backoff::Backoff;
use crate::frame::{self, Control, SessionId};
use crate::heartbeat::{Beat, Heartbeat};
use crate::outbox::Outbox;
use crate::session::Session;
use crate::{Command, Config, End, SendError};

/// A message that was accepted, by its place among all of the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u64);

/// Where a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not opened yet.
    New,
    /// A line is being opened; with acknowledgement also while the peers greet each other.
    Connecting,
    /// Messages flow.
    Open,
    /// Between two attempts.
    BackingOff,
    /// The user has closed it; what waits is still sent.
    Draining,
    /// The closing handshake is under way.
    Closing,
    /// Over.
    Closed,
}

/// What has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Nothing for the reader.
    Nothing,
    /// A message; the reader's taking it is to be told with [`Link::taken`].
    Message {
        /// Whether it is text.
        text: bool,
        /// Where its payload begins.
        payload: usize,
    },
}

/// How the platform reports a line that broke without a closing handshake (RFC 6455, section 7.4.1).
const BROKEN: u16 = 1006;

/// A connection that comes back. See the [crate's page](crate).
#[derive(Debug)]
pub struct Link {
    config: Config,
    state: State,
    now: Time,
    backoff: Backoff,
    heartbeat: Option<Heartbeat>,
    outbox: Outbox,
    session: Option<Session>,
    /// The session was another's, and the peer has yet to say what it has of it.
    adopted: bool,
    commands: VecDeque<Command>,
    /// When the state that it is in has lasted too long; in `BackingOff` when to try again.
    deadline: Time,
    /// When the peer is to be told what the reader has taken.
    report_at: Time,
    /// Greetings were exchanged on this line, or none are needed.
    greeted: bool,
    online: bool,
    /// Bytes that the line holds back.
    line: u64,
    /// Messages that the reader has not taken.
    inbox: u64,
    paused: bool,
    /// How the user wants it closed.
    closing: Option<(u16, String)>,
}

impl Link {
    /// A link that is not open yet; messages can be sent already.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            backoff: Backoff::new(config.backoff.clone(), config.seed),
            heartbeat: config.heartbeat.clone().map(Heartbeat::new),
            outbox: Outbox::new(config.outbox.clone()),
            session: None,
            adopted: false,
            commands: VecDeque::new(),
            state: State::New,
            now: Time(0),
            deadline: Time::NEVER,
            report_at: Time::NEVER,
            greeted: false,
            online: true,
            line: 0,
            inbox: 0,
            paused: false,
            closing: None,
            config,
        }
    }

    /// Goes on with a session that another link kept: its reader has taken so many messages, its peer so many of ours.
    /// Those that its peer has not taken are to be sent again, in order. Without acknowledgement nothing happens.
    pub fn resume(&mut self, session: SessionId, taken: u64, acknowledged: u64) {
        if let Some(acknowledgement) = &self.config.acknowledged {
            self.session = Some(Session::resumed(session, acknowledgement.window, taken, acknowledged));
        }
    }

    /// Goes on with a session of which nobody knows any more what was sent in it: its reader has taken so many messages.
    /// Nothing that comes is lost or comes twice; what this link sends is new to the session. Without acknowledgement
    /// nothing happens.
    pub fn adopt(&mut self, session: SessionId, taken: u64) {
        self.resume(session, taken, 0);
        self.adopted = self.session.is_some();
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Bytes that have been accepted and are still ours: not on the line, or not acknowledged.
    #[must_use]
    pub fn queued(&self) -> u64 {
        self.outbox.waiting()
    }

    /// µs that the last question for a sign of life took to be answered.
    #[must_use]
    pub fn round_trip(&self) -> Option<u64> {
        self.heartbeat.as_ref().and_then(|heartbeat| heartbeat.round_trip)
    }

    /// The session, once the peers have greeted each other.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Something waits for the line to hold back less: [`buffered`](Self::buffered) is to be told when it does.
    #[must_use]
    pub fn waits_for_line(&self) -> bool {
        self.flowing() && self.line >= self.config.line_buffer && self.outbox.pending()
    }

    /// Begins with the first attempt.
    pub fn open(&mut self, now: Time) {
        self.advance(now);
        if self.state == State::New {
            self.connect();
        }
    }

    /// Begins in place of a link that ended without closing, such as one whose process died: its line counts as lost,
    /// for that `reason`, and its attempts go on. What it had accepted is given back by [`restore`](Self::restore).
    pub fn revive(&mut self, now: Time, attempts: u32, reason: &str) {
        self.advance(now);
        if self.state == State::New {
            self.backoff.resume(attempts);
            self.back_off(End::Closed { code: BROKEN, reason: reason.to_owned() }, "");
        }
    }

    /// Accepts a message of so many bytes.
    ///
    /// # Errors
    /// When the outbox is full and its policy is to refuse, when the message can never fit, and when the link is closed.
    pub fn send(&mut self, now: Time, size: u64) -> Result<MessageId, SendError> {
        self.send_within(now, size, None)
    }

    /// The same for a message with a time to live of its own, in µs.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub fn send_within(&mut self, now: Time, size: u64, ttl: Option<u64>) -> Result<MessageId, SendError> {
        self.advance(now);
        if matches!(self.state, State::Draining | State::Closing | State::Closed) {
            return Err(SendError::Closed);
        }
        self.outbox.expire(now);
        let message = self.outbox.push(now, size, ttl);
        self.settle();
        self.pump();
        message
    }

    /// Accepts a message that the link before this one had accepted, in the same order, before this one has connected.
    /// In a session that goes on, the peer may have it already, so it can neither expire nor make room.
    pub fn restore(&mut self, now: Time, size: u64, ttl: Option<u64>) -> MessageId {
        self.advance(now);
        self.outbox.restore(now, size, ttl, self.session.is_some() && !self.adopted)
    }

    /// Takes a message back. Whether that was possible: it is not once the message has been on a line.
    pub fn withdraw(&mut self, now: Time, message: MessageId) -> bool {
        self.advance(now);
        let withdrawn = self.outbox.withdraw(message);
        self.settle();
        self.pump();
        withdrawn
    }

    /// The line is open.
    pub fn connected(&mut self, now: Time) {
        self.advance(now);
        if self.state != State::Connecting {
            return;
        }
        self.line = 0;
        self.outbox.rewind();
        if let Some(heartbeat) = &mut self.heartbeat {
            heartbeat.begin(now);
        }
        if let Some(acknowledgement) = &self.config.acknowledged {
            let window = u64::from(acknowledgement.window.max(1));
            let (session, received) =
                self.session.as_ref().map_or((SessionId::default(), 0), |session| (session.id(), session.taken()));
            let hello = Control::Hello { session, received, allowed: received + window };
            self.commands.push_back(Command::Control(hello));
        } else {
            self.opened(false);
        }
    }

    /// The line is gone, or the attempt failed, with the platform's close code: 1006 where there was no handshake.
    pub fn lost(&mut self, now: Time, code: u16, reason: &str) {
        self.advance(now);
        let end = End::Closed { code, reason: reason.to_owned() };
        match self.state {
            State::New | State::BackingOff | State::Closed => {}
            State::Closing | State::Draining => self.end(end),
            State::Connecting | State::Open if self.config.permanent.contains(&code) => self.end(end),
            State::Connecting | State::Open => self.back_off(end, reason),
        }
    }

    /// A message arrived on a line without acknowledgement. Whether it is to be delivered.
    pub fn received(&mut self, now: Time) -> bool {
        self.advance(now);
        self.heard(None);
        let ours = matches!(self.state, State::Open | State::Draining | State::Closing);
        if ours {
            self.inbox += 1;
            self.pause();
            self.pump();
        }
        ours
    }

    /// A frame arrived on a line with acknowledgement.
    pub fn received_frame(&mut self, now: Time, bytes: &[u8]) -> Arrival {
        self.advance(now);
        if !matches!(self.state, State::Connecting | State::Open | State::Draining | State::Closing) {
            return Arrival::Nothing;
        }
        match frame::read(bytes).and_then(|frame| self.obey(frame)) {
            Ok(arrival) => {
                self.pump();
                arrival
            }
            Err(error) => {
                self.commands.push_back(Command::Abort);
                self.give_up_line(End::Protocol(error));
                Arrival::Nothing
            }
        }
    }

    /// The peer gave a sign of life that is no message: if it answers a ping, with that ping's nonce. For lines that have
    /// pings of their own (RFC 6455, section 5.5.2).
    pub fn alive(&mut self, now: Time, pong: Option<u64>) {
        self.advance(now);
        self.heard(pong);
    }

    /// The reader has taken so many messages.
    pub fn taken(&mut self, now: Time, count: u32) {
        self.advance(now);
        self.inbox = self.inbox.saturating_sub(u64::from(count));
        self.pause();
        let Some(session) = &mut self.session else { return };
        session.take(u64::from(count));
        if session.report_is_due() {
            self.report();
        } else if session.has_report() && self.report_at == Time::NEVER {
            let delay = self.config.acknowledged.as_ref().map_or(0, |acknowledgement| acknowledgement.ack_delay);
            self.report_at = now.after(delay);
        }
    }

    /// The line holds so many bytes back.
    pub fn buffered(&mut self, now: Time, bytes: u64) {
        self.advance(now);
        self.line = bytes;
        self.pump();
    }

    /// The machine has a network, or has none.
    pub fn online(&mut self, now: Time, online: bool) {
        self.advance(now);
        if online == self.online {
            return;
        }
        self.online = online;
        match self.state {
            State::BackingOff if online => self.deadline = now.after(self.backoff.moment()),
            State::BackingOff => self.deadline = Time::NEVER,
            // It may have been another network that the line was on.
            State::Open => self.doubt(),
            _ => {}
        }
    }

    /// Somebody looks at the page again: a line that is waited for is worth an attempt, one that looks open a question.
    pub fn woken(&mut self, now: Time) {
        self.advance(now);
        match self.state {
            State::BackingOff if self.online => {
                self.deadline = self.deadline.min(now.after(self.backoff.moment()));
            }
            State::Open => self.doubt(),
            _ => {}
        }
    }

    /// Closes: what waits is sent first if the line is open, for as long as the configuration allows.
    pub fn close(&mut self, now: Time, code: u16, reason: &str) {
        self.advance(now);
        let end = || End::Closed { code, reason: reason.to_owned() };
        match self.state {
            State::New | State::BackingOff => self.end(end()),
            State::Connecting => {
                self.commands.push_back(Command::Abort);
                self.end(end());
            }
            State::Open => {
                self.state = State::Draining;
                self.closing = Some((code, reason.to_owned()));
                self.deadline = now.after(self.config.close_timeout);
                self.pump();
            }
            State::Draining | State::Closing | State::Closed => {}
        }
    }

    /// Ends now: what waits is not sent.
    pub fn abort(&mut self, now: Time) {
        self.advance(now);
        if self.state == State::Closed {
            return;
        }
        if !matches!(self.state, State::New | State::BackingOff) {
            self.commands.push_back(Command::Abort);
        }
        self.end(End::Closed { code: BROKEN, reason: String::new() });
    }

    /// Does what is due. To be called at or after [`next_wake`](Self::next_wake).
    pub fn tick(&mut self, now: Time) {
        self.advance(now);
        self.outbox.expire(now);
        self.settle();
        if now >= self.report_at {
            self.report();
        }
        if now >= self.deadline {
            match self.state {
                State::Connecting => {
                    self.commands.push_back(Command::Abort);
                    self.give_up_line(End::ConnectTimeout);
                }
                State::BackingOff => self.connect(),
                State::Draining => self.disconnect(),
                State::Closing => {
                    self.commands.push_back(Command::Abort);
                    self.end(End::Closed { code: BROKEN, reason: String::new() });
                }
                State::New | State::Open | State::Closed => {}
            }
        }
        if self.listening()
            && let Some(heartbeat) = &mut self.heartbeat
        {
            match heartbeat.look(now) {
                Beat::Fine => {}
                Beat::Ask(nonce) => self.commands.push_back(Command::Control(Control::Ping(nonce))),
                Beat::Dead => {
                    self.commands.push_back(Command::Abort);
                    self.give_up_line(End::Silent);
                }
            }
        }
        self.pump();
    }

    /// When [`tick`](Self::tick) is due if nothing happens before; `None` for never.
    #[must_use]
    pub fn next_wake(&self) -> Option<Time> {
        if self.state == State::Closed {
            return None;
        }
        let beat = self.heartbeat.as_ref().filter(|_| self.listening()).map_or(Time::NEVER, Heartbeat::due);
        let wake = self.deadline.min(self.report_at).min(beat).min(self.outbox.expiry());
        (wake < Time::NEVER).then_some(wake)
    }

    /// The next thing to do. To be called until there is none.
    pub fn poll(&mut self) -> Option<Command> {
        self.commands.pop_front()
    }

    fn advance(&mut self, now: Time) {
        self.now = self.now.max(now);
    }

    /// Messages can be transmitted.
    fn flowing(&self) -> bool {
        self.greeted && matches!(self.state, State::Open | State::Draining)
    }

    /// Silence means something. A line that was asked to pause may have answers waiting in it.
    fn listening(&self) -> bool {
        self.flowing() && !self.paused
    }

    /// Tells what the outbox has decided on messages.
    fn settle(&mut self) {
        while let Some((message, outcome)) = self.outbox.settled() {
            self.commands.push_back(Command::Settle { message, outcome });
        }
    }
}
