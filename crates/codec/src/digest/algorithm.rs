/// What is computed of the bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Algorithm {
    /// SHA-1 (FIPS 180-4), 20 bytes. Collisions can be made: for old formats only.
    Sha1,
    /// SHA-224 (FIPS 180-4), 28 bytes.
    Sha224,
    /// SHA-256 (FIPS 180-4), 32 bytes.
    Sha256,
    /// SHA-384 (FIPS 180-4), 48 bytes.
    Sha384,
    /// SHA-512 (FIPS 180-4), 64 bytes.
    Sha512,
    /// BLAKE3, 32 bytes or as many as asked for.
    Blake3,
    /// CRC-32 as in gzip, PNG and zip (RFC 1952, section 8), 4 bytes, the most significant first.
    Crc32,
    /// Adler-32 as in zlib (RFC 1950, section 9), 4 bytes, the most significant first.
    Adler32,
}

impl Algorithm {
    /// All there are.
    pub const ALL: [Self; 8] =
        [Self::Sha1, Self::Sha224, Self::Sha256, Self::Sha384, Self::Sha512, Self::Blake3, Self::Crc32, Self::Adler32];

    /// Its name; of the SHAs, WebCrypto's in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha-1",
            Self::Sha224 => "sha-224",
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
            Self::Blake3 => "blake3",
            Self::Crc32 => "crc32",
            Self::Adler32 => "adler32",
        }
    }

    /// The algorithm of that name, in letters of either case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }
}
