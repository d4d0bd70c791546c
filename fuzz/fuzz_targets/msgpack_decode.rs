//! Decoding of anything: no panic, and what is decoded survives being encoded.

#![no_main]

use centaurus_codec::Error;
use centaurus_codec::msgpack::{Limits, Value, validate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|message: &[u8]| {
    let limits = Limits { max_depth: 64, max_allocation: 1 << 20, ..Limits::default() };
    let value = Value::decode(message, &limits);
    assert_eq!(value.as_ref().err(), validate(message, &limits).as_ref().err());
    if let Ok(value) = value {
        match value.encode(&limits) {
            Ok(again) => {
                let read = Value::decode(&again, &limits).expect("it was just encoded");
                // As text, in which a NaN is equal to itself.
                assert_eq!(format!("{read:?}"), format!("{value:?}"));
            }
            // Single floats are written as doubles, which can be too much.
            Err(fault) => assert!(matches!(fault, Error::Limit { .. }), "{fault}"),
        }
    }
});
