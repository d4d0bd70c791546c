//! How a pool is set up.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::Serialize;

use super::millis;

/// How a pool is set up. Addresses are seen from the page.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[must_use]
pub struct Options {
    #[serde(skip)]
    pub(crate) module: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    worker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<Size>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_timeout: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kill_grace: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct Size {
    min: u32,
    max: u32,
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The address of `centaurus.js`. Default: whatever a bundler or the page's import map has for `centaurus`.
    pub fn module(mut self, url: impl Into<String>) -> Self {
        self.module = Some(url.into());
        self
    }

    /// The address of `centaurus.worker.js`. Default: beside `centaurus.js`.
    pub fn worker(mut self, url: impl Into<String>) -> Self {
        self.worker = Some(url.into());
        self
    }

    /// How many workers: the first number is kept even when idle, the rest start when there is work. Default: from 1 to as
    /// many as there are cores.
    pub fn size(mut self, workers: RangeInclusive<u32>) -> Self {
        self.size = Some(Size { min: *workers.start(), max: *workers.end() });
        self
    }

    /// How long an idle worker above the least is kept. Default: 30 seconds.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = Some(millis(timeout));
        self
    }

    /// Calls that may wait for a worker; one more is refused with [`Error::QueueFull`](super::Error::QueueFull).
    /// Default: 1,000,000.
    pub fn queue_limit(mut self, calls: u32) -> Self {
        self.queue_limit = Some(calls);
        self
    }

    /// How long an aborted or timed-out function has to end before its worker is replaced. Default: 1 second.
    pub fn kill_grace(mut self, grace: Duration) -> Self {
        self.kill_grace = Some(millis(grace));
        self
    }

    /// Name of the workers in the developer tools. Default: "centaurus".
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}
