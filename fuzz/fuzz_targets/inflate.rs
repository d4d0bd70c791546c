//! Decompression of anything: no panic, no output beyond the limit, and the same in pieces as in one.

#![no_main]

use centaurus_codec::zlib::backend::InflateBackend;
use centaurus_codec::zlib::{self, Decompressor, Format, MinizInflate, Options, ZlibRsInflate};
use libfuzzer_sys::fuzz_target;

/// Bytes that are allowed to come out.
const MAX_OUTPUT: u64 = 1 << 20;

const DICTIONARY: &[u8] = b"{\"id\":,\"name\":\"\",\"population\":}";

fn whole_and_in_pieces<B: InflateBackend>(data: &[u8], length: usize, options: &Options<'_>) {
    let whole = zlib::decompress_with::<B>(data, options);
    let mut out = Vec::new();
    let mut decompressor = Decompressor::<B>::new(options).expect("a combination that is allowed");
    let pieces = data.chunks(length).try_for_each(|piece| decompressor.push(piece, &mut out));
    let pieces = pieces.and_then(|()| decompressor.finish());
    assert!(out.len() as u64 <= MAX_OUTPUT);
    match (whole, pieces) {
        (Ok(whole), Ok(())) => assert_eq!(whole, out),
        (Err(whole), Err(pieces)) => assert_eq!(whole.name(), pieces.name(), "{whole} / {pieces}"),
        (whole, pieces) => panic!("{:?} / {pieces:?}", whole.map(|out| out.len())),
    }
}

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (choice, length, data) = input;
    let format = [Format::Zlib, Format::Gzip, Format::DeflateRaw][usize::from(choice % 3)];
    let dictionary = if choice & 0x80 != 0 && format != Format::Gzip { DICTIONARY } else { &[] };
    let options = Options { format, dictionary, max_output: Some(MAX_OUTPUT), ..Options::default() };
    whole_and_in_pieces::<MinizInflate>(data, usize::from(length) + 1, &options);
    whole_and_in_pieces::<ZlibRsInflate>(data, usize::from(length) + 1, &options);
});
