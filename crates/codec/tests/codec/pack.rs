//! The header, the decision, and what is not packed data.

use centaurus_codec::msgpack::{Limits, Value};
use centaurus_codec::pack::{Content, Options, content, pack, unpack};
use centaurus_codec::{Error, Limit, Place};
use proptest::prelude::*;

use crate::samples::{data, level, noise, records};

const STORED: [u8; 4] = [0xC1, 0x43, 1, 0];
const ZLIB: [u8; 4] = [0xC1, 0x43, 1, 1];

fn packed(message: &[u8], options: &Options<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    pack(message, Content::Plain, options, &mut out).unwrap();
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn messages_come_back_and_never_grow_beyond_the_header(
        message in data(), level in level(), dictionary in prop::collection::vec(any::<u8>(), 0..500),
    ) {
        let options = Options { level, dictionary: &dictionary, ..Options::default() };
        let bytes = packed(&message, &options);
        prop_assert!(bytes.len() <= message.len() + STORED.len());
        prop_assert_eq!(&*unpack(&bytes, &options).unwrap().1, &message[..]);
    }

    #[test]
    fn noise_is_an_error_or_a_message(mut bytes in prop::collection::vec(any::<u8>(), 0..500), flags in 0..5_u8) {
        let _ = unpack(&bytes, &Options::default());
        bytes.splice(0..0, [0xC1, 0x43, 1, flags]);
        let _ = unpack(&bytes, &Options::default());
    }
}

#[test]
fn what_pays_is_compressed() {
    let options = Options::default();
    let pays = packed(&records(100_000), &options);
    assert_eq!(pays[..4], ZLIB);
    assert!(pays.len() < 40_000);
    assert_eq!(packed(&records(2_000), &options)[..4], ZLIB);
    // Noise, long and short; what is too short; what one level forbids.
    assert_eq!(packed(&noise(100_000), &options)[..4], STORED);
    assert_eq!(packed(&noise(2_000), &options)[..4], STORED);
    assert_eq!(packed(&[0; 50], &options)[..4], STORED);
    let level = centaurus_codec::zlib::Level::new(0).unwrap();
    assert_eq!(packed(&records(100_000), &Options { level, ..options })[..4], STORED);
    assert_eq!(packed(b"", &options), STORED);
}

#[test]
fn the_header_says_what_the_message_holds() {
    for message in [noise(1000), records(1000)] {
        let plain = packed(&message, &Options::default());
        let mut structured = Vec::new();
        pack(&message, Content::Structured, &Options::default(), &mut structured).unwrap();
        assert_eq!((plain[3] | 2, &plain[4..]), (structured[3], &structured[4..]));
        for (bytes, expected) in [(plain, Content::Plain), (structured, Content::Structured)] {
            assert_eq!(content(&bytes[..4]).unwrap(), expected);
            assert_eq!(unpack(&bytes, &Options::default()).unwrap(), (expected, message.clone().into()));
        }
    }
    assert!(matches!(content(&[0xC1, 0x43, 1]).unwrap_err(), Error::Truncated { offset: 3, .. }));
    assert!(matches!(content(&[0xC1, 0x43, 1, 4]).unwrap_err(), Error::Corrupt { offset: 3, .. }));
}

#[test]
fn the_sample_sees_more_than_the_beginning() {
    // 8 kB of noise, then records: a sample of the beginning alone would not compress.
    let message = [noise(8_000), records(200_000)].concat();
    assert_eq!(packed(&message, &Options::default())[..4], ZLIB);
}

#[test]
fn packed_data_and_messages_are_not_taken_for_each_other() {
    let message = Value::Array(vec![Value::Integer(1); 200]).encode(&Limits::default()).unwrap();
    let fault = unpack(&message, &Options::default()).unwrap_err();
    assert!(matches!(fault, Error::Corrupt { offset: 0, .. }), "{fault}");
    let bytes = packed(&message, &Options::default());
    assert!(matches!(Value::decode(&bytes, &Limits::default()).unwrap_err(), Error::Corrupt { offset: 0, .. }));
}

#[test]
fn what_a_header_must_not_say() {
    let fault = |bytes: &[u8]| unpack(bytes, &Options::default()).unwrap_err();
    assert!(matches!(fault(&[0xC1, 0x43, 2, 0]), Error::Corrupt { offset: 2, .. }));
    assert!(matches!(fault(&[0xC1, 0x43, 1, 5]), Error::Corrupt { offset: 3, .. }));
    assert!(matches!(fault(&[0xC1, 0x44, 1, 0]), Error::Corrupt { offset: 0, .. }));
    for length in 0..4 {
        assert!(matches!(fault(&ZLIB[..length]), Error::Truncated { inside: "the header", .. }), "{length}");
    }
}

#[test]
fn offsets_count_from_the_header() {
    let bytes = packed(&records(10_000), &Options::default());
    let cut = bytes.len() - 5;
    let fault = unpack(&bytes[..cut], &Options::default()).unwrap_err();
    assert!(matches!(fault, Error::Truncated { offset, .. } if offset == cut as u64), "{fault}");
    let fault = unpack(&[&bytes[..], b"x"].concat(), &Options::default()).unwrap_err();
    assert!(matches!(fault, Error::TrailingData { offset, .. } if offset == bytes.len() as u64), "{fault}");
    let fault = unpack(&bytes, &Options { max_output: Some(9_999), ..Options::default() }).unwrap_err();
    let Error::Limit { limit: Limit::Output, max: 9_999, at: Place::Offset(offset) } = fault else { panic!("{fault}") };
    assert!(offset > 4);
}

#[test]
fn output_is_limited_to_the_byte() {
    let message = noise(1000);
    let limited = |max| Options { max_output: Some(max), ..Options::default() };
    let bytes = packed(&message, &limited(1004));
    let fault = pack(&message, Content::Plain, &limited(1003), &mut Vec::new()).unwrap_err();
    assert!(matches!(fault, Error::Limit { limit: Limit::Output, max: 1003, .. }), "{fault}");
    assert!(unpack(&bytes, &limited(1000)).is_ok());
    // A limit on what comes out holds for what was stored as it is, too.
    assert!(unpack(&bytes, &limited(999)).is_err());
}
