//! MessagePack: forms, round trips, limits, and messages made to hurt.

use centaurus_codec::msgpack::{Decoder, Encoder, Limits, MAX_DEPTH, Timestamp, Value, validate};
use centaurus_codec::{Error, Limit, Place};
use proptest::prelude::*;

fn encoded(write: impl FnOnce(&mut Encoder) -> Result<(), Error>) -> Vec<u8> {
    let mut encoder = Encoder::new(&Limits::default());
    write(&mut encoder).unwrap();
    encoder.into_bytes()
}

fn decoded(bytes: &[u8]) -> Result<Value, Error> {
    Value::decode(bytes, &Limits::default())
}

#[test]
fn numbers_take_their_shortest_form() {
    let number = |value: f64| encoded(|to| to.number(value, false));
    for (value, length) in [
        (0.0, 1),
        (127.0, 1),
        (128.0, 2),
        (255.0, 2),
        (256.0, 3),
        (65_535.0, 3),
        (65_536.0, 5),
        (4_294_967_295.0, 5),
        (4_294_967_296.0, 9),
        (-1.0, 1),
        (-32.0, 1),
        (-33.0, 2),
        (-128.0, 2),
        (-129.0, 3),
        (-32_768.0, 3),
        (-32_769.0, 5),
        (-2_147_483_648.0, 5),
        (-2_147_483_649.0, 9),
        (9_007_199_254_740_991.0, 9),
    ] {
        let message = number(value);
        assert_eq!(message.len(), length, "{value}");
        assert_eq!(decoded(&message).unwrap(), Value::Integer(value as i128));
    }
    for value in
        [-0.0, 0.5, 1e300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 9_007_199_254_740_992.0, f64::MIN_POSITIVE]
    {
        let message = number(value);
        assert_eq!(message[0], 0xCB, "{value}");
        let Value::Float(read) = decoded(&message).unwrap() else { panic!("{value}") };
        assert_eq!(read.to_bits(), value.to_bits());
    }
}

#[test]
fn the_64_bit_forms_can_be_left_to_bigints() {
    assert_eq!(encoded(|to| to.number(4_294_967_296.0, true))[0], 0xCB);
    assert_eq!(encoded(|to| to.number(-2_147_483_649.0, true))[0], 0xCB);
    assert_eq!(encoded(|to| to.number(4_294_967_295.0, true))[0], 0xCE);
    assert_eq!(encoded(|to| to.number(-2_147_483_648.0, true))[0], 0xD2);
    assert_eq!(encoded(|to| to.int64(1)), [0xD3, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(encoded(|to| to.uint64(1)), [0xCF, 0, 0, 0, 0, 0, 0, 0, 1]);
}

#[test]
fn timestamps() {
    let bytes = |seconds, nanoseconds| encoded(|to| to.timestamp(Timestamp::new(seconds, nanoseconds).unwrap()));
    assert_eq!(bytes(0, 0), [0xD6, 0xFF, 0, 0, 0, 0]);
    assert_eq!(bytes(u32::MAX.into(), 0), [0xD6, 0xFF, 255, 255, 255, 255]);
    assert_eq!(bytes(1 << 32, 0)[..2], [0xD7, 0xFF]);
    assert_eq!(bytes(0, 1)[..2], [0xD7, 0xFF]);
    assert_eq!(bytes((1 << 34) - 1, 999_999_999)[..2], [0xD7, 0xFF]);
    assert_eq!(bytes(1 << 34, 0)[..3], [0xC7, 12, 0xFF]);
    assert_eq!(bytes(-1, 999_999_999)[..3], [0xC7, 12, 0xFF]);
    assert_eq!(Timestamp::new(0, 1_000_000_000), None);
    assert_eq!(Timestamp::from_millis(-1), Timestamp::new(-1, 999_000_000).unwrap());
    assert_eq!(Timestamp::new(-1, 999_999_999).unwrap().millis(), Some(-1));
    assert_eq!(Timestamp::new(i64::MAX, 0).unwrap().millis(), None);
    assert_eq!(Timestamp::new(i64::MIN, 0).unwrap().millis(), None);
    // Nanoseconds from a second on, and other lengths, are no timestamps.
    assert_eq!(decoded(&[0xD7, 0xFF, 255, 255, 255, 255, 255, 255, 255, 255]).unwrap_err().name(), "CorruptError");
    assert_eq!(decoded(&[0xD5, 0xFF, 0, 0]).unwrap_err().name(), "CorruptError");
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|value| Value::Integer(value.into())),
        any::<u64>().prop_map(|value| Value::Integer(value.into())),
        (-200..200_i128).prop_map(Value::Integer),
        any::<f64>().prop_filter("NaN is not equal to itself", |value| !value.is_nan()).prop_map(Value::Float),
        any::<String>().prop_map(Value::String),
        "[a-z]{0,300}".prop_map(Value::String),
        prop::collection::vec(any::<u8>(), 0..300).prop_map(Value::Bytes),
        (any::<i64>(), 0..1_000_000_000_u32)
            .prop_map(|(seconds, nanos)| Value::Timestamp(Timestamp::new(seconds, nanos).unwrap())),
        (0..1_u64 << 34, 0..1_000_000_000_u32)
            .prop_map(|(seconds, nanos)| Value::Timestamp(Timestamp::new(seconds as i64, nanos).unwrap())),
        (any::<i8>().prop_filter("the timestamp's", |kind| *kind != -1), prop::collection::vec(any::<u8>(), 0..40))
            .prop_map(|(kind, bytes)| Value::Extension(kind, bytes)),
    ];
    leaf.prop_recursive(6, 200, 20, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(Value::Array),
            prop::collection::vec((inner.clone(), inner), 0..20).prop_map(Value::Map),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn values_come_back(value in value()) {
        let message = value.encode(&Limits::default()).unwrap();
        prop_assert_eq!(decoded(&message).unwrap(), value);
        validate(&message, &Limits::default()).unwrap();
    }

    #[test]
    fn cut_off_anywhere(value in value(), at in any::<prop::sample::Index>()) {
        let message = value.encode(&Limits::default()).unwrap();
        let length = at.index(message.len());
        let fault = decoded(&message[..length]).unwrap_err();
        prop_assert!(matches!(fault, Error::Truncated { offset, .. } if offset == length as u64), "{}", fault);
    }

    #[test]
    fn noise_is_an_error_or_a_value(message in prop::collection::vec(any::<u8>(), 0..500)) {
        match decoded(&message) {
            // Shorter forms, perhaps, but the same value. As text, in which a NaN is equal to itself.
            Ok(value) => {
                let again = decoded(&value.encode(&Limits::default()).unwrap()).unwrap();
                prop_assert_eq!(format!("{value:?}"), format!("{again:?}"));
            }
            Err(fault) => prop_assert!(["CorruptError", "TruncatedError", "TrailingDataError"].contains(&fault.name())),
        }
    }

    #[test]
    fn bytes_after_the_value(value in value(), tail in prop::collection::vec(any::<u8>(), 1..10)) {
        let mut message = value.encode(&Limits::default()).unwrap();
        let end = message.len() as u64;
        message.extend(&tail);
        let fault = decoded(&message).unwrap_err();
        prop_assert!(
            matches!(fault, Error::TrailingData { offset, length, .. } if (offset, length) == (end, tail.len() as u64)),
            "{}", fault
        );
    }
}

#[test]
fn one_value_after_another() {
    let message = [0x01, 0x92, 0x02, 0x03, 0xC0];
    let mut decoder = Decoder::new(&message, &Limits::default()).unwrap();
    let mut values = Vec::new();
    while decoder.end().is_err() {
        values.push((Value::next(&mut decoder).unwrap(), decoder.position()));
    }
    let pair = Value::Array(vec![Value::Integer(2), Value::Integer(3)]);
    assert_eq!(values, [(Value::Integer(1), 1), (pair, 4), (Value::Nil, 5)]);
}

#[test]
fn claims_are_not_believed() {
    // Array and map heads that claim 2³² − 1 elements each, one inside the other.
    for head in [0xDD, 0xDF] {
        let message: Vec<u8> = core::iter::repeat_n([head, 255, 255, 255, 255], 40).flatten().collect();
        let fault = decoded(&message).unwrap_err();
        assert!(matches!(fault, Error::Truncated { offset: 200, .. }), "{fault}");
    }
    // Text and bytes that are not there.
    for head in [0xDB, 0xC6, 0xC9] {
        let fault = decoded(&[head, 255, 255, 255, 255, 1]).unwrap_err();
        assert_eq!(fault.name(), "TruncatedError");
    }
    // A claim that the rest could just fulfil, 1000 times over: nothing is set aside for it.
    let mut message = [0xDD, 0, 0, 0x10, 0].repeat(1000);
    message.extend([0xC0; 4096]);
    assert_eq!(decoded(&message).unwrap_err().name(), "TruncatedError");
}

#[test]
fn depth_is_limited_to_the_level() {
    let nested = |depth: usize| [vec![0x91; depth], vec![0xC0]].concat();
    let limits = Limits { max_depth: 5, ..Limits::default() };
    assert!(Value::decode(&nested(5), &limits).is_ok());
    let fault = Value::decode(&nested(6), &limits).unwrap_err();
    assert_eq!(fault, Error::Limit { limit: Limit::Depth, max: 5, at: Place::Offset(5) });
    let deep = Value::decode(&nested(5), &limits).unwrap();
    assert!(deep.encode(&limits).is_ok());
    let fault = deep.encode(&Limits { max_depth: 4, ..limits }).unwrap_err();
    assert!(matches!(fault, Error::Limit { limit: Limit::Depth, max: 4, .. }), "{fault}");
    // A container without content counts like any other.
    assert!(Value::decode(&[0x90], &Limits { max_depth: 0, ..limits }).is_err());
    assert!(Value::decode(&[0x01], &Limits { max_depth: 0, ..limits }).is_ok());
}

#[test]
fn a_million_levels() {
    let limits = Limits { max_depth: usize::MAX, ..Limits::default() };
    for bytes in [&[0x91][..], &[0x81, 0xC0], &[0x81]] {
        let fault = Value::decode(&bytes.repeat(1_000_000), &limits).unwrap_err();
        assert!(matches!(fault, Error::Limit { limit: Limit::Depth, max, .. } if max == MAX_DEPTH as u64), "{fault}");
    }
}

#[test]
fn the_deepest_value_that_can_be_asked_for() {
    let limits = Limits { max_depth: MAX_DEPTH, ..Limits::default() };
    let message = [vec![0x91; MAX_DEPTH], vec![0xC0]].concat();
    let value = Value::decode(&message, &limits).unwrap();
    assert_eq!(value.encode(&limits).unwrap(), message);
}

#[test]
fn input_and_memory_are_limited() {
    let message = Value::String("x".repeat(1000)).encode(&Limits::default()).unwrap();
    let limits = |max_input, max_allocation| Limits { max_input, max_allocation, ..Limits::default() };
    let length = message.len() as u64;
    assert!(Value::decode(&message, &limits(length, 1032)).is_ok());
    let fault = Value::decode(&message, &limits(length - 1, 1032)).unwrap_err();
    assert!(matches!(fault, Error::Limit { limit: Limit::Input, max: 1002, .. }), "{fault}");
    let fault = Value::decode(&message, &limits(length, 1031)).unwrap_err();
    assert!(matches!(fault, Error::Limit { limit: Limit::Allocation, max: 1031, .. }), "{fault}");

    let value = Value::Array(vec![Value::String("x".repeat(1000)); 3]);
    assert!(value.encode(&limits(0, 3010)).is_ok());
    let fault = value.encode(&limits(0, 3009)).unwrap_err();
    assert!(matches!(fault, Error::Limit { limit: Limit::Allocation, max: 3009, .. }), "{fault}");
}

#[test]
fn what_no_message_holds() {
    assert!(matches!(decoded(&[0x92, 1, 0xC1]).unwrap_err(), Error::Corrupt { offset: 2, .. }));
    assert!(matches!(decoded(&[0xA3, b'a', 0xFF, b'b']).unwrap_err(), Error::Corrupt { offset: 2, .. }));
    assert!(matches!(decoded(&[]).unwrap_err(), Error::Truncated { offset: 0, .. }));
    let fault = Value::Integer(1 << 64).encode(&Limits::default()).unwrap_err();
    assert_eq!(fault.name(), "UnsupportedValueError");
}

#[test]
fn any_value_can_be_a_key() {
    let keys = [
        Value::Nil,
        Value::Integer(1),
        Value::Array(vec![Value::Integer(1)]),
        Value::Map(vec![(Value::String("a".into()), Value::Nil)]),
        Value::String("a".into()),
        Value::Bytes(vec![1]),
    ];
    let map = Value::Map(keys.map(|key| (key, Value::Bool(true))).into());
    assert_eq!(decoded(&map.encode(&Limits::default()).unwrap()).unwrap(), map);
}
