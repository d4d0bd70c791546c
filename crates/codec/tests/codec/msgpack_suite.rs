//! The suite of kawanet/msgpack-test-suite, all of its messages.

use centaurus_codec::msgpack::{Limits, Timestamp, Value};
use serde_json::Value as Json;

const SUITE: &str = include_str!("../../../../tests/vectors/msgpack/msgpack-test-suite.json");

fn bytes(hex: &Json) -> Vec<u8> {
    let hex = hex.as_str().unwrap();
    hex.split('-').filter(|byte| !byte.is_empty()).map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// What an exam says its messages mean.
fn meaning(kind: &str, value: &Json) -> Value {
    match kind {
        "nil" => Value::Nil,
        "bool" => Value::Bool(value.as_bool().unwrap()),
        "binary" => Value::Bytes(bytes(value)),
        "number" => number(value),
        "bignum" => Value::Integer(value.as_str().unwrap().parse().unwrap()),
        "string" => Value::String(value.as_str().unwrap().into()),
        "array" | "map" => any(value),
        "timestamp" => {
            let [seconds, nanos] = [&value[0], &value[1]].map(|part| part.as_i64().unwrap());
            Value::Timestamp(Timestamp::new(seconds, nanos.try_into().unwrap()).unwrap())
        }
        "ext" => Value::Extension(value[0].as_i64().unwrap().try_into().unwrap(), bytes(&value[1])),
        other => panic!("the suite has exams of a kind that is not known here: {other}"),
    }
}

fn number(value: &Json) -> Value {
    let integer = value.as_i64().map(i128::from).or(value.as_u64().map(i128::from));
    integer.map_or_else(|| Value::Float(value.as_f64().unwrap()), Value::Integer)
}

fn any(value: &Json) -> Value {
    match value {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(_) => number(value),
        Json::String(value) => Value::String(value.clone()),
        Json::Array(values) => Value::Array(values.iter().map(any).collect()),
        Json::Object(pairs) => {
            Value::Map(pairs.iter().map(|(key, value)| (Value::String(key.clone()), any(value))).collect())
        }
    }
}

/// The suite writes numbers in every form that can hold them, floats for integers and the other way round.
fn same(read: &Value, meant: &Value) -> bool {
    match (read, meant) {
        (Value::Float(read), Value::Integer(meant)) => *read == *meant as f64,
        (Value::Integer(read), Value::Float(meant)) => *read as f64 == *meant,
        _ => read == meant,
    }
}

#[test]
fn all_exams() {
    let suite: serde_json::Map<String, Json> = serde_json::from_str(SUITE).unwrap();
    let (mut exams, mut messages) = (0, 0);
    for (file, list) in &suite {
        for exam in list.as_array().unwrap() {
            exams += 1;
            let (kind, value) = exam.as_object().unwrap().iter().find(|(kind, _)| *kind != "msgpack").unwrap();
            // Where a number is too large for JSON, it stands as text as well.
            let (kind, value) = exam.get("bignum").map_or((kind.as_str(), value), |value| ("bignum", value));
            let meant = meaning(kind, value);
            let forms: Vec<Vec<u8>> = exam["msgpack"].as_array().unwrap().iter().map(bytes).collect();
            for form in &forms {
                messages += 1;
                let read = Value::decode(form, &Limits::default());
                let read = read.unwrap_or_else(|fault| panic!("{file} {form:02x?}: {fault}"));
                assert!(same(&read, &meant), "{file} {form:02x?}: {read:?} is not {meant:?}");
            }
            let written = meant.encode(&Limits::default()).unwrap();
            assert!(forms.contains(&written), "{file}: {written:02x?} is none of {forms:02x?}");
        }
    }
    assert_eq!((exams, messages), (85, 233));
}
