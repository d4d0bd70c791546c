//! Input for the other tests.

use centaurus_codec::zlib::{Format, Level};
use proptest::prelude::*;

pub(crate) const FORMATS: [Format; 3] = [Format::Zlib, Format::Gzip, Format::DeflateRaw];

/// Bytes that look like noise and are the same every time (xorshift32).
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// Records such as one compresses: long stretches repeat, no two lines are equal.
pub(crate) fn records(length: usize) -> Vec<u8> {
    let mut text = String::new();
    let mut number = 0_u32;
    while text.len() < length {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.push_str(&format!(
            "{{\"id\":{number},\"name\":\"city {}\",\"population\":{}}},",
            number % 977,
            number % 9973
        ));
    }
    text.truncate(length);
    text.into_bytes()
}

/// Noise, records, one byte repeated, and mixtures of these, up to 200 kB.
pub(crate) fn data() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..2000),
        (0..60_000_usize).prop_map(records),
        (any::<u8>(), 0..60_000_usize).prop_map(|(byte, count)| vec![byte; count]),
        (0..40_000_usize).prop_map(noise),
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

pub(crate) fn format() -> impl Strategy<Value = Format> {
    prop::sample::select(&FORMATS[..])
}

pub(crate) fn level() -> impl Strategy<Value = Level> {
    (0..=9_u8).prop_map(|level| Level::new(level).unwrap())
}
