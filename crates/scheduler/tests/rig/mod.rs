//! A scheduler, a clock, and short ways to say what happens.

#![allow(dead_code, reason = "each test file uses its part")]

use centaurus_protocol::{CallId, FunctionId, RegistrationId, WorkerId};
use centaurus_scheduler::{Command, Config, Outcome, Request, Running, Scheduler, Time};

/// A call of this function is taken to run 10 µs.
pub(crate) const SHORT: FunctionId = FunctionId(1);
/// Nothing is known of this one.
pub(crate) const UNKNOWN: FunctionId = FunctionId(2);

pub(crate) struct Rig {
    pub(crate) pool: Scheduler,
    pub(crate) now: u64,
}

pub(crate) fn config(min: u32, max: u32) -> Config {
    Config { min, max, broadcast: max, ..Config::default() }
}

impl Rig {
    pub(crate) fn new(config: Config) -> Self {
        Self { pool: Scheduler::new(config), now: 0 }
    }

    /// So many workers, all ready, which know how long [`SHORT`] runs. The first has number 0.
    pub(crate) fn ready(workers: u32) -> Self {
        Self::ready_with(config(workers, workers))
    }

    pub(crate) fn ready_with(config: Config) -> Self {
        let mut rig = Self::new(config);
        rig.pool.warm(rig.time());
        let workers = spawned(&rig.tick());
        for &worker in &workers {
            rig.load(worker);
        }
        let call = rig.submit(Request::new(SHORT));
        rig.tick();
        // A first run of 320 µs counts for 10.
        assert!(rig.pool.replied(rig.time(), workers[0], call, true, 320));
        rig.tick();
        rig
    }

    pub(crate) fn time(&self) -> Time {
        Time(self.now)
    }

    /// The commands that wait.
    pub(crate) fn commands(&mut self) -> Vec<Command> {
        std::iter::from_fn(|| self.pool.poll()).collect()
    }

    pub(crate) fn tick(&mut self) -> Vec<Command> {
        self.pool.tick(self.time());
        self.commands()
    }

    /// Time goes by; everything is done when it is due.
    pub(crate) fn pass(&mut self, micros: u64) -> Vec<Command> {
        let end = self.now + micros;
        let mut commands = self.commands();
        while let Some(wake) = self.pool.next_wake().filter(|wake| wake.0 <= end) {
            self.now = self.now.max(wake.0);
            commands.extend(self.tick());
        }
        self.now = end;
        commands.extend(self.tick());
        commands
    }

    pub(crate) fn load(&mut self, worker: WorkerId) {
        self.pool.loaded(self.time(), worker);
    }

    pub(crate) fn submit(&mut self, request: Request) -> CallId {
        self.pool.submit(self.time(), request).expect("accepted")
    }

    /// Submits so many plain calls of a function.
    pub(crate) fn submit_all(&mut self, function: FunctionId, count: usize) -> Vec<CallId> {
        (0..count).map(|_| self.submit(Request::new(function))).collect()
    }

    pub(crate) fn reply(&mut self, worker: WorkerId, call: CallId) -> bool {
        self.pool.replied(self.time(), worker, call, true, 10)
    }

    pub(crate) fn register(&mut self) -> RegistrationId {
        self.pool.register(self.time()).expect("accepted")
    }

    pub(crate) fn verdict(&mut self, worker: WorkerId, registration: RegistrationId, ok: bool) -> bool {
        self.pool.registered(self.time(), worker, registration, ok)
    }

    pub(crate) fn die(&mut self, worker: WorkerId, running: Running) -> Vec<Command> {
        self.pool.died(self.time(), worker, running);
        self.tick()
    }

    /// The replacement that these commands start is loaded and, after another tick, at work.
    pub(crate) fn replace(&mut self, commands: &[Command]) -> (WorkerId, Vec<Command>) {
        let [worker] = spawned(commands)[..] else { panic!("one worker starts: {commands:?}") };
        self.load(worker);
        (worker, self.tick())
    }
}

pub(crate) fn request(function: FunctionId, change: impl FnOnce(&mut Request)) -> Request {
    let mut request = Request::new(function);
    change(&mut request);
    request
}

pub(crate) fn spawned(commands: &[Command]) -> Vec<WorkerId> {
    let worker = |command: &Command| if let Command::Spawn { worker, .. } = *command { Some(worker) } else { None };
    commands.iter().filter_map(worker).collect()
}

pub(crate) fn killed(commands: &[Command]) -> Vec<WorkerId> {
    let worker = |command: &Command| if let Command::Kill { worker } = *command { Some(worker) } else { None };
    commands.iter().filter_map(worker).collect()
}

pub(crate) fn posted(commands: &[Command]) -> Vec<(WorkerId, CallId)> {
    let post = |command: &Command| {
        if let Command::Post { worker, call, .. } = *command { Some((worker, call)) } else { None }
    };
    commands.iter().filter_map(post).collect()
}

/// Calls posted with a mark.
pub(crate) fn marked(commands: &[Command]) -> Vec<CallId> {
    let post = |command: &Command| {
        if let Command::Post { call, marked: true, .. } = *command { Some(call) } else { None }
    };
    commands.iter().filter_map(post).collect()
}

pub(crate) fn settled(commands: &[Command]) -> Vec<(CallId, Outcome)> {
    let settle = |command: &Command| {
        if let Command::Settle { call, outcome } = *command { Some((call, outcome)) } else { None }
    };
    commands.iter().filter_map(settle).collect()
}

/// Registrations given to a worker, in order.
pub(crate) fn given(commands: &[Command], to: WorkerId) -> Vec<RegistrationId> {
    let register = |command: &Command| match *command {
        Command::Register { worker, registration } if worker == to => Some(registration),
        _ => None,
    };
    commands.iter().filter_map(register).collect()
}
