use rmp::encode::{self, ByteBuf};

use crate::{Error, Limit, Place};

use super::{Limits, Timestamp};

/// Most bytes that stand before the content of any value: marker and length, or a number's 8 bytes.
const HEAD: usize = 9;

/// Largest integer that a double, and so a JavaScript number, tells from its neighbours: 2⁵³ − 1.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// Writes values one after another. That as many follow an array's or a map's head as it says is up to the caller.
///
/// # Errors
///
/// Every method answers [`Error::Limit`] where the message would exceed `max_allocation`, and [`Error::OutOfMemory`].
#[derive(Debug)]
pub struct Encoder {
    out: ByteBuf,
    max: u64,
}

/// Writes by one of rmp's functions and checks the limit. Their only error is that of their output, and a `Vec` has none.
macro_rules! write {
    ($encoder:ident, $function:ident $(, $argument:expr)*) => {{
        $encoder.room(0)?;
        let Ok(_) = encode::$function(&mut $encoder.out $(, $argument)*);
        $encoder.check()
    }};
}

#[expect(clippy::missing_errors_doc, reason = "they are the same for all, and told at the type")]
impl Encoder {
    /// An encoder that has written nothing.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self { out: ByteBuf::new(), max: limits.max_allocation }
    }

    /// All that was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.out.into_vec()
    }

    /// How many bytes have been written.
    #[cfg(feature = "protobuf")]
    pub(crate) fn position(&self) -> usize {
        self.out.as_slice().len()
    }

    /// Takes back what was written since a position.
    #[cfg(feature = "protobuf")]
    pub(crate) fn truncate(&mut self, position: usize) {
        self.out.as_mut_vec().truncate(position);
    }

    /// A value that was written before.
    #[cfg(feature = "protobuf")]
    pub(crate) fn raw(&mut self, message: &[u8]) -> Result<(), Error> {
        self.room(message.len())?;
        self.out.as_mut_vec().extend_from_slice(message);
        self.check()
    }

    /// nil.
    pub fn nil(&mut self) -> Result<(), Error> {
        write!(self, write_nil)
    }

    /// A boolean.
    pub fn bool(&mut self, value: bool) -> Result<(), Error> {
        write!(self, write_bool, value)
    }

    /// An integer in its shortest form.
    pub fn signed(&mut self, value: i64) -> Result<(), Error> {
        write!(self, write_sint, value)
    }

    /// An integer in its shortest form.
    pub fn unsigned(&mut self, value: u64) -> Result<(), Error> {
        write!(self, write_uint, value)
    }

    /// An integer in the 64-bit form, so that a decoder can tell it from a number.
    pub fn int64(&mut self, value: i64) -> Result<(), Error> {
        write!(self, write_i64, value)
    }

    /// An integer in the 64-bit form, so that a decoder can tell it from a number.
    pub fn uint64(&mut self, value: u64) -> Result<(), Error> {
        write!(self, write_u64, value)
    }

    /// A double, as such.
    pub fn float(&mut self, value: f64) -> Result<(), Error> {
        write!(self, write_f64, value)
    }

    /// A JavaScript number: as an integer in its shortest form where it is one up to ±(2⁵³ − 1), else as a double; −0 is
    /// a double. With `narrow`, integers beyond 32 bits are doubles too, which leaves the 64-bit forms to bigints.
    pub fn number(&mut self, value: f64, narrow: bool) -> Result<(), Error> {
        let integer = value as i64;
        let is_integer =
            integer as f64 == value && value.abs() <= MAX_SAFE_INTEGER && !(integer == 0 && value.is_sign_negative());
        let is_narrow = i64::from(i32::MIN) <= integer && integer <= i64::from(u32::MAX);
        if is_integer && (is_narrow || !narrow) { self.signed(integer) } else { self.float(value) }
    }

    /// A string.
    pub fn string(&mut self, value: &str) -> Result<(), Error> {
        let length = length(value.len())?;
        self.room(value.len())?;
        let Ok(_) = encode::write_str_len(&mut self.out, length);
        self.out.as_mut_vec().extend_from_slice(value.as_bytes());
        self.check()
    }

    /// Binary data.
    pub fn bytes(&mut self, value: &[u8]) -> Result<(), Error> {
        self.bytes_with(value.len(), |place| place.copy_from_slice(value))
    }

    /// So many bytes of binary data, which `fill` writes to their place.
    pub fn bytes_with(&mut self, count: usize, fill: impl FnOnce(&mut [u8])) -> Result<(), Error> {
        let length = length(count)?;
        self.room(count)?;
        let Ok(_) = encode::write_bin_len(&mut self.out, length);
        self.content(count, fill)
    }

    /// An extension of a type number, with so many bytes, which `fill` writes to their place.
    pub fn extension_with(&mut self, kind: i8, count: usize, fill: impl FnOnce(&mut [u8])) -> Result<(), Error> {
        let length = length(count)?;
        self.room(count)?;
        let Ok(_) = encode::write_ext_meta(&mut self.out, length, kind);
        self.content(count, fill)
    }

    /// An extension of a type number.
    pub fn extension(&mut self, kind: i8, value: &[u8]) -> Result<(), Error> {
        self.extension_with(kind, value.len(), |place| place.copy_from_slice(value))
    }

    /// A moment, in the shortest of the three forms that can hold it.
    pub fn timestamp(&mut self, value: Timestamp) -> Result<(), Error> {
        value.write(|bytes| self.extension(Timestamp::EXTENSION, bytes))
    }

    /// The head of an array: so many values follow.
    pub fn array(&mut self, count: usize) -> Result<(), Error> {
        let length = length(count)?;
        write!(self, write_array_len, length)
    }

    /// The head of a map: so many pairs of key and value follow.
    pub fn map(&mut self, count: usize) -> Result<(), Error> {
        let length = length(count)?;
        write!(self, write_map_len, length)
    }

    /// Makes room for a head and so much content, if that much may come.
    #[inline]
    fn room(&mut self, content: usize) -> Result<(), Error> {
        if content as u64 > self.max {
            return Err(self.full());
        }
        let out = self.out.as_mut_vec();
        let needed = content.saturating_add(HEAD);
        if out.capacity() - out.len() < needed {
            out.try_reserve(needed).map_err(|_| Error::OutOfMemory { needed: needed as u64 })?;
        }
        Ok(())
    }

    fn content(&mut self, count: usize, fill: impl FnOnce(&mut [u8])) -> Result<(), Error> {
        let out = self.out.as_mut_vec();
        let start = out.len();
        out.resize(start + count, 0);
        fill(&mut out[start..]);
        self.check()
    }

    #[inline]
    fn check(&self) -> Result<(), Error> {
        if self.out.as_slice().len() as u64 > self.max { Err(self.full()) } else { Ok(()) }
    }

    #[cold]
    fn full(&self) -> Error {
        let at = Place::Offset(self.out.as_slice().len() as u64);
        Error::Limit { limit: Limit::Allocation, max: self.max, at }
    }
}

/// A length as MessagePack writes it.
fn length(count: usize) -> Result<u32, Error> {
    u32::try_from(count).map_err(|_| Error::Limit {
        limit: Limit::Allocation,
        max: u32::MAX.into(),
        at: Place::Offset(0),
    })
}
