//! Bombs, and limits that are met to the byte.

use super::zlib::{self, Compressor, DEFAULT_MAX_RATIO, Decompressor, Format, Options, RATIO_FREE_OUTPUT};
use centaurus_codec::{Error, Limit, Sink};

use crate::samples::{FORMATS, noise};

#[test]
fn output_is_limited_to_the_byte() {
    let input = noise(100_000);
    for format in FORMATS {
        let options = Options { format, ..Options::default() };
        let packed = zlib::compress(&input, &options).unwrap();
        let limited = |max: usize| Options { max_output: Some(max as u64), ..options };
        assert_eq!(zlib::decompress(&packed, &limited(input.len())).unwrap(), input);
        let fault = zlib::decompress(&packed, &limited(input.len() - 1)).unwrap_err();
        assert!(matches!(fault, Error::Limit { limit: Limit::Output, max: 99_999, .. }), "{fault}");
        assert_eq!(fault.name(), "LimitError");
        assert!(fault.to_string().contains("maxOutput"), "{fault}");

        assert_eq!(zlib::compress(&input, &limited(packed.len())).unwrap(), packed);
        let fault = zlib::compress(&input, &limited(packed.len() - 1)).unwrap_err();
        assert!(matches!(fault, Error::Limit { limit: Limit::Output, .. }), "{fault}");
    }
}

/// Counts, and keeps nothing.
struct Count(u64);

impl Sink for Count {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        assert!(!bytes.is_empty());
        self.0 += bytes.len() as u64;
        Ok(())
    }
}

/// A bomb of so many MiB of zeros.
fn bomb(format: Format, mebibytes: usize) -> Vec<u8> {
    let mut compressor = Compressor::new(&Options { format, ..Options::default() }).unwrap();
    let mut packed = Vec::new();
    let zeros = vec![0; 1 << 20];
    for _ in 0..mebibytes {
        compressor.push(&zeros, &mut packed).unwrap();
    }
    compressor.finish(&mut packed).unwrap();
    packed
}

#[test]
fn a_bomb_ends_where_the_ratio_begins_to_count() {
    let packed = bomb(Format::Gzip, 300);
    assert!(packed.len() < 400_000);
    let options = Options { format: Format::Gzip, ..Options::default() };
    let decompress = |options: &Options<'_>| {
        let mut count = Count(0);
        let mut decompressor = Decompressor::new(options).unwrap();
        let result = decompressor.push(&packed, &mut count).and_then(|()| decompressor.finish());
        (result, count.0)
    };
    let (result, count) = decompress(&options);
    let Err(Error::Limit { limit: Limit::Ratio, max: DEFAULT_MAX_RATIO, .. }) = result else { panic!("{result:?}") };
    assert!(count <= RATIO_FREE_OUTPUT, "{count}");
    let (result, count) = decompress(&Options { max_ratio: Some(1032), ..options });
    assert_eq!((result, count), (Ok(()), 300 << 20));
}

#[test]
fn a_short_bomb_is_no_bomb() {
    let packed = bomb(Format::Zlib, 16);
    assert!(packed.len() < 20_000);
    assert_eq!(zlib::decompress(&packed, &Options::default()).unwrap().len(), 16 << 20);
}

#[test]
fn a_ratio_of_the_caller_s_counts_almost_at_once() {
    let packed = bomb(Format::Zlib, 1);
    let with = |max_ratio| zlib::decompress(&packed, &Options { max_ratio: Some(max_ratio), ..Options::default() });
    let Err(Error::Limit { limit: Limit::Ratio, max: 10, .. }) = with(10) else { panic!("{:?}", with(10)) };
    assert_eq!(with(1032).unwrap().len(), 1 << 20);
    let text = b"All cities are alike; each happy city is alike in its own way. ".repeat(20_000);
    let packed = zlib::compress(&text, &Options::default()).unwrap();
    let ratio = text.len().div_ceil(packed.len()) as u64;
    assert_eq!(zlib::decompress(&packed, &Options { max_ratio: Some(2 * ratio), ..Options::default() }).unwrap(), text);
}

#[test]
fn many_empty_members_cost_nothing() {
    let options = Options { format: Format::Gzip, ..Options::default() };
    let member = zlib::compress(b"", &options).unwrap();
    assert_eq!(zlib::decompress(&member.repeat(10_000), &options).unwrap(), b"");
}

/// Takes so many bytes and no more.
struct Full(usize);

impl Sink for Full {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(Error::OutOfMemory { needed: bytes.len() as u64 })?;
        Ok(())
    }
}

#[test]
fn a_sink_s_error_comes_through_and_ends_the_stream() {
    let input = noise(500_000);
    let packed = zlib::compress(&input, &Options::default()).unwrap();
    let mut compressor = Compressor::new(&Options::default()).unwrap();
    assert_eq!(compressor.push(&input, &mut Full(100_000)).unwrap_err().name(), "OutOfMemoryError");
    assert_eq!(compressor.push(&input, &mut Vec::new()).unwrap_err(), Error::Ended);
    let mut decompressor = Decompressor::new(&Options::default()).unwrap();
    assert_eq!(decompressor.push(&packed, &mut Full(200_000)).unwrap_err().name(), "OutOfMemoryError");
    assert_eq!(decompressor.push(&[], &mut Vec::new()).unwrap_err().name(), "OutOfMemoryError");
}
