//! The portable backend.

use core::fmt;

use miniz_oxide::deflate::core::{
    CompressorOxide, TDEFLFlush, TDEFLStatus, compress_to_output, create_comp_flags_from_zip_params,
};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

use crate::{Error, Sink};

use super::Level;
use super::backend::{BadDeflate, DeflateBackend, Flush, InflateBackend, Step, reachable};

/// miniz_oxide's compressor.
pub struct MinizDeflate {
    // 64 KiB inline: too large for a wasm stack to move about.
    state: Box<CompressorOxide>,
}

impl fmt::Debug for MinizDeflate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MinizDeflate").field("flags", &self.state.flags()).finish_non_exhaustive()
    }
}

impl DeflateBackend for MinizDeflate {
    fn new(level: Level, dictionary: &[u8]) -> Result<Self, Error> {
        // Negative window bits: no zlib header and no check sum. 0 is the default strategy.
        let flags = create_comp_flags_from_zip_params(level.get().into(), -15, 0);
        let mut state = Box::new(CompressorOxide::new(flags));
        // There is no call that sets a dictionary. Compressing it and dropping what comes out leaves the window and the
        // hash chains as such a call would; the sync flush leaves no bits behind.
        if !dictionary.is_empty() {
            compress_to_output(&mut state, reachable(dictionary), TDEFLFlush::Sync, |_| true);
        }
        Ok(Self { state })
    }

    fn deflate(&mut self, input: &[u8], flush: Flush, out: &mut dyn Sink) -> Result<(), Error> {
        let flush = match flush {
            Flush::None => TDEFLFlush::None,
            Flush::Sync => TDEFLFlush::Sync,
            Flush::Finish => TDEFLFlush::Finish,
        };
        let mut fault = None;
        // With a callback nothing is held back for want of room, so that one call takes all of the input.
        let (status, _) = compress_to_output(&mut self.state, input, flush, |bytes| {
            if bytes.is_empty() {
                return true;
            }
            match out.write(bytes) {
                Ok(()) => true,
                Err(error) => {
                    fault = Some(error);
                    false
                }
            }
        });
        match (fault, status) {
            (Some(error), _) => Err(error),
            (None, TDEFLStatus::Okay | TDEFLStatus::Done) => Ok(()),
            (None, _) => Err(Error::Ended),
        }
    }
}

/// miniz_oxide's decompressor.
pub struct MinizInflate {
    state: Box<DecompressorOxide>,
}

impl fmt::Debug for MinizInflate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MinizInflate").finish_non_exhaustive()
    }
}

impl InflateBackend for MinizInflate {
    fn new() -> Self {
        Self { state: Box::default() }
    }

    fn start(&mut self, _dictionary: &[u8]) {
        self.state.init();
    }

    fn inflate(&mut self, input: &[u8], window: &mut [u8], position: usize) -> Result<Step, BadDeflate> {
        let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF | inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
        let (status, consumed, produced) = decompress(&mut self.state, input, window, position, flags);
        match status {
            TINFLStatus::Done => Ok(Step { consumed, produced, done: true }),
            TINFLStatus::NeedsMoreInput | TINFLStatus::HasMoreOutput => Ok(Step { consumed, produced, done: false }),
            _ => Err(BadDeflate { consumed }),
        }
    }
}
