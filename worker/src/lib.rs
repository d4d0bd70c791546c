//! The built-in services, as a worker's executor calls them: the zlib family, the pack format, and digests. MessagePack of
//! JavaScript values is JavaScript (worker/runtime/msgpack): a call from here for each part of a value costs four times
//! what its encoding does.
//!
//! Every function takes its options as a plain object or `undefined`; an unknown or impossible option is a `TypeError`
//! or `RangeError` that names it. Every other failure is an `Error` whose `name` is that of [`centaurus_codec::Error`],
//! with what it knows as own properties (`limit`, `max`, `offset`, `path`, …). Results are `Uint8Array`s that fill
//! their buffer, so that they can be transferred.
//!
//! No input makes the module trap: nothing here recurses, and memory that cannot be had is an error like any other.

#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
mod allocator;
mod blocks;
mod bytes;
mod digest;
mod error;
mod options;
mod services;
mod streams;

pub use blocks::{ZlibFrame, joined, zlib_block};
pub use digest::{DigestPart, DigestService, digest_join};
pub use services::{is_structured, pack, unpack, zlib_compress, zlib_decompress};
pub use streams::{ZlibCompressor, ZlibDecompressor, ZlibJob};
