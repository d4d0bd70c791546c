//! A page in Rust whose work is done by workers in Rust: the Mandelbrot set, drawn in strips by the whole pool, and prime
//! numbers as they are found.
//!
//! One crate is both sides. `jobs` is what the workers run; `page` is what runs on the main thread.

pub mod jobs;
mod page;
