//! Both backends read anything alike: the same bytes, or an error of the same kind after bytes that agree.

#![no_main]

use centaurus_codec::Error;
use centaurus_codec::zlib::backend::InflateBackend;
use centaurus_codec::zlib::{Decompressor, Format, MinizInflate, Options, ZlibRsInflate};
use libfuzzer_sys::fuzz_target;

/// Bytes that are allowed to come out.
const MAX_OUTPUT: u64 = 1 << 20;

fn run<B: InflateBackend>(data: &[u8], options: &Options<'_>) -> (Vec<u8>, Result<(), Error>) {
    let mut out = Vec::new();
    let mut decompressor = Decompressor::<B>::new(options).expect("a combination that is allowed");
    let result = decompressor.push(data, &mut out).and_then(|()| decompressor.finish());
    (out, result)
}

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, data) = input;
    let format = [Format::Zlib, Format::Gzip, Format::DeflateRaw][usize::from(choice % 3)];
    let options = Options { format, max_output: Some(MAX_OUTPUT), ..Options::default() };
    let (one, outcome) = run::<MinizInflate>(data, &options);
    let (other, other_outcome) = run::<ZlibRsInflate>(data, &options);
    let shorter = one.len().min(other.len());
    assert_eq!(one[..shorter], other[..shorter]);
    match (outcome, other_outcome) {
        (Ok(()), Ok(())) => assert_eq!(one, other),
        // One of them may notice damage before the bytes come that make the other notice it.
        (
            Err(Error::Corrupt { .. } | Error::Truncated { .. }),
            Err(Error::Corrupt { .. } | Error::Truncated { .. }),
        ) => {}
        (Err(fault), Err(other)) => assert_eq!(fault.name(), other.name(), "{fault} / {other}"),
        (outcome, other) => panic!("{outcome:?} / {other:?}"),
    }
});
