//! Digests: pieces, several at once, trees, and options that do not fit.

use centaurus_codec::digest::tree::{self, Part};
use centaurus_codec::digest::{Algorithm, BLAKE3_LENGTH, Digester, MAX_LENGTH, Options, digest};
use centaurus_codec::{DigestFault, Error};
use proptest::prelude::*;

const PLAIN: Options<'_> = Options { secret: None, length: None };

fn one(algorithm: Algorithm, bytes: &[u8]) -> Vec<u8> {
    digest(&[algorithm], &PLAIN, bytes).expect("no options").remove(0)
}

#[test]
fn check_sums_of_known_texts() {
    for (text, crc32, adler32) in [
        ("", 0, 1),
        ("a", 0xe8b7_be43_u32, 0x0062_0062_u32),
        ("123456789", 0xcbf4_3926, 0x091e_01de),
        ("The quick brown fox jumps over the lazy dog", 0x414f_a339, 0x5bdc_0fda),
        ("Wikipedia", 0xadaa_c02e, 0x11e6_0398),
    ] {
        assert_eq!(one(Algorithm::Crc32, text.as_bytes()), crc32.to_be_bytes(), "{text}");
        assert_eq!(one(Algorithm::Adler32, text.as_bytes()), adler32.to_be_bytes(), "{text}");
    }
}

#[test]
fn names() {
    for algorithm in Algorithm::ALL {
        assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
        assert_eq!(Algorithm::from_name(&algorithm.name().to_uppercase()), Some(algorithm));
    }
    for name in ["", "md5", "sha256", "sha-256 ", "SHA-512/256"] {
        assert_eq!(Algorithm::from_name(name), None);
    }
}

#[test]
fn the_same_twice_and_none() {
    let [sha, crc] = [Algorithm::Sha256, Algorithm::Crc32];
    let all = digest(&[sha, crc, sha], &PLAIN, b"x").expect("no options");
    assert_eq!(all, [one(sha, b"x"), one(crc, b"x"), one(sha, b"x")]);
    assert_eq!(digest(&[], &PLAIN, b"x"), Ok(Vec::new()));
}

#[test]
fn options_that_do_not_fit() {
    let fault = |algorithms: &[Algorithm], secret, length| match Digester::new(algorithms, &Options { secret, length })
    {
        Err(Error::Digest(fault)) => Some(fault),
        Err(other) => panic!("{other}"),
        Ok(_) => None,
    };
    let secret: Option<&[u8]> = Some(&[7; 31]);
    for algorithm in [Algorithm::Crc32, Algorithm::Adler32] {
        assert_eq!(fault(&[Algorithm::Sha1, algorithm], secret, None), Some(DigestFault::NoSecret { algorithm }));
    }
    assert_eq!(fault(&[Algorithm::Blake3], secret, None), Some(DigestFault::SecretLength { given: 31 }));
    assert_eq!(fault(&[Algorithm::Sha1], secret, Some(32)), Some(DigestFault::FixedLength));
    assert_eq!(fault(&[], None, Some(32)), Some(DigestFault::FixedLength));
    for given in [0, MAX_LENGTH + 1] {
        assert_eq!(fault(&[Algorithm::Blake3], None, Some(given)), Some(DigestFault::Length { given }));
        let options = Options { length: Some(given), ..PLAIN };
        assert_eq!(tree::join(&[[0; 32]; 2], &options), Err(DigestFault::Length { given }.into()));
    }
    assert_eq!(fault(&[Algorithm::Blake3, Algorithm::Sha512], Some(&[7; 32]), Some(MAX_LENGTH)), None);
    assert_eq!(fault(&[Algorithm::Sha256], Some(&[]), None), None);
}

#[test]
fn no_secret_in_what_is_printed() {
    let options = Options { secret: Some(b"\xAA\xAA"), length: None };
    assert_eq!(format!("{options:?}"), "Options { secret_length: Some(2), length: None }");
}

#[test]
fn parts_that_make_no_tree() {
    let wrong = |offset, size| Part::new(None, offset, size).err();
    let fault = Some(Error::Digest(DigestFault::Parts));
    assert_eq!([wrong(0, 512), wrong(0, 3 * 1024), wrong(1024, 2048)], [fault.clone(), fault.clone(), fault.clone()]);
    assert_eq!(wrong(2048, 2048), None);
    let mut full = Part::new(None, 0, 1024).expect("a part");
    full.update(&[0; 1024]).expect("all of it");
    assert_eq!(full.update(&[0]).err(), fault);
    for parts in [&[][..], &[[0; BLAKE3_LENGTH]]] {
        assert_eq!(tree::join(parts, &PLAIN).err(), fault);
    }
    assert!(matches!(Part::new(Some(b"short"), 0, 1024), Err(Error::Digest(DigestFault::SecretLength { given: 5 }))));
}

/// Cuts bytes at places that are taken modulo what is left.
fn cut<'b>(mut bytes: &'b [u8], lengths: &[usize]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    for length in lengths {
        let (piece, rest) = bytes.split_at(length % (bytes.len() + 1));
        pieces.push(piece);
        bytes = rest;
    }
    pieces.push(bytes);
    pieces
}

fn in_parts(bytes: &[u8], size: usize, options: &Options<'_>, lengths: &[usize]) -> Vec<u8> {
    let values: Vec<_> = bytes
        .chunks(size)
        .enumerate()
        .map(|(i, part)| {
            let mut state = Part::new(options.secret, (i * size) as u64, size as u64).expect("a part");
            for piece in cut(part, lengths) {
                state.update(piece).expect("as long as it says");
            }
            state.finish()
        })
        .collect();
    tree::join(&values, options).expect("a tree")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pieces_and_company_change_nothing(
        bytes in prop::collection::vec(any::<u8>(), 0..70_000),
        lengths in prop::collection::vec(0usize..40_000, 0..8),
        algorithms in prop::collection::vec(prop::sample::select(&Algorithm::ALL[..6]), 0..8),
        secret in prop::option::of(any::<[u8; 32]>()),
        length in 1usize..200,
    ) {
        let length = algorithms.contains(&Algorithm::Blake3).then_some(length);
        let options = Options { secret: secret.as_ref().map(|secret| &secret[..]), length };
        let mut digester = Digester::new(&algorithms, &options).expect("they fit");
        for piece in cut(&bytes, &lengths) {
            digester.update(piece);
        }
        for (algorithm, found) in algorithms.iter().zip(digester.finish()) {
            let length = options.length.filter(|_| *algorithm == Algorithm::Blake3);
            let alone = digest(&[*algorithm], &Options { length, ..options }, &bytes).expect("they fit");
            prop_assert_eq!(&found, &alone[0]);
        }
    }

    #[test]
    fn check_sums_in_pieces(
        bytes in prop::collection::vec(any::<u8>(), 0..70_000),
        lengths in prop::collection::vec(0usize..40_000, 0..8),
    ) {
        let both = [Algorithm::Crc32, Algorithm::Adler32];
        let mut digester = Digester::new(&both, &PLAIN).expect("no options");
        for piece in cut(&bytes, &lengths) {
            digester.update(piece);
        }
        let theirs = [flate2_crc32(&bytes), adler32(&bytes)].map(|sum| sum.to_be_bytes().to_vec());
        prop_assert_eq!(digester.finish(), theirs);
    }

    #[test]
    fn a_tree_in_parts_is_the_tree(
        length in 1025usize..300_000,
        power in 0u32..7,
        lengths in prop::collection::vec(0usize..40_000, 0..4),
        secret in prop::option::of(any::<[u8; 32]>()),
        output in prop::option::of(1usize..200),
    ) {
        let bytes: Vec<u8> = (0..=250).cycle().take(length).collect();
        let size = 1024 << power;
        prop_assume!(bytes.len() > size);
        let options = Options { secret: secret.as_ref().map(|secret| &secret[..]), length: output };
        let whole = digest(&[Algorithm::Blake3], &options, &bytes).expect("they fit");
        prop_assert_eq!(in_parts(&bytes, size, &options, &lengths), &whole[0][..]);
    }
}

/// CRC-32 by another's hand: from the gzip trailer that flate2 writes.
fn flate2_crc32(bytes: &[u8]) -> u32 {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    gzip.write_all(bytes).expect("into memory");
    let packed = gzip.finish().expect("into memory");
    let trailer = packed[packed.len() - 8..].first_chunk().expect("8 bytes");
    u32::from_le_bytes(*trailer)
}

/// Adler-32 to the letter of RFC 1950, section 8.2.
fn adler32(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1, 0), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    (b << 16) | a
}
