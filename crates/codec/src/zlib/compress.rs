use core::fmt;

use crate::{DictionaryFault, Error, Limit, Place, Sink};

use super::backend::{DeflateBackend, Flush};
use super::checksum::Check;
use super::{DEFAULT_MAX_OUTPUT, DEFAULT_MAX_STREAM_OUTPUT, DefaultDeflate, Format, Options, header};

/// Compresses bytes that are all there.
///
/// # Errors
///
/// [`Error::Limit`] for more output than `max_output`, [`Error::Dictionary`] for a dictionary with gzip,
/// [`Error::OutOfMemory`].
pub fn compress(data: &[u8], options: &Options<'_>) -> Result<Vec<u8>, Error> {
    compress_with::<DefaultDeflate>(data, options)
}

/// [`compress`] by a backend of choice.
///
/// # Errors
///
/// The same.
pub fn compress_with<B: DeflateBackend>(data: &[u8], options: &Options<'_>) -> Result<Vec<u8>, Error> {
    let options = Options { max_output: Some(options.max_output.unwrap_or(DEFAULT_MAX_OUTPUT)), ..*options };
    let mut out = Vec::new();
    let mut compressor = Compressor::<B>::new(&options)?;
    compressor.push(data, &mut out)?;
    compressor.finish(&mut out)?;
    Ok(out)
}

/// Compresses bytes that come piece by piece.
///
/// ```
/// use centaurus_codec::zlib::{self, Compressor};
///
/// let options = zlib::Options::default();
/// let mut compressor = <Compressor>::new(&options)?;
/// let mut out = Vec::new();
/// for piece in ["piece ", "by ", "piece"] {
///     compressor.push(piece.as_bytes(), &mut out)?;
/// }
/// compressor.finish(&mut out)?;
/// assert_eq!(zlib::decompress(&out, &options)?, b"piece by piece");
/// # Ok::<(), centaurus_codec::Error>(())
/// ```
pub struct Compressor<B = DefaultDeflate> {
    backend: B,
    check: Check,
    /// What goes before the data, until it has gone.
    header: Vec<u8>,
    total_in: u64,
    total_out: u64,
    max_output: u64,
    ended: bool,
}

impl<B: DeflateBackend> Compressor<B> {
    /// A compressor that has seen nothing yet.
    ///
    /// # Errors
    ///
    /// [`Error::Dictionary`] for a dictionary with gzip.
    pub fn new(options: &Options<'_>) -> Result<Self, Error> {
        if options.format == Format::Gzip && !options.dictionary.is_empty() {
            return Err(DictionaryFault::NotInGzip.into());
        }
        Ok(Self {
            backend: B::new(options.level, options.dictionary)?,
            check: Check::new(options.format),
            header: header::write(options.format, options.level, options.dictionary),
            total_in: 0,
            total_out: 0,
            max_output: options.max_output.unwrap_or(DEFAULT_MAX_STREAM_OUTPUT),
            ended: false,
        })
    }

    /// Takes the next piece. What comes out may lag behind by some tens of kilobytes.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`], what `out` answers, and [`Error::Ended`] after the end or after an error.
    pub fn push(&mut self, input: &[u8], out: &mut dyn Sink) -> Result<(), Error> {
        self.run(input, Flush::None, out)
    }

    /// Puts out all that was pushed so far, so that a reader of the stream has it. Each costs some bytes.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn flush(&mut self, out: &mut dyn Sink) -> Result<(), Error> {
        self.run(&[], Flush::Sync, out)
    }

    /// Puts out what is left, and the check sum.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn finish(&mut self, out: &mut dyn Sink) -> Result<(), Error> {
        self.run(&[], Flush::Finish, out)
    }

    /// Bytes that went in and came out so far.
    #[must_use]
    pub fn totals(&self) -> (u64, u64) {
        (self.total_in, self.total_out)
    }

    fn run(&mut self, input: &[u8], flush: Flush, out: &mut dyn Sink) -> Result<(), Error> {
        if self.ended {
            return Err(Error::Ended);
        }
        // An error below leaves the stream unusable.
        self.ended = true;
        self.check.update(input);
        self.total_in += input.len() as u64;
        let mut out = Counted { out, total: &mut self.total_out, max: self.max_output, total_in: self.total_in };
        if !self.header.is_empty() {
            out.write(&core::mem::take(&mut self.header))?;
        }
        self.backend.deflate(input, flush, &mut out)?;
        if flush == Flush::Finish {
            for field in self.check.trailer() {
                out.write(&field.to_bytes())?;
            }
        } else {
            self.ended = false;
        }
        Ok(())
    }
}

impl<B> fmt::Debug for Compressor<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compressor")
            .field("total_in", &self.total_in)
            .field("total_out", &self.total_out)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

/// Counts what passes and stops it at the limit.
struct Counted<'a> {
    out: &'a mut dyn Sink,
    total: &'a mut u64,
    max: u64,
    total_in: u64,
}

impl Sink for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        *self.total += bytes.len() as u64;
        if *self.total > self.max {
            return Err(Error::Limit { limit: Limit::Output, max: self.max, at: Place::Offset(self.total_in) });
        }
        self.out.write(bytes)
    }
}
