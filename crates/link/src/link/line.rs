//! From one line to the next: connecting, handing messages over, backing off, the end.

use centaurus_protocol::Time;

use super::{Link, State};
use crate::{Command, End, Outcome};

impl Link {
    pub(super) fn connect(&mut self) {
        self.state = State::Connecting;
        self.greeted = false;
        self.deadline = self.now.after(self.config.connect_timeout);
        let attempt = self.backoff.attempt();
        self.commands.push_back(Command::Connect { attempt });
    }

    pub(super) fn opened(&mut self, resumed: bool) {
        self.state = State::Open;
        self.greeted = true;
        self.deadline = Time::NEVER;
        self.backoff.opened(self.now);
        self.commands.push_back(Command::Opened { resumed });
        self.pump();
    }

    /// Hands as much to the line as it, and the peer, will take.
    pub(super) fn pump(&mut self) {
        if !self.flowing() {
            return;
        }
        while self.line < self.config.line_buffer {
            let number = match &self.session {
                Some(session) => {
                    let number = session.acknowledged() + self.outbox.on_line() + 1;
                    if !session.may_send(number) {
                        break;
                    }
                    Some(number)
                }
                None => None,
            };
            let Some((message, size)) = self.outbox.transmit() else { break };
            self.line += size;
            self.commands.push_back(Command::Transmit { message, sequence: number });
            match (&mut self.session, number) {
                (Some(session), Some(number)) => session.sent(number),
                _ => self.outbox.release(Outcome::Transmitted),
            }
            self.settle();
        }
        if self.state == State::Draining && self.outbox.is_empty() {
            self.disconnect();
        }
    }

    pub(super) fn disconnect(&mut self) {
        let (code, reason) = self.closing.clone().unwrap_or((1000, String::new()));
        self.state = State::Closing;
        self.deadline = self.now.after(self.config.close_timeout);
        self.commands.push_back(Command::Disconnect { code, reason });
    }

    /// With acknowledgement the peer's window slows it; without, the line itself has to.
    pub(super) fn pause(&mut self) {
        let full = self.inbox >= u64::from(self.config.inbox.max(1));
        let wanted = if self.paused { self.inbox > u64::from(self.config.inbox / 2) } else { full };
        if self.config.acknowledged.is_none() && wanted != self.paused {
            self.paused = wanted;
            if let Some(heartbeat) = &mut self.heartbeat {
                heartbeat.begin(self.now);
            }
            self.commands.push_back(Command::Pause(wanted));
        }
    }

    /// The line is of no use any more.
    pub(super) fn give_up_line(&mut self, end: End) {
        if matches!(self.state, State::Draining | State::Closing) {
            self.end(end);
        } else {
            self.back_off(end, "");
        }
    }

    pub(super) fn back_off(&mut self, end: End, reason: &str) {
        self.greeted = false;
        self.report_at = Time::NEVER;
        self.paused = false;
        let Some(pause) = self.backoff.lost(self.now, reason) else {
            return self.end(End::GaveUp { attempts: self.backoff.attempts() });
        };
        self.state = State::BackingOff;
        let delay = if self.online { pause } else { u64::MAX };
        self.deadline = self.now.after(delay);
        let attempt = self.backoff.attempts() + 1;
        self.commands.push_back(Command::Reconnecting { attempt, delay, end });
    }

    pub(super) fn end(&mut self, end: End) {
        self.state = State::Closed;
        self.greeted = false;
        self.outbox.end();
        self.settle();
        self.commands.push_back(Command::Closed(end));
    }
}
