//! What Protocol Buffers' conformance suite asks, answered by this crate; for the suite itself (`examples/conformance.rs`)
//! and for the answers that it has once been content with.

use std::fs;
use std::path::Path;

use centaurus_codec::Error;
use centaurus_codec::msgpack::{Limits, Value};
use centaurus_codec::protobuf::{Compiled, Defaults, Options, Schema, Sources, compile};

const FILES: &[&str] = &[
    "conformance/conformance.proto",
    "google/protobuf/test_messages_proto2.proto",
    "google/protobuf/test_messages_proto3.proto",
];

pub(crate) struct Testee(Schema);

/// The parts of a request or of a response, by their names.
#[derive(Debug)]
pub(crate) struct Parts(Vec<(Value, Value)>);

impl Parts {
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| *key == Value::String(name.to_owned())).map(|(_, value)| value)
    }

    fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Some(Value::String(text)) => text,
            _ => "",
        }
    }
}

impl Testee {
    pub(crate) fn new() -> Result<Self, Error> {
        let mut sources = Sources::new();
        let mut all = String::from("syntax = \"proto3\";\n");
        for file in FILES {
            let path = vectors().join("include").join(file);
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            all.push_str(&format!("import public \"{file}\";\n"));
            sources.insert((*file).to_owned(), text);
        }
        sources.insert("all.proto".to_owned(), all);
        match compile("all.proto", &sources, false)? {
            Compiled::Descriptors(descriptors) => Schema::new(&descriptors).map(Self),
            Compiled::Missing(paths) => panic!("{paths:?} are missing"),
        }
    }

    /// The response to a request, both in the wire format.
    pub(crate) fn answer(&self, request: &[u8]) -> Result<Vec<u8>, Error> {
        let request = self.read("conformance.ConformanceRequest", request)?;
        let (key, value) = match request.text("messageType") {
            "conformance.FailureSet" => ("protobufPayload", Value::Bytes(Vec::new())),
            message_type => self.run(message_type, &request),
        };
        let response = Value::Map(vec![(Value::String(key.to_owned()), value)]).encode(&Limits::default())?;
        self.0.encode("conformance.ConformanceResponse", &response, &Options::default())
    }

    /// Reads a request or a response.
    pub(crate) fn read(&self, name: &str, message: &[u8]) -> Result<Parts, Error> {
        let plain = Options { defaults: Defaults::None, ..Options::default() };
        match Value::decode(&self.0.decode(name, message, &plain)?, &Limits::default())? {
            Value::Map(parts) => Ok(Parts(parts)),
            other => panic!("a message is a map, not {other:?}"),
        }
    }

    /// What a message says that was asked for.
    pub(crate) fn value(&self, request: &Parts, message: &[u8]) -> Result<Value, Error> {
        let options = Options { unknown: true, defaults: Defaults::None, ..Options::default() };
        Value::decode(&self.0.decode(request.text("messageType"), message, &options)?, &Limits::default())
    }

    fn run(&self, name: &str, request: &Parts) -> (&'static str, Value) {
        let options = Options {
            unknown: true,
            ignore_unknown: request.text("testCategory") == "JSON_IGNORE_UNKNOWN_PARSING_TEST",
            defaults: Defaults::None,
            ..Options::default()
        };
        let output = request.text("requestedOutputFormat");
        match (request.get("protobufPayload"), request.get("jsonPayload")) {
            (Some(Value::Bytes(message)), _) => self.respond(name, message, output, &options),
            (_, Some(Value::String(json))) => match self.0.from_json(name, json, &options) {
                Ok(message) => self.respond(name, &message, output, &options),
                Err(error) => ("parseError", Value::String(error.to_string())),
            },
            _ => ("skipped", Value::String("neither the wire format nor JSON".to_owned())),
        }
    }

    fn respond(&self, name: &str, message: &[u8], output: &str, options: &Options) -> (&'static str, Value) {
        let failed = |kind, error: Error| (kind, Value::String(error.to_string()));
        // The reader and the writer that are put to the test.
        let value = match self.0.decode(name, message, options) {
            Ok(value) => value,
            Err(error) => return failed("parseError", error),
        };
        let message = match self.0.encode(name, &value, options) {
            Ok(message) => message,
            Err(error) => return failed("serializeError", error),
        };
        match output {
            "PROTOBUF" => ("protobufPayload", Value::Bytes(message)),
            "JSON" => match self.0.to_json(name, &message, options) {
                Ok(text) => ("jsonPayload", Value::String(String::from_utf8_lossy(&text).into_owned())),
                Err(error) => failed("serializeError", error),
            },
            _ => ("skipped", Value::String("neither the wire format nor JSON".to_owned())),
        }
    }
}

/// The folder of what the suite's authors wrote.
pub(crate) fn vectors() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/protobuf"))
}
