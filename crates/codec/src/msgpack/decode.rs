use rmp::Marker;

use crate::{Error, Limit, Place};

use super::reader::{self, Reader};
use super::{FORMAT, Limits, MAX_DEPTH, Timestamp, VALUE_COST};

/// An integer, with what the message tells of its type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Integer {
    /// Written in 32 bits or fewer, with a sign or without: any double holds it.
    Narrow(i64),
    /// Written as `int 64`.
    Int64(i64),
    /// Written as `uint 64`.
    Uint64(u64),
}

/// Makes something of a message's values as they are read. How many an array or a map claims to have is not told:
/// nothing may be allocated on the strength of that.
///
/// All methods can fail with the builder's own error, which ends the walk.
#[expect(clippy::missing_errors_doc, reason = "the errors are the implementor's")]
pub trait Builder {
    /// What a value becomes.
    type Value;
    /// An array that is not complete.
    type Array;
    /// A map that is not complete.
    type Map;
    /// What can go wrong, the message's own faults among it.
    type Error: From<Error>;

    /// nil.
    fn nil(&mut self) -> Result<Self::Value, Self::Error>;
    /// A boolean.
    fn bool(&mut self, value: bool) -> Result<Self::Value, Self::Error>;
    /// An integer.
    fn integer(&mut self, value: Integer) -> Result<Self::Value, Self::Error>;
    /// A float of either size.
    fn float(&mut self, value: f64) -> Result<Self::Value, Self::Error>;
    /// A string.
    fn string(&mut self, value: &str) -> Result<Self::Value, Self::Error>;
    /// Binary data.
    fn bytes(&mut self, value: &[u8]) -> Result<Self::Value, Self::Error>;
    /// Extension type −1: the moment and the bytes that said it.
    fn timestamp(&mut self, value: Timestamp, bytes: &[u8]) -> Result<Self::Value, Self::Error>;
    /// Any other extension type.
    fn extension(&mut self, kind: i8, value: &[u8]) -> Result<Self::Value, Self::Error>;

    /// An array begins.
    fn array(&mut self) -> Result<Self::Array, Self::Error>;
    /// Its next element.
    fn push(&mut self, array: &mut Self::Array, value: Self::Value) -> Result<(), Self::Error>;
    /// It is complete.
    fn finish_array(&mut self, array: Self::Array) -> Result<Self::Value, Self::Error>;

    /// A map begins.
    fn map(&mut self) -> Result<Self::Map, Self::Error>;
    /// The key of its next pair is a string.
    fn string_key(&mut self, map: &mut Self::Map, key: &str) -> Result<(), Self::Error>;
    /// The key of its next pair is something else.
    fn other_key(&mut self, map: &mut Self::Map, key: Self::Value) -> Result<(), Self::Error>;
    /// The value that belongs to the key given last.
    fn insert(&mut self, map: &mut Self::Map, value: Self::Value) -> Result<(), Self::Error>;
    /// It is complete.
    fn finish_map(&mut self, map: Self::Map) -> Result<Self::Value, Self::Error>;
}

/// Reads a message that is exactly one value.
///
/// # Errors
///
/// [`Error::Limit`], [`Error::Truncated`], [`Error::Corrupt`], [`Error::TrailingData`], and the builder's own.
pub fn decode<B: Builder>(bytes: &[u8], limits: &Limits, builder: &mut B) -> Result<B::Value, B::Error> {
    let mut decoder = Decoder::new(bytes, limits)?;
    let value = decoder.value(builder)?;
    decoder.end()?;
    Ok(value)
}

/// Whether [`decode`] would read the message without an error of its own.
///
/// # Errors
///
/// What it would answer.
pub fn validate(bytes: &[u8], limits: &Limits) -> Result<(), Error> {
    decode(bytes, limits, &mut Nothing)
}

/// Reads one value after another from bytes.
#[derive(Debug)]
pub struct Decoder<'b> {
    reader: Reader<'b>,
    limits: Limits,
    allocated: u64,
}

/// An array or a map that is not complete, and how many elements or pairs are missing.
enum Frame<B: Builder> {
    Array { array: B::Array, missing: u32 },
    Map { map: B::Map, missing: u32, has_key: bool },
}

impl<'b> Decoder<'b> {
    /// A decoder at the first of the bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`] if they are more than `max_input`.
    pub fn new(bytes: &'b [u8], limits: &Limits) -> Result<Self, Error> {
        if bytes.len() as u64 > limits.max_input {
            return Err(Error::Limit {
                limit: Limit::Input,
                max: limits.max_input,
                at: Place::Offset(limits.max_input),
            });
        }
        let limits = Limits { max_depth: limits.max_depth.min(MAX_DEPTH), ..*limits };
        Ok(Self { reader: Reader::new(bytes), limits, allocated: 0 })
    }

    /// Bytes read so far.
    #[must_use]
    pub fn position(&self) -> usize {
        self.reader.position()
    }

    /// That nothing follows.
    ///
    /// # Errors
    ///
    /// [`Error::TrailingData`].
    pub fn end(&self) -> Result<(), Error> {
        match self.reader.left() {
            0 => Ok(()),
            rest => Err(Error::TrailingData { format: FORMAT, offset: self.position() as u64, length: rest as u64 }),
        }
    }

    /// Reads the next value, whole. Does not recurse: what is open stands in a list, of `max_depth` entries at most.
    ///
    /// # Errors
    ///
    /// As [`decode`]; the decoder is of no use afterwards.
    pub fn value<B: Builder>(&mut self, builder: &mut B) -> Result<B::Value, B::Error> {
        let mut open: Vec<Frame<B>> = Vec::new();
        loop {
            let start = self.position();
            let [marker] = self.reader.take("a value")?;
            self.spend(VALUE_COST, start)?;
            let mut value = match Marker::from_u8(marker) {
                Marker::Null => builder.nil()?,
                Marker::True => builder.bool(true)?,
                Marker::False => builder.bool(false)?,
                Marker::FixPos(value) => builder.integer(Integer::Narrow(value.into()))?,
                Marker::FixNeg(value) => builder.integer(Integer::Narrow(value.into()))?,
                Marker::U8 => builder.integer(Integer::Narrow(u8::from_be_bytes(self.number()?).into()))?,
                Marker::U16 => builder.integer(Integer::Narrow(u16::from_be_bytes(self.number()?).into()))?,
                Marker::U32 => builder.integer(Integer::Narrow(u32::from_be_bytes(self.number()?).into()))?,
                Marker::U64 => builder.integer(Integer::Uint64(u64::from_be_bytes(self.number()?)))?,
                Marker::I8 => builder.integer(Integer::Narrow(i8::from_be_bytes(self.number()?).into()))?,
                Marker::I16 => builder.integer(Integer::Narrow(i16::from_be_bytes(self.number()?).into()))?,
                Marker::I32 => builder.integer(Integer::Narrow(i32::from_be_bytes(self.number()?).into()))?,
                Marker::I64 => builder.integer(Integer::Int64(i64::from_be_bytes(self.number()?)))?,
                Marker::F32 => builder.float(f32::from_be_bytes(self.number()?).into())?,
                Marker::F64 => builder.float(f64::from_be_bytes(self.number()?))?,
                marker @ (Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32) => {
                    let text = self.text(marker)?;
                    if let Some(Frame::Map { map, has_key: has_key @ false, .. }) = open.last_mut() {
                        builder.string_key(map, text)?;
                        *has_key = true;
                        continue;
                    }
                    builder.string(text)?
                }
                marker @ (Marker::Bin8 | Marker::Bin16 | Marker::Bin32) => {
                    let length = self.length(marker)?;
                    builder.bytes(self.content(length, "binary data")?)?
                }
                marker @ (Marker::FixExt1
                | Marker::FixExt2
                | Marker::FixExt4
                | Marker::FixExt8
                | Marker::FixExt16
                | Marker::Ext8
                | Marker::Ext16
                | Marker::Ext32) => {
                    let length = self.length(marker)?;
                    let [kind] = self.reader.take("an extension")?;
                    let kind = i8::from_be_bytes([kind]);
                    let content = self.content(length, "an extension")?;
                    if kind == Timestamp::EXTENSION {
                        builder.timestamp(Timestamp::read(content, self.position() as u64)?, content)?
                    } else {
                        builder.extension(kind, content)?
                    }
                }
                marker @ (Marker::FixArray(_) | Marker::Array16 | Marker::Array32) => {
                    let missing = self.length(marker)?;
                    // Each element takes a byte at the least: a claim beyond that is false, whatever follows.
                    self.check_claim(missing.into(), "an array")?;
                    self.check_depth(open.len(), start)?;
                    let array = builder.array()?;
                    if missing > 0 {
                        open.push(Frame::Array { array, missing });
                        continue;
                    }
                    builder.finish_array(array)?
                }
                marker @ (Marker::FixMap(_) | Marker::Map16 | Marker::Map32) => {
                    let missing = self.length(marker)?;
                    self.check_claim(u64::from(missing) * 2, "a map")?;
                    self.check_depth(open.len(), start)?;
                    let map = builder.map()?;
                    if missing > 0 {
                        open.push(Frame::Map { map, missing, has_key: false });
                        continue;
                    }
                    builder.finish_map(map)?
                }
                Marker::Reserved => {
                    return Err(reader::reserved(start).into());
                }
            };
            // A complete value goes to what is open, which it may complete in turn.
            loop {
                let left = match open.last_mut() {
                    None => return Ok(value),
                    Some(Frame::Array { array, missing }) => {
                        builder.push(array, value)?;
                        *missing -= 1;
                        *missing
                    }
                    Some(Frame::Map { map, missing, has_key }) => {
                        if *has_key {
                            builder.insert(map, value)?;
                            *missing -= 1;
                        } else {
                            builder.other_key(map, value)?;
                        }
                        *has_key = !*has_key;
                        *missing
                    }
                };
                if left > 0 {
                    break;
                }
                value = match open.pop() {
                    Some(Frame::Array { array, .. }) => builder.finish_array(array)?,
                    Some(Frame::Map { map, .. }) => builder.finish_map(map)?,
                    None => break,
                };
            }
        }
    }

    fn check_depth(&self, open: usize, start: usize) -> Result<(), Error> {
        if open < self.limits.max_depth {
            return Ok(());
        }
        let max = self.limits.max_depth as u64;
        Err(Error::Limit { limit: Limit::Depth, max, at: Place::Offset(start as u64) })
    }

    fn length(&mut self, marker: Marker) -> Result<u32, Error> {
        self.reader.length(marker, "a length")
    }

    fn text(&mut self, marker: Marker) -> Result<&'b str, Error> {
        let length = self.length(marker)?;
        let start = self.position();
        reader::text(self.content(length, "a string")?, start)
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        self.reader.take("a number")
    }

    fn content(&mut self, length: u32, inside: &'static str) -> Result<&'b [u8], Error> {
        let start = self.position();
        let content = self.reader.content(length, inside)?;
        self.spend(length.into(), start)?;
        Ok(content)
    }

    fn check_claim(&self, bytes: u64, inside: &'static str) -> Result<(), Error> {
        if bytes > self.reader.left() as u64 { Err(self.reader.truncated(inside)) } else { Ok(()) }
    }

    fn spend(&mut self, bytes: u64, start: usize) -> Result<(), Error> {
        self.allocated += bytes;
        if self.allocated > self.limits.max_allocation {
            let max = self.limits.max_allocation;
            return Err(Error::Limit { limit: Limit::Allocation, max, at: Place::Offset(start as u64) });
        }
        Ok(())
    }
}

/// Makes nothing of anything.
struct Nothing;

impl Builder for Nothing {
    type Value = ();
    type Array = ();
    type Map = ();
    type Error = Error;

    fn nil(&mut self) -> Result<(), Error> {
        Ok(())
    }
    fn bool(&mut self, _: bool) -> Result<(), Error> {
        Ok(())
    }
    fn integer(&mut self, _: Integer) -> Result<(), Error> {
        Ok(())
    }
    fn float(&mut self, _: f64) -> Result<(), Error> {
        Ok(())
    }
    fn string(&mut self, _: &str) -> Result<(), Error> {
        Ok(())
    }
    fn bytes(&mut self, _: &[u8]) -> Result<(), Error> {
        Ok(())
    }
    fn timestamp(&mut self, _: Timestamp, _: &[u8]) -> Result<(), Error> {
        Ok(())
    }
    fn extension(&mut self, _: i8, _: &[u8]) -> Result<(), Error> {
        Ok(())
    }
    fn array(&mut self) -> Result<(), Error> {
        Ok(())
    }
    fn push(&mut self, (): &mut (), (): ()) -> Result<(), Error> {
        Ok(())
    }
    fn finish_array(&mut self, (): ()) -> Result<(), Error> {
        Ok(())
    }
    fn map(&mut self) -> Result<(), Error> {
        Ok(())
    }
    fn string_key(&mut self, (): &mut (), _: &str) -> Result<(), Error> {
        Ok(())
    }
    fn other_key(&mut self, (): &mut (), (): ()) -> Result<(), Error> {
        Ok(())
    }
    fn insert(&mut self, (): &mut (), (): ()) -> Result<(), Error> {
        Ok(())
    }
    fn finish_map(&mut self, (): ()) -> Result<(), Error> {
        Ok(())
    }
}
