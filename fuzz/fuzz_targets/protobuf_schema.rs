//! Compiling any text: no panic, and what compiles can be used.

#![no_main]

use centaurus_codec::protobuf::{Compiled, Options, Schema, Sources, compile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let sources = Sources::from([("a.proto".to_owned(), text.to_owned())]);
    if let Ok(Compiled::Descriptors(descriptors)) = compile("a.proto", &sources, false) {
        let schema = Schema::new(&descriptors).expect("it was just compiled");
        for name in schema.types() {
            let _ = schema.decode(&name, &[], &Options::default());
        }
    }
});
