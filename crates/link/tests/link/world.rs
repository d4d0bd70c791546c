//! A client, a server that remembers sessions, and a network between them that breaks, freezes and refuses lines.

use std::collections::{BTreeMap, VecDeque};

use centaurus_link::config::{Acknowledged, Config, Heartbeat};
use centaurus_link::frame::{self, Control, Frame, SessionId};
use centaurus_link::session::Session;
use centaurus_link::{Arrival, Command, Link, MessageId, Outcome, State, Time};
use proptest::prelude::*;

const MS: u64 = 1_000;
/// One way through the network.
const LATENCY: u64 = 10 * MS;
/// Long enough for any sequence of pauses to end once the faults have.
const CALM: u64 = 600_000 * MS;

/// What the network and the users do, a byte each.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Send,
    ServerSends,
    Break,
    Freeze,
    Refuse,
    Forget,
    Offline,
    Wake,
    ReadLess,
    Pause(u64),
}

impl Fault {
    fn of(byte: u8, forgetful: bool) -> Self {
        match byte % 16 {
            0..4 => Self::Send,
            4..7 => Self::ServerSends,
            7 => Self::Break,
            8 => Self::Freeze,
            9 => Self::Refuse,
            10 if forgetful => Self::Forget,
            11 => Self::Offline,
            12 => Self::Wake,
            13 => Self::ReadLess,
            _ => Self::Pause(u64::from(byte) * 40 * MS),
        }
    }
}

/// The server's side of one session.
struct Peer {
    session: Session,
    /// What it has not been told was taken, from the first of these numbers on.
    unacknowledged: VecDeque<u64>,
    first: u64,
    /// The client's messages that its reader took, in order.
    read: Vec<u64>,
    /// How many messages it has sent.
    said: u64,
}

#[derive(Default)]
struct Line {
    open: bool,
    frozen: bool,
    session: Option<SessionId>,
    /// How many of the server's unacknowledged messages it was given.
    given: usize,
    up: VecDeque<(Time, Vec<u8>)>,
    down: VecDeque<(Time, Vec<u8>)>,
}

struct World {
    now: Time,
    link: Link,
    line: Line,
    /// When the attempt under way is answered, and whether well.
    answer: Option<(Time, bool)>,
    refusing: bool,
    online: bool,
    peers: BTreeMap<SessionId, Peer>,
    sessions: u8,
    sent: u64,
    settled: BTreeMap<MessageId, Outcome>,
    /// The server's messages that the client's reader took.
    read: Vec<u64>,
    /// Messages that have arrived and wait for a slow reader.
    unread: u32,
    slow: bool,
    frozen_at: Option<Time>,
    forgets: bool,
    closed: bool,
}

impl World {
    fn new(seed: u64) -> Self {
        let heartbeat = Heartbeat { interval: 1_000 * MS, timeout: 500 * MS };
        let acknowledged = Some(Acknowledged { window: 8, ack_delay: 20 * MS });
        let mut link = Link::new(Config { heartbeat: Some(heartbeat), acknowledged, seed, ..Config::default() });
        link.open(Time(0));
        Self {
            now: Time(0),
            link,
            line: Line::default(),
            answer: None,
            refusing: false,
            online: true,
            peers: BTreeMap::new(),
            sessions: 0,
            sent: 0,
            settled: BTreeMap::new(),
            read: Vec::new(),
            unread: 0,
            slow: false,
            frozen_at: None,
            forgets: false,
            closed: false,
        }
    }

    /// Carries out what the link commands.
    fn obey(&mut self) {
        while let Some(command) = self.link.poll() {
            assert!(!self.closed, "nothing follows the end, yet {command:?}");
            match command {
                Command::Connect { .. } => {
                    self.line = Line::default();
                    self.answer = Some((self.now.after(LATENCY), !self.refusing && self.online));
                }
                Command::Transmit { message, sequence } => {
                    let mut bytes = Vec::new();
                    frame::write_data_header(sequence.expect("the link acknowledges"), false, &mut bytes);
                    bytes.extend(message.0.to_be_bytes());
                    self.up(bytes);
                    self.link.buffered(self.now, 0);
                }
                Command::Control(control) => {
                    let mut bytes = Vec::new();
                    frame::write_control(&control, &mut bytes);
                    self.up(bytes);
                }
                Command::Settle { message, outcome } => {
                    assert_eq!(outcome, Outcome::Acknowledged, "{message:?}: nothing else was configured");
                    assert_eq!(self.settled.insert(message, outcome), None, "{message:?} was settled twice");
                }
                Command::Abort => self.line = Line::default(),
                Command::Reconnecting { delay, .. } => {
                    let backoff = Config::default().backoff;
                    let bounds = backoff.min..=backoff.max;
                    assert!(delay == u64::MAX || bounds.contains(&delay), "a pause of {delay} µs");
                    self.frozen_at = None;
                }
                Command::Opened { .. } => self.frozen_at = None,
                Command::Closed(_) => self.closed = true,
                Command::Pause(_) => panic!("the window slows the peer, not the line"),
                Command::Disconnect { .. } => {
                    self.line = Line::default();
                    self.link.lost(self.now, 1000, "");
                }
            }
        }
    }

    fn up(&mut self, bytes: Vec<u8>) {
        if self.line.open && !self.line.frozen {
            self.line.up.push_back((self.now.after(LATENCY), bytes));
        }
    }

    fn down(&mut self, control: Option<Control>, data: Option<(u64, u64)>) {
        let mut bytes = Vec::new();
        if let Some(control) = control {
            frame::write_control(&control, &mut bytes);
        }
        if let Some((number, value)) = data {
            frame::write_data_header(number, false, &mut bytes);
            bytes.extend(value.to_be_bytes());
        }
        if self.line.open && !self.line.frozen {
            self.line.down.push_back((self.now.after(LATENCY), bytes));
        }
    }

    /// The server's part: its reader takes everything at once.
    fn server_hears(&mut self, bytes: &[u8]) {
        let frame = frame::read(bytes).expect("the client writes frames");
        if let Frame::Control(Control::Hello { session: wanted, received, allowed }) = frame {
            assert_eq!(self.line.session, None, "one greeting a line");
            let id = if self.peers.contains_key(&wanted) { wanted } else { self.new_session() };
            self.line.session = Some(id);
            let peer = self.peers.get_mut(&id).expect("it is there");
            // A client that greets another session than it wanted has taken nothing of this one.
            let received = if id == wanted { received } else { 0 };
            let fresh = peer
                .session
                .told(received, if id == wanted { allowed } else { allowed - received })
                .expect("the client is honest");
            peer.first += fresh;
            peer.unacknowledged.drain(..fresh as usize);
            let (received, allowed) = peer.session.report();
            self.down(Some(Control::Welcome { session: id, received, allowed }), None);
            return self.server_pumps();
        }
        let id = self.line.session.expect("the greeting comes first");
        let peer = self.peers.get_mut(&id).expect("it is there");
        match frame {
            Frame::Data { sequence, payload, .. } => {
                let value = u64::from_be_bytes(bytes[payload..].try_into().expect("eight bytes"));
                if peer.session.arrived(sequence).expect("the client keeps the rules") {
                    peer.read.push(value);
                    peer.session.take(1);
                }
                let (received, allowed) = peer.session.report();
                self.down(Some(Control::Taken { received, allowed }), None);
            }
            Frame::Control(Control::Taken { received, allowed }) => {
                let fresh = peer.session.told(received, allowed).expect("the client is honest");
                peer.first += fresh;
                peer.unacknowledged.drain(..fresh as usize);
                self.line.given = self.line.given.saturating_sub(fresh as usize);
                self.server_pumps();
            }
            Frame::Control(Control::Ping(nonce)) => self.down(Some(Control::Pong(nonce)), None),
            Frame::Control(_) => {}
        }
    }

    fn new_session(&mut self) -> SessionId {
        self.sessions += 1;
        let id = [self.sessions; 16];
        let peer =
            Peer { session: Session::new(id, 8), unacknowledged: VecDeque::new(), first: 1, read: Vec::new(), said: 0 };
        self.peers.insert(id, peer);
        id
    }

    /// The server sends what it may and has not sent on this line.
    fn server_pumps(&mut self) {
        let Some(id) = self.line.session else { return };
        let peer = self.peers.get_mut(&id).expect("it is there");
        let mut frames = Vec::new();
        for (place, &value) in peer.unacknowledged.iter().enumerate().skip(self.line.given) {
            let number = peer.first + place as u64;
            if !peer.session.may_send(number) {
                break;
            }
            peer.session.sent(number);
            frames.push((number, value));
        }
        self.line.given += frames.len();
        for data in frames {
            self.down(None, Some(data));
        }
    }

    /// Lets everything happen that is due until `end`.
    fn run(&mut self, end: Time) {
        loop {
            self.obey();
            let next = [
                self.line.up.front().map(|(at, _)| *at),
                self.line.down.front().map(|(at, _)| *at),
                self.answer.map(|(at, _)| at),
                self.link.next_wake(),
            ];
            let Some(next) = next.into_iter().flatten().min().filter(|&next| next <= end) else { break };
            self.now = self.now.max(next);
            if let Some(at) = self.frozen_at {
                let limit = 1_500 * MS + 2 * LATENCY;
                assert!(self.now.since(at) <= limit, "a dead line was kept for {} ms", self.now.since(at) / MS);
            }
            if let Some((at, well)) = self.answer.filter(|&(at, _)| at <= self.now) {
                let _ = at;
                self.answer = None;
                if well && self.link.state() == State::Connecting {
                    self.line.open = true;
                    self.link.connected(self.now);
                } else {
                    self.link.lost(self.now, 1006, "");
                }
            }
            if self.line.up.front().is_some_and(|(at, _)| *at <= self.now) {
                let (_, bytes) = self.line.up.pop_front().expect("it was looked at");
                self.server_hears(&bytes);
            }
            if self.line.down.front().is_some_and(|(at, _)| *at <= self.now) {
                let (_, bytes) = self.line.down.pop_front().expect("it was looked at");
                if let Arrival::Message { payload, .. } = self.link.received_frame(self.now, &bytes) {
                    self.read.push(u64::from_be_bytes(bytes[payload..].try_into().expect("eight bytes")));
                    self.unread += 1;
                    self.reader();
                }
            }
            self.link.tick(self.now);
        }
        self.now = self.now.max(end);
    }

    fn reader(&mut self) {
        if !self.slow {
            self.link.taken(self.now, std::mem::take(&mut self.unread));
        }
    }

    fn suffer(&mut self, fault: Fault) {
        match fault {
            Fault::Send => {
                let message = self.link.send(self.now, 8).expect("there is room");
                assert_eq!(message, MessageId(self.sent));
                self.sent += 1;
            }
            Fault::ServerSends => {
                let Some(peer) = self.line.session.and_then(|id| self.peers.get_mut(&id)) else { return };
                peer.said += 1;
                peer.unacknowledged.push_back(peer.said);
                self.server_pumps();
            }
            Fault::Break => {
                if self.line.open {
                    self.line = Line::default();
                    self.link.lost(self.now, 1006, "");
                }
            }
            Fault::Freeze => {
                if self.line.open && !self.line.frozen && self.link.state() == State::Open {
                    self.line.frozen = true;
                    self.line.up.clear();
                    self.line.down.clear();
                    self.frozen_at = Some(self.now);
                }
            }
            Fault::Refuse => self.refusing = !self.refusing,
            Fault::Forget => {
                self.forgets = true;
                self.peers.clear();
                if self.line.open {
                    self.line = Line::default();
                    self.link.lost(self.now, 1012, "restarting");
                }
            }
            Fault::Offline => {
                self.online = !self.online;
                self.link.online(self.now, self.online);
            }
            Fault::Wake => self.link.woken(self.now),
            Fault::ReadLess => {
                self.slow = !self.slow;
                self.reader();
            }
            Fault::Pause(length) => self.run(self.now.after(length)),
        }
        self.obey();
    }

    fn calm_down(&mut self) {
        (self.refusing, self.online, self.slow) = (false, true, false);
        self.link.online(self.now, true);
        self.reader();
        self.run(self.now.after(CALM));
    }
}

fn story(length: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..length)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Lines break, freeze and are refused; both sides remember the session.
    #[test]
    fn nothing_is_lost_nothing_comes_twice_and_order_is_kept(story in story(300), seed: u64) {
        let mut world = World::new(seed);
        for byte in story {
            world.suffer(Fault::of(byte, false));
        }
        world.calm_down();
        prop_assert_eq!(world.link.state(), State::Open);
        prop_assert_eq!(world.settled.len() as u64, world.sent, "every message is settled");
        prop_assert_eq!(world.link.queued(), 0);
        let Some(peer) = world.peers.values().next() else { return Ok(()) };
        prop_assert_eq!(&peer.read, &(0..world.sent).collect::<Vec<_>>());
        prop_assert_eq!(&world.read, &(1..=peer.said).collect::<Vec<_>>());
        prop_assert_eq!(world.peers.len(), 1, "there is one session");
    }

    /// The server forgets its sessions: what it took may be lost with it, what it did not take is not.
    #[test]
    fn a_server_that_forgets_gets_everything_that_it_had_not_taken(story in story(300), seed: u64) {
        let mut world = World::new(seed);
        let mut taken = Vec::new();
        for byte in story {
            let fault = Fault::of(byte, true);
            if matches!(fault, Fault::Forget) {
                taken.extend(world.peers.values().flat_map(|peer| peer.read.clone()));
            }
            world.suffer(fault);
        }
        world.calm_down();
        prop_assert_eq!(world.link.state(), State::Open);
        prop_assert_eq!(world.settled.len() as u64, world.sent);
        taken.extend(world.peers.values().flat_map(|peer| peer.read.clone()));
        let mut all = taken.clone();
        all.sort_unstable();
        all.dedup();
        prop_assert_eq!(all, (0..world.sent).collect::<Vec<_>>());
        for peer in world.peers.values() {
            prop_assert!(peer.read.is_sorted(), "order is kept within a session");
        }
    }
}
