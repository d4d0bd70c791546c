//! MessagePack → messages, in the order of the fields' numbers.

use crate::msgpack::Timestamp;
use crate::{Error, Limit, Place};

use super::input::{Head, Input};
use super::table::{Field, Kind, Message, Shape, Table};
use super::wire::{self, put_varint};
use super::{Options, UNKNOWN};

/// What protobuf-es marks its messages with.
const TYPE_NAME: &str = "$typeName";

/// Most bytes that a scalar takes with its tag.
const SCALAR: usize = 24;

/// Comes after every field.
const LAST: u32 = u32::MAX;

/// What is wrong with a value; where it stands is added on the way out.
#[derive(Debug)]
pub(super) enum Fault {
    At(What, Vec<Step>),
    Other(Error),
}

#[derive(Debug)]
pub(super) enum What {
    Wrong(String),
    Missing { field: String, message: String },
    TooDeep,
}

#[derive(Debug)]
pub(super) enum Step {
    Key(String),
    Index(u32),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Fault {
    #[cold]
    fn wrong(what: String) -> Self {
        Self::At(What::Wrong(what), Vec::new())
    }

    #[cold]
    fn mismatch(found: &Head<'_>, wanted: &str) -> Self {
        Self::wrong(format!("{} is not {wanted}", found.describe()))
    }

    #[cold]
    fn inside(mut self, step: impl FnOnce() -> Step) -> Self {
        if let Self::At(_, path) = &mut self {
            path.push(step());
        }
        self
    }

    pub(super) fn into_error(self, options: &Options) -> Error {
        let (what, steps) = match self {
            Self::Other(error) => return error,
            Self::At(what, steps) => (what, steps),
        };
        let path = path(&steps);
        match what {
            What::Wrong(reason) => Error::WrongValue { reason, path },
            What::Missing { field, message } => Error::MissingField { field, message, at: Place::Path(path) },
            What::TooDeep => {
                Error::Limit { limit: Limit::Depth, max: options.limits.max_depth as u64, at: Place::Path(path) }
            }
        }
    }
}

/// Steps of a path that are shown from either end.
const SHOWN: usize = 8;

/// As one would write it in JavaScript. The innermost step comes first.
fn path(steps: &[Step]) -> String {
    let mut path = String::from("$");
    for (depth, step) in steps.iter().rev().enumerate() {
        if steps.len() > 2 * SHOWN && (SHOWN..steps.len() - SHOWN).contains(&depth) {
            if depth == SHOWN {
                path.push_str(&format!(" … {} more … ", steps.len() - 2 * SHOWN));
            }
            continue;
        }
        match step {
            Step::Index(index) => path.push_str(&format!("[{index}]")),
            Step::Key(key) if key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => path.extend([".", key]),
            Step::Key(key) => path.push_str(&format!("[{:?}]", key.chars().take(40).collect::<String>())),
        }
    }
    path
}

pub(super) struct Encoder<'s> {
    pub(super) table: &'s Table,
    pub(super) input: Input<'s>,
    pub(super) options: &'s Options,
    pub(super) out: Vec<u8>,
    /// Numbers of the fields that have been written of each message under way, and where they start.
    order: Vec<(u32, usize)>,
    /// For bringing them into order: what was written, and the number, start and end of each field in it.
    written: Vec<u8>,
    parts: Vec<(u32, usize, usize)>,
    depth: usize,
}

impl<'s> Encoder<'s> {
    pub(super) fn new(table: &'s Table, message: &'s [u8], options: &'s Options) -> Self {
        let (out, order, written, parts) = Default::default();
        Self { table, input: Input::new(message), options, out, order, written, parts, depth: 0 }
    }

    /// Writes the next value as a message.
    pub(super) fn message(&mut self, message: u32) -> Result<(), Fault> {
        let head = self.input.head()?;
        self.body(message, head)
    }

    fn body(&mut self, message: u32, head: Head<'s>) -> Result<(), Fault> {
        let table = self.table;
        let message = &table.messages[message as usize];
        let count = match head {
            Head::Map(count) => count,
            Head::Extension(Timestamp::EXTENSION, content) if message.is_timestamp => return self.timestamp(content),
            head => return Err(Fault::mismatch(&head, &format!("an object, as {} is one", message.name))),
        };
        if self.depth >= self.options.limits.max_depth {
            return Err(Fault::At(What::TooDeep, Vec::new()));
        }
        self.depth += 1;
        let base = self.order.len();
        self.fields(message, count)?;
        if !self.order[base..].is_sorted_by_key(|(number, _)| *number) {
            self.put_in_order(base);
        }
        self.order.truncate(base);
        self.depth -= 1;
        Ok(())
    }

    fn fields(&mut self, message: &'s Message, count: u32) -> Result<(), Fault> {
        let mut place = 0;
        let mut chosen: Vec<Option<u32>> = vec![None; message.oneofs.len()];
        let mut seen = vec![false; if message.has_required { message.fields.len() } else { 0 }];
        for _ in 0..count {
            let start = self.out.len();
            let (key, index) = match message.successor(place) {
                Some((index, field)) if self.input.follow(&field.name) => (&*field.name, Some(index)),
                _ => self.name(message, place)?,
            };
            let Some(index) = index else {
                self.no_field(message, key).map_err(|fault| fault.inside(|| Step::Key(key.to_owned())))?;
                continue;
            };
            place = index as usize + 1;
            let field = &message.fields[index as usize];
            let there = self.field(field).map_err(|fault| fault.inside(|| Step::Key(key.to_owned())))?;
            if self.out.len() > start {
                self.order.push((field.number, start));
            }
            if !there {
                continue;
            }
            if let Some(seen) = seen.get_mut(index as usize) {
                *seen = true;
            }
            if let Some(oneof) = field.oneof
                && let Some(other) = chosen[oneof as usize].replace(index)
                && other != index
            {
                let other = &message.fields[other as usize].name;
                let oneof = &message.oneofs[oneof as usize];
                return Err(Fault::wrong(format!(
                    "both '{other}' and '{key}' are set, of which '{oneof}' can have one"
                )));
            }
        }
        if !self.options.partial
            && let Some(field) =
                seen.iter().zip(&message.fields).find(|(seen, field)| !**seen && field.shape == Shape::Required)
        {
            let (field, message) = (field.1.original.to_string(), message.name.to_string());
            return Err(Fault::At(What::Missing { field, message }, Vec::new()));
        }
        Ok(())
    }

    /// The next key, and the field that it names.
    fn name(&mut self, message: &Message, place: usize) -> Result<(&'s str, Option<u32>), Fault> {
        let key = match self.input.head()? {
            Head::String(key) => key,
            head => return Err(Fault::wrong(format!("the key {} is not a field's name", head.describe()))),
        };
        let index = message.by_name(key);
        if let Some(index) = index {
            message.learn(place, index);
        }
        Ok((key, index))
    }

    /// A key that names no field.
    fn no_field(&mut self, message: &Message, key: &str) -> Result<(), Fault> {
        let head = self.input.head()?;
        match head {
            Head::Bytes(bytes) if key == UNKNOWN => {
                self.order.push((LAST, self.out.len()));
                self.room(bytes.len())?;
                self.out.extend_from_slice(bytes);
                Ok(())
            }
            Head::Nil => Ok(()),
            _ if self.options.ignore_unknown || key == TYPE_NAME => Ok(self.input.skip(head)?),
            _ => Err(Fault::wrong(format!("{} has no field '{key}', which stands", message.name))),
        }
    }

    /// Brings the fields of a message into the order of their numbers.
    fn put_in_order(&mut self, base: usize) {
        let order = &self.order[base..];
        let Some(&(_, start)) = order.first() else { return };
        let Self { written, parts, .. } = self;
        written.clear();
        written.extend_from_slice(&self.out[start..]);
        parts.clear();
        let ends = order.iter().skip(1).map(|(_, start)| *start).chain([self.out.len()]);
        parts.extend(order.iter().zip(ends).map(|(&(number, from), until)| (number, from - start, until - start)));
        parts.sort_by_key(|(number, ..)| *number);
        self.out.truncate(start);
        for &(_, from, until) in &*parts {
            self.out.extend_from_slice(&written[from..until]);
        }
    }

    /// Writes a field. Whether it is there.
    fn field(&mut self, field: &'s Field) -> Result<bool, Fault> {
        let head = self.input.head()?;
        match (head, field.shape) {
            (Head::Nil, _) => return Ok(false),
            (Head::Array(count), Shape::Repeated) => self.list(field, count)?,
            (head, Shape::Repeated) => {
                return Err(Fault::mismatch(&head, "an array, as the field is repeated"));
            }
            (Head::Map(count), Shape::Map(entry)) => self.map(field, entry, count)?,
            (head, Shape::Map(_)) => return Err(Fault::mismatch(&head, "an object or a Map, as the field is a map")),
            (head, shape) => {
                let start = self.out.len();
                let is_default = self.tagged(field.number, field.kind, head)?;
                if is_default && shape == Shape::Implicit {
                    self.out.truncate(start);
                }
            }
        }
        Ok(true)
    }

    fn list(&mut self, field: &'s Field, count: u32) -> Result<(), Fault> {
        if count == 0 {
            return Ok(());
        }
        let start = if field.packed { Some(self.open(field.number)?) } else { None };
        for i in 0..count {
            let head = self.input.head()?;
            let written = match start {
                Some(_) => self.scalar(field.kind, head),
                None => self.tagged(field.number, field.kind, head),
            };
            written.map_err(|fault| fault.inside(|| Step::Index(i)))?;
        }
        if let Some(start) = start {
            self.close(start)?;
        }
        Ok(())
    }

    fn map(&mut self, field: &Field, entry: u32, count: u32) -> Result<(), Fault> {
        let [key, value] = self.table.messages[entry as usize].fields.as_slice() else { return Ok(()) };
        for _ in 0..count {
            let start = self.open(field.number)?;
            let head = self.input.head()?;
            let named = |fault: Fault| {
                fault.inside(|| {
                    Step::Key(match head {
                        Head::String(key) => key.to_owned(),
                        Head::Signed(key) => key.to_string(),
                        Head::Unsigned(key) => key.to_string(),
                        head => head.describe(),
                    })
                })
            };
            self.tagged(key.number, key.kind, typed_key(key.kind, head)).map_err(named)?;
            let content = self.input.head()?;
            self.tagged(value.number, value.kind, content).map_err(named)?;
            self.close(start)?;
        }
        Ok(())
    }

    /// Begins a length-delimited field: where its length will stand.
    fn open(&mut self, number: u32) -> Result<usize, Fault> {
        self.room(SCALAR)?;
        put_varint(&mut self.out, tag(number, wire::LENGTH));
        self.out.push(0);
        Ok(self.out.len() - 1)
    }

    /// Ends it. Most lengths need the one byte that was left for them.
    fn close(&mut self, at: usize) -> Result<(), Fault> {
        let length = self.out.len() - at - 1;
        if length < 0x80 {
            self.out[at] = length as u8;
            return Ok(());
        }
        let mut prefix = Vec::with_capacity(5);
        put_varint(&mut prefix, length as u64);
        self.room(prefix.len())?;
        let end = self.out.len();
        self.out.resize(end + prefix.len() - 1, 0);
        self.out.copy_within(at + 1..end, at + prefix.len());
        self.out[at..at + prefix.len()].copy_from_slice(&prefix);
        Ok(())
    }

    /// Writes a value behind its tag. Whether it is what a reader takes for granted.
    fn tagged(&mut self, number: u32, kind: Kind, head: Head<'s>) -> Result<bool, Fault> {
        match kind {
            Kind::Message(message) => {
                let start = self.open(number)?;
                self.body(message, head)?;
                self.close(start)?;
                Ok(false)
            }
            Kind::Group(message) => {
                self.room(SCALAR)?;
                put_varint(&mut self.out, tag(number, wire::GROUP));
                self.body(message, head)?;
                self.room(SCALAR)?;
                put_varint(&mut self.out, tag(number, wire::GROUP_END));
                Ok(false)
            }
            _ => {
                self.room(SCALAR)?;
                put_varint(&mut self.out, tag(number, kind.wire()));
                self.scalar(kind, head)
            }
        }
    }

    /// Writes a scalar. Whether it is zero or empty.
    #[inline]
    fn scalar(&mut self, kind: Kind, head: Head<'_>) -> Result<bool, Fault> {
        let content = match (kind, head) {
            (Kind::String, Head::String(text)) => text.as_bytes(),
            (Kind::Bytes, Head::Bytes(bytes)) => bytes,
            (Kind::String | Kind::Bytes, head) => {
                return Err(Fault::mismatch(&head, if kind == Kind::String { "a string" } else { "binary data" }));
            }
            _ => return self.number(kind, head),
        };
        self.room(content.len())?;
        put_varint(&mut self.out, content.len() as u64);
        self.out.extend_from_slice(content);
        Ok(content.is_empty())
    }

    fn number(&mut self, kind: Kind, head: Head<'_>) -> Result<bool, Fault> {
        self.room(0)?;
        let value = match kind {
            Kind::Double | Kind::Float => return self.float(kind, head),
            Kind::Bool => match head {
                Head::Bool(value) => i64::from(value),
                head => return Err(Fault::mismatch(&head, "a boolean")),
            },
            Kind::Enum(one) => self.enum_number(one, head)?.into(),
            Kind::Uint64 | Kind::Fixed64 => integer(kind, head, 0, u64::MAX.into())? as i64,
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
                integer(kind, head, i64::MIN.into(), i64::MAX.into())? as i64
            }
            Kind::Uint32 | Kind::Fixed32 => integer(kind, head, 0, u32::MAX.into())? as i64,
            _ => integer(kind, head, i32::MIN.into(), i32::MAX.into())? as i64,
        };
        match kind {
            Kind::Sint32 | Kind::Sint64 => put_varint(&mut self.out, wire::zigzag(value)),
            Kind::Fixed32 | Kind::Sfixed32 => self.out.extend_from_slice(&(value as u32).to_le_bytes()),
            Kind::Fixed64 | Kind::Sfixed64 => self.out.extend_from_slice(&value.to_le_bytes()),
            _ => put_varint(&mut self.out, value as u64),
        }
        Ok(value == 0)
    }

    fn float(&mut self, kind: Kind, head: Head<'_>) -> Result<bool, Fault> {
        let value = match head {
            Head::Float(value) => value,
            Head::Signed(value) => value as f64,
            Head::Unsigned(value) => value as f64,
            head => return Err(Fault::mismatch(&head, "a number")),
        };
        if kind == Kind::Double {
            self.out.extend_from_slice(&value.to_le_bytes());
        } else {
            let single = value as f32;
            if single.is_infinite() && value.is_finite() {
                return Err(Fault::mismatch(&head, "within the range of a float"));
            }
            self.out.extend_from_slice(&single.to_le_bytes());
        }
        // The minus of −0 is worth writing.
        Ok(value.to_bits() == 0)
    }

    fn enum_number(&self, one: u32, head: Head<'_>) -> Result<i32, Fault> {
        let one = &self.table.enums[one as usize];
        let number = match head {
            Head::String(name) => one.number_of(name),
            Head::Signed(number) => i32::try_from(number).ok(),
            Head::Float(number) => Some(number as i32).filter(|&whole| f64::from(whole) == number),
            _ => None,
        };
        number.ok_or_else(|| Fault::mismatch(&head, &format!("a name or a number of the enum {}", one.name)))
    }

    /// A moment as a `google.protobuf.Timestamp`.
    fn timestamp(&mut self, content: &[u8]) -> Result<(), Fault> {
        let moment = Timestamp::read(content, self.input.position() as u64)?;
        self.room(SCALAR)?;
        for (number, value) in [(1, moment.seconds()), (2, i64::from(moment.nanoseconds()))] {
            if value != 0 {
                put_varint(&mut self.out, tag(number, wire::VARINT));
                put_varint(&mut self.out, value as u64);
            }
        }
        Ok(())
    }

    /// Makes room for a tag, a length and so many bytes, if that much may come.
    #[inline]
    fn room(&mut self, content: usize) -> Result<(), Error> {
        let needed = content.saturating_add(SCALAR);
        if self.out.capacity() - self.out.len() < needed {
            let max = self.options.limits.max_allocation;
            if self.out.len() as u64 + content as u64 > max {
                let at = Place::Offset(self.out.len() as u64);
                return Err(Error::Limit { limit: Limit::Allocation, max, at });
            }
            self.out.try_reserve(needed).map_err(|_| Error::OutOfMemory { needed: needed as u64 })?;
        }
        Ok(())
    }
}

fn tag(number: u32, wire: u8) -> u64 {
    u64::from(number) << 3 | u64::from(wire)
}

/// A whole number within bounds; a 64-bit one may be written in decimal.
fn integer(kind: Kind, head: Head<'_>, low: i128, high: i128) -> Result<i128, Fault> {
    let is_wide = matches!(kind, Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64);
    let value = match head {
        // Nearly all of them, without the arithmetic of 128 bits.
        Head::Signed(value @ 0..=0x7fff_ffff) => return Ok(value.into()),
        Head::Signed(value) => Some(value.into()),
        Head::Unsigned(value) => Some(value.into()),
        Head::Float(value) => Some(value as i128).filter(|&whole| whole as f64 == value),
        Head::String(text) if is_wide => text.parse::<i128>().ok(),
        _ => None,
    };
    value
        .filter(|value| (low..=high).contains(value))
        .ok_or_else(|| Fault::mismatch(&head, &format!("of type {}, a whole number from {low} to {high}", kind.name())))
}

/// The key of an object, which is text whatever it stands for, as a map's own type.
fn typed_key(kind: Kind, head: Head<'_>) -> Head<'_> {
    match (kind, head) {
        (Kind::String, head) => head,
        (Kind::Bool, Head::String("true")) => Head::Bool(true),
        (Kind::Bool, Head::String("false")) => Head::Bool(false),
        (_, Head::String(text)) => match (text.parse::<i64>(), text.parse::<u64>()) {
            (Ok(value), _) => Head::Signed(value),
            (_, Ok(value)) => Head::Unsigned(value),
            _ => head,
        },
        _ => head,
    }
}
