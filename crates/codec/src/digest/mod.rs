//! Digests: the SHA family, BLAKE3, CRC-32 and Adler-32, several of the same bytes in one pass.
//!
//! [`digest()`] takes bytes that are all there; a [`Digester`] takes them piece by piece. With a secret the SHAs become
//! HMAC (RFC 2104) and BLAKE3 its keyed mode. [`tree`] computes BLAKE3 of one input in several places.
//!
//! ```
//! use centaurus_codec::digest::{Algorithm, Options, digest};
//!
//! let digests = digest(&[Algorithm::Sha256, Algorithm::Crc32], &Options::default(), b"123456789")?;
//! assert_eq!(digests[1], 0xcbf4_3926_u32.to_be_bytes());
//! # Ok::<(), centaurus_codec::Error>(())
//! ```

mod algorithm;
mod state;
pub mod tree;

use crate::Error;
pub use algorithm::Algorithm;
use state::State;

/// Bytes of BLAKE3's digest unless told otherwise, and of its secret.
pub const BLAKE3_LENGTH: usize = blake3::OUT_LEN;

/// Most bytes that BLAKE3 is asked for: 1 MiB. Whoever wants more wants a stream cipher.
pub const MAX_LENGTH: usize = 1 << 20;

/// How to digest.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Options<'s> {
    /// Makes a message authentication code of the digest: HMAC of the SHAs, which takes any length, and keyed BLAKE3,
    /// which takes 32 bytes. Check sums have no such thing.
    pub secret: Option<&'s [u8]>,
    /// Bytes that BLAKE3 puts out, from 1 to [`MAX_LENGTH`]. `None`: [`BLAKE3_LENGTH`]. The others have a length of
    /// their own.
    pub length: Option<usize>,
}

impl core::fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // A secret does not belong in a log.
        let secret = self.secret.map(<[u8]>::len);
        f.debug_struct("Options").field("secret_length", &secret).field("length", &self.length).finish()
    }
}

/// The digests of bytes that are all there, in the order of `algorithms`.
///
/// # Errors
/// [`Error::Digest`] if the options do not fit the algorithms.
pub fn digest(algorithms: &[Algorithm], options: &Options<'_>, bytes: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    let mut digester = Digester::new(algorithms, options)?;
    digester.update(bytes);
    Ok(digester.finish())
}

/// Bytes that all algorithms see before any sees the next: they are still in the nearest cache then.
const PIECE: usize = 16 * 1024;

/// Several digests under way.
pub struct Digester {
    states: Vec<Box<dyn State>>,
    /// Which state each of the digests asked for is taken from: the same algorithm twice is computed once.
    order: Vec<usize>,
}

impl core::fmt::Debug for Digester {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Digester").field("order", &self.order).finish_non_exhaustive()
    }
}

impl Digester {
    /// Begins the digests.
    ///
    /// # Errors
    /// [`Error::Digest`] if the options do not fit the algorithms.
    pub fn new(algorithms: &[Algorithm], options: &Options<'_>) -> Result<Self, Error> {
        let mut distinct: Vec<Algorithm> = Vec::new();
        let mut order = Vec::with_capacity(algorithms.len());
        for algorithm in algorithms {
            order.push(distinct.iter().position(|other| other == algorithm).unwrap_or(distinct.len()));
            if !distinct.contains(algorithm) {
                distinct.push(*algorithm);
            }
        }
        if options.length.is_some() && !distinct.contains(&Algorithm::Blake3) {
            return Err(DigestFault::FixedLength.into());
        }
        let states = distinct.iter().map(|algorithm| state::new(*algorithm, options)).collect::<Result<_, _>>()?;
        Ok(Self { states, order })
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        if let [only] = self.states.as_mut_slice() {
            return only.update(bytes);
        }
        for piece in bytes.chunks(PIECE) {
            for state in &mut self.states {
                state.update(piece);
            }
        }
    }

    /// The digests of what has been taken, in the order in which they were asked for. The check sums are 4 bytes, the
    /// most significant first.
    #[must_use]
    pub fn finish(self) -> Vec<Vec<u8>> {
        let digests: Vec<_> = self.states.into_iter().map(State::finish).collect();
        self.order.iter().map(|&at| digests[at].clone()).collect()
    }
}

/// Why digests cannot be had as asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DigestFault {
    /// A check sum cannot be keyed.
    #[error("{} takes no secret: it only guards against accidents", .algorithm.name())]
    NoSecret {
        /// Which.
        algorithm: Algorithm,
    },
    /// BLAKE3's secret has one length.
    #[error("the secret of blake3 must be {BLAKE3_LENGTH} bytes, not {given}")]
    SecretLength {
        /// Its length.
        given: usize,
    },
    /// None of the digests has a length that can be chosen.
    #[error("length is for blake3: the others have a length of their own")]
    FixedLength,
    /// BLAKE3 was asked for no bytes or for too many.
    #[error("length must be from 1 to {MAX_LENGTH} bytes, not {given}")]
    Length {
        /// What it was asked for.
        given: usize,
    },
    /// The parts of a tree do not make one.
    #[error("the parts of a blake3 tree must begin at multiples of a power of two of at least 1024 bytes")]
    Parts,
}

/// The length of BLAKE3's digest.
fn blake3_length(options: &Options<'_>) -> Result<usize, DigestFault> {
    match options.length {
        None => Ok(BLAKE3_LENGTH),
        Some(length @ 1..=MAX_LENGTH) => Ok(length),
        Some(given) => Err(DigestFault::Length { given }),
    }
}

/// BLAKE3's secret.
fn blake3_secret(secret: &[u8]) -> Result<[u8; BLAKE3_LENGTH], DigestFault> {
    secret.try_into().map_err(|_| DigestFault::SecretLength { given: secret.len() })
}
