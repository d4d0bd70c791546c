//! JavaScript's bytes, options and errors, as the programs of a worker take and give them.
//!
//! Every service takes its options as a plain object or `undefined`; an unknown or impossible option is a `TypeError` or
//! `RangeError` that names it. Every other failure is an `Error` whose `name` is that of [`centaurus_codec::Error`], with
//! what it knows as own properties (`limit`, `max`, `offset`, `path`, …). Results are `Uint8Array`s that fill their
//! buffer, so that they can be transferred.

#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
mod allocator;
mod bytes;
mod error;
pub mod options;

pub use bytes::{Input, Output, join, to_js};
pub use error::{Thrown, define};
pub use options::Options;
