//! What the page chooses, and the limits that it does not.

/// How large the pool may be and how long it waits for what.
#[derive(Clone, Debug)]
pub struct Config {
    /// Workers that are kept alive once the pool has been used. More than `max` counts as `max`.
    pub min: u32,
    /// Workers that may be alive at once, 1 to [`MAX_WORKERS`].
    pub max: u32,
    /// Workers that a broadcast brings up at least. More than `max` counts as `max`, 0 as 1.
    pub broadcast: u32,
    /// A worker above `min` that has had nothing to do for so many µs is stopped; `None`: never.
    pub idle_timeout: Option<u64>,
    /// Calls that may wait, beyond those that workers without a call can take; see [`crate::Scheduler::submit`].
    pub queue_limit: u32,
    /// µs that an aborted or timed out call has to end by itself before its worker is replaced.
    pub kill_grace: u64,
    /// Where the jitter of the back-off begins. Any number; equal numbers give equal runs.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            min: 1,
            max: 1,
            broadcast: 1,
            idle_timeout: Some(30_000_000),
            queue_limit: 1_000_000,
            kill_grace: 1_000_000,
            seed: 0,
        }
    }
}

impl Config {
    /// The same with every number inside its limits.
    pub(crate) fn checked(mut self) -> Self {
        self.max = self.max.clamp(1, MAX_WORKERS);
        self.min = self.min.min(self.max);
        self.broadcast = self.broadcast.clamp(1, self.max);
        self
    }
}

/// Most workers of one pool. Browsers refuse or crawl long before; every tick looks at each slot.
pub const MAX_WORKERS: u32 = 1_024;

/// µs of work that may lie in one worker's hands, so that it need not wait for the page between short calls. Half a
/// frame: a call of another priority waits no longer for what was posted before it.
pub const PIPELINE_BUDGET: u32 = 8_000;

/// Most calls in one worker's hands, however short: bounds what one crash can move or lose.
pub const MAX_PIPELINE: usize = 1_024;

/// µs that a call waits before every second dispatch of a worker goes by age instead of priority.
pub const STARVE_AFTER: u64 = 2_000_000;

/// Times that a worker is tried in a slot before the slot is given up until the next request.
pub const LOAD_ATTEMPTS: usize = 3;

/// Longest pauses, in µs, before the second and the third attempt (full jitter: each is a random part of its limit).
/// Together they leave a missing script reported within a second.
pub const LOAD_DELAYS: [u64; LOAD_ATTEMPTS - 1] = [100_000, 300_000];

/// µs in which a worker's script must have loaded. Generous, for a slow network: a script that is missing or blocked
/// fails by an event, this catches only what says nothing at all.
pub const START_TIMEOUT: u64 = 30_000_000;

/// µs that a worker must have lived for its death not to count as a failed start, if it never did anything useful.
pub const STABLE_AFTER: u64 = 10_000_000;

/// Keys without calls whose slot is remembered; the one unused longest is forgotten first.
pub const KEY_LIMIT: usize = 10_000;

/// Functions whose run time is remembered. Calls of functions numbered higher are never posted behind others.
pub const FUNCTION_LIMIT: usize = 65_536;
