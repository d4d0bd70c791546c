//! The digests against the vectors of those who made them (tests/vectors/digest/README.md).

use centaurus_codec::digest::{Algorithm, Digester, Options, digest};
use serde_json::Value;

fn file(name: &str) -> Value {
    let path = format!("{}/../../tests/vectors/digest/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("the vectors are there")).expect("they are JSON")
}

/// The bytes of hexadecimal digits.
fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().expect("digits");
    assert!(hex.len().is_multiple_of(2));
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("digits")).collect()
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

/// What a file says of each algorithm.
fn each(name: &str, mut check: impl FnMut(Algorithm, &Value)) {
    let all = file(name);
    let all = all.as_object().expect("by algorithm");
    assert_eq!(all.len(), 5);
    for (name, vectors) in all {
        check(Algorithm::from_name(name).expect("a known name"), vectors);
    }
}

fn sha(algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    digest(&[algorithm], &Options::default(), message).expect("no options").remove(0)
}

#[test]
fn nist_messages() {
    let mut count = 0;
    each("nist-cavp.json", |algorithm, vectors| {
        for vector in list(&vectors["short"]).iter().chain(list(&vectors["long"])) {
            assert_eq!(sha(algorithm, &bytes(&vector[0])), bytes(&vector[1]), "{algorithm:?} {vector}");
            count += 1;
        }
    });
    assert_eq!(count, 3 * 65 + 2 * 129 + 5 * 4);
}

/// The SHA Validation System, section 6.4: each checkpoint is a thousand digests of the three before.
#[test]
fn nist_monte_carlo() {
    each("nist-cavp.json", |algorithm, vectors| {
        let monte = &vectors["monte"];
        let mut seed = bytes(&monte["seed"]);
        let checkpoints = list(&monte["checkpoints"]);
        assert_eq!(checkpoints.len(), 100);
        for checkpoint in checkpoints {
            let mut last = [seed.clone(), seed.clone(), seed];
            for _ in 0..1000 {
                let next = sha(algorithm, &last.concat());
                last.rotate_left(1);
                last[2] = next;
            }
            let [_, _, digest] = last;
            assert_eq!(digest, bytes(checkpoint), "{algorithm:?}");
            seed = digest;
        }
    });
}

fn hmac(algorithm: Algorithm, key: &[u8], message: &[u8]) -> Vec<u8> {
    let options = Options { secret: Some(key), ..Options::default() };
    digest(&[algorithm], &options, message).expect("any key will do").remove(0)
}

#[test]
fn hmac_of_the_rfcs() {
    let mut count = 0;
    each("hmac-rfc.json", |algorithm, vectors| {
        for vector in list(vectors) {
            let code = hmac(algorithm, &bytes(&vector[0]), &bytes(&vector[1]));
            assert_eq!(code, bytes(&vector[2]), "{algorithm:?} {vector}");
            count += 1;
        }
    });
    assert_eq!(count, 31);
}

#[test]
fn hmac_of_wycheproof() {
    let (mut valid, mut invalid) = (0, 0);
    each("hmac-wycheproof.json", |algorithm, vectors| {
        for vector in list(vectors) {
            let expected = bytes(&vector[3]);
            let code = hmac(algorithm, &bytes(&vector[1]), &bytes(&vector[2]));
            let same = code[..expected.len()] == expected;
            match vector[4].as_str() {
                Some("valid") => valid += 1,
                Some("invalid") => invalid += 1,
                other => panic!("{other:?}"),
            }
            assert_eq!(same, vector[4] == "valid", "{algorithm:?} {vector}");
        }
    });
    assert!(valid > 200 && invalid > 500, "{valid} {invalid}");
}

#[test]
fn blake3() {
    let vectors = file("blake3.json");
    let key = vectors["key"].as_str().expect("a key").as_bytes();
    let cases = list(&vectors["cases"]);
    assert_eq!(cases.len(), 35);
    for case in cases {
        let length = case["input_len"].as_u64().expect("a length") as usize;
        let input: Vec<u8> = (0..=250).cycle().take(length).collect();
        for (secret, field) in [(None, "hash"), (Some(key), "keyed_hash")] {
            let expected = bytes(&case[field]);
            for length in [None, Some(1), Some(expected.len())] {
                let mut digester = Digester::new(&[Algorithm::Blake3], &Options { secret, length }).expect("they fit");
                digester.update(&input);
                assert_eq!(digester.finish()[0], expected[..length.unwrap_or(32)], "{length:?} {case}");
            }
        }
    }
}
