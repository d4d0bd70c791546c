//! Decoding of anything by a schema that has every kind of field: no panic, and what is decoded survives being encoded;
//! the JSON mapping takes or refuses it.

#![no_main]

use std::sync::LazyLock;

use centaurus_codec::msgpack::{Limits, Value};
use centaurus_codec::protobuf::{Compiled, Defaults, Enums, Int64, Options, Schema, Sources, compile};
use libfuzzer_sys::fuzz_target;

const RICH: &str = include_str!("../../crates/codec/tests/codec/data/rich.proto");

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let sources = Sources::from([("rich.proto".to_owned(), RICH.to_owned())]);
    match compile("rich.proto", &sources, false) {
        Ok(Compiled::Descriptors(descriptors)) => Schema::new(&descriptors).expect("it was just compiled"),
        other => panic!("{other:?}"),
    }
});

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, message)) = bytes.split_first() else { return };
    let options = Options {
        limits: Limits { max_depth: 50, max_allocation: 1 << 20, ..Limits::default() },
        int64: [Int64::NumberOrBigint, Int64::Bigint, Int64::String][usize::from(choice & 3) % 3],
        enums: if choice & 4 == 0 { Enums::Name } else { Enums::Number },
        defaults: if choice & 8 == 0 { Defaults::Implicit } else { Defaults::None },
        typed_keys: choice & 16 != 0,
        unknown: choice & 32 != 0,
        original_names: choice & 64 != 0,
        partial: true,
        ..Options::default()
    };
    let Ok(value) = SCHEMA.decode("rich.Rich", message, &options) else { return };
    Value::decode(&value, &Limits::default()).expect("it is MessagePack");
    // The first pass leaves out what says nothing, such as a packed list of nothing.
    let pass = |value: &[u8]| {
        let message = SCHEMA.encode("rich.Rich", value, &options).ok()?;
        SCHEMA.decode("rich.Rich", &message, &options).ok()
    };
    if let Some(once) = pass(&value) {
        assert_eq!(pass(&once).as_ref(), Some(&once));
    }
    if choice & 128 != 0 {
        let _ = SCHEMA.to_json("rich.Rich", message, &options);
    }
});
