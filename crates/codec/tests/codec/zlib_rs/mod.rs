//! The tests of the zlib family, over zlib-rs.

crate::zlib_over!(ZlibRsDeflate, ZlibRsInflate);

#[path = "../gzip.rs"]
mod gzip;
#[path = "../zlib_blocks.rs"]
mod zlib_blocks;
#[path = "../zlib_faults.rs"]
mod zlib_faults;
#[path = "../zlib_limits.rs"]
mod zlib_limits;
#[path = "../zlib_python.rs"]
mod zlib_python;
#[path = "../zlib_roundtrip.rs"]
mod zlib_roundtrip;
#[path = "../zlib_vectors.rs"]
mod zlib_vectors;
