//! What a worker function has at hand, and what the attribute makes of it.

pub mod attribute;
mod failure;
mod script;
mod task;

pub use failure::{Cancelled, Failure};
pub use task::Task;
