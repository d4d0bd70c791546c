//! The check sums of the two wrappers.

use std::sync::LazyLock;

use crc::{CRC_32_ISO_HDLC, Crc, Digest, Table};

/// Tables of 16 KiB, worked out on first use: in the wasm file they would not compress.
static CRC32: LazyLock<Crc<u32, Table<16>>> = LazyLock::new(|| Crc::<u32, Table<16>>::new(&CRC_32_ISO_HDLC));

/// A running CRC-32 as gzip has it (RFC 1952, section 8).
pub(crate) fn crc32() -> Digest<'static, u32, Table<16>> {
    CRC32.digest()
}

/// A running Adler-32 as zlib has it (RFC 1950, section 8.2).
#[derive(Clone)]
pub(crate) struct Adler32(pub(crate) u32);

impl Adler32 {
    pub(crate) fn new() -> Self {
        Self(1)
    }

    #[cfg(feature = "zlib-rs")]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0 = zlib_rs::adler32::adler32(self.0, bytes);
    }

    #[cfg(not(feature = "zlib-rs"))]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        let mut sum = adler2::Adler32::from_checksum(self.0);
        sum.write_slice(bytes);
        self.0 = sum.checksum();
    }
}

/// The check over the uncompressed bytes that a format carries.
#[derive(Clone)]
pub(super) enum Check {
    /// deflate-raw has none.
    None,
    /// zlib's.
    Adler32(Adler32),
    /// gzip's, with the length modulo 2³².
    Crc32(Digest<'static, u32, Table<16>>, u32),
}

impl Check {
    pub(super) fn new(format: super::Format) -> Self {
        match format {
            super::Format::Zlib => Self::Adler32(Adler32::new()),
            super::Format::Gzip => Self::Crc32(crc32(), 0),
            super::Format::DeflateRaw => Self::None,
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::None => {}
            Self::Adler32(adler) => adler.update(bytes),
            Self::Crc32(crc, length) => {
                crc.update(bytes);
                *length = length.wrapping_add(bytes.len() as u32);
            }
        }
    }

    /// The fields that follow the compressed data: what each is called, its value, and its bytes.
    pub(super) fn trailer(&self) -> Vec<Field> {
        match self {
            Self::None => Vec::new(),
            Self::Adler32(adler) => vec![Field { name: "Adler-32", value: adler.0, big_endian: true }],
            Self::Crc32(crc, length) => vec![
                Field { name: "CRC-32", value: crc.clone().finalize(), big_endian: false },
                Field { name: "length", value: *length, big_endian: false },
            ],
        }
    }
}

/// One 32-bit field of a trailer.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) value: u32,
    big_endian: bool,
}

impl Field {
    pub(super) const BYTES: usize = 4;

    pub(super) fn to_bytes(&self) -> [u8; Self::BYTES] {
        if self.big_endian { self.value.to_be_bytes() } else { self.value.to_le_bytes() }
    }

    pub(super) fn read(&self, bytes: [u8; Self::BYTES]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }
}
