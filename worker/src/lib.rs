//! The built-in services, as a worker's executor calls them: the zlib family and the pack format. MessagePack of JavaScript
//! values is JavaScript (worker/runtime/msgpack): a call from here for each part of a value costs four times what its
//! encoding does.
//!
//! How options, errors and results look is [`centaurus_worker_values`]'s.
//!
//! No input makes the module trap: nothing here recurses, and memory that cannot be had is an error like any other.

mod blocks;
mod services;
mod streams;

pub use blocks::{ZlibFrame, joined, zlib_block};
pub use services::{is_structured, pack, unpack, zlib_compress, zlib_decompress};
pub use streams::{ZlibCompressor, ZlibDecompressor, ZlibJob};
