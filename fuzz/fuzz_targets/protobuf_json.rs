//! The JSON mapping of anything: no panic, and what is read can be read from the message that it became.

#![no_main]

use std::sync::LazyLock;

use centaurus_codec::msgpack::Limits;
use centaurus_codec::protobuf::{Compiled, Options, Schema, Sources, compile};
use libfuzzer_sys::fuzz_target;

const RICH: &str = include_str!("../../crates/codec/tests/codec/data/rich.proto");

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let sources = Sources::from([("rich.proto".to_owned(), RICH.to_owned())]);
    match compile("rich.proto", &sources, false) {
        Ok(Compiled::Descriptors(descriptors)) => Schema::new(&descriptors).expect("it was just compiled"),
        other => panic!("{other:?}"),
    }
});

fuzz_target!(|text: &str| {
    let options = Options {
        limits: Limits { max_allocation: 1 << 20, ..Limits::default() },
        ignore_unknown: text.len() % 2 == 0,
        partial: true,
        ..Options::default()
    };
    if let Ok(message) = SCHEMA.from_json("rich.Rich", text, &options) {
        let _ = SCHEMA.decode("rich.Rich", &message, &options);
        let _ = SCHEMA.to_json("rich.Rich", &message, &options);
    }
});
