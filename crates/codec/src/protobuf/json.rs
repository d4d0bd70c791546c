//! The JSON mapping (<https://protobuf.dev/programming-guides/json/>), which is `prost-reflect`'s.

use std::io::{self, Write};

use prost::Message as _;
use prost_reflect::{DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions};

use crate::{Error, Limit, Place};

use super::{Defaults, Enums, Options, wire::corrupt};

/// What a value takes while it is neither a message nor text, in bytes.
const VALUE_COST: u64 = 256;

/// Writes a message, which has been checked and has so many values, as JSON text.
pub(super) fn write(
    descriptor: MessageDescriptor,
    message: &[u8],
    values: u64,
    options: &Options,
) -> Result<Vec<u8>, Error> {
    check_cost(values, options, 0)?;
    let message =
        DynamicMessage::decode(descriptor, message).map_err(|_| corrupt(0, "a message that has no JSON form"))?;
    let serialize = SerializeOptions::new()
        .skip_default_fields(options.defaults == Defaults::None)
        .use_enum_numbers(options.enums == Enums::Number)
        .use_proto_field_name(options.original_names);
    let mut out = Bounded { text: Vec::new(), max: options.limits.max_allocation, fault: None };
    let mut serializer = serde_json::Serializer::new(&mut out);
    let written = message.serialize_with_options(&mut serializer, &serialize);
    match (written, out.fault) {
        (_, Some(fault)) => Err(fault),
        (Ok(()), None) => Ok(out.text),
        (Err(error), None) => Err(Error::WrongValue { reason: error.to_string(), path: "$".to_owned() }),
    }
}

/// Writes JSON text as a message.
pub(super) fn read(descriptor: MessageDescriptor, text: &str, options: &Options) -> Result<Vec<u8>, Error> {
    let max = options.limits.max_input;
    if text.len() as u64 > max {
        return Err(Error::Limit { limit: Limit::Input, max, at: Place::Offset(max) });
    }
    // Commas and brackets inside strings are counted too: an estimate that errs on the safe side.
    let values = text.bytes().filter(|byte| matches!(byte, b'{' | b'[' | b',')).count();
    check_cost(values as u64, options, 0)?;
    let deserialize = DeserializeOptions::new().deny_unknown_fields(!options.ignore_unknown);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let message = DynamicMessage::deserialize_with_options(descriptor, &mut deserializer, &deserialize);
    let message = message.and_then(|message| deserializer.end().map(|()| message));
    let message = message.map_err(|error| Error::WrongJson { reason: error.to_string() })?;
    Ok(message.encode_to_vec())
}

fn check_cost(values: u64, options: &Options, offset: u64) -> Result<(), Error> {
    let max = options.limits.max_allocation;
    if values.saturating_mul(VALUE_COST) > max {
        return Err(Error::Limit { limit: Limit::Allocation, max, at: Place::Offset(offset) });
    }
    Ok(())
}

/// Text that may not become longer than so much.
struct Bounded {
    text: Vec<u8>,
    max: u64,
    fault: Option<Error>,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.text.len() as u64;
        if length + bytes.len() as u64 > self.max {
            self.fault = Some(Error::Limit { limit: Limit::Allocation, max: self.max, at: Place::Offset(length) });
        } else if self.text.try_reserve(bytes.len()).is_err() {
            self.fault = Some(Error::OutOfMemory { needed: bytes.len() as u64 });
        } else {
            self.text.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        Err(io::ErrorKind::OutOfMemory.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
