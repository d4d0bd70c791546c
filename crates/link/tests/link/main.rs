//! What a link promises, against a simulated peer and a network that loses lines, in simulated time.

mod rules;
mod storm;
mod world;
