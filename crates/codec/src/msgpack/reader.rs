//! The bytes of messages, taken piece by piece.

use rmp::Marker;

use crate::Error;

use super::FORMAT;

#[derive(Debug)]
pub(crate) struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

/// What is read of, as an error on its end calls it.
type Inside = &'static str;

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes taken so far.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Bytes that are left.
    pub(crate) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    #[inline]
    pub(crate) fn take<const N: usize>(&mut self, inside: Inside) -> Result<[u8; N], Error> {
        match self.bytes[self.at..].first_chunk::<N>() {
            Some(bytes) => {
                self.at += N;
                Ok(*bytes)
            }
            None => Err(self.truncated(inside)),
        }
    }

    /// Goes past these bytes if they are what comes next.
    #[cfg(feature = "protobuf")]
    #[inline]
    pub(crate) fn follow(&mut self, first: u8, rest: &[u8]) -> bool {
        let next = self.bytes[self.at..].split_first();
        let follows = next.is_some_and(|(byte, after)| *byte == first && after.starts_with(rest));
        if follows {
            self.at += 1 + rest.len();
        }
        follows
    }

    #[inline]
    pub(crate) fn content(&mut self, length: u32, inside: Inside) -> Result<&'b [u8], Error> {
        let rest: &'b [u8] = &self.bytes[self.at..];
        let content = rest.get(..length as usize).ok_or_else(|| self.truncated(inside))?;
        self.at += content.len();
        Ok(content)
    }

    /// The length, or the count, that a marker carries or that follows it.
    #[inline]
    pub(crate) fn length(&mut self, marker: Marker, inside: Inside) -> Result<u32, Error> {
        Ok(match marker {
            Marker::FixStr(length) | Marker::FixArray(length) | Marker::FixMap(length) => length.into(),
            Marker::FixExt1 => 1,
            Marker::FixExt2 => 2,
            Marker::FixExt4 => 4,
            Marker::FixExt8 => 8,
            Marker::FixExt16 => 16,
            Marker::Str8 | Marker::Bin8 | Marker::Ext8 => u8::from_be_bytes(self.take(inside)?).into(),
            Marker::Str16 | Marker::Bin16 | Marker::Ext16 | Marker::Array16 | Marker::Map16 => {
                u16::from_be_bytes(self.take(inside)?).into()
            }
            _ => u32::from_be_bytes(self.take(inside)?),
        })
    }

    #[cold]
    pub(crate) fn truncated(&self, inside: Inside) -> Error {
        Error::Truncated { format: FORMAT, offset: self.bytes.len() as u64, inside }
    }
}

/// The text of a string whose content begins at `start`.
#[inline]
pub(crate) fn text(content: &[u8], start: usize) -> Result<&str, Error> {
    core::str::from_utf8(content).map_err(|fault| corrupt(start + fault.valid_up_to(), "a string that is not UTF-8"))
}

/// The byte that no value begins with.
#[cold]
pub(crate) fn reserved(at: usize) -> Error {
    corrupt(at, "the byte 0xc1, which no value begins with")
}

#[cold]
fn corrupt(at: usize, what: &'static str) -> Error {
    Error::Corrupt { format: FORMAT, offset: at as u64, what }
}
