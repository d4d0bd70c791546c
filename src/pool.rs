//! The pool as the page's script drives it.

use alloc::vec;
use alloc::vec::Vec;

use centaurus_protocol::{CallId, FunctionId, RegistrationId, WorkerId};
use centaurus_scheduler::{Config, Refused, Request, Running, Scheduler, Time};

use crate::functions::Functions;
use crate::{command, stats};

/// A call was refused because too many wait.
const QUEUE_FULL: i32 = -1;
/// A call or a registration was refused because the pool has ended.
const TERMINATED: i32 = -2;

/// The scheduler behind numbers. `now` is in ms of the page's clock; so are all durations. Whatever is called may leave
/// commands, which [`Pool::drain`] hands over.
#[derive(Debug)]
pub struct Pool {
    scheduler: Scheduler,
    functions: Functions,
    /// The commands that were handed over last, where the page's script reads them.
    out: Vec<u32>,
    /// Where those are, and when to tick next.
    head: [f64; 2],
    /// What another method gave last, where the script reads it.
    row: Vec<f64>,
    /// The next call's key, where the script writes it.
    key: Vec<u8>,
    /// Calls of a message that could not be read.
    unread: Vec<CallId>,
}

/// The time as the scheduler counts it.
fn time(now: f64) -> Time {
    Time(micros(now))
}

fn micros(ms: f64) -> u64 {
    (ms * 1000.0) as u64
}

fn refusal(refused: Refused) -> i32 {
    match refused {
        Refused::QueueFull => QUEUE_FULL,
        Refused::Terminated => TERMINATED,
    }
}

impl Pool {
    /// A pool that starts no worker yet. `broadcast` is how many workers a broadcast brings up at least; a negative
    /// `idle_timeout` never stops an idle worker.
    #[must_use]
    pub fn new(
        min: u32,
        max: u32,
        broadcast: u32,
        idle_timeout: f64,
        queue_limit: u32,
        kill_grace: f64,
        seed: u32,
    ) -> Self {
        let config = Config {
            min,
            max,
            broadcast,
            idle_timeout: (idle_timeout >= 0.0).then(|| micros(idle_timeout)),
            queue_limit,
            kill_grace: micros(kill_grace),
            seed: u64::from(seed),
        };
        Self {
            scheduler: Scheduler::new(config),
            functions: Functions::new(),
            out: Vec::new(),
            head: [0.0, f64::INFINITY],
            row: Vec::new(),
            key: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// Takes a call without options on. Its number, -1 if too many wait, -2 if the pool has ended.
    pub fn submit(&mut self, now: f64, function: u32) -> i32 {
        let request = self.request(function);
        self.scheduler.submit(time(now), request).map_or_else(refusal, |call| call.0 as i32)
    }

    /// Address of room for a key of so many bytes. The next [`Pool::submit_with`] takes it; without any, the call has no
    /// key.
    pub fn key_room(&mut self, length: usize) -> *mut u8 {
        self.key = vec![0; length];
        self.key.as_mut_ptr()
    }

    /// Takes a call with options on. A negative `timeout` is none; `movable` is false if something is transferred.
    #[expect(
        clippy::too_many_arguments,
        reason = "numbers cross into wasm at no cost, an object would have to be read"
    )]
    pub fn submit_with(
        &mut self,
        now: f64,
        function: u32,
        priority: i32,
        keyed: bool,
        timeout: f64,
        retry: u32,
        cancellable: bool,
        stream: bool,
        movable: bool,
    ) -> i32 {
        let key = core::mem::take(&mut self.key);
        let request = Request {
            priority,
            key: keyed.then_some(key),
            timeout: (timeout >= 0.0).then(|| micros(timeout)),
            retry,
            cancellable,
            stream,
            movable,
            ..self.request(function)
        };
        self.scheduler.submit(time(now), request).map_or_else(refusal, |call| call.0 as i32)
    }

    /// Takes a call on for every worker. How many numbers there are in [`Pool::row`]: one of each, or one negative
    /// number as [`Pool::submit`] gives it.
    pub fn broadcast(
        &mut self,
        now: f64,
        function: u32,
        priority: i32,
        timeout: f64,
        retry: u32,
        cancellable: bool,
    ) -> usize {
        let timeout = (timeout >= 0.0).then(|| micros(timeout));
        let request = Request { priority, timeout, retry, cancellable, ..self.request(function) };
        self.row.clear();
        match self.scheduler.broadcast(time(now), request) {
            Ok(calls) => self.row.extend(calls.iter().map(|call| f64::from(call.0))),
            Err(refused) => self.row.push(f64::from(refusal(refused))),
        }
        self.row.len()
    }

    /// The caller's signal fired, or the reader of a stream left.
    pub fn abort(&mut self, now: f64, call: u32) {
        self.scheduler.abort(time(now), CallId(call));
    }

    /// The number that the next registered function gets.
    pub fn next_function(&self) -> u32 {
        self.functions.next()
    }

    /// Adds an entry to the registration log, with so many new functions. Its number, or -2 if the pool has ended.
    pub fn register(&mut self, now: f64, functions: u32) -> i32 {
        match self.scheduler.register(time(now)) {
            Ok(id) => {
                self.functions.allocate(id, functions);
                id.0 as i32
            }
            Err(refused) => refusal(refused),
        }
    }

    /// An entry has been completed, with so many new functions: every worker is given it again.
    pub fn refresh(&mut self, now: f64, registration: u32, functions: u32) {
        self.functions.allocate(RegistrationId(registration), functions);
        self.scheduler.refresh(time(now), RegistrationId(registration));
    }

    /// Brings up the workers that the pool keeps at least.
    pub fn warm(&mut self, now: f64) {
        self.scheduler.warm(time(now));
    }

    /// Ends everything now.
    pub fn terminate(&mut self, now: f64) {
        self.scheduler.terminate(time(now));
    }

    /// Takes no more calls; ends when those it has are settled.
    pub fn close(&mut self, now: f64) {
        self.scheduler.close(time(now));
    }

    /// Deals out what waits, and puts all that is to be done down as [`Pool::drain`] does.
    pub fn tick(&mut self, now: f64) -> usize {
        self.scheduler.tick(time(now));
        self.drain()
    }

    /// Puts what is to be done down, in order, [`command::WORDS`] numbers to a command. How many numbers; what
    /// [`Pool::head`] points to says where they are, and when [`Pool::tick`] should next be called.
    pub fn drain(&mut self) -> usize {
        self.out.clear();
        while let Some(next) = self.scheduler.poll() {
            command::write(next, &mut self.out);
        }
        let wake = self.scheduler.next_wake().map_or(f64::INFINITY, |wake| wake.0 as f64 / 1000.0);
        self.head = [self.out.as_ptr() as usize as f64, wake];
        self.out.len()
    }

    /// Address of two numbers, for as long as the pool lives: the address of the commands until the next
    /// [`Pool::drain`], and when to tick next, infinity for never. Read where they lie, since asking for each costs more
    /// than all else that a call needs here.
    pub fn head(&self) -> *const f64 {
        self.head.as_ptr()
    }

    /// The worker's file has run.
    pub fn loaded(&mut self, now: f64, worker: u32) {
        self.scheduler.loaded(time(now), WorkerId(worker));
    }

    /// The worker could not be started.
    pub fn load_failed(&mut self, now: f64, worker: u32) {
        self.scheduler.load_failed(time(now), WorkerId(worker));
    }

    /// A worker's verdict on a registration. True if it settles the registration's promise.
    pub fn registered(&mut self, now: f64, worker: u32, registration: u32, ok: bool) -> bool {
        self.scheduler.registered(time(now), WorkerId(worker), RegistrationId(registration), ok)
    }

    /// A marked call or a stream starts.
    pub fn started(&mut self, now: f64, worker: u32, call: u32) {
        self.scheduler.started(time(now), WorkerId(worker), CallId(call));
    }

    /// A call returned or threw after `run`. True if that settles its promise.
    pub fn replied(&mut self, now: f64, worker: u32, call: u32, ok: bool, run: f64) -> bool {
        self.scheduler.replied(time(now), WorkerId(worker), CallId(call), ok, micros(run))
    }

    /// A stream's value or a task's progress arrived. True if it is to be delivered.
    pub fn item(&mut self, now: f64, worker: u32, call: u32) -> bool {
        self.scheduler.item(time(now), WorkerId(worker), CallId(call))
    }

    /// The worker is gone. `running` is the call that it was running, -1 for none, -2 if nobody knows.
    pub fn died(&mut self, now: f64, worker: u32, running: i32) {
        let running = match running {
            0.. => Running::Call(CallId(running as u32)),
            -1 => Running::Nothing,
            _ => Running::Unknown,
        };
        self.scheduler.died(time(now), WorkerId(worker), running);
    }

    /// A call's arguments could not be cloned.
    pub fn post_failed(&mut self, now: f64, call: u32) {
        self.scheduler.post_failed(time(now), CallId(call));
    }

    /// The worker could not read the message that held this call; more of the same message may follow.
    pub fn unread(&mut self, call: u32) {
        self.unread.push(CallId(call));
    }

    /// Those were all calls of the message that the worker could not read.
    pub fn unreadable(&mut self, now: f64, worker: u32) {
        self.scheduler.unreadable(time(now), WorkerId(worker), &core::mem::take(&mut self.unread));
    }

    /// The worker that a call was sent to, or -1.
    pub fn worker_of(&self, call: u32) -> i32 {
        self.scheduler.worker_of(CallId(call)).map_or(-1, |worker| worker.0 as i32)
    }

    /// Puts sizes, counts and percentiles into [`Pool::row`]. How many numbers.
    pub fn stats(&mut self) -> usize {
        self.row = stats::row(&self.scheduler);
        self.row.len()
    }

    /// Address of the numbers that the method before gave.
    pub fn row(&self) -> *const f64 {
        self.row.as_ptr()
    }

    fn request(&self, function: u32) -> Request {
        let function = FunctionId(function);
        Request { registration: self.functions.registration(function), ..Request::new(function) }
    }
}
