//! Which call goes to which worker, and every way in which a call can end.
//!
//! [`Scheduler`] is a state machine without I/O: it is told what the page asks for, what the workers say and what time
//! it is, and answers with [`Command`]s. It holds no promise, no worker and no clock.
//!
//! ```
//! use centaurus_protocol::FunctionId;
//! use centaurus_scheduler::{Command, Config, Request, Scheduler, Time};
//!
//! let mut pool = Scheduler::new(Config { max: 4, ..Config::default() });
//! let call = pool.submit(Time(0), Request::new(FunctionId(0)))?;
//! pool.tick(Time(0));
//! let Some(Command::Spawn { worker, .. }) = pool.poll() else { panic!("the first call starts a worker") };
//! pool.loaded(Time(20_000), worker);
//! pool.tick(Time(20_000));
//! assert_eq!(pool.poll(), Some(Command::Post { worker, call, marked: false }));
//! assert!(pool.replied(Time(21_000), worker, call, true, 950), "the value is the caller's");
//! # Ok::<(), centaurus_scheduler::Refused>(())
//! ```
//!
//! # What it promises
//!
//! - Every accepted call settles exactly once: by a [`Command::Settle`], or by [`Scheduler::replied`] returning true.
//! - A call that has begun, or may have, never runs again unless it has a retry left and its arguments are still there.
//! - A call that has not begun, and whose arguments are still there, moves to another worker when its own dies.
//! - A new worker is given every registration that has not failed, in order, before its first call.
//! - Calls of one key run on one slot, one after another, in the order they came.
//!
//! # What it asks of the caller
//!
//! Commands are carried out in the order in which [`Scheduler::poll`] hands them out. The calls posted to a worker in
//! one [`Scheduler::tick`] travel in one message. What a worker sent before it died is passed on before
//! [`Scheduler::died`] is.

#![cfg_attr(not(any(test, feature = "simulation")), no_std)]

extern crate alloc;

mod call;
mod command;
pub mod config;
mod dispatch;
mod ending;
mod estimate;
mod histogram;
mod key;
mod lane;
mod order;
mod page;
mod pool;
mod registration;
mod reports;
mod scheduler;
#[cfg(any(test, feature = "simulation"))]
pub mod simulation;
mod stats;
mod worker;

pub use centaurus_protocol::Time;
pub use command::{Command, Outcome, Refused, Request, Running};
pub use config::Config;
pub use histogram::{Histogram, Summary};
pub use scheduler::Scheduler;
pub use stats::{Counters, Stats, WorkerState, WorkerStats};
