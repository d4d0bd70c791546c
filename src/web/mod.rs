//! The pool for pages that are written in Rust, and worker functions that are.
//!
//! A **worker function** is an ordinary function with an attribute. What it takes and gives, serde carries:
//!
//! ```
//! use centaurus::web::{Failure, Task};
//!
//! /// The prime numbers below `n`, as they are found.
//! #[centaurus::worker]
//! pub fn primes(n: u32) -> impl Iterator<Item = u32> {
//!     (2..n).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0))
//! }
//!
//! #[centaurus::worker]
//! pub fn total(task: &Task, numbers: Vec<u64>) -> Result<u64, Failure> {
//!     let mut sum = 0u64;
//!     for (done, number) in numbers.iter().enumerate() {
//!         if done % 1000 == 0 {
//!             task.progress(&done);
//!             task.check()?;
//!         }
//!         sum = sum.checked_add(*number).ok_or("the sum is too large")?;
//!     }
//!     Ok(sum)
//! }
//! # assert_eq!(total(&Task::detached(), vec![1, 2]).ok(), Some(3));
//! # assert_eq!(primes(10).collect::<Vec<_>>(), [2, 3, 5, 7]);
//! ```
//!
//! It is built by `wasm-pack build --target web`, or by `wasm-bindgen --target web`, as any wasm-bindgen package is. Pools
//! load that package into their workers. A page in Rust calls it like this:
//!
//! ```no_run
//! # #[centaurus::worker]
//! # fn total(numbers: Vec<u64>) -> u64 { 0 }
//! # #[centaurus::worker]
//! # fn primes(n: u32) -> impl Iterator<Item = u32> { 0..n }
//! use centaurus::web::{Error, Options, Pool};
//!
//! # async fn example() -> Result<(), Error> {
//! let pool = Pool::new(Options::new()).await?;
//! pool.register_module("/pkg/jobs.js").await?;
//!
//! let sum = total::call(&pool, vec![1, 2, 3]).await?;              // typed: the attribute made it
//! let sum: u64 = pool.call("total", &(vec![1, 2, 3],)).await?;     // by name: any function, in Rust or JavaScript
//! let mut primes = primes::stream(&pool, 1_000_000);               // a `Stream`: values as they come
//! # Ok(())
//! # }
//! ```
//!
//! and one in JavaScript like this: `await c.registerModule('/pkg/jobs.js'); await c.total([1, 2, 3])`.
//!
//! # Where the pool comes from
//!
//! [`Pool`] is a thin binding to the JavaScript class `Centaurus`, so every guarantee of the npm package holds: a call
//! settles once, whatever happens to its worker. The class is loaded by a dynamic `import('centaurus')` when the first pool
//! is made. **With a bundler** that is the npm package `centaurus`, nothing to be set. **Without one** either the page has an
//! import map, `<script type="importmap">{ "imports": { "centaurus": "/centaurus/centaurus.js" } }</script>`, or
//! [`Options::module`] names the file. [`Pool::from_js`] takes a pool that the page's script has made already.
//!
//! The workers' package is loaded by its address, as wasm-bindgen wrote it: it belongs among the files that a bundler leaves
//! alone, such as those in `public/`.
//!
//! (A static import would fail in a worker, where import maps do not apply. Then one package could not hold both the page
//! and its worker functions.)
//!
//! # What a worker function may look like
//!
//! - Its first parameter may be a [`&Task`](Task), or a `Task` that it can keep: progress and cancellation.
//! - All other parameters, references to owned types among them (`&str`, `&[T]`, `&T`), and the result are serde's.
//! - It may return a `Result`. The error is anything that becomes a `Box<dyn Error>`; [`Failure`] says more.
//! - It may be `async`.
//! - It may return `impl Iterator` or `impl Stream`, of values or of `Result`s. A stream takes the values one by one, and the
//!   worker goes on only while somebody takes them; a plain call gets them all in a list.
//! - A panic ends its worker, as every trap does: the call fails with [`Error::WorkerCrash`] and the panic's message, and the
//!   pool starts another worker.
//!
//! Natively it is still the function that was written: test it there, with [`Task::detached`].
//!
//! # Parallel iterators
//!
//! On a page that is cross-origin isolated a worker function can use every core, by rayon's parallel iterators and
//! [wasm-bindgen-rayon](https://docs.rs/wasm-bindgen-rayon), whose blocking waits are allowed in a worker, unlike on the page.
//! That crate's export is all that there is to set up:
//!
//! ```ignore
//! pub use wasm_bindgen_rayon::init_thread_pool;
//!
//! #[centaurus::worker]
//! fn total(numbers: Vec<u64>) -> u64 {
//!     numbers.par_iter().sum()
//! }
//! ```
//!
//! (An example of this crate cannot be compiled with it, since it wants a build for threads. `demo/rust-parallel` is, and is
//! tested in browsers.)
//!
//! - **The build.** Memory that threads share wants a standard library compiled for it, hence a nightly with `build-std`, and
//!   flags for the linker; [the guide](https://github.com/centaurus-web/centaurus/blob/main/docs/rust-threads.md) has
//!   them. wasm-bindgen-rayon wants its feature `no-bundler`.
//! - **The threads** start when a worker loads the package, before its first call: one for each core, at most 16, in each
//!   worker. So a pool for parallel work is one of [`Options::size`] 1. If they do not start within 30 s, registering fails.
//! - **Without isolation** rayon does with the calling thread alone, and results are the same. Where an engine has no shared
//!   memory then, registering fails with a `TypeError` that names the headers.
//! - **Cancelling.** Only the function's own thread has the [`Task`], and it waits while the others work. Iterate part by part,
//!   with [`Task::check`] and [`Task::progress`] between two. What takes longer than the pool's `kill_grace` ends with its worker,
//!   threads and all.
//! - **A panic** in one of the threads fails the call as any panic does, with its message on the console alone. A thread that
//!   runs out of memory says nothing, and the function waits for it: such calls want a [`CallOptions::timeout`].
//!
//! # Values
//!
//! `HashMap`s become objects where their keys are strings, else `Map`s; 64-bit integers beyond 2⁵³−1 become bigints. Both are
//! read either way. Bytes go as [`Bytes`], JavaScript's own values as [`Js`].

mod arguments;
mod call;
mod call_options;
mod convert;
mod error;
mod face;
mod options;
mod pool;
mod services;
mod stats;
mod stream;
mod values;
mod worker;

use std::time::Duration;

pub use arguments::Arguments;
pub use call::Call;
pub use call_options::CallOptions;
pub use error::{Error, Thrown};
pub use options::Options;
pub use pool::Pool;
pub use services::{Deflate, Format};
pub use stats::{CallCounts, Percentiles, Size, Stats, WorkerState, WorkerStats};
pub use stream::CallStream;
pub use values::{Bytes, Js};
pub use worker::{Cancelled, Failure, Task};

#[doc(hidden)]
pub use worker::attribute as __attribute;

/// A duration as JavaScript counts it.
fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
