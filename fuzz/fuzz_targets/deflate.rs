//! What is compressed, at any level, with any dictionary, flushed anywhere, comes back.

#![no_main]

use centaurus_codec::zlib::{self, Compressor, Format, Level, Options};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, &[u8], Vec<&[u8]>)| {
    let (format, level, dictionary, pieces) = input;
    let format = [Format::Zlib, Format::Gzip, Format::DeflateRaw][usize::from(format % 3)];
    let dictionary = if format == Format::Gzip { &[] } else { dictionary };
    let level = Level::new(level % 10).expect("0 to 9");
    let options = Options { format, level, dictionary, ..Options::default() };
    let mut compressor = <Compressor>::new(&options).expect("a combination that is allowed");
    let mut packed = Vec::new();
    for piece in &pieces {
        compressor.push(piece, &mut packed).expect("no limit is met");
        if piece.len() % 2 == 1 {
            compressor.flush(&mut packed).expect("no limit is met");
        }
    }
    compressor.finish(&mut packed).expect("no limit is met");
    assert_eq!(zlib::decompress(&packed, &options).expect("it was just compressed"), pieces.concat());
});
