//! What a pool says of itself.

use serde::Deserialize;

/// A snapshot of a pool. Durations are in milliseconds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Stats {
    /// The name of its workers.
    pub name: String,
    /// How many workers there may be.
    pub size: Size,
    /// Calls that wait for a worker.
    pub queued: u32,
    /// Calls that a worker holds.
    pub running: u32,
    /// The workers there are.
    pub workers: Vec<WorkerStats>,
    /// How calls ended so far.
    pub calls: CallCounts,
    /// Time that calls waited before they were sent.
    pub queue: Percentiles,
    /// Time that functions ran, as their workers measured it.
    pub run: Percentiles,
    /// What a call took beyond waiting and running: messages, cloning, the page's own delays.
    pub transfer: Percentiles,
    /// Workers started so far.
    pub spawned: u32,
    /// Workers that died.
    pub crashes: u32,
}

/// The bounds of a pool's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Size {
    /// Workers that are kept even when idle.
    pub min: u32,
    /// The most there will be.
    pub max: u32,
}

/// One worker.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct WorkerStats {
    /// No other worker of the pool ever has it.
    pub id: u32,
    /// Its place in the pool, which its replacement takes.
    pub slot: u32,
    /// What it does.
    pub state: WorkerState,
    /// Calls that it has ended.
    pub calls: u32,
    /// Calls that it holds now.
    pub running: u32,
    /// Milliseconds since it was started.
    pub uptime: f64,
}

/// What a worker does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum WorkerState {
    /// It loads what was registered.
    Starting,
    /// It waits for calls.
    Idle,
    /// It runs one.
    Running,
    /// It is given time to end.
    Stopping,
}

/// How calls ended so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CallCounts {
    /// Made.
    pub submitted: u32,
    /// Gave a result.
    pub returned: u32,
    /// Failed by themselves.
    pub threw: u32,
    /// Were aborted.
    pub aborted: u32,
    /// Took longer than their timeout.
    pub timed_out: u32,
    /// Lost their worker.
    pub crashed: u32,
    /// Found no worker that could be started.
    pub load_failed: u32,
    /// Ran again after their worker died.
    pub retried: u32,
    /// Went to another worker before they had begun.
    pub moved: u32,
}

/// The distribution of a duration, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Percentiles {
    /// How many were measured.
    pub count: u32,
    /// Their mean.
    pub mean: f64,
    /// Half took no longer.
    pub p50: f64,
    /// Nine in ten took no longer.
    pub p90: f64,
    /// Ninety-nine in a hundred took no longer.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}
