//! Each way in which compressed data can be wrong is its own error, with the place.

use super::zlib::{self, Compressor, Decompressor, Format, Options};
use centaurus_codec::{DictionaryFault, Error};
use proptest::prelude::*;

use crate::samples::{FORMATS, data, format, noise, records};

fn options(format: Format) -> Options<'static> {
    Options { format, ..Options::default() }
}

#[test]
fn cut_off_anywhere() {
    let input = [records(2000), noise(700)].concat();
    for format in FORMATS {
        let packed = zlib::compress(&input, &options(format)).unwrap();
        for length in 0..packed.len() {
            let fault = zlib::decompress(&packed[..length], &options(format)).unwrap_err();
            assert_eq!(fault.name(), "TruncatedError", "{format:?} {length}: {fault}");
            let Error::Truncated { offset, .. } = fault else { panic!("{fault}") };
            assert_eq!(offset, length as u64);
        }
    }
}

#[test]
fn bytes_after_the_end() {
    for format in FORMATS {
        let mut packed = zlib::compress(b"body", &options(format)).unwrap();
        let end = packed.len() as u64;
        for tail in [&b"x"[..], b"\0\0\0", b"\x1fno gzip member", b"\x78\x9c"] {
            packed.truncate(end as usize);
            packed.extend_from_slice(tail);
            let fault = zlib::decompress(&packed, &options(format)).unwrap_err();
            let Error::TrailingData { offset, length, .. } = fault else { panic!("{format:?} {tail:?}: {fault}") };
            assert_eq!((offset, length), (end, tail.len() as u64), "{format:?} {tail:?}");
        }
    }
}

#[test]
fn bytes_after_the_end_in_a_piece_of_their_own() {
    for format in FORMATS {
        let packed = zlib::compress(b"body", &options(format)).unwrap();
        let mut out = Vec::new();
        let mut decompressor = Decompressor::new(&options(format)).unwrap();
        decompressor.push(&packed, &mut out).unwrap();
        let fault = decompressor.push(b"xyz", &mut out).unwrap_err();
        assert_eq!(fault.name(), "TrailingDataError");
        assert_eq!(decompressor.push(&[], &mut out).unwrap_err(), fault, "a stream that failed stays failed");
        assert_eq!(decompressor.finish().unwrap_err(), fault);
        assert_eq!(out, b"body");
    }
}

#[test]
fn check_sums() {
    for (format, check, from_end) in
        [(Format::Zlib, "Adler-32", 4), (Format::Gzip, "CRC-32", 8), (Format::Gzip, "length", 4)]
    {
        let mut packed = zlib::compress(&records(500), &options(format)).unwrap();
        let at = packed.len() - from_end;
        packed[at] ^= 0x40;
        let fault = zlib::decompress(&packed, &options(format)).unwrap_err();
        let Error::Checksum { check: noticed, offset, stored, computed, .. } = fault else { panic!("{fault}") };
        assert_eq!((noticed, offset), (check, packed.len() as u64));
        assert_eq!((stored ^ computed).count_ones(), 1);
    }
}

#[test]
fn other_formats_are_named() {
    let as_zlib = |bytes: &[u8]| zlib::decompress(bytes, &options(Format::Zlib)).unwrap_err().to_string();
    let as_gzip = |bytes: &[u8]| zlib::decompress(bytes, &options(Format::Gzip)).unwrap_err().to_string();
    let [zlib, gzip, raw] = FORMATS.map(|format| zlib::compress(b"body", &options(format)).unwrap());
    assert!(as_zlib(&gzip).contains("gzip"));
    assert!(as_zlib(&raw).contains("deflate-raw"));
    assert!(as_gzip(&zlib).contains("zlib"));
}

#[test]
fn zlib_headers() {
    let corrupt = |header: [u8; 2], at: u64| match zlib::decompress(&header, &options(Format::Zlib)) {
        Err(Error::Corrupt { offset, .. }) => assert_eq!(offset, at, "{header:02x?}"),
        other => panic!("{header:02x?}: {other:?}"),
    };
    corrupt([0x78, 0x9D], 1); // FCHECK
    corrupt([0x79, 0x18], 0); // compression method 9
    corrupt([0x88, 0x1C], 0); // a window of 64 KiB
    // CINFO 0 (a window of 256 bytes) is a valid header.
    let mut packed = zlib::compress(b"body", &options(Format::Zlib)).unwrap();
    packed[..2].copy_from_slice(&[0x08, 0x1D]);
    assert_eq!(zlib::decompress(&packed, &options(Format::Zlib)).unwrap(), b"body");
}

#[test]
fn dictionaries() {
    let (right, wrong) = (b"a dictionary".as_slice(), b"another one".as_slice());
    let with = |dictionary| Options { dictionary, ..Options::default() };
    let packed = zlib::compress(b"a dictionary is a book", &with(right)).unwrap();
    assert_eq!(zlib::decompress(&packed, &with(right)).unwrap(), b"a dictionary is a book");

    let id = u32::from_be_bytes([packed[2], packed[3], packed[4], packed[5]]);
    let fault = zlib::decompress(&packed, &with(b"")).unwrap_err();
    assert_eq!(fault, Error::Dictionary(DictionaryFault::Missing { id }));
    let fault = zlib::decompress(&packed, &with(wrong)).unwrap_err();
    assert!(matches!(fault, Error::Dictionary(DictionaryFault::Wrong { id: needed, .. }) if needed == id), "{fault}");
    assert_eq!(fault.name(), "DictionaryError");

    // Data that needs none is read with any.
    let plain = zlib::compress(b"plain", &with(b"")).unwrap();
    assert_eq!(zlib::decompress(&plain, &with(right)).unwrap(), b"plain");

    let gzip = Options { format: Format::Gzip, ..with(right) };
    let not_in_gzip = Error::Dictionary(DictionaryFault::NotInGzip);
    assert_eq!(zlib::compress(b"", &gzip).unwrap_err(), not_in_gzip);
    assert_eq!(zlib::decompress(b"", &gzip).unwrap_err(), not_in_gzip);
}

#[test]
fn a_dictionary_counts_as_a_whole_for_its_name_and_by_its_end_for_matches() {
    let mut long = noise(100_000);
    let input = long[80_000..90_000].to_vec();
    let packed = zlib::compress(&input, &Options { dictionary: &long, ..Options::default() }).unwrap();
    assert_eq!(zlib::decompress(&packed, &Options { dictionary: &long, ..Options::default() }).unwrap(), input);
    long[0] ^= 1;
    let fault = zlib::decompress(&packed, &Options { dictionary: &long, ..Options::default() }).unwrap_err();
    assert_eq!(fault.name(), "DictionaryError");
}

#[test]
fn a_match_before_the_beginning() {
    // Made with a dictionary that the reader of bare deflate doesn't have.
    let dictionary = noise(1000);
    let with = Options { format: Format::DeflateRaw, dictionary: &dictionary, ..Options::default() };
    let packed = zlib::compress(&dictionary[100..400], &with).unwrap();
    let fault = zlib::decompress(&packed, &options(Format::DeflateRaw)).unwrap_err();
    assert_eq!(fault.name(), "CorruptError");
    assert!(fault.to_string().contains("dictionary"), "{fault}");
}

#[test]
fn a_match_into_another_gzip_member() {
    let shared = noise(1000);
    let with = Options { format: Format::DeflateRaw, dictionary: &shared, ..Options::default() };
    // A member whose first match reaches 1000 bytes back, to where the member before it put those bytes.
    let body = zlib::compress(&shared, &with).unwrap();
    assert!(body.len() < 100, "it is a match");
    let mut packed = zlib::compress(&shared, &options(Format::Gzip)).unwrap();
    packed.extend([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]);
    packed.extend(body);
    packed.extend([0; 8]);
    assert_eq!(zlib::decompress(&packed, &options(Format::Gzip)).unwrap_err().name(), "CorruptError");
}

#[test]
fn streams_end_once() {
    let mut out = Vec::new();
    let mut compressor = Compressor::new(&Options::default()).unwrap();
    compressor.finish(&mut out).unwrap();
    assert_eq!(compressor.push(b"x", &mut out).unwrap_err(), Error::Ended);
    assert_eq!(compressor.finish(&mut out).unwrap_err(), Error::Ended);
    let mut decompressor = Decompressor::new(&Options::default()).unwrap();
    decompressor.push(&out, &mut Vec::new()).unwrap();
    decompressor.finish().unwrap();
    assert_eq!(decompressor.finish().unwrap_err(), Error::Ended);
    assert_eq!(decompressor.push(b"", &mut Vec::new()).unwrap_err(), Error::Ended);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn damage_is_noticed(input in data(), gzip in any::<bool>(), at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let format = if gzip { Format::Gzip } else { Format::Zlib };
        let mut packed = zlib::compress(&input, &options(format)).unwrap();
        let at = at.index(packed.len());
        packed[at] ^= 1 << bit;
        // Some bits mean nothing: gzip's time, level and system, zlib's level, and those after the end of the last block.
        if let Ok(read) = zlib::decompress(&packed, &options(format)) {
            prop_assert!(read == input, "byte {} bit {}", at, bit);
        }
    }

    #[test]
    fn noise_is_an_error_or_data(input in prop::collection::vec(any::<u8>(), 0..3000), format in format()) {
        let _ = zlib::decompress(&input, &options(format));
        // A valid header in front lets it further in.
        let mut behind_header = match format {
            Format::Zlib => vec![0x78, 0x9C],
            Format::Gzip => vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255],
            Format::DeflateRaw => vec![],
        };
        behind_header.extend(&input);
        let _ = zlib::decompress(&behind_header, &options(format));
    }

    #[test]
    fn pieces_don_t_change_an_error(
        input in data(), format in format(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
        length in 1..2000_usize,
    ) {
        let mut packed = zlib::compress(&input, &options(format)).unwrap();
        let at = at.index(packed.len());
        packed[at] ^= byte;
        let whole = zlib::decompress(&packed, &options(format));
        let mut out = Vec::new();
        let mut decompressor = Decompressor::new(&options(format)).unwrap();
        let pieces = packed.chunks(length).try_for_each(|piece| decompressor.push(piece, &mut out));
        let pieces = pieces.and_then(|()| decompressor.finish());
        match (whole, pieces) {
            (Ok(whole), Ok(())) => prop_assert_eq!(whole, out),
            (Err(whole), Err(pieces)) => prop_assert_eq!(whole.name(), pieces.name()),
            (whole, pieces) => prop_assert!(false, "{:?} {:?}", whole.map(|_| ()), pieces),
        }
    }
}
