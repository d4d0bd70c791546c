//! Which registration each function number came with.

use alloc::vec;
use alloc::vec::Vec;

use centaurus_protocol::{FunctionId, RegistrationId};

/// Function numbers are handed out in order and never used again. Number 0 stands for every one-off.
#[derive(Debug)]
pub(crate) struct Functions {
    registration: Vec<Option<RegistrationId>>,
}

impl Functions {
    pub(crate) fn new() -> Self {
        Self { registration: vec![None] }
    }

    /// The number that the next function gets.
    pub(crate) fn next(&self) -> u32 {
        self.registration.len() as u32
    }

    pub(crate) fn allocate(&mut self, registration: RegistrationId, count: u32) {
        for _ in 0..count {
            self.registration.push(Some(registration));
        }
    }

    pub(crate) fn registration(&self, function: FunctionId) -> Option<RegistrationId> {
        self.registration.get(function.index()).copied().flatten()
    }
}
