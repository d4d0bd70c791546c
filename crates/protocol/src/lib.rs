//! What the proxy on the main thread and a worker say to each other.
//!
//! A message is one flat JavaScript array, so that structured clone walks no objects of ours: the calls of one tick
//! stand behind each other as `tag, field, field, …, tag, field, …`. [`wire`] names the tags and their fields, [`ids`]
//! the numbers in them, [`ErrorKind`] the ways in which the runtime itself can refuse or fail a call.
//!
//! The worker's side of the same table is TypeScript; [`wire::typescript`] writes it from this one.

#![cfg_attr(not(test), no_std)]

extern crate alloc;

mod error;
pub mod ids;
mod jitter;
mod time;
pub mod wire;

pub use error::ErrorKind;
pub use ids::{CallId, FunctionId, RegistrationId, WorkerId};
pub use jitter::Jitter;
pub use time::Time;
