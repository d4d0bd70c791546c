//! What the peer says with acknowledged delivery, and what it is told.

use centaurus_protocol::Time;

use super::{Arrival, Link};
use crate::frame::{Control, Frame, SessionId};
use crate::session::Session;
use crate::{Command, Outcome, ProtocolError};

impl Link {
    pub(super) fn obey(&mut self, frame: Frame) -> Result<Arrival, ProtocolError> {
        if !self.greeted {
            return match frame {
                Frame::Control(Control::Welcome { session, received, allowed }) => {
                    self.welcome(session, received, allowed)?;
                    Ok(Arrival::Nothing)
                }
                _ => Err(ProtocolError::NoGreeting),
            };
        }
        let pong = if let Frame::Control(Control::Pong(nonce)) = frame { Some(nonce) } else { None };
        self.heard(pong);
        let session = self.session.as_mut().ok_or(ProtocolError::NoGreeting)?;
        match frame {
            Frame::Data { sequence, text, payload } => {
                if session.arrived(sequence)? {
                    self.inbox += 1;
                    return Ok(Arrival::Message { text, payload });
                }
                // It was sent again because our word on it was lost with the line.
                self.report();
            }
            Frame::Control(Control::Taken { received, allowed }) => {
                for _ in 0..session.told(received, allowed)? {
                    self.outbox.release(Outcome::Acknowledged);
                }
                self.settle();
            }
            Frame::Control(Control::Ping(nonce)) => self.commands.push_back(Command::Control(Control::Pong(nonce))),
            Frame::Control(Control::Pong(_)) => {}
            Frame::Control(Control::Hello { .. } | Control::Welcome { .. }) => return Err(ProtocolError::Greeting),
        }
        Ok(Arrival::Nothing)
    }

    /// The peer goes on with our session, or begins another because it remembers none.
    pub(super) fn welcome(&mut self, id: SessionId, received: u64, allowed: u64) -> Result<(), ProtocolError> {
        let window = self.config.acknowledged.as_ref().map_or(1, |acknowledgement| acknowledgement.window);
        let resumed = self.session.as_ref().is_some_and(|session| session.id() == id);
        if !resumed {
            self.session = Some(Session::new(id, window));
            self.inbox = 0;
        }
        let session = self.session.get_or_insert_with(|| Session::new(id, window));
        if std::mem::take(&mut self.adopted) && resumed {
            session.catch_up(received);
        }
        // What the greeting said counts as told.
        session.report();
        for _ in 0..session.told(received, allowed)? {
            self.outbox.release(Outcome::Acknowledged);
        }
        self.settle();
        self.outbox.rewind();
        self.opened(resumed);
        Ok(())
    }

    pub(super) fn report(&mut self) {
        self.report_at = Time::NEVER;
        if self.greeted
            && let Some(session) = &mut self.session
        {
            let (received, allowed) = session.report();
            self.commands.push_back(Command::Control(Control::Taken { received, allowed }));
        }
    }

    pub(super) fn heard(&mut self, pong: Option<u64>) {
        if let Some(heartbeat) = &mut self.heartbeat {
            heartbeat.heard(self.now, pong);
        }
    }

    pub(super) fn doubt(&mut self) {
        if let Some(nonce) = self.heartbeat.as_mut().and_then(|heartbeat| heartbeat.doubt(self.now)) {
            self.commands.push_back(Command::Control(Control::Ping(nonce)));
        }
    }
}
