//! A worker of the pool as the proxy holds it.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use centaurus_protocol::wire::{ABORT_CELLS, ABORT_RING, STARTED_CELL};
use centaurus_protocol::{CallId, WorkerId};
use centaurus_scheduler::Running;
use js_sys::{Atomics, Int32Array};
use web_sys::Worker;

use crate::batch::{Batch, Subject};

/// Messages whose contents are remembered in case the worker cannot read one. A worker reports that at once, so an
/// older message has been read.
const REMEMBERED: usize = 64;

/// The engine's worker, its next message, and the memory shared with it.
#[derive(Debug)]
pub(crate) struct Handle {
    pub(crate) id: WorkerId,
    pub(crate) slot: u32,
    pub(crate) worker: Worker,
    pub(crate) batch: Batch,
    cells: Option<Int32Array>,
    /// Abort cells that hold a call, a bit each.
    aborted: u64,
    sent: u32,
    recent: VecDeque<(u32, Vec<Subject>)>,
}

impl Handle {
    pub(crate) fn new(id: WorkerId, slot: u32, worker: Worker, cells: Option<Int32Array>) -> Self {
        Self { id, slot, worker, batch: Batch::new(), cells, aborted: 0, sent: 0, recent: VecDeque::new() }
    }

    /// A message with these items has gone out.
    pub(crate) fn sent(&mut self, items: &[(Subject, u32)]) {
        self.sent += 1;
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back((self.sent, items.iter().map(|&(subject, _)| subject).collect()));
    }

    /// What the n-th message held.
    pub(crate) fn contents(&self, message: u32) -> &[Subject] {
        self.recent.iter().find(|&&(number, _)| number == message).map_or(&[], |(_, items)| items)
    }

    /// What the worker was running, where shared memory tells. A number there says that its call had begun, and that
    /// none behind it had.
    pub(crate) fn running(&self) -> Running {
        match self.cells.as_ref().map(|cells| Atomics::load(cells, STARTED_CELL)) {
            Some(Ok(mark)) if mark > 0 => Running::Call(CallId(mark as u32 - 1)),
            Some(Ok(_)) => Running::Nothing,
            _ => Running::Unknown,
        }
    }

    /// Lets a task that never yields see that its signal has fired.
    pub(crate) fn mark_aborted(&mut self, call: CallId) {
        self.aborted |= 1 << (call.0 % ABORT_RING);
        self.set_abort_cell(call, call.0 as i32 + 1);
    }

    /// A call is about to be sent. Its number may be that of an earlier one that was aborted here, whose mark must not
    /// abort it too.
    pub(crate) fn clear_aborted(&mut self, call: CallId) {
        let bit = 1 << (call.0 % ABORT_RING);
        if self.aborted & bit != 0 {
            self.aborted &= !bit;
            self.set_abort_cell(call, 0);
        }
    }

    fn set_abort_cell(&self, call: CallId, value: i32) {
        if let Some(cells) = &self.cells {
            // Fails only for an index outside the array, and the ring lies inside.
            let _ = Atomics::store(cells, ABORT_CELLS + call.0 % ABORT_RING, value);
        }
    }
}
