//! BLAKE3 of one input, computed in several places at once.
//!
//! BLAKE3 is a binary tree over chunks of 1 KiB whose left branches are complete. An input that is cut at multiples of a
//! power of two of chunks is cut along its branches: each part gives a [`ChainingValue`] by itself ([`Part`]), and
//! [`join`] makes the digest of them.

use blake3::hazmat::{self, HasherExt as _, Mode};
use blake3::{CHUNK_LEN, Hasher};

use super::{BLAKE3_LENGTH, DigestFault, Options, blake3_length, blake3_secret};
use crate::Error;

/// What a part gives.
pub type ChainingValue = [u8; BLAKE3_LENGTH];

/// Shortest part.
pub const MIN_PART: u64 = CHUNK_LEN as u64;

/// A part of an input under way.
#[derive(Debug)]
pub struct Part {
    hasher: Hasher,
    /// Bytes that it may still take.
    left: u64,
}

impl Part {
    /// Begins the part at `offset` of an input that is cut every `size` bytes, a power of two of at least [`MIN_PART`].
    ///
    /// # Errors
    /// [`Error::Digest`] if nothing is cut there, or the secret has another length than 32 bytes.
    pub fn new(secret: Option<&[u8]>, offset: u64, size: u64) -> Result<Self, Error> {
        if size < MIN_PART || !size.is_power_of_two() || !offset.is_multiple_of(size) {
            return Err(DigestFault::Parts.into());
        }
        let mut hasher = match secret {
            None => Hasher::new(),
            Some(secret) => Hasher::new_keyed(&blake3_secret(secret)?),
        };
        hasher.set_input_offset(offset);
        Ok(Self { hasher, left: size })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`Error::Digest`] if there are more of them than the part has.
    pub fn update(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or(DigestFault::Parts)?;
        self.hasher.update(bytes);
        Ok(())
    }

    /// What the part gives. It must have taken all its bytes: `size`, or in the input's last part at least one.
    #[must_use]
    pub fn finish(self) -> ChainingValue {
        self.hasher.finalize_non_root()
    }
}

/// The digest of an input, of what its parts gave, in their order.
///
/// # Errors
/// [`Error::Digest`] for less than two parts, which are no tree, or for options that BLAKE3 has not.
pub fn join(parts: &[ChainingValue], options: &Options<'_>) -> Result<Vec<u8>, Error> {
    let secret = options.secret.map(blake3_secret).transpose()?;
    let mode = secret.as_ref().map_or(Mode::Hash, Mode::KeyedHash);
    if parts.len() < 2 {
        return Err(DigestFault::Parts.into());
    }
    let (left, right) = parts.split_at(left_of(parts.len()));
    let mut output = vec![0; blake3_length(options)?];
    hazmat::merge_subtrees_root_xof(&merge(left, mode), &merge(right, mode), mode).fill(&mut output);
    Ok(output)
}

fn merge(parts: &[ChainingValue], mode: Mode<'_>) -> ChainingValue {
    match parts {
        [only] => *only,
        _ => {
            let (left, right) = parts.split_at(left_of(parts.len()));
            hazmat::merge_subtrees_non_root(&merge(left, mode), &merge(right, mode), mode)
        }
    }
}

/// How many of so many parts, at least two, are in the left branch: the largest power of two that leaves some.
fn left_of(parts: usize) -> usize {
    1 << (parts - 1).ilog2()
}
