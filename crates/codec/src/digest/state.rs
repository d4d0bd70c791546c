//! One digest under way.

use adler2::Adler32;
use crc::{Digest as Crc, Table};
use digest::{FixedOutput, KeyInit, Update};
use hmac::Hmac;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::{Algorithm, DigestFault, Options, blake3_length, blake3_secret};
use crate::zlib::checksum::crc32;

pub(super) trait State: Send {
    fn update(&mut self, bytes: &[u8]);
    fn finish(self: Box<Self>) -> Vec<u8>;
}

/// Begins a digest.
pub(super) fn new(algorithm: Algorithm, options: &Options<'_>) -> Result<Box<dyn State>, DigestFault> {
    match algorithm {
        Algorithm::Sha1 => Ok(sha::<Sha1, Hmac<Sha1>>(options)),
        Algorithm::Sha224 => Ok(sha::<Sha224, Hmac<Sha224>>(options)),
        Algorithm::Sha256 => Ok(sha::<Sha256, Hmac<Sha256>>(options)),
        Algorithm::Sha384 => Ok(sha::<Sha384, Hmac<Sha384>>(options)),
        Algorithm::Sha512 => Ok(sha::<Sha512, Hmac<Sha512>>(options)),
        Algorithm::Blake3 => {
            let hasher = match options.secret {
                None => blake3::Hasher::new(),
                Some(secret) => blake3::Hasher::new_keyed(&blake3_secret(secret)?),
            };
            Ok(Box::new(Blake3 { hasher, length: blake3_length(options)? }))
        }
        Algorithm::Crc32 | Algorithm::Adler32 if options.secret.is_some() => Err(DigestFault::NoSecret { algorithm }),
        Algorithm::Crc32 => Ok(Box::new(crc32())),
        Algorithm::Adler32 => Ok(Box::new(Adler32::new())),
    }
}

fn sha<Plain, Keyed>(options: &Options<'_>) -> Box<dyn State>
where
    Plain: Update + FixedOutput + Default + Send + 'static,
    Keyed: Update + FixedOutput + KeyInit + Send + 'static,
{
    match options.secret {
        None => Box::new(Sha(Plain::default())),
        Some(secret) => Box::new(Sha(Keyed::new_from_slice(secret).expect("HMAC takes keys of any length"))),
    }
}

/// Any of the SHAs, or HMAC of one.
struct Sha<D>(D);

impl<D: Update + FixedOutput + Send> State for Sha<D> {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.finalize_fixed().to_vec()
    }
}

struct Blake3 {
    hasher: blake3::Hasher,
    length: usize,
}

impl State for Blake3 {
    fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        let mut output = vec![0; self.length];
        self.hasher.finalize_xof().fill(&mut output);
        output
    }
}

impl State for Crc<'static, u32, Table<16>> {
    fn update(&mut self, bytes: &[u8]) {
        Crc::<u32, Table<16>>::update(self, bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.finalize().to_be_bytes().to_vec()
    }
}

impl State for Adler32 {
    fn update(&mut self, bytes: &[u8]) {
        self.write_slice(bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.checksum().to_be_bytes().to_vec()
    }
}
