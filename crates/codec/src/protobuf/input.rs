//! MessagePack read value by value, by someone who knows what to expect.

use rmp::Marker;

use crate::Error;
use crate::msgpack::reader::{self, Reader};

/// What an error on the end of the bytes says was being read.
const VALUE: &str = "a value";

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
pub(super) struct Input<'b>(Reader<'b>);

impl<'b> Input<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self(Reader::new(bytes))
    }

    pub(super) fn is_done(&self) -> bool {
        self.0.left() == 0
    }

    pub(super) fn position(&self) -> usize {
        self.0.position()
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
                let start = self.position();
                Head::String(reader::text(self.content(length)?, start)?)
            }
            marker @ (Marker::Bin8 | Marker::Bin16 | Marker::Bin32) => {
                let length = self.length(marker)?;
                Head::Bytes(self.content(length)?)
            }
            marker @ (Marker::FixArray(_) | Marker::Array16 | Marker::Array32) => Head::Array(self.length(marker)?),
            marker @ (Marker::FixMap(_) | Marker::Map16 | Marker::Map32) => Head::Map(self.length(marker)?),
            Marker::Reserved => {
                return Err(reader::reserved(self.position() - 1));
            }
            marker => {
                let length = self.length(marker)?;
                let [kind] = self.take()?;
                Head::Extension(i8::from_be_bytes([kind]), self.content(length)?)
            }
        })
    }

    /// Goes past this string if it is what comes next, in the form in which short ones are written.
    #[inline]
    pub(super) fn follow(&mut self, text: &str) -> bool {
        text.len() < 32 && self.0.follow(Marker::FixStr(text.len() as u8).to_u8(), text.as_bytes())
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
        self.0.length(marker, VALUE)
    }

    #[inline]
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        self.0.take(VALUE)
    }

    #[inline]
    fn content(&mut self, length: u32) -> Result<&'b [u8], Error> {
        self.0.content(length, VALUE)
    }
}
