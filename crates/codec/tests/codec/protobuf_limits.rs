//! Protocol Buffers from someone who means ill: limits, broken bytes, noise. And all that a schema can say, there and back.

use centaurus_codec::msgpack::{Limits, Value};
use centaurus_codec::protobuf::{Options, Schema, Sources, compile};
use centaurus_codec::{Error, Limit, Place};
use proptest::prelude::*;
use proptest::{collection, option, sample};

use super::protobuf::{RICH, decode, encode, schema, sparse};

const PLAIN: &str = "syntax = \"proto3\"; message A { int32 i = 1; A m = 2; repeated bool flags = 3; string s = 4; \
    repeated fixed32 fixed = 5; map<int32, A> by = 6; }";

fn limited(change: impl FnOnce(&mut Limits)) -> Options {
    let mut options = sparse();
    change(&mut options.limits);
    options
}

/// `m` inside `m`, so many times.
fn nested(depth: usize) -> Vec<u8> {
    let mut message = Vec::new();
    for _ in 0..depth {
        let mut length = message.len();
        let mut outer = vec![0x12];
        while length >= 0x80 {
            outer.push(length as u8 | 0x80);
            length >>= 7;
        }
        outer.push(length as u8);
        outer.append(&mut message);
        message = outer;
    }
    message
}

#[test]
fn depth_is_limited() {
    // Code that is not optimized takes twice the stack that tests have.
    std::thread::Builder::new().stack_size(16 << 20).spawn(check_depth).unwrap().join().unwrap();
}

fn check_depth() {
    let schema = schema(PLAIN);
    for max in [1, 10, 100, 1000] {
        let options = limited(|limits| limits.max_depth = max);
        let value = schema.decode("A", &nested(max - 1), &options).unwrap();
        assert_eq!(schema.encode("A", &value, &options).unwrap(), nested(max - 1));
        let error = schema.decode("A", &nested(max), &options).unwrap_err();
        assert!(matches!(error, Error::Limit { limit: Limit::Depth, max: told, .. } if told == max as u64), "{error}");
        if max > 1 {
            let tighter = limited(|limits| limits.max_depth = max - 1);
            let error = schema.encode("A", &value, &tighter).unwrap_err();
            assert!(matches!(error, Error::Limit { limit: Limit::Depth, at: Place::Path(_), .. }), "{error}");
        }
    }
    // More than that cannot be asked for.
    let boundless = limited(|limits| limits.max_depth = usize::MAX);
    assert!(schema.decode("A", &nested(1_000), &boundless).is_err());
    // Groups that nobody knows are gone through as well.
    let groups = [0x7b].repeat(100_000);
    assert_eq!(schema.decode("A", &groups, &boundless).unwrap_err().name(), "LimitError");
    let json = "{\"m\":".repeat(100_000);
    assert!(schema.from_json("A", &json, &boundless).is_err());
}

#[test]
fn input_and_allocation_are_limited() {
    let schema = schema(PLAIN);
    let flags = [&[0x1a, 0x80, 0x80, 0x40][..], &vec![1; 1 << 20]].concat();
    let tight = limited(|limits| limits.max_input = 1 << 20);
    let error = schema.decode("A", &flags, &tight).unwrap_err();
    assert_eq!(error, Error::Limit { limit: Limit::Input, max: 1 << 20, at: Place::Offset(1 << 20) });
    let tight = limited(|limits| limits.max_allocation = 100_000);
    let is_allocation = |error: &Error| matches!(error, Error::Limit { limit: Limit::Allocation, max: 100_000, .. });
    for error in [
        schema.decode("A", &flags, &tight).unwrap_err(),
        schema.to_json("A", &flags, &tight).unwrap_err(),
        schema.from_json("A", &format!("{{\"flags\":[{}true]}}", "true,".repeat(100_000)), &tight).unwrap_err(),
        schema.encode("A", &schema.decode("A", &flags, &sparse()).unwrap(), &tight).unwrap_err(),
    ] {
        assert!(is_allocation(&error), "{error}");
    }
}

#[test]
fn broken_bytes_are_told_with_their_place() {
    let schema = schema(PLAIN);
    for (name, offset, message) in [
        ("TruncatedError", 1, &[0x08][..]),
        ("TruncatedError", 2, &[0x08, 0x80]),
        ("TruncatedError", 3, &[0x22, 0x05, b'a']),
        ("TruncatedError", 6, &[0x22, 0xff, 0xff, 0xff, 0xff, 0x07]),
        ("TruncatedError", 3, &[0x7d, 0, 0]),
        // Its end never comes.
        ("TruncatedError", 3, &[0x7b, 0x08, 0x01]),
        // A varint of eleven bytes, the field 0, wire types that are none.
        ("CorruptError", 1, &[0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
        ("CorruptError", 0, &[0x00, 0x00]),
        ("CorruptError", 0, &[0x0e]),
        ("CorruptError", 2, &[0x08, 0x01, 0x0f]),
        // The end of a group that never began, and of another one than began.
        ("CorruptError", 0, &[0x0c]),
        ("CorruptError", 1, &[0x7b, 0x74]),
        ("CorruptError", 3, &[0x22, 0x02, b'a', 0xff]),
        ("CorruptError", 5, &[0x2a, 0x03, 0, 0, 0]),
        ("CorruptError", 3, &[0x1a, 0x01, 0x80]),
    ] {
        let error = schema.decode("A", message, &sparse()).unwrap_err();
        assert_eq!(error.name(), name, "{message:x?}: {error}");
        match error {
            Error::Truncated { offset: at, .. } | Error::Corrupt { offset: at, .. } => {
                assert_eq!(at, offset, "{message:x?}: {error}");
            }
            _ => unreachable!(),
        }
        assert!(schema.to_json("A", message, &sparse()).is_err());
    }
}

#[test]
fn schemas_of_ill_will_are_refused() {
    let compiled = |text: &str| compile("a.proto", &Sources::from([("a.proto".to_owned(), text.to_owned())]), false);
    for text in [
        format!("syntax = \"proto3\"; {}", "message A { ".repeat(100_000)),
        format!("syntax = \"proto3\"; option (a) = {}", "{ a ".repeat(100_000)),
        "\0".to_owned(),
        "edition = \"2023\"; message A {}".to_owned(),
    ] {
        assert_eq!(compiled(&text).unwrap_err().name(), "ProtoSyntaxError");
    }
    assert_eq!(Schema::new(&[0x0a, 0x05]).unwrap_err().name(), "ProtoSyntaxError");
}

/// A field: its number, and its name with a value, or of several that exclude each other one.
type Member = (u32, BoxedStrategy<(&'static str, Value)>);

fn list(item: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
    collection::vec(item, 1..5).prop_map(Value::Array).boxed()
}

fn pairs(
    key: impl Strategy<Value = Value> + 'static,
    content: impl Strategy<Value = Value> + 'static,
) -> BoxedStrategy<Value> {
    collection::vec((key, content), 1..4).prop_map(Value::Map).boxed()
}

fn message(members: Vec<Member>) -> BoxedStrategy<Value> {
    let mut members = members;
    members.sort_by_key(|(number, _)| *number);
    let members: Vec<_> = members.into_iter().map(|(_, member)| option::weighted(0.2, member)).collect();
    members
        .prop_map(|members| {
            Value::Map(
                members.into_iter().flatten().map(|(name, value)| (Value::String(name.to_owned()), value)).collect(),
            )
        })
        .boxed()
}

fn named(number: u32, name: &'static str, value: impl Strategy<Value = Value> + 'static) -> Member {
    (number, value.prop_map(move |value| (name, value)).boxed())
}

/// A value of `rich.Rich`, with others inside it.
fn rich(inner: Option<BoxedStrategy<Value>>) -> BoxedStrategy<Value> {
    let int32 = || any::<i32>().prop_map(|value| Value::Integer(value.into()));
    let int64 = || any::<i64>().prop_map(|value| Value::Integer(value.into()));
    let uint32 = || any::<u32>().prop_map(|value| Value::Integer(value.into()));
    let uint64 = || any::<u64>().prop_map(|value| Value::Integer(value.into()));
    let double = || any::<f64>().prop_map(Value::Float);
    let flag = || any::<bool>().prop_map(Value::Bool);
    let text = || ".{0,12}".prop_map(Value::String);
    let bytes = || collection::vec(any::<u8>(), 0..200).prop_map(Value::Bytes);
    let colour = || {
        let name = sample::select(vec!["NONE", "RED", "BLUE", "BELOW"]);
        prop_oneof![name.prop_map(|name| Value::String(name.to_owned())), Just(Value::Integer(77))]
    };
    let mut members = vec![
        named(1, "aDouble", double()),
        named(2, "aFloat", any::<f32>().prop_map(|value| Value::Float(value.into()))),
        named(3, "anInt32", int32()),
        named(4, "anInt64", int64()),
        named(5, "aUint32", uint32()),
        named(6, "aUint64", uint64()),
        named(7, "aSint32", int32()),
        named(8, "aSint64", int64()),
        named(9, "aFixed32", uint32()),
        named(10, "aFixed64", uint64()),
        named(11, "aSfixed32", int32()),
        named(12, "aSfixed64", int64()),
        named(13, "aBool", flag()),
        named(14, "aString", text()),
        named(15, "someBytes", bytes()),
        named(16, "colour", colour()),
        named(19, "ints", list(int32())),
        named(20, "packedInts", list(int64())),
        named(21, "doubles", list(double())),
        named(22, "strings", list(text())),
        named(23, "blobs", list(bytes())),
        named(24, "colours", list(colour())),
        named(26, "packs", list(text().prop_map(|name| Value::Map(vec![(Value::String("name".to_owned()), name)])))),
        named(27, "byName", pairs(text(), int32())),
        named(29, "byFlag", pairs(flag(), colour())),
        named(30, "byFixed", pairs(uint32(), bytes())),
        named(35, "timestamp", message(vec![named(1, "seconds", int64()), named(2, "nanos", int32())])),
        named(39, "wrapped", message(vec![named(1, "value", uint32())])),
        named(40, "bools", list(flag())),
        named(41, "fixeds", list(uint32())),
        named(1_000, "farAway", text()),
        named(2_000, "[rich.extra]", int32()),
    ];
    let one = |name, value: BoxedStrategy<Value>| named(31, name, value).1;
    let mut ones = vec![one("oneString", text().boxed()), one("oneColour", colour().boxed())];
    if let Some(inner) = inner {
        ones.push(one("oneRich", inner.clone()));
        members.extend([
            named(17, "inner", inner.clone()),
            named(18, "pack", message(vec![named(1, "n", int32()), named(2, "inner", inner.clone())])),
            named(25, "riches", list(inner.clone())),
            named(28, "byNumber", pairs(int64(), inner.clone())),
            named(536_870_911, "[rich.extras]", list(inner)),
        ]);
    }
    members.push((31, proptest::strategy::Union::new(ones).boxed()));
    message(members)
}

/// Zero is left out of a wrapper, which proto3 has no way to tell from absence.
fn without_zero_wrapper(value: &Value) -> Value {
    match value {
        Value::Map(pairs) => {
            let is_zero = |key: &Value, part: &Value| {
                *part == Value::Integer(0)
                    && [Value::String("value".into()), Value::String("seconds".into()), Value::String("nanos".into())]
                        .contains(key)
            };
            let kept = pairs.iter().filter(|(key, part)| !is_zero(key, part));
            Value::Map(kept.map(|(key, part)| (key.clone(), without_zero_wrapper(part))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_zero_wrapper).collect()),
        other => other.clone(),
    }
}

/// Every way in, for bytes that may be anything.
fn read_somehow(schema: &Schema, bytes: &[u8]) {
    for options in [Options::default(), Options { unknown: true, partial: true, ..sparse() }] {
        if let Ok(value) = schema.decode("rich.Rich", bytes, &options) {
            // What was read can be written, and reads the same.
            let again = schema.encode("rich.Rich", &value, &options).unwrap();
            assert_eq!(schema.decode("rich.Rich", &again, &options).unwrap(), value);
        }
        drop(schema.to_json("rich.Rich", bytes, &options));
        drop(schema.encode("rich.Rich", bytes, &options));
        drop(schema.from_json("rich.Rich", &String::from_utf8_lossy(bytes), &options));
    }
}

#[test]
fn there_and_back() {
    let schema = schema(RICH);
    let options = Options { typed_keys: true, ..sparse() };
    let values = rich(Some(rich(Some(rich(None)))));
    proptest!(ProptestConfig::with_cases(300), |(value in values)| {
        let wire = encode(&schema, "rich.Rich", &value, &options).unwrap();
        prop_assert_eq!(decode(&schema, "rich.Rich", &wire, &options).unwrap(), without_zero_wrapper(&value));
    });
}

#[test]
fn noise_never_panics() {
    let schema = schema(RICH);
    proptest!(ProptestConfig::with_cases(3_000), |(bytes in collection::vec(any::<u8>(), 0..80))| {
        read_somehow(&schema, &bytes);
        drop(Schema::new(&bytes));
        drop(compile("a", &Sources::from([("a".to_owned(), String::from_utf8_lossy(&bytes).into_owned())]), false));
    });
}

#[test]
fn damage_never_panics() {
    let schema = schema(RICH);
    let damage = collection::vec((any::<sample::Index>(), any::<u8>()), 1..4);
    proptest!(ProptestConfig::with_cases(300), |(value in rich(Some(rich(None))), damage in damage, end in any::<sample::Index>())| {
        let mut wire = encode(&schema, "rich.Rich", &value, &sparse()).unwrap();
        for (at, byte) in damage {
            if !wire.is_empty() {
                let at = at.index(wire.len());
                wire[at] = byte;
            }
        }
        read_somehow(&schema, &wire);
        read_somehow(&schema, &wire[..end.index(wire.len() + 1)]);
    });
}
