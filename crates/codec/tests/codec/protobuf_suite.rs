//! Protocol Buffers' conformance suite: its requests, and answers that it has been content with.

use std::fs;

use centaurus_codec::msgpack::Value;
use centaurus_codec::zlib;
use serde_json::Value as Json;

use super::protobuf::sorted;
use super::testee::{Testee, vectors};

/// Requests and responses by turns, each behind its length.
fn recorded() -> Vec<(Vec<u8>, Vec<u8>)> {
    let packed = fs::read(vectors().join("conformance.bin.gz")).unwrap();
    let options = zlib::Options { format: zlib::Format::Gzip, ..zlib::Options::default() };
    let bytes = zlib::decompress(&packed, &options).unwrap();
    let mut rest = bytes.as_slice();
    let mut next = || {
        let (length, after) = rest.split_first_chunk()?;
        let (frame, after) = after.split_at(u32::from_le_bytes(*length) as usize);
        rest = after;
        Some(frame.to_vec())
    };
    core::iter::from_fn(|| next().map(|request| (request, next().unwrap()))).collect()
}

#[test]
fn answers_as_the_suite_wants() {
    let testee = Testee::new().unwrap();
    let recorded = recorded();
    assert_eq!(recorded.len(), 2297);
    for (request, response) in recorded {
        let answer = testee.answer(&request).unwrap();
        let [answer, accepted] =
            [&answer, &response].map(|message| testee.read("conformance.ConformanceResponse", message).unwrap());
        let question = testee.read("conformance.ConformanceRequest", &request).unwrap();
        let [ours, wanted] = [&answer, &accepted].map(|parts| match parts.get("protobufPayload") {
            // The order of a map's pairs is nobody's.
            Some(Value::Bytes(message)) => sorted(testee.value(&question, message).unwrap()),
            other => other.cloned().unwrap_or(Value::Nil),
        });
        // As text: what is not a number equals nothing.
        assert_eq!(format!("{ours:?}"), format!("{wanted:?}"), "{question:?}");
        let [ours, wanted] = [&answer, &accepted].map(|parts| match parts.get("jsonPayload") {
            Some(Value::String(text)) => serde_json::from_str(text).unwrap(),
            _ => Json::Null,
        });
        assert_eq!(ours, wanted, "{question:?}");
        for failure in ["parseError", "serializeError"] {
            assert_eq!(answer.get(failure).is_some(), accepted.get(failure).is_some(), "{question:?}");
        }
    }
}
