//! MessagePack → messages, in the order of the fields' numbers.

use crate::msgpack::Timestamp;
use crate::{Error, Limit, Place};

use super::fault::{Fault, Step, What};
use super::input::{Head, Input};
use super::scalar::typed_key;
use super::table::{Field, Kind, Message, Shape, Table};
use super::wire::{self, put_tag, put_varint};
use super::{Options, UNKNOWN};

/// What protobuf-es marks its messages with.
const TYPE_NAME: &str = "$typeName";

/// Most bytes that a scalar takes with its tag.
pub(super) const SCALAR: usize = 24;

/// Comes after every field.
const LAST: u32 = u32::MAX;

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
        put_tag(&mut self.out, number, wire::LENGTH);
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
                put_tag(&mut self.out, number, wire::GROUP);
                self.body(message, head)?;
                self.room(SCALAR)?;
                put_tag(&mut self.out, number, wire::GROUP_END);
                Ok(false)
            }
            _ => {
                self.room(SCALAR)?;
                put_tag(&mut self.out, number, kind.wire());
                self.scalar(kind, head)
            }
        }
    }

    /// Makes room for a tag, a length and so many bytes, if that much may come.
    #[inline]
    pub(super) fn room(&mut self, content: usize) -> Result<(), Error> {
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
