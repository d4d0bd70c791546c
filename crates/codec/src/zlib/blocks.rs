//! One stream made of blocks that are compressed apart from each other, at the same time, as pigz does it.
//!
//! Each block may refer to the 32 KiB before it, which whoever compresses it is given as its dictionary, and ends at a
//! byte boundary. So the blocks, one behind the other, are a stream like any other; [`Frame`] gives what goes before and
//! after them, the check sum put together from those of the blocks.

use crate::{DictionaryFault, Error, Limit, Place, Sink};

use super::backend::{DeflateBackend, Flush};
use super::checksum::Check;
use super::{DEFAULT_MAX_STREAM_OUTPUT, DefaultDeflate, Format, Level, Options, header};

/// Compresses a block of bytes that come after `before`, and answers their check sum, as [`Frame::add`] wants it. The
/// stream's last block ends it.
///
/// # Errors
///
/// What `out` answers, [`Error::OutOfMemory`].
pub fn compress_block(
    data: &[u8],
    before: &[u8],
    last: bool,
    format: Format,
    level: Level,
    out: &mut dyn Sink,
) -> Result<u32, Error> {
    compress_block_with::<DefaultDeflate>(data, before, last, format, level, out)
}

/// [`compress_block`] by a backend of choice.
///
/// # Errors
///
/// The same.
pub fn compress_block_with<B: DeflateBackend>(
    data: &[u8],
    before: &[u8],
    last: bool,
    format: Format,
    level: Level,
    out: &mut dyn Sink,
) -> Result<u32, Error> {
    let mut block = Block::<B>::new(before, format, level)?;
    block.push(data, out)?;
    block.finish(last, out)
}

/// A block of a stream, compressed piece by piece.
#[derive(Debug)]
pub struct Block<B = DefaultDeflate> {
    backend: B,
    check: Check,
}

impl<B: DeflateBackend> Block<B> {
    /// A block that comes after `before`.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`].
    pub fn new(before: &[u8], format: Format, level: Level) -> Result<Self, Error> {
        Ok(Self { backend: B::new(level, before)?, check: Check::new(format) })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// What `out` answers.
    pub fn push(&mut self, data: &[u8], out: &mut dyn Sink) -> Result<(), Error> {
        self.check.update(data);
        self.backend.deflate(data, Flush::None, out)
    }

    /// Ends the block, and the stream if it is the `last`. Answers its check sum, as [`Frame::add`] wants it.
    ///
    /// # Errors
    ///
    /// What `out` answers.
    pub fn finish(mut self, last: bool, out: &mut dyn Sink) -> Result<u32, Error> {
        self.backend.deflate(&[], if last { Flush::Finish } else { Flush::Sync }, out)?;
        Ok(self.check.sum())
    }
}

/// What goes around the blocks of a stream, and the limit on what comes out.
#[derive(Debug)]
pub struct Frame {
    header: Vec<u8>,
    check: Check,
    total_in: u64,
    total_out: u64,
    max_output: u64,
}

impl Frame {
    /// A stream without a block as yet. Its dictionary is what stands before its first block.
    ///
    /// # Errors
    ///
    /// [`Error::Dictionary`] for a dictionary with gzip, [`Error::Limit`] for a header that is too long already.
    pub fn new(options: &Options<'_>) -> Result<Self, Error> {
        if options.format == Format::Gzip && !options.dictionary.is_empty() {
            return Err(DictionaryFault::NotInGzip.into());
        }
        let mut frame = Self {
            header: header::write(options.format, options.level, options.dictionary),
            check: Check::new(options.format),
            total_in: 0,
            total_out: 0,
            max_output: options.max_output.unwrap_or(DEFAULT_MAX_STREAM_OUTPUT),
        };
        frame.count(frame.header.len())?;
        Ok(frame)
    }

    /// What goes before the first block.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// Counts the next block in: the check sum and the length of its bytes, and the length of what they became.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`].
    pub fn add(&mut self, sum: u32, length: u64, compressed: usize) -> Result<(), Error> {
        self.check.append(sum, length);
        self.total_in += length;
        self.count(compressed)
    }

    /// What goes behind the last block.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`].
    pub fn trailer(&mut self) -> Result<Vec<u8>, Error> {
        let trailer: Vec<u8> = self.check.trailer().iter().flat_map(|field| field.to_bytes()).collect();
        self.count(trailer.len())?;
        Ok(trailer)
    }

    fn count(&mut self, bytes: usize) -> Result<(), Error> {
        self.total_out += bytes as u64;
        if self.total_out > self.max_output {
            return Err(Error::Limit { limit: Limit::Output, max: self.max_output, at: Place::Offset(self.total_in) });
        }
        Ok(())
    }
}
