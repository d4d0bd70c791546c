//! The codecs as their users call them, against other implementations, and against input made to hurt.

#![expect(clippy::unwrap_used, reason = "all of this crate is tests, its helpers too")]

mod gzip;
mod msgpack;
mod msgpack_suite;
mod pack;
mod samples;
mod typed;
mod zlib_faults;
mod zlib_limits;
mod zlib_roundtrip;
