//! Streams of blocks that were compressed apart from each other are read by everybody as one.

use centaurus_codec::zlib::Frame;
use centaurus_codec::{Error, Limit};
use proptest::prelude::*;

use super::zlib::{self, Format, Level, Options, compress_block};
use crate::samples::{FORMATS, data, format, level, noise, records};

/// As the workers do it: each block with what stands before it.
fn in_blocks(input: &[u8], lengths: &[usize], options: &Options<'_>) -> Result<Vec<u8>, Error> {
    let mut frame = Frame::new(options)?;
    let mut out = frame.header().to_vec();
    let (mut at, mut lengths) = (0, lengths.iter().cycle());
    loop {
        let length = (*lengths.next().unwrap()).min(input.len() - at);
        let last = at + length == input.len();
        let before = if at == 0 { options.dictionary } else { &input[..at] };
        let start = out.len();
        let block = &input[at..at + length];
        let sum = compress_block(block, before, last, options.format, options.level, &mut out)?;
        frame.add(sum, length as u64, out.len() - start)?;
        at += length;
        if last {
            break;
        }
    }
    out.extend(frame.trailer()?);
    Ok(out)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn blocks_are_one_stream(
        input in data(), format in format(), level in level(), lengths in prop::collection::vec(1..100_000_usize, 1..4),
        dictionary in prop::option::of(data()),
    ) {
        let dictionary = dictionary.filter(|_| format != Format::Gzip).unwrap_or_default();
        let options = Options { format, level, dictionary: &dictionary, ..Options::default() };
        let packed = in_blocks(&input, &lengths, &options).unwrap();
        // The check sums are verified on the way.
        prop_assert_eq!(&zlib::decompress(&packed, &options).unwrap(), &input);
    }
}

#[test]
fn matches_reach_into_the_block_before() {
    let input = noise(20_000).repeat(3);
    for format in FORMATS {
        let options = Options { format, ..Options::default() };
        let packed = in_blocks(&input, &[20_000], &options).unwrap();
        assert!(packed.len() < 21_000, "{format:?}: {}", packed.len());
        assert_eq!(zlib::decompress(&packed, &options).unwrap(), input);
    }
}

#[test]
fn blocks_cost_little() {
    let input = records(2_000_000);
    let options = Options::default();
    let whole = zlib::compress(&input, &options).unwrap().len();
    let blocks = in_blocks(&input, &[256 * 1024], &options).unwrap().len();
    assert!(blocks < whole + whole / 100, "{blocks} instead of {whole}");
}

#[test]
fn one_block_is_the_whole_stream() {
    let input = records(10_000);
    for format in FORMATS {
        for level in (0..=9).filter_map(Level::new) {
            let options = Options { format, level, ..Options::default() };
            let whole = zlib::compress(&input, &options).unwrap();
            assert_eq!(in_blocks(&input, &[usize::MAX], &options).unwrap(), whole, "{format:?} {level:?}");
        }
    }
}

#[test]
fn output_is_limited_to_the_byte() {
    let input = noise(100_000);
    for format in FORMATS {
        let options = |max_output| Options { format, max_output, ..Options::default() };
        let length = in_blocks(&input, &[30_000], &options(None)).unwrap().len() as u64;
        assert!(in_blocks(&input, &[30_000], &options(Some(length))).is_ok());
        let fault = in_blocks(&input, &[30_000], &options(Some(length - 1))).unwrap_err();
        assert!(matches!(fault, Error::Limit { limit: Limit::Output, .. }), "{fault}");
    }
}
