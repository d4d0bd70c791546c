//! From bytes to a story.

use centaurus_protocol::{CallId, FunctionId, RegistrationId};

use super::engine::{Death, Fate};
use super::{Call, Registration, Report, Simulation};
use crate::config::START_TIMEOUT;
use crate::{Config, Refused, Request, Time};

/// Bytes to decide by; zeros once they are used up.
struct Dice<'a>(&'a [u8]);

impl Dice<'_> {
    fn roll(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    fn below(&mut self, end: usize) -> usize {
        usize::from(self.roll()) % end.max(1)
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// True once in so many times.
    fn rarely(&mut self, times: u8) -> bool {
        self.roll() % times == times - 1
    }
}

/// Choices below this are misfortunes.
const MISFORTUNES: u8 = 30;

/// Plays the story that the bytes tell, then lets everything come to rest.
///
/// # Panics
/// When the scheduler breaks a promise.
pub fn run(data: &[u8]) -> Report {
    let mut dice = Dice(data);
    let max = 1 + dice.below(4) as u32;
    let config = Config {
        max,
        min: dice.below(max as usize + 1) as u32,
        broadcast: dice.below(max as usize + 1) as u32,
        idle_timeout: dice.one_of(&[None, Some(0), Some(50_000), Some(30_000_000)]),
        queue_limit: dice.one_of(&[1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 20, 3, 0]),
        kill_grace: dice.one_of(&[1_000_000, 1_000_000, 2_000, 0]),
        seed: u64::from(dice.roll()),
    };
    let mut simulation = Simulation::new(config);
    simulation.mild = dice.rarely(2);
    simulation.streamy = dice.rarely(3);
    while !dice.0.is_empty() {
        simulation.step(&mut dice);
        simulation.obey();
    }
    simulation.rest();
    simulation.report.counters = simulation.pool.stats().counters;
    simulation.report
}

impl Simulation {
    fn step(&mut self, dice: &mut Dice<'_>) {
        let engine = |simulation: &Self, dice: &mut Dice<'_>| {
            let at = dice.below(simulation.engines.len());
            (at < simulation.engines.len()).then_some(at)
        };
        let choice = dice.roll();
        // A mild story leaves most misfortunes out, so that more calls get to run behind and beside each other.
        if self.mild && choice < MISFORTUNES && !dice.rarely(8) {
            return;
        }
        match choice {
            0..=11 => self.abort(dice),
            12..=21 => {
                let step = dice.one_of(&[1, 500, 500, 8_000, 8_000, 90_000, 1_000_000, 2_100_000, START_TIMEOUT]);
                // A page that is hidden or busy has its timers late.
                if dice.rarely(4) {
                    self.now += step;
                } else {
                    self.pass(self.now + step);
                }
            }
            22..=27 => {
                let busy = |simulation: &Self| simulation.engines.iter().position(|engine| !engine.hands.is_empty());
                let at = if dice.rarely(2) { busy(self) } else { engine(self, dice) };
                if let Some(at) = at
                    && (self.engines[at].told_loaded || dice.rarely(3))
                {
                    self.die(at, dice.one_of(&[Death::Silent, Death::Said, Death::Seen]));
                }
            }
            28..=29 => {
                if dice.rarely(16) {
                    if dice.rarely(2) { self.close() } else { self.terminate() }
                }
            }
            MISFORTUNES..=84 => self.submit(dice),
            85..=89 => self.broadcast(dice),
            90..=93 => self.register(dice),
            94..=95 => {
                let id = RegistrationId(dice.below(self.registrations.len() + 1) as u32);
                self.pool.refresh(self.time(), id);
            }
            96..=97 => {
                self.warming |= !self.closing && !self.terminated;
                self.used |= !self.closing && !self.terminated;
                self.pool.warm(self.time());
            }
            98..=139 => self.tick(),
            140..=204 => {
                if let Some(at) = engine(self, dice) {
                    self.work(at, dice.roll());
                }
            }
            205..=239 => {
                if let Some(at) = engine(self, dice) {
                    self.deliver(at);
                }
            }
            _ => {
                if let Some(at) = engine(self, dice) {
                    self.work_out(at);
                    self.deliver_all();
                    self.tick();
                }
            }
        }
    }

    fn abort(&mut self, dice: &mut Dice<'_>) {
        let running = dice.rarely(2);
        let mut open: Vec<usize> = (0..self.calls.len()).filter(|&index| !self.calls[index].settled).collect();
        open.retain(|&index| !running || self.calls[index].hands.is_some());
        let Some(&index) = open.get(dice.below(open.len())) else { return };
        self.calls[index].aborted = true;
        self.pool.abort(self.time(), self.calls[index].id);
        self.obey();
        assert!(self.calls[index].settled, "an abort settles at once");
        if running {
            self.pass(self.now + self.config.kill_grace);
        }
    }

    fn request(&mut self, dice: &mut Dice<'_>) -> Request {
        let mut request = Request::new(FunctionId(dice.below(6) as u32));
        let bits = dice.roll();
        request.priority = [0, 0, 0, 0, 1, -1, i32::MAX, i32::MIN][usize::from(bits & 7)];
        request.key = ["a", "b", "c"].get(usize::from(bits >> 3 & 7)).map(|&key| key.into());
        request.cancellable = bits >> 6 == 0;
        let bits = dice.roll();
        request.retry = [0, 0, 1, 2][usize::from(bits & 3)];
        request.stream = bits >> 2 & if self.streamy { 1 } else { 7 } == 0;
        request.movable = bits >> 5 != 0;
        if dice.rarely(8) {
            request.timeout = Some(dice.one_of(&[0, 1_000, 100_000, 3_000_000, u64::MAX]));
        }
        if dice.rarely(8) {
            request.registration = Some(RegistrationId(dice.below(self.registrations.len() + 1) as u32));
        }
        request
    }

    fn accepted(&mut self, id: CallId, request: Request, pin: Option<u32>, dice: &mut Dice<'_>) {
        if let Some(&before) = self.by_id.get(&id) {
            let before = &self.calls[before];
            assert!(before.settled && before.hands.is_none(), "a number is free before it is used again");
        }
        self.by_id.insert(id, self.calls.len());
        let ills = dice.roll();
        self.calls.push(Call {
            id,
            pin,
            submitted: self.now,
            uncloneable: ills & 0x0F == 0x0F,
            poison: ills & 0x1F == 0x0E,
            hog: ills >> 5 == 0x07,
            run: [0, 10, 200, 1_000, 9_000][request.function.index().min(4)],
            request,
            settled: false,
            settled_at: 0,
            aborted: false,
            hands: None,
            posts: 0,
            marked: false,
            estimate: None,
            told: false,
            delivered: false,
            batch: 0,
            unread: false,
            starts: 0,
            begun: false,
            ended: false,
        });
    }

    fn submit(&mut self, dice: &mut Dice<'_>) {
        let mut request = self.request(dice);
        if request.registration.is_some_and(|id| id.index() >= self.registrations.len()) {
            request.registration = None;
        }
        match self.pool.submit(self.time(), request.clone()) {
            Ok(id) => {
                self.accepted(id, request, None, dice);
                self.took(1);
            }
            Err(refused) => self.refused(refused),
        }
    }

    fn broadcast(&mut self, dice: &mut Dice<'_>) {
        let mut request = self.request(dice);
        request.registration = None;
        let live: Vec<u32> = self.engines.iter().map(|engine| engine.slot).collect();
        match self.pool.broadcast(self.time(), request.clone()) {
            Ok(ids) => {
                let least = self.config.broadcast.max(live.len() as u32);
                assert!(ids.len() >= least as usize && ids.len() <= self.config.max as usize);
                let count = ids.len();
                let pins = self.pins(&ids);
                assert!(live.iter().all(|slot| pins.contains(slot)), "a broadcast reaches every worker");
                for (id, pin) in ids.into_iter().zip(pins) {
                    self.accepted(id, request.clone(), Some(pin), dice);
                }
                self.took(count);
            }
            Err(refused) => self.refused(refused),
        }
    }

    fn pins(&self, ids: &[CallId]) -> Vec<u32> {
        let pins: Vec<u32> = ids.iter().map(|&id| self.pool.pin_of(id)).collect();
        assert!(pins.windows(2).all(|pair| pair[0] < pair[1]), "one call for each slot");
        pins
    }

    fn took(&mut self, count: usize) {
        assert!(!self.closing && !self.terminated);
        self.used = true;
        let waiting = self.calls.iter().filter(|call| call.waiting()).count();
        let most = self.config.queue_limit as usize + self.config.max as usize;
        assert!(waiting <= most.max(count), "no more wait than may");
    }

    fn refused(&mut self, refused: Refused) {
        match refused {
            Refused::QueueFull => {
                let waiting = self.calls.iter().filter(|call| call.waiting()).count();
                assert!(waiting + self.config.max as usize > self.config.queue_limit as usize);
                self.report.full += 1;
            }
            Refused::Terminated => assert!(self.closing || self.terminated),
        }
    }

    fn register(&mut self, dice: &mut Dice<'_>) {
        let fate =
            dice.one_of(&[Fate::Succeeds, Fate::Succeeds, Fate::Succeeds, Fate::Fails, Fate::Flaky, Fate::Deadly]);
        match self.pool.register(self.time()) {
            Ok(id) => {
                assert_eq!(id.index(), self.registrations.len());
                self.registrations.push(Registration { fate, verdict: None, settled: false });
                self.used = true;
            }
            Err(refused) => {
                assert_eq!(refused, Refused::Terminated);
                assert!(self.closing || self.terminated);
            }
        }
    }

    fn close(&mut self) {
        let done = self.closed;
        self.closing = true;
        self.pool.close(self.time());
        self.obey();
        assert!(!done || self.closed);
    }

    fn terminate(&mut self) {
        if !self.closed {
            self.terminated = true;
        }
        self.warming = false;
        self.pool.terminate(self.time());
        self.obey();
        assert!(self.calls.iter().all(|call| call.settled), "termination settles every call");
        assert!(self.registrations.iter().all(|registration| registration.settled));
        assert!(self.engines.is_empty());
        assert_eq!(self.closed, self.closing, "closing ends with termination");
    }

    fn tick(&mut self) {
        self.tick_once();
        // Each call that could not be cloned leaves room for another tick, as the glue's timer gives it.
        for _ in 0..self.calls.len() {
            if self.pool.next_wake().is_none_or(|at| at.0 > self.now) {
                break;
            }
            self.tick_once();
        }
        self.check_tick();
    }

    /// Time goes by; the timer fires when it should.
    fn pass(&mut self, until: u64) {
        while let Some(Time(at)) = self.pool.next_wake().filter(|at| at.0 <= until) {
            self.now = self.now.max(at);
            self.tick_once();
        }
        self.now = until;
        self.tick_once();
    }

    fn tick_once(&mut self) {
        self.batch += 1;
        self.pool.tick(self.time());
        self.obey();
    }

    fn deliver_all(&mut self) {
        while let Some(at) = self.engines.iter().position(|engine| !engine.outbox.is_empty()) {
            self.deliver(at);
        }
    }

    /// Nothing fails any more; everything ends.
    fn rest(&mut self) {
        self.calm = true;
        loop {
            for at in 0..self.engines.len() {
                self.work_out(at);
            }
            let spoke = self.engines.iter().any(|engine| !engine.outbox.is_empty());
            self.deliver_all();
            self.tick_once();
            let moving = |engine: &super::Engine| !engine.quiet() || !engine.outbox.is_empty();
            if spoke || self.engines.iter().any(moving) {
                continue;
            }
            if self.calls.iter().all(|call| call.settled)
                && self.registrations.iter().all(|registration| registration.settled)
                && !(self.warming && !self.closing && !self.terminated)
            {
                break;
            }
            let Some(wake) = self.pool.next_wake() else { panic!("something is open and nothing will happen") };
            self.now = self.now.max(wake.0);
        }
        assert_eq!(self.closed, self.closing, "a pool that closes is closed in the end");
        assert_eq!(self.pool.leftovers(), [0; 8], "nothing is kept of calls that have ended");
        if !self.closed && !self.terminated {
            self.idle_out();
            self.close();
            assert!(self.closed && self.engines.is_empty());
        }
        assert_eq!(self.pool.poll(), None);
        assert_eq!(self.pool.next_wake(), None);
    }

    /// With nothing to do the pool shrinks to its least size.
    fn idle_out(&mut self) {
        while let Some(wake) = self.pool.next_wake() {
            self.pass(wake.0);
            for at in 0..self.engines.len() {
                self.work_out(at);
            }
            self.deliver_all();
            self.tick();
        }
        let least = if self.used { self.config.min as usize } else { 0 };
        if self.config.idle_timeout.is_some() {
            assert!(self.engines.len() <= least, "idle workers are stopped");
        }
        if self.failures.is_empty() {
            assert!(self.engines.len() >= least, "the least number of workers is kept");
        }
    }
}
