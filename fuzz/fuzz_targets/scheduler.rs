//! Any story of calls, workers and misfortunes: the scheduler keeps its promises. The simulation checks them.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    centaurus_scheduler::simulation::run(data);
});
