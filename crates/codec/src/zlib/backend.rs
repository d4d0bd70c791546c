//! What the zlib family needs of a raw deflate library (RFC 1951). Headers, check sums, dictionaries' names, limits and
//! concatenation are done above it, once for all libraries.

use crate::{Error, Sink};

use super::Level;

/// How far back a match can reach (RFC 1951, section 2), and so how much of a dictionary is of use.
pub const WINDOW: usize = 32 * 1024;

/// The part of a dictionary that matches can reach.
#[must_use]
pub fn reachable(dictionary: &[u8]) -> &[u8] {
    &dictionary[dictionary.len().saturating_sub(WINDOW)..]
}

/// How much of what was given must come out now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flush {
    /// Whatever compresses best.
    None,
    /// All of it, up to a byte boundary; the stream goes on.
    Sync,
    /// All of it, and the stream ends.
    Finish,
}

/// A raw deflate compressor.
pub trait DeflateBackend {
    /// A compressor that may refer to `dictionary` (what is [`reachable`] of it) as if it had just put it out.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`].
    fn new(level: Level, dictionary: &[u8]) -> Result<Self, Error>
    where
        Self: Sized;

    /// Takes all of `input` and hands on what comes out.
    ///
    /// # Errors
    ///
    /// What `out` answers; and [`Error::Ended`] after [`Flush::Finish`].
    fn deflate(&mut self, input: &[u8], flush: Flush, out: &mut dyn Sink) -> Result<(), Error>;
}

/// What one call of [`InflateBackend::inflate`] did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// Bytes of the input that it took.
    pub consumed: usize,
    /// Bytes that it wrote.
    pub produced: usize,
    /// The stream's last block is complete; the input from `consumed` on belongs to somebody else.
    pub done: bool,
}

/// The input is not a deflate stream: how many of its bytes were taken before that showed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BadDeflate {
    /// Bytes of the input that were taken.
    pub consumed: usize,
}

/// A raw deflate decompressor.
pub trait InflateBackend {
    /// A decompressor on which [`start`](Self::start) is still to be called.
    fn new() -> Self;

    /// Begins a stream. The dictionary also stands in the window, right before the first byte to be written.
    fn start(&mut self, dictionary: &[u8]);

    /// Writes to `window` from `position` on until the window is full, the input is used up, or the stream ends.
    /// `window[..position]` holds what the stream has put out before, at least the last [`WINDOW`] bytes of it.
    ///
    /// # Errors
    ///
    /// [`BadDeflate`]; what was written before it showed is not reported.
    fn inflate(&mut self, input: &[u8], window: &mut [u8], position: usize) -> Result<Step, BadDeflate>;
}
