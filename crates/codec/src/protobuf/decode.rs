//! Messages → MessagePack.
//!
//! A message's fields may come in any order and in parts, so it is gone through twice: once for where each field lies,
//! past what is nested by its length; then, field by field, for what they say. No tree is built between.

use crate::Error;
use crate::msgpack::Encoder;

use super::table::{Default, Field, Kind, Message, Shape, Table};
use super::wire::{self, Reader, corrupt};
use super::{Defaults, Enums, Int64, Options, UNKNOWN, too_deep};

/// An occurrence of a field: where its value lies.
#[derive(Clone, Copy)]
struct Entry {
    /// Its place among the message's fields; [`UNKNOWN_FIELD`] for one that the schema has not, tag included.
    field: u32,
    wire: u8,
    start: u32,
    end: u32,
}

const UNKNOWN_FIELD: u32 = u32::MAX;

/// The bytes of a message, which may come in parts that are merged.
type Span = (usize, usize);

pub(super) struct Decoder<'s> {
    pub(super) table: &'s Table,
    pub(super) bytes: &'s [u8],
    pub(super) options: &'s Options,
    pub(super) out: Encoder,
    entries: Vec<Entry>,
    depth: usize,
    /// Values written so far.
    pub(super) values: u64,
}

impl<'s> Decoder<'s> {
    pub(super) fn new(table: &'s Table, bytes: &'s [u8], options: &'s Options) -> Self {
        let out = Encoder::new(&options.limits);
        Self { table, bytes, options, out, entries: Vec::new(), depth: 0, values: 0 }
    }

    /// Writes the message that these bytes are.
    pub(super) fn message(&mut self, message: u32, spans: &[Span]) -> Result<(), Error> {
        let at = spans.first().map_or(0, |(start, _)| *start);
        if self.depth >= self.options.limits.max_depth {
            return Err(too_deep(self.options.limits.max_depth, at));
        }
        self.depth += 1;
        let base = self.entries.len();
        let message = &self.table.messages[message as usize];
        self.scan(message, spans)?;
        self.settle_oneofs(message, base)?;
        self.check_required(message, base, at)?;
        self.write(message, base)?;
        self.entries.truncate(base);
        self.depth -= 1;
        Ok(())
    }

    /// Notes where the fields are, in their order.
    fn scan(&mut self, message: &Message, spans: &[Span]) -> Result<(), Error> {
        let base = self.entries.len();
        let mut sorted = true;
        let mut last = 0;
        for &(start, end) in spans {
            let mut reader = Reader::new(self.bytes, start, end);
            while !reader.is_done() {
                let tag_at = reader.at;
                let (number, wire) = reader.tag()?;
                let (start, end) = reader.value(number, wire, self.options.limits.max_depth)?;
                let known = message.by_number(number).filter(|&field| fits(&message.fields[field as usize], wire));
                let entry = match known {
                    Some(field) => Entry { field, wire, start: start as u32, end: end as u32 },
                    None if self.options.unknown => {
                        Entry { field: UNKNOWN_FIELD, wire, start: tag_at as u32, end: reader.at as u32 }
                    }
                    None => continue,
                };
                sorted &= entry.field >= last;
                last = entry.field;
                if self.entries.len() == self.entries.capacity() {
                    let needed = self.entries.len().max(16);
                    let bytes = (needed * size_of::<Entry>()) as u64;
                    self.entries.try_reserve(needed).map_err(|_| Error::OutOfMemory { needed: bytes })?;
                }
                self.entries.push(entry);
            }
        }
        // Stable: what comes last of a field still does. A oneof's members are told apart before.
        if !sorted && message.oneofs.is_empty() {
            self.entries[base..].sort_by_key(|entry| entry.field);
        }
        Ok(())
    }

    /// Of a oneof the member that comes last counts; what came before is read for its faults alone.
    fn settle_oneofs(&mut self, message: &Message, base: usize) -> Result<(), Error> {
        if message.oneofs.is_empty() {
            return Ok(());
        }
        let oneof = |entry: &Entry| message.fields.get(entry.field as usize).and_then(|field| field.oneof);
        // For each oneof: its member, and the first entry since no other member came.
        let mut chosen = vec![(UNKNOWN_FIELD, 0); message.oneofs.len()];
        for (i, entry) in self.entries.iter().enumerate().skip(base) {
            if let Some(oneof) = oneof(entry)
                && chosen[oneof as usize].0 != entry.field
            {
                chosen[oneof as usize] = (entry.field, i);
            }
        }
        let is_dead = |i: usize, entry: &Entry| oneof(entry).is_some_and(|oneof| i < chosen[oneof as usize].1);
        let dead: Vec<Entry> = self
            .entries
            .iter()
            .enumerate()
            .skip(base)
            .filter(|(i, entry)| is_dead(*i, entry))
            .map(|(_, entry)| *entry)
            .collect();
        if !dead.is_empty() {
            let mut i = 0;
            self.entries.retain(|entry| {
                i += 1;
                i <= base || !is_dead(i - 1, entry)
            });
        }
        for entry in dead {
            let mark = self.out.position();
            self.single(&message.fields[entry.field as usize], &[entry])?;
            self.out.truncate(mark);
        }
        self.entries[base..].sort_by_key(|entry| entry.field);
        Ok(())
    }

    fn check_required(&self, message: &Message, base: usize, at: usize) -> Result<(), Error> {
        if !message.has_required || self.options.partial {
            return Ok(());
        }
        let entries = &self.entries[base..];
        for (i, field) in message.fields.iter().enumerate() {
            let is_there = || entries.binary_search_by_key(&(i as u32), |entry| entry.field).is_ok();
            if field.shape == Shape::Required && !is_there() {
                let (field, message) = (field.original.to_string(), message.name.to_string());
                return Err(Error::MissingField { field, message, at: crate::Place::Offset(at as u64) });
            }
        }
        Ok(())
    }

    /// Writes the fields that were noted, and the defaults that are asked for.
    fn write(&mut self, message: &Message, base: usize) -> Result<(), Error> {
        let end = self.entries.len();
        let mut count = 0;
        let mut last = None;
        for entry in &self.entries[base..] {
            if last != Some(entry.field) {
                count += 1;
                last = Some(entry.field);
            }
        }
        let fills = self.options.defaults != Defaults::None;
        let known = count - usize::from(last == Some(UNKNOWN_FIELD));
        // Most messages have all their fields.
        if fills && known < message.fields.len() {
            let entries = &self.entries[base..end];
            let present = |i: usize| entries.binary_search_by_key(&(i as u32), |entry| entry.field).is_ok();
            let absent = message.fields.iter().enumerate().filter(|(i, field)| self.is_filled(field) && !present(*i));
            count += absent.count();
        }
        self.out.map(count)?;
        self.values += 1 + count as u64;
        let mut at = base;
        let mut next = 0;
        while at < end {
            let entry = self.entries[at];
            let mut after = at + 1;
            while after < end && self.entries[after].field == entry.field {
                after += 1;
            }
            if fills {
                let until = (entry.field as usize).min(message.fields.len());
                self.fill(message, next, until)?;
                next = until + 1;
            }
            if entry.field == UNKNOWN_FIELD {
                self.unknown(at, after)?;
            } else {
                self.field(&message.fields[entry.field as usize], at, after)?;
            }
            at = after;
        }
        if fills {
            self.fill(message, next, message.fields.len())?;
        }
        Ok(())
    }

    fn is_filled(&self, field: &Field) -> bool {
        field.default.is_some()
            && match self.options.defaults {
                Defaults::None => false,
                Defaults::Implicit => matches!(field.shape, Shape::Implicit | Shape::Repeated | Shape::Map(_)),
                Defaults::All => true,
            }
    }

    fn fill(&mut self, message: &Message, from: usize, until: usize) -> Result<(), Error> {
        for field in message.fields.get(from..until).unwrap_or_default() {
            if !self.is_filled(field) {
                continue;
            }
            self.key(field)?;
            match (&field.default, field.kind) {
                (Some(Default::Int64(value)), _) => self.int64(*value)?,
                (Some(Default::Uint64(value)), _) => self.uint64(*value)?,
                (Some(Default::Enum(value)), Kind::Enum(number)) => self.enumeration(number, *value)?,
                (Some(Default::Plain(value)), _) => self.out.raw(value)?,
                _ => self.out.nil()?,
            }
        }
        Ok(())
    }

    fn key(&mut self, field: &Field) -> Result<(), Error> {
        self.out.string(if self.options.original_names { &field.original } else { &field.name })
    }

    fn unknown(&mut self, from: usize, until: usize) -> Result<(), Error> {
        self.out.string(UNKNOWN)?;
        let entries = &self.entries[from..until];
        let bytes = self.bytes;
        let span = |entry: &Entry| &bytes[entry.start as usize..entry.end as usize];
        let length = entries.iter().map(|entry| span(entry).len()).sum();
        self.out.bytes_with(length, |mut place| {
            for entry in entries {
                let (head, rest) = place.split_at_mut(span(entry).len());
                head.copy_from_slice(span(entry));
                place = rest;
            }
        })
    }

    /// Writes a field of which these are the occurrences.
    fn field(&mut self, field: &Field, from: usize, until: usize) -> Result<(), Error> {
        self.key(field)?;
        match field.shape {
            Shape::Repeated => self.list(field, from, until),
            Shape::Map(entry) => self.map(entry, from, until),
            _ if until - from == 1 => self.single(field, &[self.entries[from]]),
            _ => {
                let entries = self.entries[from..until].to_vec();
                self.single(field, &entries)
            }
        }
    }

    /// A value of which the last occurrence counts, except that messages are merged.
    fn single(&mut self, field: &Field, entries: &[Entry]) -> Result<(), Error> {
        let span = |entry: &Entry| (entry.start as usize, entry.end as usize);
        if let Kind::Message(message) | Kind::Group(message) = field.kind {
            return match entries {
                [only] => self.message(message, &[span(only)]),
                _ => self.message(message, &entries.iter().map(span).collect::<Vec<_>>()),
            };
        }
        for (i, entry) in entries.iter().enumerate() {
            let mark = self.out.position();
            self.scalar(field.kind, &mut Reader::new(self.bytes, entry.start as usize, entry.end as usize))?;
            if i + 1 < entries.len() {
                self.out.truncate(mark);
            }
        }
        Ok(())
    }

    fn list(&mut self, field: &Field, from: usize, until: usize) -> Result<(), Error> {
        let packable = field.kind.is_packable();
        let is_packed = |entry: &Entry| packable && entry.wire == wire::LENGTH;
        let mut count = 0;
        for entry in &self.entries[from..until] {
            let (start, end) = (entry.start as usize, entry.end as usize);
            count += if is_packed(entry) { packed_count(field.kind, &self.bytes[start..end], start)? } else { 1 };
        }
        self.out.array(count)?;
        self.values += count as u64;
        for at in from..until {
            let entry = self.entries[at];
            let (start, end) = (entry.start as usize, entry.end as usize);
            match field.kind {
                Kind::Message(message) | Kind::Group(message) => self.message(message, &[(start, end)])?,
                kind if is_packed(&entry) => {
                    let mut reader = Reader::new(self.bytes, start, end);
                    while !reader.is_done() {
                        self.scalar(kind, &mut reader)?;
                    }
                }
                kind => self.scalar(kind, &mut Reader::new(self.bytes, start, end))?,
            }
        }
        Ok(())
    }

    /// Pairs; where a key comes twice the last one counts, which is left to whoever reads the MessagePack.
    fn map(&mut self, message: u32, from: usize, until: usize) -> Result<(), Error> {
        let entry_message = &self.table.messages[message as usize];
        let [key, value] = entry_message.fields.as_slice() else {
            return Err(corrupt(0, "a map of a schema that is broken"));
        };
        self.out.map(until - from)?;
        self.values += 2 * (until - from) as u64;
        for at in from..until {
            let Entry { start, end, .. } = self.entries[at];
            let base = self.entries.len();
            self.scan(entry_message, &[(start as usize, end as usize)])?;
            let middle = base + self.entries[base..].partition_point(|entry| entry.field == 0);
            let values = self.entries[middle..].partition_point(|entry| entry.field == 1);
            let values = self.entries[middle..middle + values].to_vec();
            self.map_key(key, self.entries[base..middle].last().copied())?;
            match values.as_slice() {
                [] => match value.kind {
                    Kind::Message(message) | Kind::Group(message) => self.message(message, &[])?,
                    kind => self.scalar(kind, &mut Reader::new(&ZEROES, 0, zero_length(kind)))?,
                },
                values => self.single(value, values)?,
            }
            self.entries.truncate(base);
        }
        Ok(())
    }

    fn map_key(&mut self, key: &Field, entry: Option<Entry>) -> Result<(), Error> {
        let mut reader = match entry {
            Some(Entry { start, end, .. }) => Reader::new(self.bytes, start as usize, end as usize),
            None => Reader::new(&ZEROES, 0, zero_length(key.kind)),
        };
        if self.options.typed_keys || key.kind == Kind::String {
            return self.scalar(key.kind, &mut reader);
        }
        match number(key.kind, &mut reader)? {
            Number::Signed(value) => self.out.string(&value.to_string()),
            Number::Unsigned(value) => self.out.string(&value.to_string()),
            Number::Bool(value) => self.out.string(if value { "true" } else { "false" }),
            Number::Float(value) => self.out.float(value),
        }
    }

    #[inline]
    fn scalar(&mut self, kind: Kind, reader: &mut Reader<'_>) -> Result<(), Error> {
        match kind {
            Kind::String => {
                let bytes = reader.rest();
                let text = core::str::from_utf8(bytes)
                    .map_err(|fault| corrupt(reader.at + fault.valid_up_to(), "a string that is not UTF-8"))?;
                self.out.string(text)
            }
            Kind::Bytes => self.out.bytes(reader.rest()),
            Kind::Enum(one) => {
                let value = reader.varint()? as i32;
                self.enumeration(one, value)
            }
            _ => match number(kind, reader)? {
                Number::Float(value) => self.out.float(value),
                Number::Bool(value) => self.out.bool(value),
                Number::Signed(value) if is_wide(kind) => self.int64(value),
                Number::Signed(value) => self.out.signed(value),
                Number::Unsigned(value) if is_wide(kind) => self.uint64(value),
                Number::Unsigned(value) => self.out.unsigned(value),
            },
        }
    }

    /// By name, unless numbers are asked for or it has none.
    fn enumeration(&mut self, one: u32, value: i32) -> Result<(), Error> {
        match self.table.enums[one as usize].name_of(value) {
            Some(name) if self.options.enums == Enums::Name => self.out.string(name),
            _ => self.out.signed(value.into()),
        }
    }

    fn int64(&mut self, value: i64) -> Result<(), Error> {
        match self.options.int64 {
            Int64::NumberOrBigint => self.out.signed(value),
            Int64::Bigint => self.out.int64(value),
            Int64::String => self.out.string(&value.to_string()),
        }
    }

    fn uint64(&mut self, value: u64) -> Result<(), Error> {
        match self.options.int64 {
            Int64::NumberOrBigint => self.out.unsigned(value),
            Int64::Bigint => self.out.uint64(value),
            Int64::String => self.out.string(&value.to_string()),
        }
    }
}

/// Whether a field can have come in this wire type: its own, or that of many in one where it is a list.
#[inline]
fn fits(field: &Field, wire: u8) -> bool {
    wire == field.kind.wire() || (wire == wire::LENGTH && field.shape == Shape::Repeated && field.kind.is_packable())
}

/// What a map's entry lacks reads as if it were there and zero.
const ZEROES: [u8; 8] = [0; 8];

const fn zero_length(kind: Kind) -> usize {
    match kind.wire() {
        wire::FIXED64 => 8,
        wire::FIXED32 => 4,
        wire::VARINT => 1,
        _ => 0,
    }
}

/// How many values there are in packed bytes, which start at an offset.
fn packed_count(kind: Kind, bytes: &[u8], start: usize) -> Result<usize, Error> {
    let width = match kind.wire() {
        wire::FIXED64 => 8,
        wire::FIXED32 => 4,
        _ => {
            if bytes.last().is_some_and(|&last| last >= 0x80) {
                return Err(corrupt(start + bytes.len(), "a varint that goes on beyond the end of its list"));
            }
            return Ok(bytes.iter().filter(|&&byte| byte < 0x80).count());
        }
    };
    if bytes.len().is_multiple_of(width) {
        Ok(bytes.len() / width)
    } else {
        Err(corrupt(start + bytes.len(), "a list of fixed-width numbers that ends inside one"))
    }
}

/// A number or a boolean, as wide as it can be.
enum Number {
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Bool(bool),
}

const fn is_wide(kind: Kind) -> bool {
    matches!(kind, Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64)
}

#[inline]
fn number(kind: Kind, reader: &mut Reader<'_>) -> Result<Number, Error> {
    Ok(match kind {
        Kind::Double => Number::Float(f64::from_le_bytes(reader.fixed()?)),
        Kind::Float => Number::Float(f32::from_le_bytes(reader.fixed()?).into()),
        Kind::Int32 => Number::Signed((reader.varint()? as i32).into()),
        Kind::Int64 => Number::Signed(reader.varint()? as i64),
        Kind::Uint32 => Number::Unsigned((reader.varint()? as u32).into()),
        Kind::Uint64 => Number::Unsigned(reader.varint()?),
        Kind::Sint32 => Number::Signed(wire::unzigzag((reader.varint()? as u32).into())),
        Kind::Sint64 => Number::Signed(wire::unzigzag(reader.varint()?)),
        Kind::Fixed32 => Number::Unsigned(u32::from_le_bytes(reader.fixed()?).into()),
        Kind::Fixed64 => Number::Unsigned(u64::from_le_bytes(reader.fixed()?)),
        Kind::Sfixed32 => Number::Signed(i32::from_le_bytes(reader.fixed()?).into()),
        Kind::Sfixed64 => Number::Signed(i64::from_le_bytes(reader.fixed()?)),
        Kind::Bool => Number::Bool(reader.varint()? != 0),
        _ => Number::Signed(0),
    })
}
