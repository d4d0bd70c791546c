//! A schema's table as MessagePack, for a coder elsewhere that does by it what is plain and well-formed, and leaves the
//! rest to this one (`worker/runtime/protobuf`).

use crate::Error;
use crate::msgpack::{Encoder, Limits};

use super::Schema;
use super::table::{Default, Enum, Field, Kind, Message, Shape};

impl Schema {
    /// `[messages, enums]`. A message is `[name, whether it is a timestamp, number of oneofs, fields, { name: field }]`, a
    /// field `[number, kind, shape, of, packed, oneof, name, name in the .proto, default]`, where `of` is the number of the
    /// message or the enum, of a map's field that of its entries; an enum is `[{ number: name }, { name: number }]`.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`], [`Error::OutOfMemory`].
    pub fn table(&self) -> Result<Vec<u8>, Error> {
        let mut out = Encoder::new(&Limits::default());
        out.array(2)?;
        out.array(self.table.messages.len())?;
        self.table.messages.iter().try_for_each(|one| message(&mut out, one))?;
        out.array(self.table.enums.len())?;
        self.table.enums.iter().try_for_each(|one| enumeration(&mut out, one))?;
        Ok(out.into_bytes())
    }
}

fn message(out: &mut Encoder, message: &Message) -> Result<(), Error> {
    out.array(5)?;
    out.string(&message.name)?;
    out.bool(message.is_timestamp)?;
    out.unsigned(message.oneofs.len() as u64)?;
    out.array(message.fields.len())?;
    message.fields.iter().try_for_each(|one| field(out, one))?;
    let names: Vec<_> = message.names().collect();
    out.map(names.len())?;
    names.into_iter().try_for_each(|(name, field)| {
        out.string(name)?;
        out.unsigned(field.into())
    })
}

fn field(out: &mut Encoder, field: &Field) -> Result<(), Error> {
    let (kind, of) = match field.kind {
        Kind::Enum(number) => ("enum", Some(number)),
        Kind::Message(number) => ("message", Some(number)),
        Kind::Group(number) => ("group", Some(number)),
        kind => (kind.name(), None),
    };
    let shape = match field.shape {
        Shape::Implicit => "implicit",
        Shape::Explicit => "explicit",
        Shape::Required => "required",
        Shape::Repeated => "repeated",
        Shape::Map(_) => "map",
    };
    out.array(9)?;
    out.unsigned(field.number.into())?;
    out.string(kind)?;
    out.string(shape)?;
    optional(out, of)?;
    out.bool(field.packed)?;
    optional(out, field.oneof)?;
    out.string(&field.name)?;
    out.string(&field.original)?;
    match &field.default {
        None => out.nil(),
        Some(Default::Int64(value)) => out.int64(*value),
        Some(Default::Uint64(value)) => out.uint64(*value),
        Some(Default::Enum(value)) => out.signed((*value).into()),
        Some(Default::Plain(value)) => out.raw(value),
    }
}

fn enumeration(out: &mut Encoder, one: &Enum) -> Result<(), Error> {
    out.array(2)?;
    out.map(one.values().len())?;
    for (number, name) in one.values() {
        out.signed((*number).into())?;
        out.string(name)?;
    }
    let names: Vec<_> = one.names().collect();
    out.map(names.len())?;
    names.into_iter().try_for_each(|(name, number)| {
        out.string(name)?;
        out.signed(number.into())
    })
}

fn optional(out: &mut Encoder, number: Option<u32>) -> Result<(), Error> {
    match number {
        Some(number) => out.unsigned(number.into()),
        None => out.nil(),
    }
}
