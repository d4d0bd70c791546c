//! Unpacking of anything: no panic, no output beyond the limit.

#![no_main]

use centaurus_codec::msgpack::{Limits, Value};
use centaurus_codec::pack::{Options, pack, unpack};
use libfuzzer_sys::fuzz_target;

/// Bytes that are allowed to come out.
const MAX_OUTPUT: u64 = 1 << 20;

fuzz_target!(|data: &[u8]| {
    let options = Options { max_output: Some(MAX_OUTPUT), ..Options::default() };
    if let Ok(message) = unpack(data, &options) {
        assert!(message.len() as u64 <= MAX_OUTPUT);
        let _ = Value::decode(&message, &Limits::default());
    }
    // And the other way: anything can be packed.
    let mut packed = Vec::new();
    pack(data, &options, &mut packed).expect("no limit is met");
    assert_eq!(*unpack(&packed, &options).expect("it was just packed"), *data);
});
