//! The main-thread half of Centaurus: decides which call goes to which worker, and how every call ends.
//!
//! Only numbers cross between this file and the page's script: calls, workers and registrations go by number, and what
//! is to be done comes back as [`Command`](command::Op)s in numbers too. Arguments, results and promises stay on the
//! script's side (`face/`), which carries the commands out. So no value is ever touched by WebAssembly, a call costs
//! two crossings, and what is shipped to the main thread stays small.
//!
//! Deciding itself is [`centaurus_scheduler`]'s; this crate is its page-side edge.

// Half of what would be shipped is std's formatting and unwinding, which nothing here can reach.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod command;
#[cfg(target_arch = "wasm32")]
pub mod exports;
mod functions;
#[cfg(any(test, all(target_arch = "wasm32", feature = "standalone")))]
mod heap;
mod pool;
#[cfg(all(target_arch = "wasm32", feature = "standalone"))]
mod standalone;
mod stats;

pub use pool::Pool;
