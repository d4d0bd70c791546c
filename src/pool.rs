//! The pool as JavaScript drives it.

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use centaurus_protocol::wire::Down;
use centaurus_protocol::{CallId, ErrorKind, FunctionId, RegistrationId, WorkerId};
use centaurus_scheduler::{Command, Config, Outcome, Refused, Request, Scheduler, Time};
use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;

use crate::batch::{Batch, Subject};
use crate::functions::Functions;
use crate::host::{self, Host};
use crate::registrations::{Registration, Registrations};
use crate::stats;
use crate::tasks::{Target, Task, Tasks};
use crate::worker::Handle;

/// Workers whose last words are remembered. A call may end by a worker's failure a little after the worker is gone,
/// while others were tried in its place.
const LAST_WORDS: usize = 32;

/// What is left to do once the scheduler has decided and nothing of the pool is borrowed any more: all of it can run
/// code of the page's, which may call the pool again.
#[derive(Debug)]
pub(crate) enum Effect {
    Call(Function, JsValue),
    /// Reject with an error that a worker sent.
    Decode {
        reject: Function,
        failure: JsValue,
        context: JsValue,
    },
    /// Reject with an error of the runtime's own.
    Fail {
        reject: Function,
        kind: ErrorKind,
        context: JsValue,
        args: JsValue,
        cause: JsValue,
    },
    Event {
        kind: &'static str,
        worker: WorkerId,
        slot: u32,
        detail: JsValue,
    },
    State {
        error: Option<JsValue>,
        closed: bool,
    },
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) scheduler: Scheduler,
    pub(crate) tasks: Tasks,
    pub(crate) registrations: Registrations,
    pub(crate) functions: Functions,
    pub(crate) handles: Vec<Handle>,
    pub(crate) last_words: VecDeque<(WorkerId, JsValue)>,
    pub(crate) effects: Vec<Effect>,
}

/// The pool: takes calls, gives them to workers, settles their promises.
///
/// Every method may be called at any time, from inside a callback of the pool's too. Durations are in ms.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Pool {
    host: Host,
    inner: RefCell<Inner>,
    /// A tick is on its way.
    soon: Cell<bool>,
    /// When the timer will fire, in ms of the page's clock.
    armed: Cell<f64>,
}

/// The time as the scheduler counts it.
fn now() -> Time {
    Time((host::now() * 1000.0) as u64)
}

/// A duration of the page's in µs. Infinite, negative and missing ones are for the caller to sort out.
fn micros(ms: f64) -> u64 {
    (ms * 1000.0) as u64
}

#[wasm_bindgen]
impl Pool {
    /// A pool that starts no worker yet. `broadcast` is how many workers a broadcast brings up at least; a negative
    /// `idle_timeout` never stops an idle worker.
    #[wasm_bindgen(constructor)]
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "one crossing into wasm is much cheaper than reading an object here")]
    pub fn new(
        host: Host,
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
        let inner = Inner {
            scheduler: Scheduler::new(config),
            tasks: Tasks::default(),
            registrations: Registrations::default(),
            functions: Functions::new(),
            handles: Vec::new(),
            last_words: VecDeque::new(),
            effects: Vec::new(),
        };
        Self { host, inner: RefCell::new(inner), soon: Cell::new(false), armed: Cell::new(f64::INFINITY) }
    }

    /// Calls a function in the commonest way: no options. The call's number, or -1 if it has been rejected already.
    pub fn call(&self, function: u32, args: Array, resolve: Function, reject: Function, context: JsValue) -> i32 {
        let task = Task {
            target: Target::Function(FunctionId(function)),
            args,
            transfer: None,
            resolve,
            reject,
            listener: None,
            stream: false,
            context,
            reason: JsValue::UNDEFINED,
        };
        self.submit(Request::new(FunctionId(function)), task)
    }

    /// Calls a function with options. `source` in place of a function runs that source; a negative `timeout` is none;
    /// `listener` takes progress, or with `stream` the values.
    #[expect(clippy::too_many_arguments, reason = "one crossing into wasm is much cheaper than reading an object here")]
    pub fn call_with(
        &self,
        function: u32,
        source: Option<js_sys::JsString>,
        args: Array,
        resolve: Function,
        reject: Function,
        context: JsValue,
        priority: i32,
        key: Option<String>,
        timeout: f64,
        retry: u32,
        cancellable: bool,
        stream: bool,
        transfer: Option<Array>,
        listener: Option<Function>,
    ) -> i32 {
        let function = if source.is_some() { Functions::ONE_OFF } else { FunctionId(function) };
        let mut request = Request::new(function);
        request.priority = priority;
        request.key = key.map(String::into_boxed_str);
        request.timeout = (timeout >= 0.0).then(|| micros(timeout));
        request.retry = retry;
        request.cancellable = cancellable;
        request.stream = stream;
        request.movable = transfer.is_none();
        let target = source.map_or(Target::Function(function), |text| Target::Source(text.into()));
        let reason = JsValue::UNDEFINED;
        self.submit(request, Task { target, args, transfer, resolve, reject, listener, stream, context, reason })
    }

    /// Calls a function once on every worker. `make` is called with each call's number and gives
    /// `[resolve, reject]`; refused calls are an error name.
    pub fn broadcast(&self, function: u32, args: &Array, context: &JsValue, make: &Function) -> Option<String> {
        let mut request = Request::new(FunctionId(function));
        let calls = {
            let mut inner = self.inner.borrow_mut();
            request.registration = inner.functions.registration(request.function);
            match inner.scheduler.broadcast(now(), request) {
                Ok(calls) => calls,
                Err(refused) => return Some(refusal(refused).name().into()),
            }
        };
        for call in calls {
            let pair: Array =
                make.call1(&JsValue::UNDEFINED, &JsValue::from(call.0)).unwrap_or_default().unchecked_into();
            let task = Task {
                target: Target::Function(FunctionId(function)),
                args: args.clone(),
                transfer: None,
                resolve: pair.get(0).unchecked_into(),
                reject: pair.get(1).unchecked_into(),
                listener: None,
                stream: false,
                context: context.clone(),
                reason: JsValue::UNDEFINED,
            };
            self.inner.borrow_mut().tasks.put(call, task);
        }
        self.tick_soon();
        None
    }

    /// The caller's signal fired, or the reader of a stream left. The call settles now.
    pub fn abort(&self, call: u32, reason: JsValue) {
        let mut inner = self.inner.borrow_mut();
        if let Some(task) = inner.tasks.get_mut(CallId(call)) {
            task.reason = reason;
        }
        inner.scheduler.abort(now(), CallId(call));
        drop(inner);
        self.carry_out();
        self.tick_soon();
    }

    /// The reader of a stream has taken so many values.
    pub fn credit(&self, call: u32, count: u32) {
        let mut inner = self.inner.borrow_mut();
        if let Some(worker) = inner.scheduler.worker_of(CallId(call))
            && let Some(handle) = inner.handle(worker)
        {
            handle.batch.push(Subject::Other, Down::Credit, &[&JsValue::from(call), &JsValue::from(count)]);
        }
        drop(inner);
        self.tick_soon();
    }

    /// The number that the next registered function gets.
    pub fn next_function(&self) -> u32 {
        self.inner.borrow().functions.next()
    }

    /// Adds an entry to the registration log, with `functions` new functions. Its number, or -1 if it has been
    /// rejected already.
    pub fn register(&self, kind: u32, payload: JsValue, functions: u32, resolve: Function, reject: Function) -> i32 {
        let mut inner = self.inner.borrow_mut();
        let id = match inner.scheduler.register(now()) {
            Ok(id) => id,
            Err(refused) => {
                let kind = refusal(refused);
                inner.effects.push(Effect::Fail {
                    reject,
                    kind,
                    context: JsValue::UNDEFINED,
                    args: JsValue::UNDEFINED,
                    cause: JsValue::UNDEFINED,
                });
                drop(inner);
                self.carry_out();
                return -1;
            }
        };
        inner.functions.allocate(id, functions);
        inner.registrations.put(id, Registration { kind, payload, resolve, reject, failure: None });
        drop(inner);
        self.tick_soon();
        id.0 as i32
    }

    /// The entry's payload has been completed, with `functions` new functions: every worker is given it again.
    pub fn refresh(&self, registration: u32, payload: JsValue, functions: u32) {
        let id = RegistrationId(registration);
        let mut inner = self.inner.borrow_mut();
        inner.functions.allocate(id, functions);
        if let Some(entry) = inner.registrations.get_mut(id) {
            entry.payload = payload;
        }
        inner.scheduler.refresh(now(), id);
        drop(inner);
        self.tick_soon();
    }

    /// Brings up the workers that the pool keeps at least; [`Host::state`] tells when they are ready.
    pub fn warm(&self) {
        self.inner.borrow_mut().scheduler.warm(now());
        self.tick_soon();
    }

    /// Ends everything now.
    pub fn terminate(&self) {
        self.inner.borrow_mut().scheduler.terminate(now());
        self.carry_out();
    }

    /// Takes no more calls; ends when those it has are settled.
    pub fn close(&self) {
        self.inner.borrow_mut().scheduler.close(now());
        self.tick();
    }

    /// Dispatches what waits. Called once at the end of each task in which the pool was used, and by the timer.
    pub fn tick(&self) {
        self.soon.set(false);
        let now = now();
        if now.0 as f64 / 1000.0 >= self.armed.get() {
            self.armed.set(f64::INFINITY);
        }
        self.inner.borrow_mut().scheduler.tick(now);
        self.carry_out();
    }

    /// A message of a worker's. Foreign ones pass by.
    pub fn message(&self, worker: u32, data: &JsValue) {
        let locked = self.inner.borrow_mut().receive(now(), WorkerId(worker), data);
        if locked {
            self.host.locked(worker);
        }
        self.tick();
    }

    /// The worker could not be started, and why.
    pub fn load_failed(&self, worker: u32, error: JsValue) {
        let mut inner = self.inner.borrow_mut();
        inner.last_words(WorkerId(worker), error);
        inner.scheduler.load_failed(now(), WorkerId(worker));
        drop(inner);
        self.tick();
    }

    /// The worker is gone: its lock was released, or it said something that could not be read.
    pub fn gone(&self, worker: u32, error: JsValue) {
        let id = WorkerId(worker);
        let mut inner = self.inner.borrow_mut();
        if let Some(running) = inner.handle(id).map(|handle| handle.running()) {
            inner.last_words(id, error);
            inner.scheduler.died(now(), id, running);
        }
        drop(inner);
        self.tick();
    }

    /// Sizes, counts and percentiles as one object.
    pub fn stats(&self) -> JsValue {
        stats::object(&self.inner.borrow().scheduler)
    }
}

impl Pool {
    fn submit(&self, mut request: Request, task: Task) -> i32 {
        let mut inner = self.inner.borrow_mut();
        request.registration = inner.functions.registration(request.function);
        match inner.scheduler.submit(now(), request) {
            Ok(call) => {
                inner.tasks.put(call, task);
                drop(inner);
                self.tick_soon();
                call.0 as i32
            }
            Err(refused) => {
                inner.effects.push(fail(task, refusal(refused), JsValue::UNDEFINED));
                drop(inner);
                self.carry_out();
                -1
            }
        }
    }

    fn tick_soon(&self) {
        if !self.soon.replace(true) {
            self.host.soon();
        }
    }

    /// Carries out what the scheduler has decided, until it has nothing more to say.
    fn carry_out(&self) {
        loop {
            let (batches, effects) = {
                let mut inner = self.inner.borrow_mut();
                while let Some(command) = inner.scheduler.poll() {
                    inner.obey(command, &self.host);
                }
                let mut batches = Vec::new();
                for handle in &mut inner.handles {
                    if !handle.batch.is_empty() {
                        batches.push((
                            handle.id,
                            handle.worker.clone(),
                            core::mem::replace(&mut handle.batch, Batch::new()),
                        ));
                    }
                }
                (batches, core::mem::take(&mut inner.effects))
            };
            if batches.is_empty() && effects.is_empty() {
                break;
            }
            for (id, worker, batch) in batches {
                self.post(id, &worker, batch);
            }
            for effect in effects {
                self.run(effect);
            }
        }
        self.arm();
    }

    /// Sends a message; where something in it cannot be cloned, sends its items one by one, so that only what holds
    /// the culprit fails.
    fn post(&self, id: WorkerId, worker: &web_sys::Worker, batch: Batch) {
        let Err(error) = worker.post_message_with_transfer(&batch.message, &batch.transfer) else {
            if let Some(handle) = self.inner.borrow_mut().handle(id) {
                handle.sent(&batch.items);
            }
            return;
        };
        if let [(subject, _)] = batch.items[..] {
            self.inner.borrow_mut().not_cloneable(id, subject, &error);
            return;
        }
        let single = {
            let inner = self.inner.borrow();
            batch.split(|subject| match subject {
                Subject::Call(call) => inner.tasks.get(call).and_then(|task| task.transfer.clone()),
                _ => None,
            })
        };
        for one in single {
            self.post(id, worker, one);
        }
    }

    fn run(&self, effect: Effect) {
        // What the page's own code throws is the page's affair: it must not keep other calls from settling.
        let call = |function: &Function, value: &JsValue| {
            let _ = function.call1(&JsValue::UNDEFINED, value);
        };
        match effect {
            Effect::Call(function, value) => call(&function, &value),
            Effect::Decode { reject, failure, context } => call(&reject, &self.host.decode(&failure, &context)),
            Effect::Fail { reject, kind, context, args, cause } => {
                call(&reject, &self.host.failure(kind.name(), &context, &args, &cause));
            }
            Effect::Event { kind, worker, slot, detail } => self.host.event(kind, worker.0, slot, &detail),
            Effect::State { error: Some(cause), .. } => {
                let undefined = JsValue::UNDEFINED;
                self.host.state(&self.host.failure(ErrorKind::WorkerLoad.name(), &undefined, &undefined, &cause));
            }
            Effect::State { error: None, closed } => {
                self.host.state(&if closed { JsValue::NULL } else { JsValue::UNDEFINED });
            }
        }
    }

    /// Has the timer fire when the scheduler next wants it. A timer that fires too early does no harm, so one is only
    /// ever moved forward.
    fn arm(&self) {
        let Some(wake) = self.inner.borrow().scheduler.next_wake() else { return };
        let at = wake.0 as f64 / 1000.0;
        if at < self.armed.get() {
            self.armed.set(at);
            self.host.wake((at - host::now()).max(0.0));
        }
    }
}

fn refusal(refused: Refused) -> ErrorKind {
    match refused {
        Refused::QueueFull => ErrorKind::QueueFull,
        Refused::Terminated => ErrorKind::Terminated,
    }
}

pub(crate) fn fail(task: Task, kind: ErrorKind, cause: JsValue) -> Effect {
    Effect::Fail { reject: task.reject, kind, context: task.context, args: task.args.into(), cause }
}

impl Inner {
    pub(crate) fn handle(&mut self, worker: WorkerId) -> Option<&mut Handle> {
        self.handles.iter_mut().find(|handle| handle.id == worker)
    }

    pub(crate) fn last_words(&mut self, worker: WorkerId, words: JsValue) {
        if self.last_words.len() == LAST_WORDS {
            self.last_words.pop_front();
        }
        self.last_words.push_back((worker, words));
    }

    pub(crate) fn words_of(&self, worker: WorkerId) -> JsValue {
        self.last_words
            .iter()
            .rev()
            .find(|(id, _)| *id == worker)
            .map_or(JsValue::UNDEFINED, |(_, words)| words.clone())
    }

    fn obey(&mut self, command: Command, host: &Host) {
        match command {
            Command::Spawn { worker, slot } => self.spawn(worker, slot, host),
            Command::Kill { worker } => {
                if let Some(at) = self.handles.iter().position(|handle| handle.id == worker) {
                    let handle = self.handles.swap_remove(at);
                    handle.worker.terminate();
                    let detail = self.words_of(worker);
                    let slot = handle.slot;
                    self.effects.push(Effect::Event { kind: "workerstop", worker, slot, detail });
                }
                host.forget(worker.0);
            }
            Command::Register { worker, registration } => self.send_registration(worker, registration),
            Command::Post { worker, call, marked } => self.send_call(worker, call, marked),
            Command::Abort { worker, call } => {
                let reason = self.tasks.get(call).map_or(JsValue::UNDEFINED, |task| task.reason.clone());
                if let Some(handle) = self.handle(worker) {
                    handle.mark_aborted(call);
                    handle.batch.push(Subject::Other, Down::Abort, &[&JsValue::from(call.0), &reason]);
                }
            }
            Command::Settle { call, outcome } => self.settle(call, outcome),
            Command::SettleRegistration { registration, outcome } => {
                let kind =
                    if matches!(outcome, Outcome::Terminated) { ErrorKind::Terminated } else { ErrorKind::WorkerLoad };
                let cause = if let Outcome::LoadFailed { worker } = outcome {
                    self.words_of(worker)
                } else {
                    JsValue::UNDEFINED
                };
                if let Some(entry) = self.registrations.get_mut(registration) {
                    let reject = entry.reject.clone();
                    let undefined = JsValue::UNDEFINED;
                    self.effects.push(Effect::Fail {
                        reject,
                        kind,
                        context: undefined.clone(),
                        args: undefined,
                        cause,
                    });
                }
            }
            Command::Ready => self.effects.push(Effect::State { error: None, closed: false }),
            Command::Unready { worker } => {
                let cause = self.words_of(worker);
                self.effects.push(Effect::State { error: Some(cause), closed: false });
            }
            Command::Closed => self.effects.push(Effect::State { error: None, closed: true }),
        }
    }

    fn spawn(&mut self, worker: WorkerId, slot: u32, host: &Host) {
        match host.spawn(worker.0, slot) {
            Ok(engine) => {
                let mut handle = Handle::new(worker, slot, engine, host.cells(worker.0));
                handle.batch.push(Subject::Other, Down::Hello, &[&host.hello(worker.0)]);
                self.handles.push(handle);
                let detail = JsValue::UNDEFINED;
                self.effects.push(Effect::Event { kind: "workerstart", worker, slot, detail });
            }
            Err(error) => {
                self.last_words(worker, error);
                self.scheduler.load_failed(now(), worker);
            }
        }
    }

    fn send_registration(&mut self, worker: WorkerId, registration: RegistrationId) {
        let Some(entry) = self.registrations.get_mut(registration) else { return };
        let fields = [JsValue::from(registration.0), JsValue::from(entry.kind), entry.payload.clone()];
        if let Some(handle) = self.handle(worker) {
            let subject = Subject::Registration(registration.0);
            handle.batch.push(subject, Down::Register, &[&fields[0], &fields[1], &fields[2]]);
        }
    }

    fn send_call(&mut self, worker: WorkerId, call: CallId, marked: bool) {
        let Some(task) = self.tasks.get(call) else { return };
        let flags = JsValue::from(task.flags(marked));
        let number = JsValue::from(call.0);
        let Some(handle) = self.handles.iter_mut().find(|handle| handle.id == worker) else { return };
        handle.clear_aborted(call);
        match &task.target {
            Target::Function(function) => {
                let fields = [&number, &JsValue::from(function.0), &flags, &task.args];
                handle.batch.push(Subject::Call(call), Down::Call, &fields);
            }
            Target::Source(source) => {
                handle.batch.push(Subject::Call(call), Down::Run, &[&number, source, &flags, &task.args]);
            }
        }
        if let Some(list) = &task.transfer {
            handle.batch.move_along(list);
        }
    }

    fn settle(&mut self, call: CallId, outcome: Outcome) {
        let Some(task) = self.tasks.take(call) else { return };
        let effect = match outcome {
            Outcome::Aborted => Effect::Call(task.reject, task.reason),
            Outcome::TimedOut => fail(task, ErrorKind::Timeout, JsValue::UNDEFINED),
            Outcome::LoadFailed { worker } => fail(task, ErrorKind::WorkerLoad, self.words_of(worker)),
            Outcome::Crashed { worker } => fail(task, ErrorKind::WorkerCrash, self.words_of(worker)),
            Outcome::RegistrationFailed { registration } => {
                let failure = self.registrations.get_mut(registration).and_then(|entry| entry.failure.clone());
                let failure = failure.unwrap_or(JsValue::UNDEFINED);
                Effect::Decode { reject: task.reject, failure, context: task.context }
            }
            Outcome::NotCloneable => {
                let cause = task.reason.clone();
                fail(task, ErrorKind::DataClone, cause)
            }
            Outcome::Terminated => fail(task, ErrorKind::Terminated, JsValue::UNDEFINED),
        };
        self.effects.push(effect);
    }

    /// The engine refused to clone an item that was sent by itself.
    fn not_cloneable(&mut self, worker: WorkerId, subject: Subject, error: &JsValue) {
        match subject {
            Subject::Call(call) => {
                if let Some(task) = self.tasks.get_mut(call) {
                    task.reason = error.clone();
                }
                self.scheduler.post_failed(now(), call);
            }
            Subject::Registration(number) => self.registration_failed(worker, RegistrationId(number), None, error),
            // Only an abort's reason can be such a value, and the abort matters more than its reason.
            Subject::Other => {}
        }
    }

    /// A registration's first failure is its verdict; `failure` is what a worker sent, else `error` the engine's.
    pub(crate) fn registration_failed(
        &mut self,
        worker: WorkerId,
        id: RegistrationId,
        failure: Option<JsValue>,
        error: &JsValue,
    ) {
        let words = failure.clone().unwrap_or_else(|| error.clone());
        self.last_words(worker, words);
        if !self.scheduler.registered(now(), worker, id, false) {
            return;
        }
        let Some(entry) = self.registrations.get_mut(id) else { return };
        let reject = entry.reject.clone();
        // Nobody will be given it again.
        entry.payload = JsValue::UNDEFINED;
        let failure = failure.unwrap_or_else(|| error.clone());
        entry.failure = Some(failure.clone());
        self.effects.push(Effect::Decode { reject, failure, context: JsValue::UNDEFINED });
    }
}
