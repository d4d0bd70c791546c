//! MessagePack of Rust types, by rmp-serde, within the limits of this module.

use std::io;

use rmp_serde::{Deserializer, Serializer};
use serde::{Deserialize, Serialize};

use crate::{Error, Limit, Place};

use super::{Limits, validate};

/// The deepest nesting of a Rust type, whatever `max_depth` says: serde recurses, several frames a level, and a thread's
/// stack of 2 MiB is to bear it in a debug build.
const DEEPEST: usize = 256;

/// Writes a value of a Rust type. Structs become maps from their fields' names, which is what JavaScript reads as
/// objects.
///
/// # Errors
///
/// [`Error::Limit`] for `max_allocation`, [`Error::OutOfMemory`], and [`Error::TypeMismatch`] for what serde cannot
/// write, nesting beyond `max_depth` (256 at most: serde recurses) among it.
pub fn to_vec<T: Serialize + ?Sized>(value: &T, limits: &Limits) -> Result<Vec<u8>, Error> {
    let mut bounded = Bounded { bytes: Vec::new(), max: limits.max_allocation, fault: None };
    let mut serializer = Serializer::new(&mut bounded).with_struct_map();
    serializer.unstable_set_max_depth(limits.max_depth.min(DEEPEST) + 1);
    let result = value.serialize(&mut serializer);
    if let Some(fault) = bounded.fault {
        return Err(fault);
    }
    result.map_err(|error| Error::TypeMismatch { reason: error.to_string() })?;
    Ok(bounded.bytes)
}

/// Reads a value of a Rust type from a message that is exactly that. The message is walked once before serde sees it, so
/// that what serde is given has passed every limit.
///
/// # Errors
///
/// As [`decode`](super::decode), with a `max_depth` of 256 at most; [`Error::TypeMismatch`] where the message is sound
/// but not of that type.
pub fn from_slice<'de, T: Deserialize<'de>>(bytes: &'de [u8], limits: &Limits) -> Result<T, Error> {
    let max_depth = limits.max_depth.min(DEEPEST);
    validate(bytes, &Limits { max_depth, ..*limits })?;
    let mut deserializer = Deserializer::from_read_ref(bytes);
    // Its count ends one level earlier, and an enum takes two levels of the message's one.
    deserializer.set_max_depth(2 * max_depth + 2);
    T::deserialize(&mut deserializer).map_err(|error| Error::TypeMismatch { reason: error.to_string() })
}

/// A writer that ends at a limit, and remembers why.
struct Bounded {
    bytes: Vec<u8>,
    max: u64,
    fault: Option<Error>,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.bytes.len() as u64;
        let fault = if length + bytes.len() as u64 > self.max {
            Error::Limit { limit: Limit::Allocation, max: self.max, at: Place::Offset(length) }
        } else if self.bytes.try_reserve(bytes.len()).is_err() {
            Error::OutOfMemory { needed: bytes.len() as u64 }
        } else {
            self.bytes.extend_from_slice(bytes);
            return Ok(bytes.len());
        };
        self.fault = Some(fault);
        Err(io::ErrorKind::OutOfMemory.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
