//! Takes work off a web page's main thread: a pool of workers behind futures.
//!
//! **With the feature `web`** this crate is what a page written in Rust depends on: `web` has the pool, and
//! `#[centaurus::worker]` makes a Rust function one that workers run. Everything starts on the page of that module.
//!
//! **Without it** this crate is the main-thread half of the npm package: it decides which call goes to which worker, and
//! how every call ends. Only numbers cross between it and the page's script: calls, workers and registrations go by
//! number, and what is to be done comes back as [`Command`](command::Op)s in numbers too. Arguments, results and promises
//! stay on the script's side (`face/`), which carries the commands out. So no value is ever touched by WebAssembly, a
//! call costs two crossings, and what is shipped to the main thread stays small.
//!
//! Deciding itself is [`centaurus_scheduler`]'s; this crate is its page-side edge.

// Half of what would be shipped is std's formatting and unwinding, which nothing here can reach.
#![cfg_attr(all(target_arch = "wasm32", not(feature = "web")), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

#[cfg(all(target_arch = "wasm32", feature = "standalone", feature = "web"))]
compile_error!(
    "the feature `standalone` is for the npm package's own file: a program that uses `web` must not enable it"
);

pub mod command;
// Not in the files of programs that depend on this crate: they would carry the exports along.
#[cfg(all(target_arch = "wasm32", feature = "standalone"))]
pub mod exports;
mod functions;
#[cfg(any(test, all(target_arch = "wasm32", feature = "standalone")))]
mod heap;
mod pool;
#[cfg(all(target_arch = "wasm32", feature = "standalone"))]
mod standalone;
mod stats;
#[cfg(feature = "web")]
#[cfg_attr(docsrs, doc(cfg(feature = "web")))]
pub mod web;

#[cfg(feature = "web")]
#[cfg_attr(docsrs, doc(cfg(feature = "web")))]
pub use centaurus_macros::worker;
pub use pool::Pool;

/// The examples of the README are compiled as tests.
#[cfg(all(doctest, feature = "web"))]
#[doc = include_str!("../README.md")]
struct Readme;

/// So are those of the guide's page on Rust.
#[cfg(all(doctest, feature = "web"))]
#[doc = include_str!("../docs/rust.md")]
struct Guide;
