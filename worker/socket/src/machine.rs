//! A link in numbers.

use centaurus_link::frame;
use centaurus_link::{Arrival, Command, End, Link, MessageId, Outcome, SendError, Time};

use crate::options::{self, WrongOption};

/// What the script tells. The numbers are `a` and `b`; bytes are the room's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    /// Begin.
    Open,
    /// Begin in place of one that died after `a` attempts; the reason is in the room.
    Revive,
    /// Go on with the session whose 16 bytes are in the room: the reader has taken `a` messages, the peer `b`, or
    /// NaN for [`Link::adopt`].
    Resume,
    /// A message of `a` bytes is to be sent, within `b` ms (NaN: as the options say) → its number, or −1, and the bytes
    /// say why not.
    Send,
    /// The same for a message that the one before had accepted.
    Restore,
    /// Message `a` is taken back → 1 if it could be.
    Withdraw,
    /// The line is open.
    Connected,
    /// The line is gone, with code `a`; the reason is in the room.
    Lost,
    /// A message came without acknowledgement → 1 if it is to be delivered.
    Received,
    /// A frame came, and is in the room → where its payload begins, negative for text; 0 if there is none.
    Frame,
    /// The reader has taken `a` messages.
    Taken,
    /// The line holds back `a` bytes.
    Buffered,
    /// There is a network (`a` = 1), or none (0).
    Online,
    /// Somebody looks at the page again.
    Woken,
    /// Close, with code `a`; the reason is in the room.
    Close,
    /// End now.
    Abort,
    /// It is time.
    Tick,
    /// → bytes that wait.
    Queued,
    /// → ms that the last question for a sign of life took to be answered; NaN if there was none.
    RoundTrip,
}

const TELLS: &[Tell] = &[
    Tell::Open,
    Tell::Revive,
    Tell::Resume,
    Tell::Send,
    Tell::Restore,
    Tell::Withdraw,
    Tell::Connected,
    Tell::Lost,
    Tell::Received,
    Tell::Frame,
    Tell::Taken,
    Tell::Buffered,
    Tell::Online,
    Tell::Woken,
    Tell::Close,
    Tell::Abort,
    Tell::Tick,
    Tell::Queued,
    Tell::RoundTrip,
];

impl From<u32> for Tell {
    fn from(number: u32) -> Self {
        TELLS.get(number as usize).copied().unwrap_or(Self::Tick)
    }
}

/// What the script is to do. The numbers are in the row, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Nothing more.
    Nothing,
    /// Open a line: attempt.
    Connect,
    /// Send a message: its number. The bytes, if there are any, go before it in one frame; the first is right for bytes
    /// and one less for text.
    Transmit,
    /// Send the bytes as a frame; without acknowledgement, whatever asks the peer for a sign of life.
    Control,
    /// Close the line: code. The bytes are the reason.
    Disconnect,
    /// Drop the line.
    Abort,
    /// Ask the line for no more messages (1), or for more again (0).
    Pause,
    /// Tell the sender: message, and whether it went well (1). If not, the bytes say why.
    Settle,
    /// The line is open: whether the session was resumed. The bytes are the session's name.
    Opened,
    /// The line is gone: the attempt to come, ms until then, code. The bytes are the reason.
    Reconnecting,
    /// It is over: whether the line's own end was the cause (1). The bytes say why.
    Closed,
}

/// Where the numbers of the row stand that do not belong to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// Bytes of the command.
    Bytes = 3,
    /// When it is to be told the time, in ms; Infinity for never.
    Wake,
    /// Whether it waits for the line to hold back less.
    Waits,
    /// How many numbers there are.
    Length,
}

/// Numbers of a command, which come first.
const COMMAND: usize = Row::Bytes as usize;

/// A link whose commands are numbers.
#[derive(Debug)]
pub struct Machine {
    link: Link,
    row: [f64; Row::Length as usize],
    bytes: Vec<u8>,
}

/// Why options were refused, as the row's first number.
const TYPE: f64 = 1.0;
const RANGE: f64 = 2.0;

impl Machine {
    /// By options, a MessagePack map. If they are wrong, the row's first number says how (1: a type, 2: a range; else 0),
    /// and the bytes are the message.
    #[must_use]
    pub fn new(options: &[u8], seed: f64) -> Self {
        let (config, wrong) = match options::read(options) {
            Ok(config) => (config, None),
            Err(wrong) => (centaurus_link::Config::default(), Some(wrong)),
        };
        let config = centaurus_link::Config { seed: seed.to_bits(), ..config };
        let mut machine = Self { link: Link::new(config), row: [0.0; _], bytes: Vec::new() };
        if let Some(WrongOption { range, message }) = wrong {
            machine.row[0] = if range { RANGE } else { TYPE };
            machine.bytes = message.into_bytes();
        }
        machine.stand();
        machine
    }

    /// Hears of something, at `now` ms.
    pub fn tell(&mut self, now: f64, what: Tell, a: f64, b: f64, room: &[u8]) -> f64 {
        let now = Time((now * 1_000.0) as u64);
        let flag = |flag: bool| f64::from(u8::from(flag));
        let text = || String::from_utf8_lossy(room);
        let ttl = (!b.is_nan()).then_some((b * 1_000.0) as u64);
        let link = &mut self.link;
        match what {
            Tell::Open => link.open(now),
            Tell::Revive => link.revive(now, a as u32, &text()),
            Tell::Resume => {
                if let Ok(session) = room.try_into() {
                    if b.is_nan() {
                        link.adopt(session, a as u64);
                    } else {
                        link.resume(session, a as u64, b as u64);
                    }
                }
            }
            Tell::Send => match link.send_within(now, a as u64, ttl) {
                Ok(MessageId(id)) => return id as f64,
                Err(error) => return self.refuse(&error),
            },
            Tell::Restore => return link.restore(now, a as u64, ttl).0 as f64,
            Tell::Withdraw => return flag(link.withdraw(now, MessageId(a as u64))),
            Tell::Connected => link.connected(now),
            Tell::Lost => link.lost(now, a as u16, &text()),
            Tell::Received => return flag(link.received(now)),
            Tell::Frame => {
                return match link.received_frame(now, room) {
                    Arrival::Nothing => 0.0,
                    Arrival::Message { text: true, payload } => -(payload as f64),
                    Arrival::Message { text: false, payload } => payload as f64,
                };
            }
            Tell::Taken => link.taken(now, a as u32),
            Tell::Buffered => link.buffered(now, a as u64),
            Tell::Online => link.online(now, a != 0.0),
            Tell::Woken => link.woken(now),
            Tell::Close => link.close(now, a as u16, &text()),
            Tell::Abort => link.abort(now),
            Tell::Tick => link.tick(now),
            Tell::Queued => return link.queued() as f64,
            Tell::RoundTrip => return link.round_trip().map_or(f64::NAN, |micros| micros as f64 / 1_000.0),
        }
        0.0
    }

    /// The next thing to do. The row and the bytes say what of it.
    pub fn poll(&mut self) -> Op {
        self.bytes.clear();
        let op = match self.link.poll() {
            None => Op::Nothing,
            Some(command) => self.write(command),
        };
        self.stand();
        op
    }

    /// The numbers of the last command, then the standing ones.
    #[must_use]
    pub fn row(&self) -> &[f64] {
        &self.row
    }

    /// The bytes of the last command.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn write(&mut self, command: Command) -> Op {
        let (op, numbers) = match command {
            Command::Connect { attempt } => (Op::Connect, [f64::from(attempt), 0.0, 0.0]),
            Command::Transmit { message, sequence } => {
                if let Some(sequence) = sequence {
                    frame::write_data_header(sequence, false, &mut self.bytes);
                }
                (Op::Transmit, [message.0 as f64, 0.0, 0.0])
            }
            Command::Control(control) => {
                frame::write_control(&control, &mut self.bytes);
                (Op::Control, [0.0; COMMAND])
            }
            Command::Disconnect { code, reason } => {
                self.bytes.extend(reason.bytes());
                (Op::Disconnect, [f64::from(code), 0.0, 0.0])
            }
            Command::Abort => (Op::Abort, [0.0; COMMAND]),
            Command::Pause(wanted) => (Op::Pause, [f64::from(u8::from(wanted)), 0.0, 0.0]),
            Command::Settle { message, outcome } => {
                let why = fate(outcome);
                self.bytes.extend(why.bytes());
                (Op::Settle, [message.0 as f64, f64::from(u8::from(why.is_empty())), 0.0])
            }
            Command::Opened { resumed } => {
                if let Some(session) = self.link.session() {
                    self.bytes.extend(session.id());
                }
                (Op::Opened, [f64::from(u8::from(resumed)), 0.0, 0.0])
            }
            Command::Reconnecting { attempt, delay, end } => {
                let delay = if delay == u64::MAX { f64::INFINITY } else { delay as f64 / 1_000.0 };
                let (code, reason) = told(&end);
                self.bytes.extend(reason.bytes());
                (Op::Reconnecting, [f64::from(attempt), delay, f64::from(code)])
            }
            Command::Closed(end) => {
                let why = match &end {
                    End::Closed { code, reason } if reason.is_empty() => format!("with code {code}"),
                    End::Closed { code, reason } => format!("with code {code}, '{reason}'"),
                    _ => format!("because {}", told(&end).1),
                };
                self.bytes.extend(format!("{CLOSED}: The socket was closed {why}").bytes());
                (Op::Closed, [f64::from(u8::from(matches!(end, End::Closed { .. }))), 0.0, 0.0])
            }
        };
        self.row[..COMMAND].copy_from_slice(&numbers);
        op
    }

    fn refuse(&mut self, error: &SendError) -> f64 {
        let name = if matches!(error, SendError::Closed) { CLOSED } else { FULL };
        self.bytes = format!("{name}: The message was not accepted: {error}").into_bytes();
        self.stand();
        -1.0
    }

    fn stand(&mut self) {
        let wake = self.link.next_wake().map_or(f64::INFINITY, |Time(micros)| micros as f64 / 1_000.0);
        let waits = f64::from(u8::from(self.link.waits_for_line()));
        let standing = [self.bytes.len() as f64, wake, waits];
        self.row[COMMAND..].copy_from_slice(&standing);
    }
}

/// How a line without a closing handshake is reported (RFC 6455, section 7.4.1).
const BROKEN: u16 = 1006;

/// Names of the errors that the page sees; what follows them is the message.
const CLOSED: &str = "SocketClosedError";
const FULL: &str = "OutboxFullError";

/// Why a message has come to nothing; empty if it has not.
const fn fate(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Transmitted | Outcome::Acknowledged => "",
        Outcome::Expired => "MessageExpiredError: The message was not sent within its time to live",
        Outcome::Dropped => "MessageDroppedError: The outbox is full, and its policy let this message go",
        Outcome::Closed => "SocketClosedError: The socket was closed before the message was sent, or acknowledged",
        Outcome::Withdrawn => "AbortError: The message was taken back",
    }
}

/// How a line ended: code and reason.
fn told(end: &End) -> (u16, String) {
    match end {
        End::Closed { code, reason } => (*code, reason.clone()),
        End::Silent => (BROKEN, "nothing was heard for longer than the heartbeat allows".to_owned()),
        End::ConnectTimeout => (BROKEN, "the line was not open within connectTimeout".to_owned()),
        End::Protocol(error) => (BROKEN, error.to_string()),
        End::GaveUp { attempts } => (BROKEN, format!("{attempts} attempts in a row failed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: f64 = f64::NAN;

    fn ops(machine: &mut Machine) -> Vec<(Op, [f64; COMMAND])> {
        std::iter::from_fn(|| {
            let op = machine.poll();
            (op != Op::Nothing).then(|| (op, [machine.row[0], machine.row[1], machine.row[2]]))
        })
        .collect()
    }

    fn machine() -> Machine {
        Machine::new(&[0x80], 1.0)
    }

    #[test]
    fn a_message_goes_out_and_its_fate_comes_back() {
        let mut machine = machine();
        assert_eq!(machine.tell(0.0, Tell::Open, 0.0, 0.0, &[]), 0.0);
        assert_eq!(machine.tell(0.0, Tell::Send, 5.0, NONE, &[]), 0.0);
        assert_eq!(ops(&mut machine), [(Op::Connect, [1.0, 0.0, 0.0])]);
        machine.tell(1.0, Tell::Connected, 0.0, 0.0, &[]);
        let done: Vec<_> = ops(&mut machine).into_iter().map(|(op, _)| op).collect();
        assert_eq!(done, [Op::Opened, Op::Transmit, Op::Settle]);
    }

    #[test]
    fn a_lost_line_says_when_it_comes_back_and_why_it_went() {
        let mut machine = machine();
        machine.tell(0.0, Tell::Open, 0.0, 0.0, &[]);
        machine.tell(1.0, Tell::Connected, 0.0, 0.0, &[]);
        ops(&mut machine);
        machine.tell(2.0, Tell::Lost, 1012.0, 0.0, b"restart");
        assert_eq!(machine.poll(), Op::Reconnecting);
        let [attempt, delay, code] = [0, 1, 2].map(|i| machine.row()[i]);
        assert_eq!((attempt, code, machine.bytes()), (2.0, 1012.0, b"restart".as_slice()));
        assert!((100.0..=2_100.0).contains(&delay), "{delay}");
        let wake = machine.row()[Row::Wake as usize];
        assert!((wake - 2.0 - delay).abs() < 0.01, "{wake}");
    }

    #[test]
    fn wrong_options_are_told() {
        // { connectTimeout: -1 }
        let machine = Machine::new(b"\x81\xAEconnectTimeout\xFF", 1.0);
        assert_eq!(machine.row()[0], RANGE);
        assert!(String::from_utf8_lossy(machine.bytes()).starts_with("connectTimeout must be"));
    }

    #[test]
    fn every_number_is_what_the_table_says() {
        for (number, &tell) in TELLS.iter().enumerate() {
            assert_eq!(tell as usize, number);
            assert_eq!(Tell::from(number as u32), tell);
        }
        assert_eq!(Op::Closed as u32, 10);
    }
}
