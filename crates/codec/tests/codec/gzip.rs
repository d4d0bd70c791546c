//! gzip's header with every optional field, and members that follow each other (RFC 1952).

use super::zlib::{self, Decompressor, Format, Options};
use centaurus_codec::Error;
use flate2::{Compression, GzBuilder};
use proptest::prelude::*;

use crate::samples::data;

fn gzip() -> Options<'static> {
    Options { format: Format::Gzip, ..Options::default() }
}

const FTEXT: u8 = 1;
const FHCRC: u8 = 2;
const FEXTRA: u8 = 4;
const FNAME: u8 = 8;
const FCOMMENT: u8 = 16;

/// A member with the fields that these flags name, and the length of its header.
fn member(flags: u8, body: &[u8]) -> (Vec<u8>, usize) {
    let mut header = vec![0x1F, 0x8B, 8, flags, 1, 2, 3, 4, 0, 3];
    if flags & FEXTRA != 0 {
        header.extend([5, 0, b'A', b'p', 1, 0, 0xFF]);
    }
    if flags & FNAME != 0 {
        header.extend(b"name.txt\0");
    }
    if flags & FCOMMENT != 0 {
        header.extend(b"a comment\0");
    }
    if flags & FHCRC != 0 {
        header.extend((crc32(&header) as u16).to_le_bytes());
    }
    let length = header.len();
    let raw = Options { format: Format::DeflateRaw, ..gzip() };
    header.extend(zlib::compress(body, &raw).unwrap());
    header.extend(crc32(body).to_le_bytes());
    header.extend((body.len() as u32).to_le_bytes());
    (header, length)
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[test]
fn every_combination_of_fields() {
    for flags in 0..32 {
        let (packed, header) = member(flags, b"body");
        assert_eq!(zlib::decompress(&packed, &gzip()).unwrap(), b"body", "flags {flags:#x}");
        let mut out = Vec::new();
        let mut decompressor = Decompressor::new(&gzip()).unwrap();
        for byte in &packed {
            decompressor.push(&[*byte], &mut out).unwrap();
        }
        decompressor.finish().unwrap();
        assert_eq!(out, b"body", "flags {flags:#x}");
        for length in 0..header {
            let fault = zlib::decompress(&packed[..length], &gzip()).unwrap_err();
            assert!(matches!(fault, Error::Truncated { inside: "the header", .. }), "flags {flags:#x}: {fault}");
        }
    }
}

#[test]
fn an_empty_extra_field() {
    let mut packed = vec![0x1F, 0x8B, 8, FEXTRA | FNAME, 0, 0, 0, 0, 0, 255, 0, 0, b'n', 0];
    packed.extend(&member(0, b"body").0[10..]);
    assert_eq!(zlib::decompress(&packed, &gzip()).unwrap(), b"body");
}

#[test]
fn the_header_s_own_check() {
    let (packed, header) = member(FHCRC | FEXTRA | FNAME | FCOMMENT | FTEXT, b"body");
    for at in 4..header {
        let mut damaged = packed.clone();
        damaged[at] ^= 1;
        match zlib::decompress(&damaged, &gzip()) {
            Err(Error::Checksum { check: "header CRC-16", .. }) => {}
            // The length of the extra field, and the zeros that end the texts, move everything behind them.
            Err(_) => assert!(packed[at] == 0 || (10..12).contains(&at), "byte {at}"),
            Ok(_) => panic!("byte {at}"),
        }
    }
}

#[test]
fn what_a_header_must_not_say() {
    let (packed, _) = member(0, b"body");
    for (at, byte) in [(0, 0x1E), (1, 0x8C), (2, 7), (3, 0x20), (3, 0x40), (3, 0x80)] {
        let mut wrong = packed.clone();
        wrong[at] = byte;
        let Err(Error::Corrupt { offset, .. }) = zlib::decompress(&wrong, &gzip()) else {
            panic!("byte {at} {byte:#x}")
        };
        assert_eq!(offset, at as u64);
    }
}

#[test]
fn a_header_written_by_another() {
    let mut writer =
        GzBuilder::new().filename("a").comment("b").extra("c").mtime(7).write(Vec::new(), Compression::best());
    std::io::Write::write_all(&mut writer, b"body").unwrap();
    assert_eq!(zlib::decompress(&writer.finish().unwrap(), &gzip()).unwrap(), b"body");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let packed = zlib::compress(b"body", &gzip()).unwrap();
    // No time, and the system unknown.
    assert_eq!(packed[..10], [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]);
}

#[test]
fn an_incomplete_second_member() {
    let (first, _) = member(0, b"first");
    let (second, _) = member(FNAME, b"second");
    for length in 1..second.len() {
        let packed = [&first, &second[..length]].concat();
        assert_eq!(zlib::decompress(&packed, &gzip()).unwrap_err().name(), "TruncatedError", "{length}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn members_are_one(bodies in prop::collection::vec((0..32_u8, data()), 1..5), length in 1..5000_usize) {
        let packed: Vec<u8> = bodies.iter().flat_map(|(flags, body)| member(*flags, body).0).collect();
        let whole: Vec<u8> = bodies.into_iter().flat_map(|(_, body)| body).collect();
        prop_assert_eq!(&zlib::decompress(&packed, &gzip()).unwrap(), &whole);
        let mut out = Vec::new();
        let mut decompressor = Decompressor::new(&gzip()).unwrap();
        packed.chunks(length).try_for_each(|piece| decompressor.push(piece, &mut out)).unwrap();
        decompressor.finish().unwrap();
        prop_assert_eq!(out, whole);
    }
}
