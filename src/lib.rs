//! The main-thread half of Centaurus: a proxy that hands calls to a pool of workers and settles promises.
//!
//! Deciding is [`centaurus_scheduler`]'s. This crate carries its commands out: it keeps the values that the scheduler
//! only knows by number, writes them into messages, and reads the workers' messages. The platform itself (starting a
//! worker, timers, locks, making error objects) is asked for through [`Host`], which the class face in `face/`
//! implements.
//!
//! Arguments and results pass through here as handles; they are never looked into.

// Half of what would be shipped is std's formatting and unwinding, which nothing here can reach.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod batch;
mod functions;
mod host;
mod incoming;
mod pool;
mod registrations;
#[cfg(all(target_arch = "wasm32", feature = "standalone"))]
mod standalone;
mod stats;
mod tasks;
mod worker;

pub use host::Host;
pub use pool::Pool;
