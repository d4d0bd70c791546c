//! The built-in services, as a worker's executor calls them: MessagePack, the zlib family, both in one, and digests, of
//! JavaScript values.
//!
//! Every function takes its options as a plain object or `undefined`; an unknown or impossible option is a `TypeError`
//! or `RangeError` that names it. Every other failure is an `Error` whose `name` is that of [`centaurus_codec::Error`],
//! with what it knows as own properties (`limit`, `max`, `offset`, `path`, …). Results are `Uint8Array`s that fill
//! their buffer, so that they can be transferred.
//!
//! No input makes the module trap: nothing here recurses, and memory that cannot be had is an error like any other.
//!
//! # What MessagePack has no type for
//!
//! `undefined` and the holes of arrays become nil; a bigint up to 64 bits an integer; every buffer and view bytes, which
//! come back as a `Uint8Array`; a boxed primitive what is in it. Sets, regular expressions, errors, functions and
//! whatever else has no counterpart are an `UnsupportedValueError` with the place, never an empty object.
//!
//! Extension types come out as `{ type, data }`. A function that reads them cannot cross to a worker with the options, so
//! that making more of it is left to the caller. The same shape is written as an extension if its type number is in the
//! option `extensions`; without, it is a map like any other, for objects that happen to have these two keys are common.

mod bytes;
mod decode;
mod digest;
mod encode;
mod error;
mod keys;
mod options;
mod path;
mod services;
mod streams;

pub use digest::{DigestPart, DigestService, digest_join};
pub use services::{msgpack_decode, msgpack_encode, pack, unpack, zlib_compress, zlib_decompress};
pub use streams::{ZlibCompressor, ZlibDecompressor};
