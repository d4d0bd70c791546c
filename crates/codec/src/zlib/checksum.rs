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

    /// Goes on as if the bytes had been given whose sum and number this is.
    fn append(&mut self, sum: u32, length: u64) {
        const MODULUS: u64 = 65_521;
        let halves = |sum: u32| (u64::from(sum & 0xFFFF), u64::from(sum >> 16));
        let ((low, high), (low_after, high_after)) = (halves(self.0), halves(sum));
        // Both sums begin with 1 in the low half, which each byte adds to the high half once more.
        let high = (high + high_after + length % MODULUS * (low + MODULUS - 1)) % MODULUS;
        let low = (low + low_after + MODULUS - 1) % MODULUS;
        self.0 = (high << 16 | low) as u32;
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

    /// The sum so far.
    pub(super) fn sum(&self) -> u32 {
        match self {
            Self::None => 0,
            Self::Adler32(adler) => adler.0,
            Self::Crc32(crc, _) => crc.clone().finalize(),
        }
    }

    /// Goes on as if the bytes had been given whose sum and number this is.
    pub(super) fn append(&mut self, sum: u32, length: u64) {
        match self {
            Self::None => {}
            Self::Adler32(adler) => adler.append(sum, length),
            Self::Crc32(crc, total) => {
                let combined = shifted(crc.clone().finalize(), length) ^ sum;
                // What the digest holds is the sum inverted, and it wants that with its bits the other way round.
                *crc = CRC32.digest_with_initial((!combined).reverse_bits());
                *total = total.wrapping_add(length as u32);
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

/// CRC-32's polynomial, the coefficient of x⁰ in the highest bit; that of x³² is left out.
const POLYNOMIAL: u32 = 0xEDB8_8320;

/// A CRC-32 as it is after so many zero bytes more, the inversions before and after left out: its product with x to
/// eight times their number, modulo the polynomial.
fn shifted(crc: u32, mut bytes: u64) -> u32 {
    let product = |a: u32, mut b: u32| {
        let mut sum = 0;
        for bit in (0..32).rev() {
            if a >> bit & 1 != 0 {
                sum ^= b;
            }
            b = b >> 1 ^ if b & 1 != 0 { POLYNOMIAL } else { 0 };
        }
        sum
    };
    let (mut power, mut square) = (1 << 31, 1 << (31 - 8));
    while bytes > 0 {
        if bytes & 1 != 0 {
            power = product(power, square);
        }
        square = product(square, square);
        bytes >>= 1;
    }
    product(power, crc)
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

impl core::fmt::Debug for Check {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:#010x}", self.sum())
    }
}
