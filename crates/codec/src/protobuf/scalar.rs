//! MessagePack → scalars, and what is written like one.

use crate::msgpack::Timestamp;

use super::encode::{Encoder, SCALAR};
use super::fault::Fault;
use super::input::Head;
use super::table::Kind;
use super::wire::{self, put_tag, put_varint};

impl Encoder<'_> {
    /// Writes a scalar. Whether it is zero or empty.
    #[inline]
    pub(super) fn scalar(&mut self, kind: Kind, head: Head<'_>) -> Result<bool, Fault> {
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
    pub(super) fn timestamp(&mut self, content: &[u8]) -> Result<(), Fault> {
        let moment = Timestamp::read(content, self.input.position() as u64)?;
        self.room(SCALAR)?;
        for (number, value) in [(1, moment.seconds()), (2, i64::from(moment.nanoseconds()))] {
            if value != 0 {
                put_tag(&mut self.out, number, wire::VARINT);
                put_varint(&mut self.out, value as u64);
            }
        }
        Ok(())
    }
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
pub(super) fn typed_key(kind: Kind, head: Head<'_>) -> Head<'_> {
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
