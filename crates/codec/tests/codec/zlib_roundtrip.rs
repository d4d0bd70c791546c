//! What is compressed comes back, whole and in pieces, here and through another implementation (zlib-rs).

use std::io::{Read, Write};

use super::zlib::{self, Compressor, Decompressor, Format, Level, Options};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use proptest::prelude::*;

use crate::samples::{FORMATS, data, format, level, noise, records};

/// Feeds `input` to `step` in pieces of these lengths, over and over; a length of 0 is an empty piece.
fn in_pieces(input: &[u8], lengths: &[usize], mut step: impl FnMut(&[u8])) {
    let mut rest = input;
    for &length in lengths.iter().cycle() {
        if rest.is_empty() || lengths.iter().all(|&length| length == 0) {
            break;
        }
        let (piece, after) = rest.split_at(length.min(rest.len()));
        step(piece);
        rest = after;
    }
    step(rest);
}

fn compress_in_pieces(input: &[u8], lengths: &[usize], options: &Options<'_>) -> Vec<u8> {
    let mut compressor = Compressor::new(options).unwrap();
    let mut out = Vec::new();
    in_pieces(input, lengths, |piece| compressor.push(piece, &mut out).unwrap());
    compressor.finish(&mut out).unwrap();
    assert_eq!(compressor.totals(), (input.len() as u64, out.len() as u64));
    out
}

fn decompress_in_pieces(input: &[u8], lengths: &[usize], options: &Options<'_>) -> Vec<u8> {
    let mut decompressor = Decompressor::new(options).unwrap();
    let mut out = Vec::new();
    in_pieces(input, lengths, |piece| decompressor.push(piece, &mut out).unwrap());
    decompressor.finish().unwrap();
    assert_eq!(decompressor.totals(), (input.len() as u64, out.len() as u64));
    out
}

fn read_by_flate2(input: &[u8], format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    match format {
        Format::Zlib => flate2::read::ZlibDecoder::new(input).read_to_end(&mut out),
        Format::Gzip => flate2::read::MultiGzDecoder::new(input).read_to_end(&mut out),
        Format::DeflateRaw => flate2::read::DeflateDecoder::new(input).read_to_end(&mut out),
    }
    .unwrap();
    out
}

fn written_by_flate2(input: &[u8], format: Format, level: Level) -> Vec<u8> {
    let level = Compression::new(level.get().into());
    match format {
        Format::Zlib => {
            let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), level);
            writer.write_all(input).unwrap();
            writer.finish()
        }
        Format::Gzip => {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), level);
            writer.write_all(input).unwrap();
            writer.finish()
        }
        Format::DeflateRaw => {
            let mut writer = flate2::write::DeflateEncoder::new(Vec::new(), level);
            writer.write_all(input).unwrap();
            writer.finish()
        }
    }
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whole_and_in_pieces(
        input in data(), format in format(), level in level(),
        ins in prop::collection::vec(0..50_000_usize, 1..4), outs in prop::collection::vec(0..5_000_usize, 1..4),
    ) {
        let options = Options { format, level, ..Options::default() };
        let whole = zlib::compress(&input, &options).unwrap();
        prop_assert_eq!(&zlib::decompress(&whole, &options).unwrap(), &input);
        let pieces = compress_in_pieces(&input, &ins, &options);
        prop_assert_eq!(&decompress_in_pieces(&pieces, &outs, &options), &input);
    }

    #[test]
    fn through_another_implementation(input in data(), format in format(), level in level()) {
        let options = Options { format, level, ..Options::default() };
        prop_assert_eq!(&read_by_flate2(&zlib::compress(&input, &options).unwrap(), format), &input);
        prop_assert_eq!(&zlib::decompress(&written_by_flate2(&input, format, level), &options).unwrap(), &input);
    }

    #[test]
    fn with_a_dictionary(
        input in data(), dictionary in data(), raw in any::<bool>(), level in level(),
        outs in prop::collection::vec(0..5_000_usize, 1..4),
    ) {
        prop_assume!(!dictionary.is_empty());
        let format = if raw { Format::DeflateRaw } else { Format::Zlib };
        let options = Options { format, level, dictionary: &dictionary, ..Options::default() };
        let ours = zlib::compress(&input, &options).unwrap();
        prop_assert_eq!(&decompress_in_pieces(&ours, &outs, &options), &input);
        prop_assert_eq!(&read_with_dictionary(&ours, raw, &dictionary, input.len()), &input);
        let theirs = written_with_dictionary(&input, raw, &dictionary, level);
        prop_assert_eq!(&zlib::decompress(&theirs, &options).unwrap(), &input);
    }

    #[test]
    fn what_was_flushed_can_be_read(pieces in prop::collection::vec(data(), 1..4), level in level(), format in format()) {
        let options = Options { format, level, ..Options::default() };
        let mut compressor = Compressor::new(&options).unwrap();
        let mut decompressor = Decompressor::new(&options).unwrap();
        for piece in &pieces {
            let (mut packed, mut read) = (Vec::new(), Vec::new());
            compressor.push(piece, &mut packed).unwrap();
            compressor.flush(&mut packed).unwrap();
            decompressor.push(&packed, &mut read).unwrap();
            prop_assert_eq!(&read, piece);
        }
        let mut end = Vec::new();
        compressor.finish(&mut end).unwrap();
        let mut read = Vec::new();
        decompressor.push(&end, &mut read).unwrap();
        prop_assert!(read.is_empty());
        decompressor.finish().unwrap();
    }
}

fn read_with_dictionary(input: &[u8], raw: bool, dictionary: &[u8], length: usize) -> Vec<u8> {
    let mut reader = Decompress::new(!raw);
    let mut out = Vec::with_capacity(length + 1);
    if raw {
        reader.set_dictionary(dictionary).unwrap();
    } else {
        let fault = reader.decompress_vec(input, &mut out, FlushDecompress::Finish).unwrap_err();
        assert!(fault.needs_dictionary().is_some(), "{fault}");
        reader.set_dictionary(dictionary).unwrap();
    }
    let taken = reader.total_in() as usize;
    let status = reader.decompress_vec(&input[taken..], &mut out, FlushDecompress::Finish).unwrap();
    assert_eq!(status, Status::StreamEnd);
    out
}

fn written_with_dictionary(input: &[u8], raw: bool, dictionary: &[u8], level: Level) -> Vec<u8> {
    let mut writer = Compress::new(Compression::new(level.get().into()), !raw);
    writer.set_dictionary(dictionary).unwrap();
    let mut out = Vec::with_capacity(input.len() * 2 + 1000);
    assert_eq!(writer.compress_vec(input, &mut out, FlushCompress::Finish).unwrap(), Status::StreamEnd);
    out
}

#[test]
fn every_level_of_every_format_byte_by_byte() {
    let input = [records(3000), noise(500), vec![7; 3000]].concat();
    for format in FORMATS {
        for level in (0..=9).filter_map(Level::new) {
            let options = Options { format, level, ..Options::default() };
            let packed = zlib::compress(&input, &options).unwrap();
            assert_eq!(decompress_in_pieces(&packed, &[1], &options), input, "{format:?} {level:?}");
        }
    }
}

#[test]
fn nothing_compresses_to_something_that_is_nothing() {
    for format in FORMATS {
        let options = Options { format, ..Options::default() };
        let packed = zlib::compress(&[], &options).unwrap();
        assert!(!packed.is_empty());
        assert_eq!(zlib::decompress(&packed, &options).unwrap(), b"");
        assert_eq!(read_by_flate2(&packed, format), b"");
    }
}

#[test]
fn matches_reach_back_a_whole_window() {
    // Noise that comes again after just less than 32 KiB, many windows long.
    let input = noise(32 * 1024 - 300).repeat(20);
    let packed = zlib::compress(&input, &Options::default()).unwrap();
    assert!(packed.len() < input.len() / 10, "{} bytes", packed.len());
    assert_eq!(zlib::decompress(&packed, &Options::default()).unwrap(), input);
}

#[test]
fn a_dictionary_is_used() {
    let dictionary = noise(20_000);
    let input = dictionary[5_000..9_000].to_vec();
    for format in [Format::Zlib, Format::DeflateRaw] {
        let options = Options { format, dictionary: &dictionary, ..Options::default() };
        assert!(zlib::compress(&input, &options).unwrap().len() < 120, "{format:?}");
    }
}

#[test]
fn higher_levels_are_smaller() {
    let input = records(400_000);
    let size = |level| {
        let level = Level::new(level).unwrap();
        zlib::compress(&input, &Options { level, ..Options::default() }).unwrap().len()
    };
    assert!(size(9) <= size(6) && size(6) < size(1) && size(1) < size(0));
    assert!(size(0) > input.len());
}
