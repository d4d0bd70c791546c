//! Protocol Buffers: what messages look like on the wire, what comes back, and what errors say.

use centaurus_codec::msgpack::{Limits, Value};
use centaurus_codec::protobuf::{Compiled, Defaults, Enums, Int64, Options, Schema, Sources, compile};
use centaurus_codec::{Error, Place};
use serde_json::{Value as Json, json};

pub(super) const RICH: &str = include_str!("data/rich.proto");

/// The schema of one file's text.
pub(super) fn schema(text: &str) -> Schema {
    match compile("a.proto", &Sources::from([("a.proto".to_owned(), text.to_owned())]), false).unwrap() {
        Compiled::Descriptors(descriptors) => Schema::new(&descriptors).unwrap(),
        Compiled::Missing(paths) => panic!("{paths:?} are missing"),
    }
}

/// A value written as JSON; an object of one member `#` is binary data.
pub(super) fn value(json: &Json) -> Value {
    let byte = |json: &Json| u8::try_from(json.as_u64().unwrap()).unwrap();
    match json {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Bool(*value),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::Array(items.iter().map(value).collect()),
        Json::Object(members) => match members.get("#") {
            Some(bytes) => Value::Bytes(bytes.as_array().unwrap().iter().map(byte).collect()),
            None => Value::Map(members.iter().map(|(key, part)| (Value::String(key.clone()), value(part))).collect()),
        },
        Json::Number(number) => {
            let integer = number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
            integer.map_or_else(|| Value::Float(number.as_f64().unwrap()), Value::Integer)
        }
    }
}

/// As `value`, the members of maps in any order.
pub(super) fn sorted(value: Value) -> Value {
    match value {
        Value::Map(mut pairs) => {
            pairs.sort_by_key(|(key, _)| format!("{key:?}"));
            Value::Map(pairs.into_iter().map(|(key, part)| (key, sorted(part))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

pub(super) fn encode(schema: &Schema, name: &str, value: &Value, options: &Options) -> Result<Vec<u8>, Error> {
    schema.encode(name, &value.encode(&Limits::default()).unwrap(), options)
}

pub(super) fn decode(schema: &Schema, name: &str, message: &[u8], options: &Options) -> Result<Value, Error> {
    schema.decode(name, message, options).map(|bytes| Value::decode(&bytes, &Limits::default()).unwrap())
}

pub(super) fn sparse() -> Options {
    Options { defaults: Defaults::None, ..Options::default() }
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// That a value and its bytes become each other.
fn both_ways(schema: &Schema, json: &Json, wire: &str) {
    let encoded = encode(schema, "A", &value(json), &sparse()).unwrap_or_else(|error| panic!("{json}: {error}"));
    assert_eq!(encoded, hex(wire), "{json}");
    assert_eq!(decode(schema, "A", &hex(wire), &sparse()).unwrap(), value(json), "{wire}");
}

/// A value of each scalar type, and its bytes without the tag.
fn scalars() -> Vec<(&'static str, u8, Json, &'static str)> {
    let (min, max) = (i64::MIN, u64::MAX);
    vec![
        ("double", 1, json!(1.5), "000000000000f83f"),
        ("double", 1, json!(-1e300), "9c7500883ce437fe"),
        ("float", 5, json!(-0.75), "000040bf"),
        ("int32", 0, json!(150), "9601"),
        ("int32", 0, json!(-1), "ffffffffffffffffff01"),
        ("int32", 0, json!(i32::MIN), "80808080f8ffffffff01"),
        ("int32", 0, json!(i32::MAX), "ffffffff07"),
        ("int64", 0, json!(min), "80808080808080808001"),
        ("int64", 0, json!(i64::MAX), "ffffffffffffffff7f"),
        ("uint32", 0, json!(u32::MAX), "ffffffff0f"),
        ("uint64", 0, json!(max), "ffffffffffffffffff01"),
        ("sint32", 0, json!(-1), "01"),
        ("sint32", 0, json!(1), "02"),
        ("sint32", 0, json!(i32::MIN), "ffffffff0f"),
        ("sint64", 0, json!(min), "ffffffffffffffffff01"),
        ("sint64", 0, json!(i64::MAX), "feffffffffffffffff01"),
        ("fixed32", 5, json!(u32::MAX), "ffffffff"),
        ("fixed64", 1, json!(max), "ffffffffffffffff"),
        ("sfixed32", 5, json!(-2), "feffffff"),
        ("sfixed64", 1, json!(min), "0000000000000080"),
        ("bool", 0, json!(true), "01"),
        ("string", 2, json!("ä€😀"), "09c3a4e282acf09f9880"),
        ("bytes", 2, json!({ "#": [0, 255] }), "0200ff"),
        ("E", 0, json!("BELOW"), "ffffffffffffffffff01"),
        ("E", 0, json!(7), "07"),
    ]
}

#[test]
fn every_scalar_type_however_often() {
    for (kind, wire, json, content) in scalars() {
        let make = |syntax: &str, label: &str| {
            schema(&format!(
                "syntax = \"{syntax}\"; enum E {{ NONE = 0; BELOW = -1; }} message A {{ {label} {kind} it = 1; }}"
            ))
        };
        let one = format!("{:02x}{content}", 8 | wire);
        for (syntax, label) in [("proto2", "optional"), ("proto2", "required"), ("proto3", ""), ("proto3", "optional")]
        {
            both_ways(&make(syntax, label), &json!({ "it": json }), &one);
        }
        let two = json!({ "it": [json, json] });
        let (apart, packed) = (one.repeat(2), format!("0a{:02x}{content}{content}", content.len()));
        both_ways(&make("proto2", "repeated"), &two, &apart);
        both_ways(&make("proto3", "repeated"), &two, if wire == 2 { &apart } else { &packed });
        if wire != 2 {
            // Whichever form a schema asks for, the other one is read.
            for (syntax, other) in [("proto2", &packed), ("proto3", &apart)] {
                assert_eq!(decode(&make(syntax, "repeated"), "A", &hex(other), &sparse()).unwrap(), value(&two));
            }
        }
    }
}

#[test]
fn proto3_writes_no_default_unless_it_is_optional() {
    let schema = schema(
        "syntax = \"proto3\"; enum E { ZERO = 0; } message A { int32 i = 1; string s = 2; bytes b = 3; bool f = 4; E e = 5; \
         double d = 6; optional int32 o = 7; oneof one { int32 x = 8; A y = 9; } }",
    );
    let zero = json!({ "i": 0, "s": "", "b": { "#": [] }, "f": false, "e": "ZERO", "d": 0, "o": 0, "x": 0 });
    let wire = encode(&schema, "A", &value(&zero), &sparse()).unwrap();
    assert_eq!(wire, hex("3800 4000"));
    assert_eq!(decode(&schema, "A", &wire, &sparse()).unwrap(), value(&json!({ "o": 0, "x": 0 })));
    // All that has a default, and the oneof's member that was there; a message is absent or there.
    let read = sorted(decode(&schema, "A", &wire, &Options::default()).unwrap());
    let filled = json!({ "i": 0, "s": "", "b": { "#": [] }, "f": false, "e": "ZERO", "d": 0.0, "o": 0, "x": 0 });
    assert_eq!(read, sorted(value(&filled)));
    // Zero that is negative is another value.
    let negative = Value::Map(vec![(Value::String("d".to_owned()), Value::Float(-0.0))]);
    assert_eq!(encode(&schema, "A", &negative, &sparse()).unwrap(), hex("31 0000000000000080"));
}

#[test]
fn proto2_groups_extensions_and_defaults() {
    let schema = schema(
        "syntax = \"proto2\"; package p; message A { optional group Pack = 1 { optional int32 n = 1; } repeated group Many = 2 \
         { optional string s = 1; } optional int32 d = 3 [default = -7]; optional string t = 4 [default = 'x']; \
         extensions 100 to max; } extend A { optional int32 extra = 100; repeated string more = 101; }",
    );
    let json = json!({ "pack": { "n": 5 }, "many": [{ "s": "a" }, {}], "[p.extra]": -1, "[p.more]": ["x", ""] });
    let wire = hex("0b 0805 0c  13 0a0161 14 13 14  a006ffffffffffffffffff01 aa060178 aa0600");
    assert_eq!(encode(&schema, "p.A", &value(&json), &sparse()).unwrap(), wire);
    assert_eq!(sorted(decode(&schema, "p.A", &wire, &sparse()).unwrap()), sorted(value(&json)));
    let all = Options { defaults: Defaults::All, ..Options::default() };
    let empty = json!({ "many": [], "d": -7, "t": "x" });
    assert_eq!(sorted(decode(&schema, "p.A", &[], &all).unwrap()), sorted(value(&empty)));
}

/// Their format is a group of items by which extensions are told; it is passed on and not taken apart.
#[test]
fn message_sets_pass_whole() {
    let schema = schema(
        "syntax = \"proto2\"; message Set { option message_set_wire_format = true; extensions 4 to max; } \
         message A { optional Set set = 1; } message Item { extend Set { optional Item item = 100; } optional int32 n = 1; }",
    );
    // { 2: 100, 3: Item { n: 5 } } as group 1.
    let wire = hex("0a08 0b 1064 1a020805 0c");
    let options = Options { unknown: true, ..sparse() };
    let read = decode(&schema, "A", &wire, &options).unwrap();
    assert_eq!(read, value(&json!({ "set": { "$unknown": { "#": hex("0b 1064 1a020805 0c") } } })));
    assert_eq!(encode(&schema, "A", &read, &options).unwrap(), wire);
    assert_eq!(decode(&schema, "A", &wire, &sparse()).unwrap(), value(&json!({ "set": {} })));
}

#[test]
fn parts_are_merged_and_the_last_one_counts() {
    let schema = schema(
        "syntax = \"proto3\"; message A { int32 i = 1; A m = 2; repeated int32 l = 3; map<string, int32> by = 4; \
         oneof one { string s = 5; A a = 6; } }",
    );
    for (wire, json) in [
        ("0801 0802", json!({ "i": 2 })),
        ("1202 0801 1203 1a0105", json!({ "m": { "i": 1, "l": [5] } })),
        ("1a0101 1802 1a020304", json!({ "l": [1, 2, 3, 4] })),
        ("2a0178 3202 0801 3203 1a0105", json!({ "a": { "i": 1, "l": [5] } })),
        ("3202 0801 2a0178", json!({ "s": "x" })),
        ("2205 0a0178 1001 2203 0a0179", json!({ "by": { "x": 1, "y": 0 } })),
        // Fields that nobody knows, and known ones in a wire type that is not theirs.
        ("fa0700 0d00000000 0801 c33e 0801 c43e", json!({ "i": 1 })),
    ] {
        assert_eq!(decode(&schema, "A", &hex(wire), &sparse()).unwrap(), value(&json), "{wire}");
    }
}

#[test]
fn options_say_how_values_are_read() {
    let schema = schema(RICH);
    let json = json!({ "anInt64": 5, "colour": "RED", "byNumber": { "-3": { "aUint64": u64::MAX } } });
    let wire = encode(&schema, "rich.Rich", &value(&json), &sparse()).unwrap();
    let read = |options: Options| sorted(decode(&schema, "rich.Rich", &wire, &options).unwrap());
    assert_eq!(read(sparse()), sorted(value(&json)));
    let texts = json!({ "anInt64": "5", "colour": "RED", "byNumber": { "-3": { "aUint64": u64::MAX.to_string() } } });
    assert_eq!(read(Options { int64: Int64::String, ..sparse() }), sorted(value(&texts)));
    let numbers = json!({ "an_int64": 5, "colour": 1, "by_number": { "-3": { "a_uint64": u64::MAX } } });
    let options = Options { enums: Enums::Number, original_names: true, ..sparse() };
    assert_eq!(read(options), sorted(value(&numbers)));
    // What was read in any of these ways is taken back.
    for json in [texts, numbers] {
        assert_eq!(encode(&schema, "rich.Rich", &value(&json), &sparse()).unwrap(), wire);
    }
}

#[test]
fn json_text_and_back() {
    let schema = schema(RICH);
    let text = json!({ "anInt64": "5", "someBytes": "AP8=", "colour": "BLUE", "timestamp": "1970-01-01T00:00:01.500Z",
        "duration": "-1.500s", "wrapped": "7", "struct": { "a": [1.5, null] }, "byFlag": { "true": "RED" } });
    let wire = schema.from_json("rich.Rich", &text.to_string(), &sparse()).unwrap();
    let back = schema.to_json("rich.Rich", &wire, &sparse()).unwrap();
    assert_eq!(serde_json::from_slice::<Json>(&back).unwrap(), text);
    assert_eq!(
        encode(&schema, "rich.Rich", &decode(&schema, "rich.Rich", &wire, &sparse()).unwrap(), &sparse()),
        Ok(wire)
    );
    let error = schema.from_json("rich.Rich", "{\n \"anInt32\": \"x\" }", &sparse()).unwrap_err();
    assert_eq!(error.name(), "UnsupportedValueError");
    assert!(error.to_string().contains("line 2"), "{error}");
}

#[test]
fn errors_say_where_a_value_does_not_fit() {
    let schema = schema(RICH);
    for (json, path) in [
        (json!({ "anInt32": 2_147_483_648_u32 }), "$.anInt32"),
        (json!({ "aUint32": -1 }), "$.aUint32"),
        (json!({ "anInt32": 1.5 }), "$.anInt32"),
        (json!({ "aString": 1 }), "$.aString"),
        (json!({ "someBytes": "text" }), "$.someBytes"),
        (json!({ "colour": "GREEN" }), "$.colour"),
        (json!({ "riches": [{}, { "ints": [1, 2, "3"] }] }), "$.riches[1].ints[2]"),
        (json!({ "ints": 1 }), "$.ints"),
        (json!({ "byName": { "a b": null, "c": "x" } }), "$.byName[\"a b\"]"),
        (json!({ "byNumber": { "1": { "aBool": 0 } } }), "$.byNumber.1.aBool"),
        (json!({ "inner": { "nothing": 1 } }), "$.inner.nothing"),
        (json!({ "oneString": "", "oneColour": "RED" }), "$"),
    ] {
        match encode(&schema, "rich.Rich", &value(&json), &sparse()) {
            Err(Error::WrongValue { path: place, .. }) => assert_eq!(place, path, "{json}"),
            other => panic!("{json}: {other:?}"),
        }
    }
    let lenient = Options { ignore_unknown: true, ..sparse() };
    assert_eq!(encode(&schema, "rich.Rich", &value(&json!({ "nothing": [1, { "a": [] }] })), &lenient), Ok(Vec::new()));
}

#[test]
fn required_fields_are_missed_by_name_and_place() {
    let schema = schema(RICH);
    let missing = |at| Error::MissingField { field: "here".to_owned(), message: "rich.Strict".to_owned(), at };
    let json = value(&json!({ "here": 1, "more": [{ "here": 2 }, {}] }));
    let path = Place::Path("$.more[1]".to_owned());
    assert_eq!(encode(&schema, "rich.Strict", &json, &sparse()), Err(missing(path)));
    let partial = Options { partial: true, ..sparse() };
    let wire = encode(&schema, "rich.Strict", &json, &partial).unwrap();
    assert_eq!(wire, hex("0801 1a020802 1a00"));
    assert_eq!(decode(&schema, "rich.Strict", &wire, &sparse()), Err(missing(Place::Offset(8))));
    assert_eq!(sorted(decode(&schema, "rich.Strict", &wire, &partial).unwrap()), sorted(json));
    assert_eq!(decode(&schema, "rich.Strict", &[], &sparse()), Err(missing(Place::Offset(0))));
    // Parts of one message are missed together only.
    assert!(decode(&schema, "rich.Strict", &hex("0801 1200 12020801"), &sparse()).is_ok());
}

#[test]
fn a_type_that_is_not_there() {
    let near = vec!["rich.Rich".to_owned()];
    let error = decode(&schema(RICH), "Rich", &[], &sparse()).unwrap_err();
    assert_eq!(error, Error::UnknownType { name: "Rich".to_owned(), near });
    assert!(schema(RICH).types().any(|name| name == "rich.Rich.Pack"));
}

#[test]
fn mistakes_in_a_schema_have_line_and_column() {
    let syntax = "syntax = \"proto3\";\n";
    for (text, place) in [
        ("message A {\n  int32 = 1;\n}", (3, 9)),
        ("message A {\n  Nothing a = 1;\n}", (3, 3)),
        ("message A {\n  int32 a = 1; int32 b = 1;\n}", (3, 13)),
        ("/* 😀 */ message A { int32 a = 0; }", (2, 32)),
        ("message A {", (2, 12)),
        ("import \"nowhere.proto\";", (2, 1)),
        ("enum E { ONE = 1; }", (2, 16)),
    ] {
        let sources = Sources::from([("a.proto".to_owned(), format!("{syntax}{text}"))]);
        match compile("a.proto", &sources, false) {
            Err(Error::Syntax { file, line, column, .. }) => {
                assert_eq!((file.as_str(), (line, column)), ("a.proto", place), "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn files_that_are_imported_are_asked_for() {
    let text = |text: &str| format!("syntax = \"proto3\"; {text}");
    let mut sources = Sources::from([(
        "a.proto".to_owned(),
        text("import \"b.proto\"; import \"google/protobuf/any.proto\"; message A { B b = 1; }"),
    )]);
    assert_eq!(compile("a.proto", &sources, true), Ok(Compiled::Missing(vec!["b.proto".to_owned()])));
    sources.insert("b.proto".to_owned(), text("import \"a.proto\"; message B {}"));
    assert_eq!(compile("a.proto", &sources, true).unwrap_err().name(), "ProtoSyntaxError");
    sources.insert("b.proto".to_owned(), text("message B {}"));
    assert!(matches!(compile("a.proto", &sources, true), Ok(Compiled::Descriptors(_))));
}
