use core::fmt;

use zlib_rs::{Inflate, InflateFlush, Status};

use super::WINDOW_BITS;
use crate::zlib::backend::{BadDeflate, InflateBackend, Step};

/// zlib-rs' decompressor.
pub struct ZlibRsInflate {
    state: Inflate,
}

impl fmt::Debug for ZlibRsInflate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZlibRsInflate").field("total_in", &self.state.total_in()).finish_non_exhaustive()
    }
}

impl InflateBackend for ZlibRsInflate {
    fn new() -> Self {
        Self { state: Inflate::new(false, WINDOW_BITS) }
    }

    fn start(&mut self, dictionary: &[u8]) {
        self.state.reset(false);
        if !dictionary.is_empty() {
            // Only streams with a header can refuse one.
            let _ = self.state.set_dictionary(dictionary);
        }
    }

    // It keeps a window of its own, a copy of at most 32 KiB for each call; calls of 128 KiB bear that.
    fn inflate(&mut self, input: &[u8], window: &mut [u8], position: usize) -> Result<Step, BadDeflate> {
        let (before_in, before_out) = (self.state.total_in(), self.state.total_out());
        let status = self.state.decompress(input, &mut window[position..], InflateFlush::NoFlush);
        let consumed = (self.state.total_in() - before_in) as usize;
        let produced = (self.state.total_out() - before_out) as usize;
        match status {
            Ok(status) => Ok(Step { consumed, produced, done: status == Status::StreamEnd }),
            Err(_) => Err(BadDeflate { consumed }),
        }
    }
}
