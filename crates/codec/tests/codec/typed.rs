//! Rust types as MessagePack.

use centaurus_codec::msgpack::{Limits, Value, from_slice, to_vec};
use centaurus_codec::{Error, Limit};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct City {
    name: String,
    population: u64,
    location: (f64, f64),
    kind: Kind,
    twin: Option<Box<City>>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
enum Kind {
    Capital,
    Port { depth: i16 },
}

fn city() -> City {
    let twin =
        City { name: "Skopje".into(), population: 526_502, location: (42.0, 21.4), kind: Kind::Capital, twin: None };
    City {
        name: "Nürnberg".into(),
        population: 515_543,
        location: (49.45, -0.0),
        kind: Kind::Port { depth: -4 },
        twin: Some(Box::new(twin)),
    }
}

#[test]
fn types_come_back() {
    let message = to_vec(&city(), &Limits::default()).unwrap();
    assert_eq!(from_slice::<City>(&message, &Limits::default()).unwrap(), city());
}

#[test]
fn structs_are_maps_by_name() {
    let message = to_vec(&city(), &Limits::default()).unwrap();
    let Value::Map(pairs) = Value::decode(&message, &Limits::default()).unwrap() else { panic!("no map") };
    assert_eq!(pairs[0], (Value::String("name".into()), Value::String("Nürnberg".into())));
    assert_eq!(pairs[1], (Value::String("population".into()), Value::Integer(515_543)));
}

#[test]
fn what_does_not_fit() {
    let message = to_vec(&1_u8, &Limits::default()).unwrap();
    assert_eq!(from_slice::<City>(&message, &Limits::default()).unwrap_err().name(), "TypeMismatchError");
    let fault = from_slice::<City>(&[0x81], &Limits::default()).unwrap_err();
    assert_eq!(fault.name(), "TruncatedError");
    let fault = from_slice::<u8>(&[1, 2], &Limits::default()).unwrap_err();
    assert_eq!(fault.name(), "TrailingDataError");
}

#[test]
fn limits_hold() {
    let small = Limits { max_allocation: 20, ..Limits::default() };
    let fault = to_vec(&city(), &small).unwrap_err();
    assert!(matches!(fault, Error::Limit { limit: Limit::Allocation, max: 20, .. }), "{fault}");
    let message = to_vec(&city(), &Limits::default()).unwrap();
    let fault = from_slice::<City>(&message, &small).unwrap_err();
    assert!(matches!(fault, Error::Limit { limit: Limit::Allocation, .. }), "{fault}");
    let fault = from_slice::<City>(&message, &Limits { max_depth: 1, ..Limits::default() }).unwrap_err();
    assert!(matches!(fault, Error::Limit { limit: Limit::Depth, max: 1, .. }), "{fault}");
}

/// A type that follows the message as deep as it goes.
#[derive(Deserialize, Serialize, Debug)]
struct Nested(Vec<Nested>);

#[test]
fn serde_recurses_no_deeper_than_the_limit() {
    let limits = Limits { max_depth: usize::MAX, ..Limits::default() };
    let fault = from_slice::<Nested>(&[0x91; 100_000], &limits).unwrap_err();
    assert!(matches!(fault, Error::Limit { limit: Limit::Depth, max: 256, .. }), "{fault}");
    let deepest = [vec![0x91; 255], vec![0x90]].concat();
    let nested: Nested = from_slice(&deepest, &limits).unwrap();
    assert_eq!(to_vec(&nested, &limits).unwrap(), deepest);
}
