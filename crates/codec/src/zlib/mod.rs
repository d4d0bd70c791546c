//! The zlib family: zlib (RFC 1950), gzip (RFC 1952) and bare deflate (RFC 1951), whole or as streams.
//!
//! [`compress`] and [`decompress`] take bytes that are all there; [`Compressor`] and [`Decompressor`] take them piece by
//! piece and hand on what comes out to a [`Sink`](crate::Sink), holding no more than about 160 KiB themselves.

pub mod backend;
mod blocks;
pub(crate) mod checksum;
mod compress;
mod decompress;
mod header;
mod miniz;
#[cfg(feature = "zlib-rs")]
mod zlib_rs;

pub use blocks::{Block, Frame, compress_block, compress_block_with};
pub use compress::{Compressor, compress, compress_with};
pub use decompress::{Decompressor, decompress, decompress_with};
pub use miniz::{MinizDeflate, MinizInflate};
#[cfg(feature = "zlib-rs")]
pub use zlib_rs::{ZlibRsDeflate, ZlibRsInflate};

/// The compressor that is used unless another is named.
#[cfg(feature = "zlib-rs")]
pub type DefaultDeflate = ZlibRsDeflate;
/// The decompressor that is used unless another is named.
#[cfg(feature = "zlib-rs")]
pub type DefaultInflate = ZlibRsInflate;
/// The compressor that is used unless another is named.
#[cfg(not(feature = "zlib-rs"))]
pub type DefaultDeflate = MinizDeflate;
/// The decompressor that is used unless another is named.
#[cfg(not(feature = "zlib-rs"))]
pub type DefaultInflate = MinizInflate;

/// What is wrapped around the compressed data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Format {
    /// RFC 1950: 2 bytes before (6 with a dictionary), an Adler-32 after. HTTP calls it `deflate`.
    #[default]
    Zlib,
    /// RFC 1952: at least 10 bytes before, CRC-32 and length after. Several in a row decode as one.
    Gzip,
    /// RFC 1951: nothing around it, and so nothing that notices damage.
    DeflateRaw,
}

impl Format {
    /// As the option `format` spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zlib => "zlib",
            Self::Gzip => "gzip",
            Self::DeflateRaw => "deflate-raw",
        }
    }
}

/// How hard to try, from 0 (stored as it is) over 1 (fastest) to 9 (smallest).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Level(u8);

impl Level {
    /// The highest.
    pub const MAX: Self = Self(9);

    /// The level of that number, if there is one.
    #[must_use]
    pub const fn new(level: u8) -> Option<Self> {
        if level <= Self::MAX.0 { Some(Self(level)) } else { None }
    }

    /// Its number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl Default for Level {
    /// 6, as everywhere.
    fn default() -> Self {
        Self(6)
    }
}

/// Most bytes that [`compress`] and [`decompress`] put out unless told otherwise: 1 GiB. More than that rarely fits a
/// page's memory twice, and streams are there for it.
pub const DEFAULT_MAX_OUTPUT: u64 = 1 << 30;

/// Most bytes that a stream puts out unless told otherwise: 64 GiB. A stream's memory doesn't grow with its output, so
/// that this only ends one that would run for ever.
pub const DEFAULT_MAX_STREAM_OUTPUT: u64 = 64 << 30;

/// Most bytes out for each byte in, unless told otherwise. Deflate cannot do more than 1032. Text and records reach 5 to
/// 100, sparse rasters a few hundred; what is above this is hardly anything but one byte repeated.
pub const DEFAULT_MAX_RATIO: u64 = 500;

/// Output that the default ratio does not forbid: 256 MiB. A page survives that much, and a buffer of zeros of that size
/// is more often an empty canvas than an attack.
pub const RATIO_FREE_OUTPUT: u64 = 256 << 20;

/// Output that a ratio of the caller's does not forbid: 64 KiB. Honest data begins with a run now and then, and so much
/// is no attack.
pub const STRICT_RATIO_FREE_OUTPUT: u64 = 64 << 10;

/// How to compress and decompress. A decompressor has no use for the level.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options<'d> {
    /// What is wrapped around the data.
    pub format: Format,
    /// How hard to try.
    pub level: Level,
    /// Bytes that the data is likely to repeat; both sides must have the same. Its last 32 KiB count. Empty: none. zlib
    /// records which one was used and refuses another; deflate-raw cannot tell; gzip has no place for it.
    pub dictionary: &'d [u8],
    /// Most bytes to put out. `None`: [`DEFAULT_MAX_OUTPUT`] for whole inputs, [`DEFAULT_MAX_STREAM_OUTPUT`] for streams.
    pub max_output: Option<u64>,
    /// Most bytes out for each byte in, once there are more than [`STRICT_RATIO_FREE_OUTPUT`]; decompression only. `None`:
    /// [`DEFAULT_MAX_RATIO`], once there are more than [`RATIO_FREE_OUTPUT`].
    pub max_ratio: Option<u64>,
}
