//! Unpacking of anything: no panic, no output beyond the limit.

#![no_main]

use centaurus_codec::msgpack::{Limits, Value};
use centaurus_codec::pack::{Content, Options, pack, unpack};
use libfuzzer_sys::fuzz_target;

/// Bytes that are allowed to come out.
const MAX_OUTPUT: u64 = 1 << 20;

fuzz_target!(|data: &[u8]| {
    let options = Options { max_output: Some(MAX_OUTPUT), ..Options::default() };
    if let Ok((_, message)) = unpack(data, &options) {
        assert!(message.len() as u64 <= MAX_OUTPUT);
        let _ = Value::decode(&message, &Limits::default());
    }
    // And the other way: anything can be packed.
    let content = if data.len() % 2 == 0 { Content::Plain } else { Content::Structured };
    let mut packed = Vec::new();
    pack(data, content, &options, &mut packed).expect("no limit is met");
    let (told, message) = unpack(&packed, &options).expect("it was just packed");
    assert_eq!((told, &*message), (content, data));
});
