//! What is compressed, at any level, with any dictionary, flushed anywhere, comes back.

#![no_main]

use centaurus_codec::zlib::backend::DeflateBackend;
use centaurus_codec::zlib::{self, Compressor, Format, Level, MinizDeflate, Options, ZlibRsDeflate};
use libfuzzer_sys::fuzz_target;

/// Compresses the pieces and reads them back; those of an odd length are followed by a flush.
fn there_and_back<B: DeflateBackend>(pieces: &[&[u8]], options: &Options<'_>) {
    let mut compressor = Compressor::<B>::new(options).expect("a combination that is allowed");
    let mut packed = Vec::new();
    for piece in pieces {
        compressor.push(piece, &mut packed).expect("no limit is met");
        if piece.len() % 2 == 1 {
            compressor.flush(&mut packed).expect("no limit is met");
        }
    }
    compressor.finish(&mut packed).expect("no limit is met");
    assert_eq!(zlib::decompress(&packed, options).expect("it was just compressed"), pieces.concat());
}

fuzz_target!(|input: (u8, u8, &[u8], Vec<&[u8]>)| {
    let (format, level, dictionary, pieces) = input;
    let format = [Format::Zlib, Format::Gzip, Format::DeflateRaw][usize::from(format % 3)];
    let dictionary = if format == Format::Gzip { &[] } else { dictionary };
    let level = Level::new(level % 10).expect("0 to 9");
    let options = Options { format, level, dictionary, ..Options::default() };
    there_and_back::<MinizDeflate>(&pieces, &options);
    there_and_back::<ZlibRsDeflate>(&pieces, &options);
});
