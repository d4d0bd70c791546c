//! MessagePack read value by value, by someone who knows what to expect.

use rmp::Marker;

use crate::Error;
use crate::msgpack::FORMAT;

/// A value, or the head of one that has parts, which follow.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Head<'b> {
    Nil,
    Bool(bool),
    Signed(i64),
    /// Beyond what a signed one holds.
    Unsigned(u64),
    Float(f64),
    String(&'b str),
    Bytes(&'b [u8]),
    Extension(i8, &'b [u8]),
    Array(u32),
    Map(u32),
}

impl Head<'_> {
    /// What an error calls it.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Nil => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Signed(value) => format!("the number {value}"),
            Self::Unsigned(value) => format!("the number {value}"),
            Self::Float(value) => format!("the number {value}"),
            Self::String(value) if value.len() <= 40 => format!("the string '{value}'"),
            Self::String(_) => "a long string".to_owned(),
            Self::Bytes(_) => "binary data".to_owned(),
            Self::Extension(crate::msgpack::Timestamp::EXTENSION, _) => "a Date".to_owned(),
            Self::Extension(..) => "an extension of MessagePack".to_owned(),
            Self::Array(_) => "an array".to_owned(),
            Self::Map(_) => "an object".to_owned(),
        }
    }
}

#[derive(Debug)]
pub(super) struct Input<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Input<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn is_done(&self) -> bool {
        self.at == self.bytes.len()
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The next value.
    #[inline]
    pub(super) fn head(&mut self) -> Result<Head<'b>, Error> {
        let [marker] = self.take()?;
        Ok(match Marker::from_u8(marker) {
            Marker::Null => Head::Nil,
            Marker::True => Head::Bool(true),
            Marker::False => Head::Bool(false),
            Marker::FixPos(value) => Head::Signed(value.into()),
            Marker::FixNeg(value) => Head::Signed(value.into()),
            Marker::U8 => Head::Signed(u8::from_be_bytes(self.take()?).into()),
            Marker::U16 => Head::Signed(u16::from_be_bytes(self.take()?).into()),
            Marker::U32 => Head::Signed(u32::from_be_bytes(self.take()?).into()),
            Marker::U64 => match u64::from_be_bytes(self.take()?) {
                value if value <= i64::MAX as u64 => Head::Signed(value as i64),
                value => Head::Unsigned(value),
            },
            Marker::I8 => Head::Signed(i8::from_be_bytes(self.take()?).into()),
            Marker::I16 => Head::Signed(i16::from_be_bytes(self.take()?).into()),
            Marker::I32 => Head::Signed(i32::from_be_bytes(self.take()?).into()),
            Marker::I64 => Head::Signed(i64::from_be_bytes(self.take()?)),
            Marker::F32 => Head::Float(f32::from_be_bytes(self.take()?).into()),
            Marker::F64 => Head::Float(f64::from_be_bytes(self.take()?)),
            marker @ (Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32) => {
                let length = self.length(marker)?;
                let start = self.at;
                let text = core::str::from_utf8(self.content(length)?)
                    .map_err(|fault| self.corrupt(start + fault.valid_up_to(), "a string that is not UTF-8"))?;
                Head::String(text)
            }
            marker @ (Marker::Bin8 | Marker::Bin16 | Marker::Bin32) => {
                let length = self.length(marker)?;
                Head::Bytes(self.content(length)?)
            }
            marker @ (Marker::FixArray(_) | Marker::Array16 | Marker::Array32) => Head::Array(self.length(marker)?),
            marker @ (Marker::FixMap(_) | Marker::Map16 | Marker::Map32) => Head::Map(self.length(marker)?),
            Marker::Reserved => {
                return Err(self.corrupt(self.at - 1, "the byte 0xc1, which no value begins with"));
            }
            marker => {
                let length = self.length(marker)?;
                let [kind] = self.take()?;
                Head::Extension(i8::from_be_bytes([kind]), self.content(length)?)
            }
        })
    }

    /// Goes past a value whose head was read.
    pub(super) fn skip(&mut self, head: Head<'_>) -> Result<(), Error> {
        let parts = |head| match head {
            Head::Array(count) => u64::from(count),
            Head::Map(count) => 2 * u64::from(count),
            _ => 0,
        };
        let mut left = parts(head);
        while left > 0 {
            left = left - 1 + parts(self.head()?);
        }
        Ok(())
    }

    fn length(&mut self, marker: Marker) -> Result<u32, Error> {
        Ok(match marker {
            Marker::FixStr(length) | Marker::FixArray(length) | Marker::FixMap(length) => length.into(),
            Marker::FixExt1 => 1,
            Marker::FixExt2 => 2,
            Marker::FixExt4 => 4,
            Marker::FixExt8 => 8,
            Marker::FixExt16 => 16,
            Marker::Str8 | Marker::Bin8 | Marker::Ext8 => u8::from_be_bytes(self.take()?).into(),
            Marker::Str16 | Marker::Bin16 | Marker::Ext16 | Marker::Array16 | Marker::Map16 => {
                u16::from_be_bytes(self.take()?).into()
            }
            _ => u32::from_be_bytes(self.take()?),
        })
    }

    #[inline]
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        match self.bytes[self.at..].first_chunk::<N>() {
            Some(bytes) => {
                self.at += N;
                Ok(*bytes)
            }
            None => Err(self.truncated()),
        }
    }

    #[inline]
    fn content(&mut self, length: u32) -> Result<&'b [u8], Error> {
        let rest: &'b [u8] = &self.bytes[self.at..];
        let content = rest.get(..length as usize).ok_or_else(|| self.truncated())?;
        self.at += content.len();
        Ok(content)
    }

    #[cold]
    fn truncated(&self) -> Error {
        Error::Truncated { format: FORMAT, offset: self.bytes.len() as u64, inside: "a value" }
    }

    #[cold]
    fn corrupt(&self, at: usize, what: &'static str) -> Error {
        Error::Corrupt { format: FORMAT, offset: at as u64, what }
    }
}
