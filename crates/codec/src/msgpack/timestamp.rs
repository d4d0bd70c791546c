use crate::Error;

use super::FORMAT;

/// Nanoseconds in a second.
const NANOS: u32 = 1_000_000_000;

/// A moment, as extension type −1 carries it: any second of an `i64`, to the nanosecond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Timestamp {
    seconds: i64,
    nanoseconds: u32,
}

impl Timestamp {
    /// The extension type's number.
    pub const EXTENSION: i8 = -1;

    /// A moment so many seconds after 1970-01-01T00:00:00Z (before it if negative), and so many nanoseconds later still;
    /// `None` if those are a second or more.
    #[must_use]
    pub const fn new(seconds: i64, nanoseconds: u32) -> Option<Self> {
        if nanoseconds < NANOS { Some(Self { seconds, nanoseconds }) } else { None }
    }

    /// The moment of a JavaScript `Date`.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        let nanoseconds = millis.rem_euclid(1000) as u32 * 1_000_000;
        Self { seconds: millis.div_euclid(1000), nanoseconds }
    }

    /// Milliseconds since 1970, what is finer cut off towards the past; `None` beyond an `i64`.
    #[must_use]
    pub fn millis(self) -> Option<i64> {
        self.seconds.checked_mul(1000)?.checked_add(i64::from(self.nanoseconds / 1_000_000))
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds after that second.
    #[must_use]
    pub const fn nanoseconds(self) -> u32 {
        self.nanoseconds
    }

    /// The extension's content in the shortest of its three forms: 4, 8 or 12 bytes.
    pub(super) fn write<R>(self, take: impl FnOnce(&[u8]) -> R) -> R {
        match u64::try_from(self.seconds) {
            Ok(seconds) if seconds <= u64::from(u32::MAX) && self.nanoseconds == 0 => {
                take(&(seconds as u32).to_be_bytes())
            }
            Ok(seconds) if seconds < 1 << 34 => take(&(u64::from(self.nanoseconds) << 34 | seconds).to_be_bytes()),
            _ => {
                let mut bytes = [0; 12];
                bytes[..4].copy_from_slice(&self.nanoseconds.to_be_bytes());
                bytes[4..].copy_from_slice(&self.seconds.to_be_bytes());
                take(&bytes)
            }
        }
    }

    /// Reads an extension's content that ends at `offset`.
    pub(crate) fn read(bytes: &[u8], offset: u64) -> Result<Self, Error> {
        let (seconds, nanoseconds) = if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
            (u32::from_be_bytes(bytes).into(), 0)
        } else if let Ok(bytes) = <[u8; 8]>::try_from(bytes) {
            let both = u64::from_be_bytes(bytes);
            ((both & ((1 << 34) - 1)) as i64, (both >> 34) as u32)
        } else if let Some((&nanoseconds, seconds)) = bytes.split_first_chunk::<4>()
            && let Ok(seconds) = <[u8; 8]>::try_from(seconds)
        {
            (i64::from_be_bytes(seconds), u32::from_be_bytes(nanoseconds))
        } else {
            let what = "a timestamp of a length other than 4, 8 or 12 bytes";
            return Err(Error::Corrupt { format: FORMAT, offset, what });
        };
        let what = "a timestamp with a second or more of nanoseconds";
        Self::new(seconds, nanoseconds).ok_or(Error::Corrupt { format: FORMAT, offset, what })
    }
}
