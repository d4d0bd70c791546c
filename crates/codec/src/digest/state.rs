//! One digest under way.

use crc::{Digest as Crc, Table};
use digest::block_api::BlockSizeUser;
use digest::{FixedOutput, Update};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::{Algorithm, DigestFault, Options, blake3_length, blake3_secret};
use crate::zlib::checksum::{Adler32, crc32};

pub(super) trait State: Send {
    fn update(&mut self, bytes: &[u8]);
    fn finish(self: Box<Self>) -> Vec<u8>;
}

/// Begins a digest.
pub(super) fn new(algorithm: Algorithm, options: &Options<'_>) -> Result<Box<dyn State>, DigestFault> {
    match algorithm {
        Algorithm::Sha1 => Ok(sha::<Sha1>(options)),
        Algorithm::Sha224 => Ok(sha::<Sha224>(options)),
        Algorithm::Sha256 => Ok(sha::<Sha256>(options)),
        Algorithm::Sha384 => Ok(sha::<Sha384>(options)),
        Algorithm::Sha512 => Ok(sha::<Sha512>(options)),
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

fn sha<D: Update + FixedOutput + BlockSizeUser + Default + Send + 'static>(options: &Options<'_>) -> Box<dyn State> {
    let new: fn() -> Box<dyn State> = || Box::new(Sha(D::default()));
    match options.secret {
        None => new(),
        Some(secret) => Box::new(Hmac::new(new, D::block_size(), secret)),
    }
}

/// Any of the SHAs.
struct Sha<D>(D);

impl<D: Update + FixedOutput + Send> State for Sha<D> {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.finalize_fixed().to_vec()
    }
}

/// HMAC (RFC 2104) of any of them. The crate `hmac` would make five more of each, 2.6 kB (gzip) of the worker's WebAssembly.
struct Hmac {
    inner: Box<dyn State>,
    outer: Box<dyn State>,
}

impl Hmac {
    fn new(hash: fn() -> Box<dyn State>, block: usize, secret: &[u8]) -> Self {
        let mut key = secret.to_vec();
        if key.len() > block {
            let mut short = hash();
            short.update(secret);
            key = short.finish();
        }
        key.resize(block, 0);
        let padded = |pad: u8| {
            let mut state = hash();
            state.update(&key.iter().map(|byte| byte ^ pad).collect::<Vec<_>>());
            state
        };
        Self { inner: padded(0x36), outer: padded(0x5c) }
    }
}

impl State for Hmac {
    fn update(&mut self, bytes: &[u8]) {
        self.inner.update(bytes);
    }

    fn finish(mut self: Box<Self>) -> Vec<u8> {
        self.outer.update(&self.inner.finish());
        self.outer.finish()
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
        Adler32::update(self, bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.to_be_bytes().to_vec()
    }
}
