//! The codecs as their users call them, against other implementations, and against input made to hurt.

#![expect(clippy::unwrap_used, reason = "all of this crate is tests, its helpers too")]
#![expect(clippy::duplicate_mod, reason = "the tests of the zlib family run over each backend")]

/// The zlib family over one backend, under the names of [`centaurus_codec::zlib`].
#[macro_export]
macro_rules! zlib_over {
    ($deflate:ident, $inflate:ident) => {
        mod zlib {
            use centaurus_codec::{Error, zlib};
            pub(super) use zlib::{DEFAULT_MAX_RATIO, Format, Level, Options, RATIO_FREE_OUTPUT};

            pub(super) type Compressor = zlib::Compressor<zlib::$deflate>;
            pub(super) type Decompressor = zlib::Decompressor<zlib::$inflate>;

            pub(super) fn compress(data: &[u8], options: &Options<'_>) -> Result<Vec<u8>, Error> {
                zlib::compress_with::<zlib::$deflate>(data, options)
            }

            pub(super) fn compress_block(
                data: &[u8],
                before: &[u8],
                last: bool,
                format: Format,
                level: Level,
                out: &mut Vec<u8>,
            ) -> Result<u32, Error> {
                zlib::compress_block_with::<zlib::$deflate>(data, before, last, format, level, out)
            }

            pub(super) fn decompress(data: &[u8], options: &Options<'_>) -> Result<Vec<u8>, Error> {
                zlib::decompress_with::<zlib::$inflate>(data, options)
            }
        }
    };
}

mod digest;
mod digest_vectors;
mod miniz;
mod msgpack;
mod msgpack_suite;
mod pack;
mod protobuf;
mod protobuf_limits;
mod protobuf_suite;
mod samples;
mod testee;
mod typed;
mod zlib_rs;
