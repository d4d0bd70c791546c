//! What can be asked, and how answers are written.

use centaurus_codec::msgpack::{self, Value};
use centaurus_codec::protobuf::{Compiled, Schema, Sources, compile};
use centaurus_codec::{Detail, Error};

use crate::options::{self, WrongOption};

/// What to do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    /// Name, sources and whether there may be more, as MessagePack → `{ missing }` or `{ schema, types }` as MessagePack.
    Compile,
    /// Descriptors → the number of a schema, 4 bytes.
    Load,
    /// Type, options, value as MessagePack → message.
    Encode,
    /// Type, options, message → value as MessagePack.
    Decode,
    /// Type, options, message → JSON.
    ToJson,
    /// Type, options, JSON → message.
    FromJson,
    /// Nothing → the schema's table, as MessagePack.
    Table,
}

impl From<u32> for Op {
    fn from(number: u32) -> Self {
        match number {
            0 => Self::Compile,
            1 => Self::Load,
            2 => Self::Encode,
            3 => Self::Decode,
            4 => Self::ToJson,
            5 => Self::FromJson,
            _ => Self::Table,
        }
    }
}

/// Why there is no answer.
pub(crate) enum Fault {
    Codec(Error),
    Option(WrongOption),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Codec(error)
    }
}

impl From<WrongOption> for Fault {
    fn from(wrong: WrongOption) -> Self {
        Self::Option(wrong)
    }
}

/// Schemas, and a call under way.
#[derive(Default)]
pub(crate) struct Machine {
    arguments: Vec<Vec<u8>>,
    schemas: Vec<Schema>,
    pub(crate) result: Vec<u8>,
}

impl Machine {
    pub(crate) fn argument(&mut self, length: usize) -> Option<&mut [u8]> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).ok()?;
        bytes.resize(length, 0);
        self.arguments.push(bytes);
        self.arguments.last_mut().map(Vec::as_mut_slice)
    }

    pub(crate) fn run(&mut self, op: Op, schema: u32) -> bool {
        let arguments = core::mem::take(&mut self.arguments);
        let (ok, result) = match self.answer(op, schema, &arguments) {
            Ok(result) => (true, result),
            Err(fault) => (false, write_fault(&fault)),
        };
        self.result = result;
        ok
    }

    pub(crate) fn clear(&mut self) {
        self.arguments.clear();
        self.result = Vec::new();
    }

    fn answer(&mut self, op: Op, schema: u32, arguments: &[Vec<u8>]) -> Result<Vec<u8>, Fault> {
        let argument = |i: usize| arguments.get(i).map(Vec::as_slice).unwrap_or_default();
        match op {
            Op::Compile => return compiled(argument(0)),
            Op::Load => {
                self.schemas.push(Schema::new(argument(0))?);
                return Ok((self.schemas.len() as u32 - 1).to_le_bytes().to_vec());
            }
            _ => {}
        }
        let name = String::from_utf8_lossy(argument(0));
        let Some(schema) = self.schemas.get(schema as usize) else {
            return Err(Error::UnknownType { name: name.into_owned(), near: Vec::new() }.into());
        };
        if matches!(op, Op::Table) {
            return Ok(schema.table()?);
        }
        let options = options::read(op, argument(1))?;
        let content = argument(2);
        Ok(match op {
            Op::Encode => schema.encode(&name, content, &options)?,
            Op::Decode => schema.decode(&name, content, &options)?,
            Op::ToJson => schema.to_json(&name, content, &options)?,
            _ => schema.from_json(&name, &String::from_utf8_lossy(content), &options)?,
        })
    }
}

/// `[name, { path: text }, whether missing imports can be had]` → what it compiles to.
fn compiled(request: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut name = String::new();
    let mut sources = Sources::new();
    let mut more = false;
    if let Value::Array(parts) = Value::decode(request, &msgpack::Limits::default())? {
        for part in parts {
            match part {
                Value::String(text) => name = text,
                Value::Bool(flag) => more = flag,
                Value::Map(pairs) => sources.extend(pairs.into_iter().filter_map(|pair| match pair {
                    (Value::String(path), Value::String(text)) => Some((path, text)),
                    _ => None,
                })),
                _ => {}
            }
        }
    }
    let text = |text: &str| Value::String(text.to_owned());
    let list = |texts: &mut dyn Iterator<Item = String>| Value::Array(texts.map(Value::String).collect());
    let answer = match compile(&name, &sources, more)? {
        Compiled::Missing(paths) => vec![(text("missing"), list(&mut paths.into_iter()))],
        Compiled::Descriptors(descriptors) => {
            let types = list(&mut Schema::new(&descriptors)?.types());
            vec![(text("schema"), Value::Bytes(descriptors)), (text("types"), types)]
        }
    };
    Ok(Value::Map(answer).encode(&msgpack::Limits::default())?)
}

fn write_fault(fault: &Fault) -> Vec<u8> {
    let text = |text: &str| Value::String(text.to_owned());
    let (name, message, details) = match fault {
        Fault::Codec(error) => (error.name(), error.to_string(), error.details()),
        Fault::Option(WrongOption { class, message }) => (*class, message.clone(), Vec::new()),
    };
    let mut pairs = vec![(text("name"), text(name)), (text("message"), text(&message))];
    for (key, detail) in details {
        let value = match detail {
            Detail::Number(number) => Value::Integer(number.into()),
            Detail::Text(detail) => Value::String(detail),
        };
        pairs.push((text(key), value));
    }
    // A few short texts: no limit is near.
    Value::Map(pairs).encode(&msgpack::Limits::default()).unwrap_or_default()
}
