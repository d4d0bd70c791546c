//! The backend for where there is SIMD: zlib-rs.

mod deflate;
mod inflate;

pub use deflate::ZlibRsDeflate;
pub use inflate::ZlibRsInflate;

/// The base-two logarithm of [`WINDOW`](super::backend::WINDOW).
const WINDOW_BITS: u8 = 15;
