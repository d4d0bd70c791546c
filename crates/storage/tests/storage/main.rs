//! The machines of the storage, on a simulated disk.

mod rules;
mod storm;
mod world;
