use core::fmt;

use crate::{DictionaryFault, Error, Limit, Place, Sink};

use super::backend::{self, InflateBackend, WINDOW};
use super::checksum::{Check, Field};
use super::{
    DEFAULT_MAX_OUTPUT, DEFAULT_MAX_RATIO, DEFAULT_MAX_STREAM_OUTPUT, DefaultInflate, Format, Options,
    RATIO_FREE_OUTPUT, STRICT_RATIO_FREE_OUTPUT, header,
};

/// Bytes between two moves of the window to its front: few enough for a processor's cache, enough to make the move,
/// of [`WINDOW`] bytes at most, cheap.
const STRETCH: usize = 128 * 1024;

/// Decompresses bytes that are all there.
///
/// # Errors
///
/// [`Error::Truncated`], [`Error::Corrupt`], [`Error::Checksum`], [`Error::TrailingData`], [`Error::Dictionary`],
/// [`Error::Limit`] for more output than `max_output` or `max_ratio` allow, [`Error::OutOfMemory`].
pub fn decompress(data: &[u8], options: &Options<'_>) -> Result<Vec<u8>, Error> {
    decompress_with::<DefaultInflate>(data, options)
}

/// [`decompress`] by a backend of choice.
///
/// # Errors
///
/// The same.
pub fn decompress_with<B: InflateBackend>(data: &[u8], options: &Options<'_>) -> Result<Vec<u8>, Error> {
    let options = Options { max_output: Some(options.max_output.unwrap_or(DEFAULT_MAX_OUTPUT)), ..*options };
    let mut out = Vec::new();
    let mut decompressor = Decompressor::<B>::new(&options)?;
    decompressor.push(data, &mut out)?;
    decompressor.finish()?;
    Ok(out)
}

/// Decompresses bytes that come piece by piece.
///
/// Gzip members that follow each other come out as one. Whatever else follows the end is [`Error::TrailingData`].
pub struct Decompressor<B = DefaultInflate> {
    backend: B,
    format: Format,
    /// As much of the dictionary as matches can reach, and the Adler-32 of all of it.
    dictionary: Vec<u8>,
    dictionary_id: Option<u32>,
    stage: Stage,
    check: Check,
    /// What came out last, and room for more. Its first byte that the current stream may refer to is at `base`, the next
    /// one is written at `position`.
    window: Vec<u8>,
    base: usize,
    position: usize,
    /// Where the last complete gzip member ended.
    member_end: Option<u64>,
    total_in: u64,
    total_out: u64,
    max_output: u64,
    max_ratio: u64,
    /// Output up to which that does not count.
    ratio_free: u64,
    /// Met before; the stream is over.
    fault: Option<Error>,
}

enum Stage {
    Header(header::Reader),
    Body,
    /// The bytes of the trailer that have come.
    Trailer(Vec<u8>),
    /// Complete. In gzip another member may follow.
    Ended,
}

impl<B: InflateBackend> Decompressor<B> {
    /// A decompressor that has seen nothing yet.
    ///
    /// # Errors
    ///
    /// [`Error::Dictionary`] for a dictionary with gzip, [`Error::OutOfMemory`].
    pub fn new(options: &Options<'_>) -> Result<Self, Error> {
        if options.format == Format::Gzip && !options.dictionary.is_empty() {
            return Err(DictionaryFault::NotInGzip.into());
        }
        let mut window = Vec::new();
        window
            .try_reserve_exact(WINDOW + STRETCH)
            .map_err(|_| Error::OutOfMemory { needed: (WINDOW + STRETCH) as u64 })?;
        window.resize(WINDOW + STRETCH, 0);
        let mut decompressor = Self {
            backend: B::new(),
            format: options.format,
            dictionary: backend::reachable(options.dictionary).to_vec(),
            dictionary_id: (!options.dictionary.is_empty()).then(|| adler2::adler32_slice(options.dictionary)),
            member_end: None,
            stage: Stage::Header(header::Reader::new(options.format)),
            check: Check::new(options.format),
            window,
            base: 0,
            position: 0,
            total_in: 0,
            total_out: 0,
            max_output: options.max_output.unwrap_or(DEFAULT_MAX_STREAM_OUTPUT),
            max_ratio: options.max_ratio.unwrap_or(DEFAULT_MAX_RATIO),
            ratio_free: options.max_ratio.map_or(RATIO_FREE_OUTPUT, |_| STRICT_RATIO_FREE_OUTPUT),
            fault: None,
        };
        if options.format == Format::DeflateRaw {
            decompressor.start_body(true);
        }
        Ok(decompressor)
    }

    /// Takes the next piece and puts out all that it completes.
    ///
    /// # Errors
    ///
    /// As [`decompress`], and what `out` answers; [`Error::Truncated`] comes from [`finish`](Self::finish). What was put
    /// out before an error is right as far as it goes. After one, every call answers the same.
    pub fn push(&mut self, input: &[u8], out: &mut dyn Sink) -> Result<(), Error> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        self.run(input, out).inspect_err(|fault| self.fault = Some(fault.clone()))
    }

    /// Says that no more comes.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] if more should.
    pub fn finish(&mut self) -> Result<(), Error> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let inside = match &self.stage {
            Stage::Ended => {
                self.fault = Some(Error::Ended);
                return Ok(());
            }
            Stage::Header(_) => "the header",
            Stage::Body => "the compressed data",
            Stage::Trailer(_) => "the check sum",
        };
        let fault = Error::Truncated { format: self.format.name(), offset: self.total_in, inside };
        self.fault = Some(fault.clone());
        Err(fault)
    }

    /// Bytes that went in and came out so far.
    #[must_use]
    pub fn totals(&self) -> (u64, u64) {
        (self.total_in, self.total_out)
    }

    fn run(&mut self, mut input: &[u8], out: &mut dyn Sink) -> Result<(), Error> {
        loop {
            let consumed = match &mut self.stage {
                Stage::Header(reader) => {
                    let consumed = match (reader.read(input, self.total_in), self.member_end) {
                        // What follows a member and doesn't begin as another.
                        (Err(Error::Corrupt { offset: at, .. }), Some(offset)) if at <= offset + 1 => {
                            return Err(self.trailing(offset, input));
                        }
                        (read, _) => read?,
                    };
                    if reader.is_done() {
                        let id = reader.dictionary_id();
                        check_dictionary(id, self.dictionary_id)?;
                        self.start_body(id.is_some());
                    }
                    consumed
                }
                Stage::Body => self.inflate(input, out)?,
                Stage::Trailer(bytes) => {
                    let fields = self.check.trailer();
                    let missing = fields.len() * Field::BYTES - bytes.len();
                    let consumed = missing.min(input.len());
                    bytes.extend_from_slice(&input[..consumed]);
                    if consumed == missing {
                        let offset = self.total_in + consumed as u64;
                        self.verify(&fields, offset)?;
                        self.stage = Stage::Ended;
                        self.member_end = Some(offset);
                    }
                    consumed
                }
                Stage::Ended => match input.first() {
                    None => return Ok(()),
                    Some(&byte) if self.format == Format::Gzip && byte == header::GZIP_MAGIC[0] => {
                        self.stage = Stage::Header(header::Reader::new(self.format));
                        0
                    }
                    Some(_) => return Err(self.trailing(self.total_in, input)),
                },
            };
            self.total_in += consumed as u64;
            input = &input[consumed..];
            if input.is_empty() {
                return Ok(());
            }
        }
    }

    /// Begins a raw deflate stream, with the dictionary in the window if it has one.
    fn start_body(&mut self, with_dictionary: bool) {
        let dictionary: &[u8] = if with_dictionary { &self.dictionary } else { &[] };
        if self.position + dictionary.len() > self.window.len() {
            self.position = 0;
        }
        // Nothing before this point may be referred to: it belongs to another member.
        self.base = self.position;
        self.position += dictionary.len();
        self.window[self.base..self.position].copy_from_slice(dictionary);
        self.backend.start(dictionary);
        self.check = Check::new(self.format);
        self.stage = Stage::Body;
    }

    /// Decodes until the input is used up or the stream ends; answers how much of the input that took.
    fn inflate(&mut self, input: &[u8], out: &mut dyn Sink) -> Result<usize, Error> {
        let mut consumed = 0;
        loop {
            if self.position == self.window.len() {
                let keep = (self.position - self.base).min(WINDOW);
                self.window.copy_within(self.position - keep.., 0);
                (self.base, self.position) = (0, keep);
            }
            let room = self.window.len() - self.position;
            let at = self.position - self.base;
            let step = match self.backend.inflate(&input[consumed..], &mut self.window[self.base..], at) {
                Ok(step) => step,
                Err(bad) => {
                    let what = if self.format == Format::DeflateRaw && self.dictionary.is_empty() {
                        "not a deflate stream, or one that needs a dictionary"
                    } else {
                        "the compressed data is damaged"
                    };
                    let offset = self.total_in + (consumed + bad.consumed) as u64;
                    return Err(Error::Corrupt { format: self.format.name(), offset, what });
                }
            };
            consumed += step.consumed;
            let start = self.position;
            self.position += step.produced;
            if step.produced > 0 {
                self.total_out += step.produced as u64;
                self.check_limits(self.total_in + consumed as u64)?;
                let fresh = &self.window[start..self.position];
                self.check.update(fresh);
                out.write(fresh)?;
            }
            if step.done {
                self.stage = if self.format == Format::DeflateRaw { Stage::Ended } else { Stage::Trailer(Vec::new()) };
                return Ok(consumed);
            }
            // With room left, the backend has stopped for want of input.
            if step.produced < room {
                return Ok(input.len());
            }
        }
    }

    fn trailing(&self, offset: u64, input: &[u8]) -> Error {
        let length = self.total_in + input.len() as u64 - offset;
        Error::TrailingData { format: self.format.name(), offset, length }
    }

    fn check_limits(&self, offset: u64) -> Result<(), Error> {
        let at = Place::Offset(offset);
        if self.total_out > self.max_output {
            return Err(Error::Limit { limit: Limit::Output, max: self.max_output, at });
        }
        if self.total_out > self.ratio_free && self.total_out > self.max_ratio.saturating_mul(offset) {
            return Err(Error::Limit { limit: Limit::Ratio, max: self.max_ratio, at });
        }
        Ok(())
    }

    fn verify(&self, fields: &[Field], offset: u64) -> Result<(), Error> {
        let Stage::Trailer(bytes) = &self.stage else { return Ok(()) };
        for (field, stored) in fields.iter().zip(bytes.as_chunks::<{ Field::BYTES }>().0) {
            let (stored, computed) = (field.read(*stored), field.value);
            if stored != computed {
                let (format, check) = (self.format.name(), field.name);
                return Err(Error::Checksum { format, check, offset, stored, computed });
            }
        }
        Ok(())
    }
}

impl<B> fmt::Debug for Decompressor<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match self.stage {
            Stage::Header(_) => "header",
            Stage::Body => "body",
            Stage::Trailer(_) => "trailer",
            Stage::Ended => "ended",
        };
        f.debug_struct("Decompressor")
            .field("format", &self.format)
            .field("stage", &stage)
            .field("total_in", &self.total_in)
            .field("total_out", &self.total_out)
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}

/// Whether the dictionary given is the one that the data needs.
fn check_dictionary(needed: Option<u32>, given: Option<u32>) -> Result<(), DictionaryFault> {
    match (needed, given) {
        (None, _) => Ok(()),
        (Some(id), None) => Err(DictionaryFault::Missing { id }),
        (Some(id), Some(given)) if id != given => Err(DictionaryFault::Wrong { id, given }),
        (Some(_), Some(_)) => Ok(()),
    }
}
