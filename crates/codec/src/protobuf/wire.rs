//! The wire format's own words (<https://protobuf.dev/programming-guides/encoding/>).

use crate::Error;

use super::FORMAT;

pub(super) const VARINT: u8 = 0;
pub(super) const FIXED64: u8 = 1;
pub(super) const LENGTH: u8 = 2;
pub(super) const GROUP: u8 = 3;
pub(super) const GROUP_END: u8 = 4;
pub(super) const FIXED32: u8 = 5;

/// The longest varint: 64 bits in groups of seven.
const LONGEST: usize = 10;

/// A reader of some bytes of a message, whose positions count from the message's first.
#[derive(Clone, Copy)]
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    pub(super) at: usize,
    end: usize,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8], start: usize, end: usize) -> Self {
        Self { bytes, at: start, end: end.min(bytes.len()) }
    }

    #[inline]
    pub(super) fn is_done(&self) -> bool {
        self.at >= self.end
    }

    /// All that is left.
    #[inline]
    pub(super) fn rest(&self) -> &'b [u8] {
        &self.bytes[self.at..self.end]
    }

    #[inline]
    pub(super) fn varint(&mut self) -> Result<u64, Error> {
        let rest = self.rest();
        if let Some(&first) = rest.first()
            && first < 0x80
        {
            self.at += 1;
            return Ok(first.into());
        }
        self.long_varint(rest)
    }

    fn long_varint(&mut self, rest: &[u8]) -> Result<u64, Error> {
        let mut value = 0;
        for (i, &byte) in rest.iter().take(LONGEST).enumerate() {
            value |= u64::from(byte & 0x7F) << (7 * i);
            if byte < 0x80 {
                if i == LONGEST - 1 && byte > 1 {
                    break;
                }
                self.at += i + 1;
                return Ok(value);
            }
        }
        if rest.len() < LONGEST {
            return Err(self.truncated("a varint"));
        }
        Err(corrupt(self.at, "a varint of more than 64 bits"))
    }

    /// A field's number and wire type.
    #[inline]
    pub(super) fn tag(&mut self) -> Result<(u32, u8), Error> {
        let start = self.at;
        let tag = self.varint()?;
        let Ok(tag) = u32::try_from(tag) else { return Err(corrupt(start, "a tag of more than 32 bits")) };
        if tag < 8 {
            return Err(corrupt(start, "a field of number 0"));
        }
        Ok((tag >> 3, (tag & 7) as u8))
    }

    #[inline]
    pub(super) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        match self.rest().first_chunk::<N>() {
            Some(bytes) => {
                self.at += N;
                Ok(*bytes)
            }
            None => Err(self.truncated("a fixed-width number")),
        }
    }

    /// A length, and so many bytes: where they start and end.
    #[inline]
    pub(super) fn delimited(&mut self) -> Result<(usize, usize), Error> {
        let length = self.varint()?;
        if length > (self.end - self.at) as u64 {
            return Err(self.truncated("a length-delimited field"));
        }
        let start = self.at;
        self.at += length as usize;
        Ok((start, self.at))
    }

    /// The value of a field whose tag was read: where it starts and ends, a group without its end tag. `depth` is how
    /// many groups may be inside each other.
    #[inline]
    pub(super) fn value(&mut self, number: u32, wire: u8, depth: usize) -> Result<(usize, usize), Error> {
        let start = self.at;
        match wire {
            VARINT => {
                self.varint()?;
            }
            FIXED64 => {
                self.fixed::<8>()?;
            }
            LENGTH => return self.delimited(),
            FIXED32 => {
                self.fixed::<4>()?;
            }
            GROUP => {
                let end = self.skip_group(number, depth)?;
                return Ok((start, end));
            }
            GROUP_END => return Err(corrupt(start - 1, "the end of a group that was not begun")),
            _ => return Err(corrupt(start - 1, "a wire type that does not exist")),
        }
        Ok((start, self.at))
    }

    /// Goes past a group's end tag; gives where that starts.
    fn skip_group(&mut self, number: u32, depth: usize) -> Result<usize, Error> {
        let mut open = vec![number];
        loop {
            if self.is_done() {
                return Err(self.truncated("a group"));
            }
            let start = self.at;
            let (number, wire) = self.tag()?;
            match wire {
                GROUP if open.len() >= depth => return Err(super::too_deep(depth, start)),
                GROUP => open.push(number),
                GROUP_END if open.last() == Some(&number) => {
                    open.pop();
                    if open.is_empty() {
                        return Ok(start);
                    }
                }
                GROUP_END => return Err(corrupt(start, "the end of another group than the open one")),
                _ => {
                    self.value(number, wire, 0)?;
                }
            }
        }
    }

    /// The whole message ends at the input's end, a part of it where its length said.
    fn truncated(&self, inside: &'static str) -> Error {
        if self.end == self.bytes.len() {
            return Error::Truncated { format: FORMAT, offset: self.end as u64, inside };
        }
        corrupt(self.at, "a field that goes on beyond the end of the message it is in")
    }
}

/// Bytes that no message has.
#[cold]
pub(super) fn corrupt(offset: usize, what: &'static str) -> Error {
    Error::Corrupt { format: FORMAT, offset: offset as u64, what }
}

/// Writes a varint.
#[inline]
pub(super) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Writes a field's number and how its value is written.
#[inline]
pub(super) fn put_tag(out: &mut Vec<u8>, number: u32, wire: u8) {
    put_varint(out, u64::from(number) << 3 | u64::from(wire));
}

/// The signed integer of an unsigned one, small where that is (ZigZag).
pub(super) fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// The other way.
pub(super) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}
