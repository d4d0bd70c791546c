//! The main-thread half of Centaurus: a proxy that hands calls to a pool of workers and settles promises.
//!
//! Deciding is [`centaurus_scheduler`]'s. This crate carries its commands out: it keeps the values that the scheduler
//! only knows by number, writes them into messages, and reads the workers' messages. The platform itself (starting a
//! worker, timers, locks, making error objects) is asked for through [`Host`], which the class face in `face/`
//! implements.
//!
//! Arguments and results pass through here as handles; they are never looked into.

mod batch;
mod functions;
mod host;
mod incoming;
mod nearest;
mod pool;
mod registrations;
mod stats;
mod tasks;
mod worker;

pub use host::Host;
pub use pool::Pool;
