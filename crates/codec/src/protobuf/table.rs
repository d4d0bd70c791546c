//! A schema's messages, laid out for the coders: what a field is stands beside how it is read and written.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

use prost_reflect::{Cardinality, DescriptorPool, FieldDescriptor, Kind as Described, MessageDescriptor, Value};

use crate::msgpack::{Encoder, Limits};
use crate::{Error, protobuf::wire};

/// Field numbers below this are found without a search.
const DENSE: usize = 256;

/// Not a field.
const NONE: u32 = u32::MAX;

/// What a field's values are. Messages, groups and enums by their number in the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Bool,
    String,
    Bytes,
    Enum(u32),
    Message(u32),
    Group(u32),
}

impl Kind {
    /// The wire type of a single value.
    pub(super) const fn wire(self) -> u8 {
        match self {
            Self::Double | Self::Fixed64 | Self::Sfixed64 => wire::FIXED64,
            Self::Float | Self::Fixed32 | Self::Sfixed32 => wire::FIXED32,
            Self::String | Self::Bytes | Self::Message(_) => wire::LENGTH,
            Self::Group(_) => wire::GROUP,
            _ => wire::VARINT,
        }
    }

    /// As a .proto names it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Double => "double",
            Self::Float => "float",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Sint32 => "sint32",
            Self::Sint64 => "sint64",
            Self::Fixed32 => "fixed32",
            Self::Fixed64 => "fixed64",
            Self::Sfixed32 => "sfixed32",
            Self::Sfixed64 => "sfixed64",
            Self::Bool => "bool",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Enum(_) => "an enum",
            Self::Message(_) | Self::Group(_) => "a message",
        }
    }

    /// Whether many of them can stand in one length-delimited field.
    pub(super) const fn is_packable(self) -> bool {
        matches!(self.wire(), wire::VARINT | wire::FIXED32 | wire::FIXED64)
    }
}

/// How often a field's value is there, and whether one tells absence from the default.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// The default is not written, and what is not there is the default.
    Implicit,
    /// Absent or there.
    Explicit,
    /// There, always.
    Required,
    /// A list.
    Repeated,
    /// Pairs, in messages of this number.
    Map(u32),
}

/// A default value, as far as it is the same for all who read it.
#[derive(Debug)]
pub(super) enum Default {
    Int64(i64),
    Uint64(u64),
    /// A number of the field's enum.
    Enum(i32),
    /// As MessagePack.
    Plain(Box<[u8]>),
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) number: u32,
    pub(super) kind: Kind,
    pub(super) shape: Shape,
    pub(super) packed: bool,
    /// The number, among the message's, of the oneof that it belongs to.
    pub(super) oneof: Option<u32>,
    /// The name that JavaScript has for it.
    pub(super) name: Box<str>,
    /// The name of the .proto; `[pkg.name]` for an extension.
    pub(super) original: Box<str>,
    /// What is there where the field is not, if anything.
    pub(super) default: Option<Default>,
}

#[derive(Debug)]
pub(super) struct Message {
    pub(super) name: Box<str>,
    /// In the order of their numbers.
    pub(super) fields: Vec<Field>,
    dense: Vec<u32>,
    sparse: HashMap<u32, u32>,
    names: HashMap<Box<str>, u32>,
    /// Which field came last after each, in the place behind its own, and which came first. Objects that are alike have
    /// their keys in the same order, whatever that of the schema.
    successors: Vec<AtomicU32>,
    /// Names of the oneofs, synthetic ones left out.
    pub(super) oneofs: Vec<Box<str>>,
    pub(super) has_required: bool,
    /// It is `google.protobuf.Timestamp`.
    pub(super) is_timestamp: bool,
}

impl Message {
    /// The field of a number.
    #[inline]
    pub(super) fn by_number(&self, number: u32) -> Option<u32> {
        match self.dense.get(number as usize) {
            Some(&NONE) => None,
            Some(&index) => Some(index),
            None => self.sparse.get(&number).copied(),
        }
    }

    /// The field of a name: JavaScript's, the .proto's or JSON's.
    pub(super) fn by_name(&self, name: &str) -> Option<u32> {
        self.names.get(name).copied()
    }

    /// Every name that a field goes by, and the field.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, u32)> {
        self.names.iter().map(|(name, index)| (&**name, *index))
    }

    /// The field that is likely to stand at a place: 0 where an object begins, else one more than the index of the field
    /// before.
    #[inline]
    pub(super) fn successor(&self, place: usize) -> Option<(u32, &Field)> {
        let index = self.successors.get(place)?.load(Ordering::Relaxed);
        Some((index, self.fields.get(index as usize)?))
    }

    /// Remembers which field came there.
    pub(super) fn learn(&self, place: usize, index: u32) {
        if let Some(successor) = self.successors.get(place) {
            successor.store(index, Ordering::Relaxed);
        }
    }
}

#[derive(Debug)]
pub(super) struct Enum {
    pub(super) name: Box<str>,
    /// Number and name, in the order of numbers; of several names for one number the first.
    values: Vec<(i32, Box<str>)>,
    names: HashMap<Box<str>, i32>,
}

impl Enum {
    pub(super) fn name_of(&self, number: i32) -> Option<&str> {
        // Most enums count from zero.
        let guess = self.values.get(number as usize).filter(|(known, _)| *known == number);
        let found = guess.or_else(|| {
            let at = self.values.binary_search_by_key(&number, |(known, _)| *known).ok()?;
            self.values.get(at)
        });
        found.map(|(_, name)| &**name)
    }

    pub(super) fn number_of(&self, name: &str) -> Option<i32> {
        self.names.get(name).copied()
    }

    pub(super) fn values(&self) -> &[(i32, Box<str>)] {
        &self.values
    }

    pub(super) fn names(&self) -> impl Iterator<Item = (&str, i32)> {
        self.names.iter().map(|(name, number)| (&**name, *number))
    }
}

/// All messages and enums of a schema.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) messages: Vec<Message>,
    pub(super) enums: Vec<Enum>,
    pub(super) types: HashMap<Box<str>, u32>,
}

impl Table {
    pub(super) fn new(pool: &DescriptorPool) -> Result<Self, Error> {
        let described: Vec<MessageDescriptor> = pool.all_messages().collect();
        let mut numbers = Numbers::default();
        for (i, message) in described.iter().enumerate() {
            numbers.messages.insert(message.full_name().into(), i as u32);
        }
        let mut enums = Vec::new();
        for (i, one) in pool.all_enums().enumerate() {
            numbers.enums.insert(one.full_name().into(), i as u32);
            // In the order of the .proto, which the descriptor's own iterator does not keep.
            let declared = one.enum_descriptor_proto().value.iter();
            let mut values: Vec<(i32, Box<str>)> =
                declared.map(|value| (value.number(), value.name().into())).collect();
            let names = values.iter().map(|(number, name)| (name.clone(), *number)).collect();
            // Stable: the first name of a number comes first.
            values.sort_by_key(|(number, _)| *number);
            values.dedup_by_key(|(number, _)| *number);
            enums.push(Enum { name: one.full_name().into(), values, names });
        }
        let messages = described.iter().map(|message| numbers.message(message)).collect::<Result<_, _>>()?;
        Ok(Self { messages, enums, types: numbers.messages })
    }
}

#[derive(Default)]
struct Numbers {
    messages: HashMap<Box<str>, u32>,
    enums: HashMap<Box<str>, u32>,
}

impl Numbers {
    fn message(&self, message: &MessageDescriptor) -> Result<Message, Error> {
        let oneofs: Vec<Box<str>> =
            message.oneofs().filter(|oneof| !oneof.is_synthetic()).map(|oneof| oneof.name().into()).collect();
        let mut names = HashMap::new();
        let mut fields = Vec::new();
        for field in message.fields() {
            fields.push((self.field(&field, &oneofs)?, Some(Box::from(field.json_name()))));
        }
        for extension in message.extensions() {
            let kind = self.kind(&extension.kind(), extension.is_group());
            let shape = if extension.is_list() { Shape::Repeated } else { Shape::Explicit };
            let name: Box<str> = extension.json_name().into();
            let field = Field {
                number: extension.number(),
                kind,
                shape,
                packed: extension.is_packed(),
                oneof: None,
                original: name.clone(),
                name,
                default: None,
            };
            fields.push((field, None));
        }
        fields.sort_by_key(|(field, _)| field.number);
        let mut dense = Vec::new();
        let mut sparse = HashMap::new();
        for (i, (field, json)) in fields.iter().enumerate() {
            let index = i as u32;
            match field.number as usize {
                number if number < DENSE => {
                    if dense.len() <= number {
                        dense.resize(number + 1, NONE);
                    }
                    dense[number] = index;
                }
                _ => {
                    sparse.insert(field.number, index);
                }
            }
            // The .proto's own names last: they are unique, and win where another's camel form is the same.
            for name in [json.as_ref(), Some(&field.name)].into_iter().flatten() {
                names.entry(name.clone()).or_insert(index);
            }
        }
        for (i, (field, _)) in fields.iter().enumerate() {
            names.insert(field.original.clone(), i as u32);
        }
        let fields: Vec<Field> = fields.into_iter().map(|(field, _)| field).collect();
        let successors = (0..=fields.len() as u32).map(AtomicU32::new).collect();
        Ok(Message {
            name: message.full_name().into(),
            has_required: fields.iter().any(|field| field.shape == Shape::Required),
            is_timestamp: message.full_name() == "google.protobuf.Timestamp",
            fields,
            dense,
            sparse,
            names,
            successors,
            oneofs,
        })
    }

    fn field(&self, field: &FieldDescriptor, oneofs: &[Box<str>]) -> Result<Field, Error> {
        let kind = self.kind(&field.kind(), field.is_group());
        let shape = match kind {
            Kind::Message(entry) if field.is_map() => Shape::Map(entry),
            _ if field.is_list() => Shape::Repeated,
            _ if field.cardinality() == Cardinality::Required => Shape::Required,
            _ if field.supports_presence() => Shape::Explicit,
            _ => Shape::Implicit,
        };
        let oneof = field
            .containing_oneof()
            .filter(|oneof| !oneof.is_synthetic())
            .and_then(|oneof| oneofs.iter().position(|name| **name == *oneof.name()))
            .map(|index| index as u32);
        let default = match (shape, kind) {
            (Shape::Repeated, _) => Some(plain(|out| out.array(0))?),
            (Shape::Map(_), _) => Some(plain(|out| out.map(0))?),
            (_, Kind::Message(_) | Kind::Group(_)) => None,
            _ if oneof.is_some() => None,
            _ => Some(default(field)?),
        };
        Ok(Field {
            number: field.number(),
            kind,
            shape,
            packed: field.is_packed(),
            oneof,
            name: camel(field.name()).into(),
            original: field.name().into(),
            default,
        })
    }

    fn kind(&self, kind: &Described, is_group: bool) -> Kind {
        let number = |numbers: &HashMap<Box<str>, u32>, name: &str| numbers.get(name).copied().unwrap_or_default();
        match kind {
            Described::Double => Kind::Double,
            Described::Float => Kind::Float,
            Described::Int32 => Kind::Int32,
            Described::Int64 => Kind::Int64,
            Described::Uint32 => Kind::Uint32,
            Described::Uint64 => Kind::Uint64,
            Described::Sint32 => Kind::Sint32,
            Described::Sint64 => Kind::Sint64,
            Described::Fixed32 => Kind::Fixed32,
            Described::Fixed64 => Kind::Fixed64,
            Described::Sfixed32 => Kind::Sfixed32,
            Described::Sfixed64 => Kind::Sfixed64,
            Described::Bool => Kind::Bool,
            Described::String => Kind::String,
            Described::Bytes => Kind::Bytes,
            Described::Enum(one) => Kind::Enum(number(&self.enums, one.full_name())),
            Described::Message(message) if is_group => Kind::Group(number(&self.messages, message.full_name())),
            Described::Message(message) => Kind::Message(number(&self.messages, message.full_name())),
        }
    }
}

fn default(field: &FieldDescriptor) -> Result<Default, Error> {
    match field.default_value() {
        Value::I64(value) => Ok(Default::Int64(value)),
        Value::U64(value) => Ok(Default::Uint64(value)),
        Value::EnumNumber(value) => Ok(Default::Enum(value)),
        Value::Bool(value) => plain(|out| out.bool(value)),
        Value::I32(value) => plain(|out| out.signed(value.into())),
        Value::U32(value) => plain(|out| out.unsigned(value.into())),
        Value::F32(value) => plain(|out| out.float(value.into())),
        Value::F64(value) => plain(|out| out.float(value)),
        Value::String(value) => plain(|out| out.string(&value)),
        Value::Bytes(value) => plain(|out| out.bytes(&value)),
        Value::Message(_) | Value::List(_) | Value::Map(_) => plain(Encoder::nil),
    }
}

fn plain(write: impl FnOnce(&mut Encoder) -> Result<(), Error>) -> Result<Default, Error> {
    let mut out = Encoder::new(&Limits::default());
    write(&mut out)?;
    Ok(Default::Plain(out.into_bytes().into()))
}

/// The lowerCamelCase name of a field, as protoc makes it for JSON, protobufjs and protobuf-es for JavaScript.
fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.chars() {
        if c == '_' {
            upper = true;
        } else if core::mem::take(&mut upper) {
            out.extend(c.to_uppercase());
        } else {
            out.push(c);
        }
    }
    out
}
