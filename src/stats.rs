//! The scheduler's numbers in a row, as `face/stats.ts` reads them.

use alloc::vec::Vec;

use centaurus_scheduler::{Scheduler, Summary, WorkerState};

/// Queued, running; ten counters; three summaries of six; then six numbers to a worker. Durations in ms.
pub(crate) fn row(scheduler: &Scheduler) -> Vec<f64> {
    let stats = scheduler.stats();
    let counters = &stats.counters;
    let mut row = Vec::new();
    row.extend_from_slice(&[
        f64::from(stats.queued),
        f64::from(stats.running),
        counters.submitted as f64,
        counters.returned as f64,
        counters.threw as f64,
        counters.aborted as f64,
        counters.timed_out as f64,
        counters.crashed as f64,
        counters.load_failed as f64,
        counters.retried as f64,
        counters.moved as f64,
        counters.spawned as f64,
        counters.crashes as f64,
    ]);
    for summary in [&stats.queue, &stats.run, &stats.transfer] {
        summarize(summary, &mut row);
    }
    for worker in &stats.workers {
        let state = match worker.state {
            WorkerState::Starting => 0.0,
            WorkerState::Idle => 1.0,
            WorkerState::Busy => 2.0,
        };
        row.extend_from_slice(&[
            f64::from(worker.worker.0),
            f64::from(worker.slot),
            state,
            worker.ended as f64,
            f64::from(worker.posted + worker.streams),
            ms(worker.age),
        ]);
    }
    row
}

fn summarize(summary: &Summary, row: &mut Vec<f64>) {
    row.extend_from_slice(&[
        summary.count as f64,
        ms(summary.mean),
        ms(summary.p50),
        ms(summary.p90),
        ms(summary.p99),
        ms(summary.max),
    ]);
}

/// The scheduler counts µs, the page reads ms.
fn ms(micros: u64) -> f64 {
    micros as f64 / 1000.0
}
