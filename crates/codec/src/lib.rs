//! The codecs behind Centaurus' services: [`msgpack`], the [`zlib`] family, [`mod@digest`]s, and [`pack`], which is
//! MessagePack inside deflate.
//!
//! No web and no I/O: the same code runs natively and, compiled to wasm, in a page's workers.
//!
//! Bytes from outside are taken for hostile. Every decoder has limits that are on by default and can be moved; no
//! length that the input claims is believed before the bytes are there; nothing recurses on the input's word. What is
//! wrong with an input is one of the variants of [`Error`], with the place where it was found.
//!
//! ```
//! use centaurus_codec::zlib;
//!
//! let options = zlib::Options { format: zlib::Format::Gzip, ..Default::default() };
//! let small = zlib::compress(b"to be, or not to be, to be", &options)?;
//! assert_eq!(zlib::decompress(&small, &options)?, b"to be, or not to be, to be");
//! # Ok::<(), centaurus_codec::Error>(())
//! ```

pub mod digest;
mod error;
pub mod msgpack;
pub mod pack;
#[cfg(feature = "protobuf")]
pub mod protobuf;
mod sink;
pub mod zlib;

pub use digest::DigestFault;
pub use error::{Detail, DictionaryFault, Error, Limit, Place};
pub use sink::Sink;
